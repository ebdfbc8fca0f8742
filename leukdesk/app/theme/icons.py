"""SVG icons that take the colour they are asked for: the files say `currentColor`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer


class Icons:
    """Draws the icons of one folder, once for each name, colour, size and pixel ratio."""

    def __init__(self, folder: Path) -> None:
        self._text = lru_cache(maxsize=None)(lambda name: (folder / f"{name}.svg").read_text(encoding="utf-8"))
        self._drawn = lru_cache(maxsize=512)(self._draw)

    def pixmap(self, name: str, colour: str, size: int, ratio: float | None = None) -> QPixmap:
        """One icon of `size` logical pixels at the screen's pixel ratio (or the one given)."""
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)  # for the type checker: a pixmap needs one anyway
        return self._drawn(name, colour, size, ratio or application.devicePixelRatio())

    def icon(self, name: str, colour: str, disabled: str, size: int) -> QIcon:
        """An icon in `colour`, and in `disabled` where its action cannot be taken."""
        made = QIcon(self.pixmap(name, colour, size))
        made.addPixmap(self.pixmap(name, disabled, size), QIcon.Mode.Disabled)
        return made

    def _draw(self, name: str, colour: str, size: int, ratio: float) -> QPixmap:
        renderer = QSvgRenderer(QByteArray(self._text(name).replace("currentColor", colour).encode()))
        pixmap = QPixmap(round(size * ratio), round(size * ratio))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(pixmap.rect()))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap
