"""`docs/evaluation.md`: how good the shipped models are and are not, written from records alone."""
