"""Text that people type, made fit to be kept on every database."""

from __future__ import annotations

from leukdesk.domain.errors import HistoryError, HistoryReason

LONGEST = 20_000  # characters of a comment or a reason


def checked(text: str, what: str, *, required: bool = False, longest: int = LONGEST) -> str:
    """`text` without outer blanks and control characters (line breaks stay). Raises `HistoryError` INVALID."""
    kept = "".join(one for one in text if (one >= " " and one != "\x7f") or one in "\n\t").strip()
    kept = kept.encode("utf-8", "replace").decode()
    if required and not kept:
        raise HistoryError(f"the {what} is empty", reason=HistoryReason.INVALID, advice=f"Enter the {what}.")
    if len(kept) > longest:
        raise HistoryError(
            f"the {what} is longer than {longest} characters", reason=HistoryReason.INVALID, advice="Shorten it."
        )
    return kept
