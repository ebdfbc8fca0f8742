"""Pixels become pictures Qt can paint, on a lane: the GUI thread only paints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from leukdesk.domain.heatmap import Heatmap
from leukdesk.domain.image import ImageSource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.imaging.thumbnail_store import ThumbnailStore

_COARSE_PX = 1024  # halving ends here
_OVERLAY_PX = 1024  # longer side of the heatmap picture; it is smooth, so more would only cost memory


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image to look at: `levels[0]` in full size, each further one half as wide and high."""

    source: ImageSource
    levels: tuple[QImage, ...]


class Pictures:
    """Reads and prepares pictures; every method runs on a lane and raises `ImageError` where a file cannot be read."""

    def __init__(self, limit_px: int, thumbnails: Path | None = None) -> None:
        """`thumbnails`: the folder where they are kept; they are not kept without one."""
        self._limit_px, self._folder = limit_px, thumbnails
        self._store: ThumbnailStore | None = None

    def picture(self, path: Path) -> Picture:
        """The image of a file with its halved levels."""
        from leukdesk.imaging.read import read_image

        image = read_image(path, limit_px=self._limit_px)
        return Picture(image.source, tuple(to_qimage(level) for level in _halved(image.pixels)))

    def thumbnail(self, path: Path, size: int) -> QImage:
        """A small picture whose longer side is `size` px."""
        from leukdesk.imaging.thumbnail import read_thumbnail

        if self._folder is None:
            return to_qimage(read_thumbnail(path, size, limit_px=self._limit_px))
        return to_qimage(self._kept(self._folder).read(path, size, limit_px=self._limit_px))

    def forget_thumbnails(self) -> None:
        """Remove what was kept of them."""
        if self._folder is not None:
            self._kept(self._folder).clear()

    def _kept(self, folder: Path) -> ThumbnailStore:
        from leukdesk.imaging.thumbnail_store import ThumbnailStore

        if self._store is None:
            self._store = ThumbnailStore(folder)
        return self._store

    def heatmap(self, heatmap: Heatmap, label: str, width: int, height: int) -> QImage:
        """The map of one class over an image of `width` x `height` px, to be stretched over it.

        All classes of an image share one scale, so that their maps may be compared.
        """
        from leukdesk.imaging.overlay import heatmap_rgba

        scale = min(1.0, _OVERLAY_PX / max(width, height))
        rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
        full = float(heatmap.maps.max()) or 1.0
        rgba = heatmap_rgba(heatmap.of(label), height=rows, width=columns, full_scale=full)
        return to_qimage(rgba)

    def colour_bar(self, rows: int = 128) -> QImage:
        """The heatmap's colours from strong (top) to none, one pixel wide."""
        from leukdesk.imaging.overlay import colour_bar

        return to_qimage(colour_bar(rows))


def to_qimage(pixels: NDArray[np.uint8]) -> QImage:
    """A picture in Qt's own fastest format from uint8 pixels of shape (height, width, 3 or 4).

    OpenCV does it, straight into Qt's memory: Qt would keep every other thread from running Python meanwhile, for more
    than a second with a large image.
    """
    import cv2
    import numpy as np

    height, width, channels = pixels.shape
    image = QImage(width, height, QImage.Format.Format_RGB32 if channels == 3 else QImage.Format.Format_ARGB32)
    target = np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4)
    cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA if channels == 3 else cv2.COLOR_RGBA2BGRA, dst=target)
    return image if channels == 3 else image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _halved(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    import cv2

    levels = [pixels]
    while max(levels[-1].shape[:2]) > _COARSE_PX:
        height, width = levels[-1].shape[:2]
        smaller = cv2.resize(levels[-1], (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
        levels.append(smaller.astype(pixels.dtype, copy=False))
    return levels
