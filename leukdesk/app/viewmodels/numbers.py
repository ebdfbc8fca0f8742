"""Numbers and dates as the user's locale writes them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale


def number(value: float, decimals: int = 0) -> str:
    """A number with so many decimals: 1234.5 is "1,234.5" or "1.234,5"."""
    return QLocale().toString(float(value), "f", decimals)


def date_and_time(moment: datetime) -> str:
    """A short date with the time, in the user's own zone."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(moment.timestamp())), QLocale.FormatType.ShortFormat)
