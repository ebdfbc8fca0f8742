"""Cells of other laboratories: what a model of single cells makes of them."""
