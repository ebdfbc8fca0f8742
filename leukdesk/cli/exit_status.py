"""Exit statuses. A bug leaves Python's own traceback and 1."""

from __future__ import annotations

DONE = 0
USAGE = 2  # what was asked for cannot be done: wrong words, unknown model, unwritable place
SOME_FAILED = 3  # done, but some of it failed, and it was said what
INTERRUPTED = 130  # as shells have it
