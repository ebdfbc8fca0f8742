"""Augmentation of uint8 RGB images: pipelines as data, every draw a function of (seed, epoch, image id)."""

from training.augment.emptied import emptied, nuclei_of
from training.augment.named import named, names
from training.augment.pipeline import Pipeline, Step
from training.augment.pixels import Image, rng_for
from training.augment.shifts import shift, shift_names

__all__ = ["Image", "Pipeline", "Step", "emptied", "named", "names", "nuclei_of", "rng_for", "shift", "shift_names"]
