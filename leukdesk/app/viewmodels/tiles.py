"""The tiles of a large picture: wished for by painting, made on a lane, kept within a limit of bytes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError
from leukdesk.imaging.tile_cache import TileCache

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from leukdesk.app.workers.pictures import Tiled

CACHE_BYTES = 256 << 20

_numbers = count(1)


class Place(NamedTuple):
    """Where a tile belongs: level 0 is full size."""

    level: int
    column: int
    row: int


class _Key(NamedTuple):
    picture: int
    shades: bytes  # of the adjustment for viewing; empty for the picture as it is
    place: Place


Cache = TileCache[_Key, "QImage"]


def tile_cache(limit_bytes: int = CACHE_BYTES) -> Cache:
    """One store for all tiles of a window."""
    return TileCache(limit_bytes, lambda image: image.sizeInBytes())


class Tiles(QObject):
    """The tiles of one picture at a time; `arrived` says that one came."""

    arrived = Signal()
    failed = Signal(object)  # KnownError: a part of the picture cannot be read

    def __init__(self, lane: Lane, cache: Cache, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._cache = lane, cache
        self._tiled: Tiled | None = None
        self._number = 0
        self._shades = b""
        self._wished: dict[_Key, Token] = {}
        self._broken: set[_Key] = set()

    @property
    def tiled(self) -> Tiled | None:
        """The picture that tiles are made of; None for none, or for one that is shown whole."""
        return self._tiled

    @property
    def held_bytes(self) -> int:
        """What all tiles of the window take."""
        return self._cache.held_bytes

    @property
    def waiting(self) -> bool:
        """Whether tiles are still to come."""
        return bool(self._wished)

    def show(self, tiled: Tiled | None) -> None:
        """Another picture, or none."""
        if tiled is self._tiled:
            return
        self._cancel()
        gone = self._number
        self._cache.forget(lambda key: key.picture == gone)
        self._tiled, self._number = tiled, next(_numbers)
        self._broken.clear()

    def shade(self, shades: bytes) -> None:
        """Adjust tiles for viewing by a table of 256 levels; empty shows them as they are."""
        if shades == self._shades:
            return
        self._cancel()
        old, number = self._shades, self._number
        self._shades = shades
        if old:
            self._cache.forget(lambda key: key.picture == number and key.shades == old)
        self.arrived.emit()

    def at(self, place: Place, *, as_it_is: bool = False) -> QImage | None:
        """A tile that is here already; `as_it_is` ignores the adjustment."""
        return self._cache.get(_Key(self._number, b"" if as_it_is else self._shades, place))

    def wish(self, places: Iterable[Place], *, as_it_is: bool = False) -> bool:
        """Have these tiles made, nearest first, and no others; tells whether any is missing that can be made."""
        shades = b"" if as_it_is else self._shades
        wanted = {key: None for place in places if (key := _Key(self._number, shades, place)) not in self._broken}
        for key in [key for key in self._wished if key not in wanted]:
            self._wished.pop(key).cancel()
        for key in wanted:
            if key not in self._wished:
                self._submit(key)
        return bool(wanted)

    def _submit(self, key: _Key) -> None:
        assert self._tiled is not None  # for the type checker: only what is shown is wished for
        plain = self._cache.get(key._replace(shades=b""))
        work = partial(self._tiled.make, *key.place, plain, key.shades)
        self._wished[key] = self._lane.submit(work, partial(self._take, key), partial(self._fail, key))

    def _take(self, key: _Key, made: tuple[QImage, QImage]) -> None:
        self._wished.pop(key, None)
        plain, shaded = made
        self._cache.put(key._replace(shades=b""), plain)
        if key.shades:
            self._cache.put(key, shaded)
        self.arrived.emit()

    def _fail(self, key: _Key, error: Exception) -> None:
        self._wished.pop(key, None)
        self._broken.add(key)
        if isinstance(error, KnownError) and len(self._broken) == 1:
            self.failed.emit(error)

    def _cancel(self) -> None:
        for token in self._wished.values():
            token.cancel()
        self._wished.clear()
