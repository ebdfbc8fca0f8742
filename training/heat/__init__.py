"""Where the heatmaps of a bundle lie: how much of their energy is inside nucleated cells."""
