"""The user guide's pages and pictures, read once, off the GUI thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.errors import DataError, KnownError

CONTENTS = "README.md"  # lists the other pages in reading order
_LINK = re.compile(r"\]\(([\w-]+\.md)\)")
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its file's name, its title, and its text as Markdown."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Guide:
    """All pages in reading order, and the pictures they name."""

    pages: Sequence[Page]
    pictures: Mapping[str, QImage] = field(default_factory=dict)


class GuideViewModel(QObject):
    """Reads the guide when it is first asked for."""

    loaded = Signal()
    failed = Signal(object)  # KnownError

    def __init__(self, folder: Callable[[], Path], lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder, self._lane = folder, lane
        self._guide: Guide | None = None

    @property
    def guide(self) -> Guide | None:
        """The guide, once it was read."""
        return self._guide

    def load(self) -> None:
        """Read it, or say again that it is there."""
        if self._guide is not None:
            self.loaded.emit()
        else:
            self._lane.submit(partial(read_guide, self._folder()), self._take, self._refuse, urgent=True)

    def _take(self, guide: Guide) -> None:
        self._guide = guide
        self.loaded.emit()

    def _refuse(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)


def read_guide(folder: Path) -> Guide:
    """All pages and pictures. Raises `DataError` where the guide did not come with the program."""
    try:
        names = [CONTENTS, *dict.fromkeys(_LINK.findall((folder / CONTENTS).read_text(encoding="utf-8")))]
        pages = [_page(name, (folder / name).read_text(encoding="utf-8")) for name in names]
    except OSError as error:
        raise DataError(
            "the user guide cannot be read", reason="no_guide", subject=folder, advice="Install leukdesk again."
        ) from error
    pictures = {name for page in pages for name in _PICTURE.findall(page.text)}
    return Guide(pages, {name: QImage(str(folder / name)) for name in pictures})


def _page(name: str, text: str) -> Page:
    return Page(name, text.split("\n", 1)[0].lstrip("# ").strip(), text)
