"""Brightness and contrast for the eye alone: never written anywhere, and never seen by a model."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

LIMIT = 100  # both ways


class Adjustment(QObject):
    """How pictures are changed on their way to the screen."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._brightness = self._contrast = 0

    @property
    def brightness(self) -> int:
        """-100 to 100; 0 leaves it."""
        return self._brightness

    @property
    def contrast(self) -> int:
        """-100 to 100; 0 leaves it."""
        return self._contrast

    @property
    def neutral(self) -> bool:
        """Whether pictures are shown as they are."""
        return self._brightness == self._contrast == 0

    def set(self, *, brightness: int | None = None, contrast: int | None = None) -> None:
        """Change one or both."""
        before = self._brightness, self._contrast
        if brightness is not None:
            self._brightness = min(max(brightness, -LIMIT), LIMIT)
        if contrast is not None:
            self._contrast = min(max(contrast, -LIMIT), LIMIT)
        if before != (self._brightness, self._contrast):
            self.changed.emit()

    def reset(self) -> None:
        """Show pictures as they are."""
        self.set(brightness=0, contrast=0)

    def shades(self) -> bytes:
        """What becomes of each of the levels 0..255; empty where nothing changes."""
        if self.neutral:
            return b""
        gain, offset = 2.0 ** (self._contrast / 50.0), 1.28 * self._brightness
        return bytes(min(255, max(0, round((level - 127.5) * gain + 127.5 + offset))) for level in range(256))
