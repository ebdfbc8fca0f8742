"""Python's own `import` for leukdesk's modules, instead of the one that PySide puts in its place.

PySide looks through the source of every module that is imported after it, for the sake of `from __feature__ import ...`
(other names for Qt's methods), which nobody here uses: a tenth of the time until the window is painted.
"""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401  (puts its own in place)


def use_plain_imports() -> None:
    """Import as before PySide came; its loading of Qt's classes when they are first named stays."""
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
