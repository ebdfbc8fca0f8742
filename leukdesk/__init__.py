"""leukdesk: see what a leukaemia CNN sees in a blood smear. For research use only."""

# TensorFlow carries an SQLite without full-text search; whoever imports sqlite3 after TensorFlow is given that one.
import sqlite3  # noqa: F401

__version__ = "0.1.0"
