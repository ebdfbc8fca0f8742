"""Site adaptation: an installed bundle, trained on and calibrated anew with few labelled images of one laboratory."""
