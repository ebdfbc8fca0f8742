"""Pixels become pictures Qt can paint, on a lane: the GUI thread only paints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage

from leukdesk.domain.errors import ImageError
from leukdesk.domain.heatmap import Heatmap
from leukdesk.domain.image import UNTILED_PX, ImageSource, SmearImage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.cell import Box
    from leukdesk.imaging.pyramid import Pyramid
    from leukdesk.imaging.thumbnail_store import ThumbnailStore

_WHOLE_PX = 16_000_000  # larger pictures are shown in tiles
_AROUND = 1.5  # sides of a cell's box in its picture
_OVERLAY_PX = 1024  # longer side of the heatmap picture; it is smooth, so more would only cost memory


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image to look at: `levels[0]` in full size, each further one half as wide and high.

    Of a large one `levels` holds only what is there for the first look, if anything, and `tiled` makes the rest.
    """

    source: ImageSource
    levels: tuple[QImage, ...]
    tiled: Tiled | None = None


class Tiled:
    """A large picture that is made into tiles when they are looked at."""

    def __init__(self, pyramid: Pyramid) -> None:
        self._pyramid = pyramid
        self.levels = pyramid.levels
        self.sizes = tuple(pyramid.size(level) for level in range(pyramid.levels))

    def make(self, level: int, column: int, row: int, plain: QImage | None, shades: bytes) -> tuple[QImage, QImage]:
        """A tile as it is (unless `plain` is it already) and adjusted for viewing. Runs on a lane.

        Raises `ImageError`.
        """
        made = plain if plain is not None else to_qimage(self._pyramid.tile(level, column, row))
        return made, shaded(made, shades) if shades else made


class Pictures:
    """Reads and prepares pictures; every method runs on a lane and raises `ImageError` where a file cannot be read."""

    def __init__(self, limit_px: int, thumbnails: Path | None = None, *, untiled_px: int = UNTILED_PX) -> None:
        """`limit_px`: larger images are slides; `untiled_px`: larger files that are not tiled are refused.

        `thumbnails`: the folder where they are kept; they are not kept without one.
        """
        self._limit_px, self._untiled_px, self._folder = limit_px, max(limit_px, untiled_px), thumbnails
        self._store: ThumbnailStore | None = None

    def picture(self, path: Path) -> Picture:
        """The image of a file with its halved levels; of a slide or another large file the first look and tiles."""
        from leukdesk.imaging.pyramid import halved
        from leukdesk.imaging.slides import as_pyramid, open_large

        opened = open_large(path, limit_px=self._limit_px, untiled_px=self._untiled_px)
        if isinstance(opened, SmearImage) and opened.pixels.size <= 3 * _WHOLE_PX:
            return Picture(opened.source, tuple(to_qimage(level) for level in halved(opened.pixels)))
        pyramid = as_pyramid(opened)
        base = pyramid.base()
        return Picture(opened.source, (to_qimage(base),) if base is not None else (), Tiled(pyramid))

    def check(self, path: Path) -> None:
        """Read an image whole, to know whether that can be done."""
        from leukdesk.imaging.read import read_image

        read_image(path, limit_px=self._limit_px)

    def thumbnail(self, path: Path, size: int) -> QImage:
        """A small picture whose longer side is `size` px."""
        from leukdesk.imaging.thumbnail import read_thumbnail

        if self._folder is None:
            return to_qimage(read_thumbnail(path, size, limit_px=self._limit_px))
        return to_qimage(self._kept(self._folder).read(path, size, limit_px=self._limit_px))

    def small_file(self, path: Path, size: int) -> bytes:
        """A thumbnail as the bytes of a JPEG file; nothing where the image cannot be read."""
        try:
            picture = self.thumbnail(path, size)
        except ImageError:
            return b""
        return _encoded(picture, "JPEG")

    def cells(self, path: Path, boxes: Sequence[Box], size: int) -> list[QImage]:
        """A square picture of `size` px of each cell, with a quarter of its box around it."""
        from leukdesk.imaging.regions import crop_around
        from leukdesk.imaging.slide_part import open_parts

        with open_parts(path, limit_px=self._limit_px) as (picture, _):
            sides = [_AROUND * max(box.width, box.height) for box in boxes]
            crops = [crop_around(picture, box.centre, side, size) for box, side in zip(boxes, sides, strict=True)]
        return [to_qimage(one) for one in crops]

    def forget_thumbnails(self) -> None:
        """Remove what was kept of them."""
        if self._folder is not None:
            self._kept(self._folder).clear()

    def _kept(self, folder: Path) -> ThumbnailStore:
        from leukdesk.imaging.thumbnail_store import ThumbnailStore

        if self._store is None:
            self._store = ThumbnailStore(folder)
        return self._store

    def shaded(self, levels: tuple[QImage, ...], shades: bytes) -> tuple[QImage, ...]:
        """Pictures adjusted for viewing by a table of 256 levels."""
        return tuple(shaded(one, shades) for one in levels)

    def write(self, path: Path, image: QImage, *, synthetic: bool) -> None:
        """Write a PNG file, marked as synthetic if it is. Raises `OutputError`."""
        from leukdesk.imaging.decoded import SYNTHETIC_MARK
        from leukdesk.report.atomic import write_whole

        marked = image.copy()
        if synthetic:
            marked.setText(SYNTHETIC_MARK, "1")
        write_whole(path, _encoded(marked, "PNG"))

    def heatmap(self, heatmap: Heatmap, label: str, width: int, height: int, threshold: float = 0.0) -> QImage:
        """The map of one class over an image of `width` x `height` px, to be stretched over it.

        All classes of an image share one scale, so that their maps may be compared; below `threshold`, a share of its
        top, the veil is clear.
        """
        from leukdesk.imaging.overlay import heatmap_rgba

        scale = min(1.0, _OVERLAY_PX / max(width, height))
        rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
        full = float(heatmap.maps.max()) or 1.0
        rgba = heatmap_rgba(heatmap.of(label), height=rows, width=columns, full_scale=full, threshold=threshold)
        return to_qimage(rgba)

    def colour_bar(self, rows: int = 128) -> QImage:
        """The heatmap's colours from strong (top) to none, one pixel wide."""
        from leukdesk.imaging.overlay import colour_bar

        return to_qimage(colour_bar(rows))


def _encoded(image: QImage, kind: str) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)  # type: ignore[call-overload]  # PySide's stub wants the format as bytes
    return bytes(data.data())


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


def shaded(image: QImage, shades: bytes) -> QImage:
    """A picture whose levels 0..255 have become those of a table of 256; runs on a lane."""
    import cv2
    import numpy as np

    made = QImage(image.width(), image.height(), QImage.Format.Format_RGB32)
    source = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    target = np.frombuffer(made.bits(), np.uint8).reshape(image.height(), image.width(), 4)
    table = np.full((1, 256, 4), 255, np.uint8)  # Qt copies the fourth byte, though it need not look at it
    table[0, :, :3] = np.frombuffer(shades, np.uint8)[:, np.newaxis]
    cv2.LUT(source, table, dst=target)
    return made
