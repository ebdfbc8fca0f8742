"""Folders to classify, with what lies in them: listed on a lane, a folder when it is opened."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.vocabulary import IMAGE_SUFFIXES, SLIDE_SUFFIXES

_Index = QModelIndex | QPersistentModelIndex


@dataclass(eq=False)
class _Node:
    path: Path
    parent: _Node | None
    row: int
    inner: list[_Node] = field(default_factory=list)
    images: int = -1  # in the folder itself; -1: not known yet
    listed: bool = False
    error: str = ""


class FolderTree(QAbstractItemModel):
    """The roots are what was chosen, files or folders; what lies in folders within them comes when they are opened."""

    changed = Signal()  # other roots

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._roots: list[_Node] = []
        self._nodes: dict[int, _Node] = {}

    # -- the roots

    def paths(self) -> list[Path]:
        """What was chosen."""
        return [one.path for one in self._roots]

    def add(self, paths: Sequence[Path]) -> None:
        """More roots; those that are there already are passed over."""
        known = set(self.paths())
        self.replace([*self.paths(), *(path for path in dict.fromkeys(paths) if path not in known)])

    def replace(self, paths: Sequence[Path]) -> None:
        """Other roots."""
        self.beginResetModel()
        self._nodes.clear()
        self._roots = [_Node(path, None, row) for row, path in enumerate(paths)]
        self._nodes = {id(one): one for one in self._roots}
        self.endResetModel()
        for one in self._roots:
            self._list(one)
        self.changed.emit()

    def remove(self, index: _Index) -> None:
        """One root less; a folder within a root cannot be removed."""
        node = self._node(index)
        if node is not None and node.parent is None:
            self.replace([path for path in self.paths() if path != node.path])

    def only(self, index: _Index) -> None:
        """This folder alone instead of all roots."""
        node = self._node(index)
        if node is not None:
            self.replace([node.path])

    def path(self, index: _Index) -> Path | None:
        """Which folder stands there."""
        node = self._node(index)
        return node.path if node is not None else None

    def is_root(self, index: _Index) -> bool:
        """Whether it was chosen itself."""
        node = self._node(index)
        return node is not None and node.parent is None

    # -- what views ask for

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """See Qt."""
        node = self._node(parent)
        inner = self._roots if node is None else node.inner
        if not 0 <= row < len(inner) or column != 0:
            return QModelIndex()
        return self.createIndex(row, column, id(inner[row]))

    def parent(self, index: _Index = QModelIndex()) -> Any:  # noqa: B008
        """See Qt."""
        node = self._node(index)
        if node is None or node.parent is None:
            return QModelIndex()
        return self.createIndex(node.parent.row, 0, id(node.parent))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Folders within one."""
        node = self._node(parent)
        return len(self._roots) if node is None else len(node.inner)

    def columnCount(self, _parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """One."""
        return 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name and number of images."""
        node = self._node(index)
        if node is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words(node)
        return str(node.path) if role == Qt.ItemDataRole.ToolTipRole else None

    def hasChildren(self, parent: _Index = QModelIndex()) -> bool:  # noqa: B008
        """Whether it can be opened."""
        return self.rowCount(parent) > 0

    def canFetchMore(self, parent: _Index) -> bool:
        """Whether a folder that is opened must be listed first: those within it, to know whether they can be opened."""
        node = self._node(parent)
        return node is not None and any(not one.listed for one in node.inner)

    def fetchMore(self, parent: _Index) -> None:
        """List the folders within a folder."""
        node = self._node(parent)
        for one in node.inner if node is not None else ():
            if not one.listed:
                self._list(one)

    def _words(self, node: _Node) -> str:
        name = node.path.name or str(node.path)
        if node.error:
            return self.tr("{name} · cannot be read").format(name=name)
        if node.images < 0:
            return name
        words = self.tr("{name} · images: {count}").format(name=name, count=number(node.images))
        if node.inner:
            words += self.tr(" · folders within: {count}").format(count=number(len(node.inner)))
        return words

    def _node(self, index: _Index) -> _Node | None:
        return self._nodes.get(index.internalId()) if index.isValid() else None

    def _list(self, node: _Node) -> None:
        node.listed = True
        self._lane.submit(partial(_look_into, node.path), partial(self._take, node))

    def _take(self, node: _Node, found: tuple[list[Path], int, str]) -> None:
        if self._nodes.get(id(node)) is not node:
            return
        folders, node.images, node.error = found
        here = self.createIndex(node.row, 0, id(node))
        if folders:
            self.beginInsertRows(here, 0, len(folders) - 1)
            node.inner = [_Node(path, node, row) for row, path in enumerate(folders)]
            self._nodes.update({id(one): one for one in node.inner})
            self.endInsertRows()
        self.dataChanged.emit(here, here)


def _look_into(path: Path) -> tuple[list[Path], int, str]:
    """The folders in a folder, how many images, and why it cannot be read. Runs on a lane."""
    from leukdesk.analysis.walk import natural_key

    folders: list[Path] = []
    images = 0
    try:
        if not path.is_dir():
            return [], (1 if path.exists() else -1), "" if path.exists() else "gone"
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    folders.append(Path(entry.path))
                elif Path(entry.name).suffix.lower() in IMAGE_SUFFIXES | SLIDE_SUFFIXES:
                    images += 1
    except OSError as error:
        return [], -1, str(error.strerror)
    return sorted(folders, key=lambda one: natural_key(one.name)), images, ""
