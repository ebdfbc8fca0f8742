"""Labelled images on disk: opened in any known layout, hashed, checked, and refused where nothing can be learned."""

from training.datasets.dataset import DataSet, Grouping, Sample, hashed
from training.datasets.load import LAYOUTS, load_dataset, require_learnable
from training.datasets.presence import require_images

__all__ = [
    "LAYOUTS",
    "DataSet",
    "Grouping",
    "Sample",
    "hashed",
    "load_dataset",
    "require_images",
    "require_learnable",
]
