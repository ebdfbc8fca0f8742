"""What values an operation's parameters may take: a range to draw from, a number, or a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Two bounds to draw between; a single number stands for both. `low` and `high` limit what is sensible."""

    default: tuple[float, float]
    low: float
    high: float

    def check(self, value: object) -> tuple[float, float]:
        """The bounds as a pair; ValueError says what is accepted."""
        pair = (value, value) if _is_number(value) else value
        if not (isinstance(pair, Sequence) and len(pair) == 2 and all(_is_number(one) for one in pair)):
            raise ValueError(f"must be two numbers, lower then upper, not {value!r}")
        lower, upper = float(pair[0]), float(pair[1])
        if not self.low <= lower <= upper <= self.high:
            raise ValueError(f"must be two rising numbers within {self.low:g} and {self.high:g}, not {value!r}")
        return lower, upper


@dataclass(frozen=True, slots=True)
class Number:
    """One number between `low` and `high`."""

    default: float
    low: float
    high: float

    def check(self, value: object) -> float:
        """The number; ValueError says what is accepted."""
        if not (isinstance(value, int | float) and _is_number(value) and self.low <= value <= self.high):
            raise ValueError(f"must be a number from {self.low:g} to {self.high:g}, not {value!r}")
        return float(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    default: str
    options: tuple[str, ...]

    def check(self, value: object) -> str:
        """The word; ValueError lists those accepted."""
        if value not in self.options:
            raise ValueError(f"must be one of {', '.join(self.options)}, not {value!r}")
        return str(value)


Parameter = Range | Number | Choice
Value = tuple[float, float] | float | str


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
