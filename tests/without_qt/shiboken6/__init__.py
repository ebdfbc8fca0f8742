"""Stands before the real package in `make test-core`, as PySide6 beside it."""

raise ImportError("shiboken6 is blocked: this code belongs to leukdesk.app, or must not need Qt")
