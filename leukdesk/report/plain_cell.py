"""Text that is fit for XML: without the control characters that no XML may hold."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def without_control(text: str) -> str:
    """`text` with a sign for each character that may not be written."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
