"""What lies on the canvas: the image in the level or tiles that fit the zoom, and the heatmap over it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from leukdesk.app.viewmodels.tiles import Place, Tiles

_PIXELS_FROM = 8.0  # magnification from which pixels are shown as squares, since there is nothing between them
_TILE = 512  # px, as in `imaging.pyramid`, which may not be imported before the first paint
_BLUR = 1.15  # a level may be enlarged this much before the next finer one, of four times the tiles, is taken


class PictureItem(QGraphicsItem):
    """An image and its halved levels, or tiles; painting costs what is on screen, not what is in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # else all of it counts as exposed
        self._levels: tuple[QImage, ...] = ()
        self._shaded: tuple[QImage, ...] = ()
        self._tiles: Tiles | None = None
        self._area = QRectF()
        self.as_it_is = False  # painted without the adjustment for viewing
        self.complete = True  # whether the last painting had every tile

    def show_levels(self, levels: tuple[QImage, ...], tiles: Tiles | None = None) -> None:
        """Show another image; `levels[0]` is full size, unless `tiles` shows a picture, which then tells the size."""
        self.prepareGeometryChange()
        tiled = tiles.tiled if tiles is not None else None
        self._levels, self._shaded = levels, ()
        self._tiles = tiles if tiled is not None else None
        size = QSizeF(*tiled.sizes[0]) if tiled is not None else QSizeF(levels[0].size()) if levels else QSizeF()
        self._area = QRectF(0.0, 0.0, size.width(), size.height())
        self.update()

    def show_shaded(self, levels: tuple[QImage, ...]) -> None:
        """Show these levels instead, adjusted for viewing; none shows the image as it is."""
        self._shaded = levels
        self.update()

    def pixel(self, at: QPoint) -> QColor | None:
        """The image's own colour at a pixel; None where it is not at hand in full size."""
        if not self._area.toRect().contains(at):
            return None
        if self._tiles is None:
            return self._levels[0].pixelColor(at)
        tile = self._tiles.at(Place(0, at.x() // _TILE, at.y() // _TILE), as_it_is=True)
        return tile.pixelColor(at.x() % _TILE, at.y() % _TILE) if tile is not None else None

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        if self._area.isEmpty():
            return
        scale = painter.deviceTransform().m11() or 1.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < _PIXELS_FROM)
        seen = option.exposedRect.intersected(self._area).adjusted(-2, -2, 2, 2).intersected(self._area)
        if self._levels and (self._tiles is None or not self._covered(scale, seen)):
            self._paint_level(painter, scale, seen)
        if self._tiles is not None:
            self._paint_tiles(painter, scale, seen)

    def _paint_level(self, painter: QPainter, scale: float, seen: QRectF) -> None:
        level = self._level(scale)
        ratio_x, ratio_y = level.width() / self._area.width(), level.height() / self._area.height()
        source = QRectF(seen.x() * ratio_x, seen.y() * ratio_y, seen.width() * ratio_x, seen.height() * ratio_y)
        painter.drawImage(seen, level, source)

    def _level(self, scale: float) -> QImage:
        """The smallest level that still has a pixel for each pixel of the screen."""
        levels = self._shaded if self._shaded and not self.as_it_is else self._levels
        fitting = [one for one in levels if one.width() >= self._area.width() * scale]
        return fitting[-1] if fitting else levels[0]

    # -- tiles

    def _covered(self, scale: float, seen: QRectF) -> bool:
        tiles, wanted = self._tiles, self._tile_level(scale)
        assert tiles is not None  # for the type checker
        return all(tiles.at(place, as_it_is=self.as_it_is) is not None for place in self._places(wanted, seen))

    def _paint_tiles(self, painter: QPainter, scale: float, seen: QRectF) -> None:
        assert self._tiles is not None and self._tiles.tiled is not None  # noqa: PT018 - for the type checker
        wanted, missing = self._tile_level(scale), []
        ground = _Ground(painter)
        for place in self._places(wanted, seen):
            image = self._tiles.at(place, as_it_is=self.as_it_is)
            if image is None:
                missing.append(place)
                self._paint_coarser(ground, place)
            else:
                ground.draw(self._box(place), image, image.rect().toRectF())
        ground.close()
        middle = seen.center()
        missing.sort(key=lambda place: (self._box(place).center() - middle).manhattanLength())
        self.complete = not self._tiles.wish(missing, as_it_is=self.as_it_is)

    def _paint_coarser(self, ground: _Ground, place: Place) -> None:
        """What is known of a tile that is not here yet: a part of the next coarser one that is."""
        assert self._tiles is not None and self._tiles.tiled is not None  # noqa: PT018 - for the type checker
        for up in range(1, self._tiles.tiled.levels - place.level):
            above = Place(place.level + up, place.column >> up, place.row >> up)
            image = self._tiles.at(above, as_it_is=self.as_it_is)
            if image is not None:
                box, whole = self._box(place), self._box(above)
                across, down = image.width() / whole.width(), image.height() / whole.height()
                corner = box.topLeft() - whole.topLeft()
                source = QRectF(corner.x() * across, corner.y() * down, box.width() * across, box.height() * down)
                ground.draw(box, image, source)
                return

    def _tile_level(self, scale: float) -> int:
        assert self._tiles is not None and self._tiles.tiled is not None  # noqa: PT018 - for the type checker
        return min(max(math.floor(math.log2(_BLUR / scale)), 0), self._tiles.tiled.levels - 1)

    def _places(self, level: int, seen: QRectF) -> Iterator[Place]:
        side = _TILE << level
        right, bottom = math.ceil(self._area.width() / side), math.ceil(self._area.height() / side)
        for row in range(max(0, int(seen.top() // side)), min(bottom, int(seen.bottom() // side) + 1)):
            for column in range(max(0, int(seen.left() // side)), min(right, int(seen.right() // side) + 1)):
                yield Place(level, column, row)

    def _box(self, place: Place) -> QRectF:
        """Where a tile lies, in px of the image."""
        side = float(_TILE << place.level)
        return QRectF(place.column * side, place.row * side, side, side).intersected(self._area)


class _Ground:
    """Draws tiles edge to edge: their edges are moved to whole pixels of the screen, or seams would show."""

    def __init__(self, painter: QPainter) -> None:
        self._painter, self._to_device = painter, painter.deviceTransform()
        painter.save()
        painter.setWorldTransform(self._to_device.inverted()[0] * painter.worldTransform())

    def draw(self, box: QRectF, image: QImage, source: QRectF) -> None:
        on_screen = self._to_device.mapRect(box)
        left, top = round(on_screen.left()), round(on_screen.top())
        right, bottom = round(on_screen.right()), round(on_screen.bottom())
        self._painter.drawImage(QRectF(left, top, right - left, bottom - top), image, source)

    def close(self) -> None:
        self._painter.restore()


class OverlayItem(QGraphicsItem):
    """A picture stretched over the image, or over a part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._image: QImage | None = None
        self._area = QRectF()
        self.setZValue(1)

    def show_image(self, image: QImage | None, area: QRectF) -> None:
        """Stretch `image` over `area`; None hides it."""
        if image is not self._image or area != self._area:
            self.prepareGeometryChange()
            self._image, self._area = image, area
            self.update()
        self.setVisible(image is not None)

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        if self._image is None:
            return
        seen = option.exposedRect.intersected(self._area)
        across, down = self._image.width() / self._area.width(), self._image.height() / self._area.height()
        corner = seen.topLeft() - self._area.topLeft()
        source = QRectF(corner.x() * across, corner.y() * down, seen.width() * across, seen.height() * down)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.drawImage(seen, self._image, source)
