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
        """Many closed lines at once, each over a wider one of `colour_under`; not smoothed.

        They are drawn as numbers of colours, in one byte a pixel, and coloured at the end.
        """
        import cv2
        import numpy as np

        colours = [colour_under, *dict.fromkeys(one.colour for one in lines)]
        under, over = (np.zeros(self._pixels.shape[:2], np.uint8) for _ in range(2))
        outlines = self._fixed([one.corners for one in lines])
        cv2.polylines(under, outlines, True, 1, 1, cv2.LINE_8)
        for number, colour in enumerate(colours[1:], 2):
            mine = [at for at, one in enumerate(lines) if one.colour == colour]
            whole = [outlines[at] for at in mine if lines[at].dashes is None]
            cv2.polylines(over, whole, True, number, 1, cv2.LINE_8)
            dashed = [piece for at in mine for piece in self._pieces(lines[at])]
            cv2.polylines(over, dashed, False, number, 1, cv2.LINE_8)
        side = max(2, round((3 if wide else 2) * self._ratio))
        around = cv2.dilate(under, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side + 3, side + 3)))
        numbers = np.maximum(around, cv2.dilate(over, np.ones((side, side), np.uint8)))
        table = np.array([(0, 0, 0, 0), *map(_bgra, colours)], np.uint8).view(np.uint32).ravel()
        np.copyto(self._pixels.view(np.uint32)[..., 0], table[numbers], where=numbers > 0)

    def _pieces(self, one: Stroke) -> list[NDArray[np.int32]]:
        import numpy as np

        if one.dashes is None:
            return []
        pieces = _dashed(_thinned(one.corners), *one.dashes)
        return [np.round(piece * self._ratio).astype(np.int32) for piece in pieces]

    def _fixed(self, outlines: Sequence[NDArray[np.float32]]) -> list[NDArray[np.int32]]:
        """Thinned by their extent, which is quicker to tell than their length; rounded together."""
        import numpy as np

        extents = [float(np.ptp(one[:, 0])) for one in outlines]
        steps = [int(_LEAST * len(one) / (3 * wide + 1)) for one, wide in zip(outlines, extents, strict=True)]
        thinned = [one[:: max(1, min(step, len(one) // 8))] for one, step in zip(outlines, steps, strict=True)]
        if not thinned:
            return []
        fixed = np.round(np.concatenate(thinned) * self._ratio).astype(np.int32)
        return np.split(fixed, np.cumsum([len(one) for one in thinned])[:-1])

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
