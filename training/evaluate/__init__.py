"""Every figure the project states, recomputed from saved rows of (image id, group, label, scores)."""

from training.evaluate.evaluation import Evaluation, evaluate
from training.evaluate.rows import Rows, load_rows, save_rows

__all__ = ["Evaluation", "Rows", "evaluate", "load_rows", "save_rows"]
