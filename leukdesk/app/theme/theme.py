"""Which colours are in force, and who is told when that changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory

from leukdesk.app.theme import tokens
from leukdesk.app.theme.icons import Icons
from leukdesk.app.theme.palette import palette
from leukdesk.app.theme.stylesheet import stylesheet
from leukdesk.app.theme.tokens import DARK, LIGHT, Colours

MODES = ("system", "light", "dark")
_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class HasIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon | QPixmap, /) -> None: ...


class Theme(QObject):
    """The colours in force: light, dark, or whatever the system says."""

    changed = Signal()

    def __init__(self, application: QApplication, icon_folder: Path, mode: str = "system") -> None:
        super().__init__()
        self._application = application
        self._icons = Icons(icon_folder)
        self._dressed: list[Callable[[], None]] = []
        self._mode = mode
        self._colours = LIGHT
        application.setStyle(QStyleFactory.create("Fusion"))
        application.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def mode(self) -> str:
        """One of `MODES`."""
        return self._mode

    @property
    def colours(self) -> Colours:
        """The colours in force."""
        return self._colours

    def use(self, mode: str) -> None:
        """Switch to one of `MODES`."""
        self._mode = mode
        self._application.styleHints().setColorScheme(_SCHEMES[mode])
        self._follow()

    def colour(self, name: str) -> QColor:
        """One token as a colour to paint with."""
        return QColor(getattr(self._colours, name))

    def pixmap(self, name: str, colour: str = "text", size: int = tokens.ICON) -> QPixmap:
        """One icon, in one token's colour."""
        return self._icons.pixmap(name, getattr(self._colours, colour), size)

    def dress(self, target: HasIcon, name: str, colour: str = "text", size: int = tokens.ICON) -> None:
        """Give a button or action an icon that keeps following the theme. The target lives as long as the window."""

        def put_on() -> None:
            target.setIcon(self._icons.icon(name, getattr(self._colours, colour), self._colours.disabled, size))

        if hasattr(target, "setIconSize"):
            target.setIconSize(QSize(size, size))
        self._dressed.append(put_on)
        put_on()

    def window_icon(self) -> QIcon:
        """The program's own icon, the same in every theme."""
        return QIcon(self._icons.pixmap("leukdesk", "#000000", 64))

    def _follow(self) -> None:
        dark = self._mode == "dark" or (self._mode == "system" and self._system_is_dark())
        self._colours = DARK if dark else LIGHT
        self._application.setPalette(palette(self._colours))
        self._application.setStyleSheet(stylesheet(self._colours))
        for put_on in self._dressed:
            put_on()
        self.changed.emit()

    def _system_is_dark(self) -> bool:
        return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
