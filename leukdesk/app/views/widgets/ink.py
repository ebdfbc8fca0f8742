"""Lines by the thousand: OpenCV strokes outlines into a clear picture.

QPainter takes half a millisecond for each wide outline, and OpenCV's wide lines not much less. Many are therefore drawn
one pixel wide, all of one colour in one call, and widened together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QColor, QImage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHIFT = 4  # bits of a sixteenth of a pixel
_LEAST = 3.0  # px between corners that are drawn: closer ones could not be told apart


class Stroke(NamedTuple):
    """One closed line through corners (n, 2), whole or in dashes (drawn, left out)."""

    corners: NDArray[np.float32]
    colour: str
    dashes: tuple[float, float] | None


class Ink:
    """A clear picture of `width` x `height` logical px; lengths are logical px too."""

    def __init__(self, width: int, height: int, ratio: float) -> None:
        import numpy as np

        self._ratio = ratio
        self._pixels = np.zeros((max(1, round(height * ratio)), max(1, round(width * ratio)), 4), np.uint8)

    def stroke(
        self, corners: NDArray[np.float32], colour: str, width: float, dashes: tuple[float, float] | None = None
    ) -> None:
        """A closed line through corners (n, 2), whole or in dashes (drawn, left out)."""
        import cv2
        import numpy as np

        corners = _thinned(corners)
        lines = [corners] if dashes is None else _dashed(corners, *dashes)
        fixed = [np.round(line * (self._ratio * (1 << _SHIFT))).astype(np.int32) for line in lines]
        thick = max(1, round(width * self._ratio))
        cv2.polylines(self._pixels, fixed, dashes is None, _bgra(colour), thick, cv2.LINE_AA, _SHIFT)

    def strokes(self, lines: Sequence[Stroke], colour_under: str, *, wide: bool) -> None:
        """Many closed lines at once, each over a wider one of `colour_under`; not smoothed."""
        import cv2
        import numpy as np

        high, width = self._pixels.shape[:2]
        under, over = np.zeros((high, width), np.uint8), np.zeros_like(self._pixels)
        for closed in (True, False):
            for colour in dict.fromkeys(one.colour for one in lines):
                some = [one for one in lines if one.colour == colour and (one.dashes is None) is closed]
                pieces = [piece for one in some for piece in self._pieces(one)]
                if pieces:
                    cv2.polylines(over, pieces, closed, _bgra(colour), 1, cv2.LINE_8)
        cv2.polylines(under, [self._fixed(one.corners) for one in lines], True, 255, 1, cv2.LINE_8)
        side = max(2, round((3 if wide else 2) * self._ratio))
        around = cv2.dilate(under, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side + 3, side + 3)))
        lines_over = cv2.dilate(over, np.ones((side, side), np.uint8))
        self._pixels[around > 0] = _bgra(colour_under)
        drawn = lines_over[:, :, 3] > 0
        self._pixels[drawn] = lines_over[drawn]

    def _pieces(self, one: Stroke) -> list[NDArray[np.int32]]:
        if one.dashes is None:
            return [self._fixed(one.corners)]
        return [self._fixed(piece) for piece in _dashed(_thinned(one.corners), *one.dashes)]

    def _fixed(self, corners: NDArray[np.float32]) -> NDArray[np.int32]:
        import numpy as np

        return np.round(_thinned(corners) * self._ratio).astype(np.int32)

    def square(self, x: float, y: float, half: float, colour: str) -> None:
        """A filled square around a point."""
        import cv2

        corners = [(round((x + step) * self._ratio), round((y + step) * self._ratio)) for step in (-half, half)]
        cv2.rectangle(self._pixels, corners[0], corners[1], _bgra(colour), -1)

    def image(self) -> QImage:
        """What was drawn. (Smoothed edges fade in all four channels alike, so they are premultiplied as Qt wants.)"""
        height, width = self._pixels.shape[:2]
        made = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        made.setDevicePixelRatio(self._ratio)
        return made


def _bgra(colour: str) -> tuple[int, int, int, int]:
    named = QColor(colour)
    return named.blue(), named.green(), named.red(), 255


def _thinned(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fewer corners where they lie close on the screen."""
    import numpy as np

    steps = np.abs(np.diff(corners, axis=0)).sum(axis=1)
    around = float(steps.sum())
    if len(corners) < 9 or around >= _LEAST * len(corners):
        return corners
    every = max(1, int(_LEAST * len(corners) / max(around, 1.0)))
    return corners[:: min(every, len(corners) // 8)]


def _dashed(corners: NDArray[np.float32], drawn: float, left_out: float) -> list[NDArray[np.float32]]:
    """Pieces of a closed line, by its length."""
    import numpy as np

    closed = np.vstack([corners, corners[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    starts = np.arange(0.0, along[-1], drawn + left_out)
    at = np.stack([starts, starts + drawn / 2, starts + drawn], axis=1).clip(max=along[-1])
    places = np.stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)], axis=2)
    return list(places.astype(np.float32))
