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
from leukdesk.app.theme.tokens import DARK, LIGHT, TEXT_SIZES, THEMES, Colours

MODES = ("system", *THEMES)
_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
    "high-contrast": Qt.ColorScheme.Dark,
}


class HasIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon | QPixmap, /) -> None: ...


class Theme(QObject):
    """The colours in force (a theme of `tokens.THEMES`, or whatever the system says) and how large text is."""

    changed = Signal()

    def __init__(
        self, application: QApplication, icon_folder: Path, mode: str = "system", text_size: int = 100
    ) -> None:
        super().__init__()
        self._application = application
        self._icons = Icons(icon_folder)
        self._dressed: list[Callable[[], None]] = []
        self._mode = mode
        self._colours = THEMES.get(mode, LIGHT)  # icons are drawn in these before `use`
        self._text_size = text_size
        self.moving = True  # whether anything moves by itself; pictures are taken of what stands still
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

    @property
    def text_size(self) -> int:
        """One of `tokens.TEXT_SIZES`, per cent."""
        return self._text_size

    def use(self, mode: str, text_size: int | None = None) -> None:
        """Switch to one of `MODES`, and to one of `tokens.TEXT_SIZES` if given."""
        self._mode, self._text_size = mode, text_size or self._text_size
        self._application.styleHints().setColorScheme(_SCHEMES[mode])
        self._follow()

    def resize_text(self, steps: int) -> int:
        """Larger (1) or smaller (-1) text, or as designed (0); stays at the ends. Returns the new size in per cent."""
        at = TEXT_SIZES.index(self._text_size) if self._text_size in TEXT_SIZES else 0
        size = TEXT_SIZES[min(max(at + steps, 0), len(TEXT_SIZES) - 1)] if steps else TEXT_SIZES[0]
        if size != self._text_size:
            self.use(self._mode, size)
        return size

    def px(self, length: int) -> int:
        """A designed length that holds text, in logical pixels at the present size of text."""
        return round(length * self._text_size / 100)

    def colour(self, name: str) -> QColor:
        """One token as a colour to paint with."""
        return QColor(getattr(self._colours, name))

    def pixmap(self, name: str, colour: str = "text", size: int = tokens.ICON) -> QPixmap:
        """One icon, in one token's colour; `size` is that at 100 % text, with which icons grow."""
        return self._icons.pixmap(name, getattr(self._colours, colour), self.px(size))

    def dress(self, target: HasIcon, name: str, colour: str = "text", size: int = tokens.ICON) -> None:
        """Give a button or action an icon that follows the theme as long as the target lives."""

        def put_on() -> None:
            now = self.px(size)
            if hasattr(target, "setIconSize"):
                target.setIconSize(QSize(now, now))
            target.setIcon(self._icons.icon(name, getattr(self._colours, colour), self._colours.disabled, now))

        self._dressed.append(put_on)
        if isinstance(target, QObject):
            target.destroyed.connect(lambda: self._dressed.remove(put_on))
        put_on()

    def window_icon(self) -> QIcon:
        """The program's own icon, the same in every theme."""
        return QIcon(self._icons.pixmap("leukdesk", "#000000", 64))

    def _follow(self) -> None:
        self._colours = THEMES.get(self._mode) or (DARK if self._system_is_dark() else LIGHT)
        self._application.setPalette(palette(self._colours))
        self._application.setStyleSheet(stylesheet(self._colours, self._text_size))
        for put_on in self._dressed:
            put_on()
        self.changed.emit()

    def _system_is_dark(self) -> bool:
        return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
