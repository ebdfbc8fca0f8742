"""Stands before the real package in `make test-core`: the rooms below the window work where Qt cannot be imported."""

raise ImportError("PySide6 is blocked: this code belongs to leukdesk.app, or must not need Qt")
