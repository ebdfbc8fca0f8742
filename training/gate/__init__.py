"""The gate: may a run take the place of the model in use? Judged, sealed, compared on locked images, written down."""
