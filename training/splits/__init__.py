"""Frozen splits: by patient, subject or group where known, else by likeness; overlap is an error."""

from training.splits.plans import METHODS, explicit, holdout, k_fold, system_names, system_split
from training.splits.split import GROUPED, OPTIMISTIC, Facts, Level, Split, freeze, read_split

__all__ = [
    "GROUPED",
    "METHODS",
    "OPTIMISTIC",
    "Facts",
    "Level",
    "Split",
    "explicit",
    "freeze",
    "holdout",
    "k_fold",
    "read_split",
    "system_names",
    "system_split",
]
