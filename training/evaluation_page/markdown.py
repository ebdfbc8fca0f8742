"""Markdown in pieces: tables, and figures with their limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leukdesk.domain.card import Metric
from training.record import Figure

NOT_RECORDED = "not recorded"
AVERAGED = ("precision", "recall", "specificity", "f1")
SHARES = frozenset(
    ["accuracy", "balanced_accuracy", "worst_group_accuracy", *AVERAGED]
    + [f"{how}_{one}" for how in ("macro", "weighted") for one in AVERAGED]
)

Number = Mapping[str, Any] | Figure | Metric


def table(head: Sequence[str], lines: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """A table whose first `words` columns hold words; the others are set flush right."""
    rule = ["---" if place < words else "---:" for place in range(len(head))]
    rows = [[one.replace("|", "\\|").replace("\n", " ") for one in line] for line in (head, rule, *lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def percent(value: float | None, digits: int = 1) -> str:
    """A share of 1 as per cent."""
    return NOT_RECORDED if value is None else f"{100 * value:.{digits}f} %"


def share(one: Number | None) -> str:
    """A share with its limits, in per cent."""
    value, low, high = _values(one)
    if value is None or low is None or high is None:
        return NOT_RECORDED if one is None else "not defined"
    return f"{100 * value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def points(one: Number | None) -> str:
    """A difference of shares with its limits, in points of a per cent."""
    value, low, high = _values(one)
    if value is None or low is None or high is None:
        return NOT_RECORDED if one is None else "not defined"
    return f"{100 * value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def plain(one: Number | None) -> str:
    """A figure that is no share, with its limits."""
    value, low, high = _values(one)
    if value is None or low is None or high is None:
        return NOT_RECORDED if one is None else "not defined"
    return f"{value:.4f} ({low:.4f} to {high:.4f})"


def figure(name: str, one: Number | None) -> str:
    """A figure of an evaluation in its usual form."""
    return share(one) if name in SHARES else plain(one)


def note(one: Number) -> str:
    """What is to be known of a figure."""
    said = one.get("note", "") if isinstance(one, Mapping) else one.note
    return percents(str(said))


def percents(text: str) -> str:
    """A sentence with its per cent signs set off, as everywhere on the page."""
    return re.sub(r"(?<=\d)%", " %", text)


def p_value(p: float | None) -> str:
    """A p-value as it is usually given."""
    if p is None:
        return "not defined"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def _values(one: Number | None) -> tuple[float | None, float | None, float | None]:
    if one is None:
        return None, None, None
    if isinstance(one, Mapping):
        return one.get("value"), one.get("low"), one.get("high")
    return one.value, one.low, one.high
