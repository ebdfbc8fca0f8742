"""A view as a picture to keep: side by side what was seen, and below it what has to be said with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme

_GAP = 4  # px between two views
_WRAPPED = int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


def compose(views: Sequence[QImage], lines: Sequence[str], theme: Theme, font: QFont) -> QImage:
    """The views in one row, and the lines below them, wrapped where they are longer than the row."""
    ratio, text = views[0].devicePixelRatio(), "\n".join(lines)
    widths = [one.width() / ratio for one in views]
    wide, high = sum(widths) + _GAP * (len(views) - 1), max(one.height() / ratio for one in views)
    room = QRectF(tokens.SPACE_3, high + tokens.SPACE_2, wide - 2 * tokens.SPACE_3, 10_000)
    words = QFontMetricsF(font).boundingRect(room, _WRAPPED, text)
    size = QSize(round(wide * ratio), round((words.bottom() + tokens.SPACE_2) * ratio))
    made = QImage(size, QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(theme.colour("surface"))
    painter = QPainter(made)
    left = 0.0
    for view, width in zip(views, widths, strict=True):
        painter.drawImage(QRectF(left, 0, width, view.height() / ratio), view)
        left += width + _GAP
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    painter.drawText(room, _WRAPPED, text)
    painter.end()
    made.setText("Description", text)
    return made
