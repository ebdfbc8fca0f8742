"""A store of tiles that never holds more bytes than it may: what was not used for longest goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TileCache(Generic[K, V]):
    """Tiles by key; any thread may use it. A tile that is larger than the whole limit is not kept."""

    def __init__(self, limit_bytes: int, size_of: Callable[[V], int]) -> None:
        """`size_of` tells how many bytes a tile takes."""
        self._limit, self._size_of = limit_bytes, size_of
        self._tiles: OrderedDict[K, V] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @property
    def limit_bytes(self) -> int:
        """The most it holds."""
        return self._limit

    @property
    def held_bytes(self) -> int:
        """What it holds now."""
        return self._bytes

    def get(self, key: K) -> V | None:
        """A tile, which counts as used now; None if it is not here."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
            return self._tiles.get(key)

    def put(self, key: K, tile: V) -> None:
        """Keep a tile, and let go of others until all fit."""
        with self._lock:
            self._drop(key)
            if self._size_of(tile) > self._limit:
                return
            self._tiles[key] = tile
            self._bytes += self._size_of(tile)
            while self._bytes > self._limit:
                self._drop(next(iter(self._tiles)))

    def forget(self, unwanted: Callable[[K], bool] = lambda _key: True) -> None:
        """Let go of the tiles whose key is unwanted: all, unless told otherwise."""
        with self._lock:
            for key in [key for key in self._tiles if unwanted(key)]:
                self._drop(key)

    def _drop(self, key: K) -> None:
        tile = self._tiles.pop(key, None)
        if tile is not None:
            self._bytes -= self._size_of(tile)
