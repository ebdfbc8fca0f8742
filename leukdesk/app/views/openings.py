"""Every way images come into the window: dialogs, what is dropped, what is pasted, what was open before."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.actions import Actions
from leukdesk.domain.vocabulary import ARCHIVE_SUFFIXES, IMAGE_SUFFIXES, SLIDE_SUFFIXES

_FEW = 4  # files that are remembered one by one; of more, their folders are
_SHOWN = 60  # characters of a path in the menu
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")


class Openings(QObject):
    """Asks for images; `chosen` carries the paths. Nothing is looked at on the disk here."""

    chosen = Signal(list)  # list[Path]
    nothing_to_paste = Signal()
    recent_changed = Signal(tuple)  # paths as text, the newest first

    def __init__(
        self, model: AnalyseViewModel, preferences: Preferences, actions: Actions, recent: QMenu, window: QWidget
    ) -> None:
        """`recent`: the menu for what was open before; `window`: what dialogs belong to."""
        super().__init__(window)
        self._model, self._preferences, self._actions, self._window = model, preferences, actions, window
        self._recent = recent
        self._not_kept: set[Path] = set()
        self._listed: tuple[str, ...] | None = None
        actions.open_images.triggered.connect(self._ask_images)
        actions.open_folder.triggered.connect(self._ask_folder)
        actions.paste.triggered.connect(self._paste)
        actions.find_missing.triggered.connect(
            lambda: self.ask_folder(self.tr("Where are the missing files?"), model.files.find)
        )
        actions.forget_recent.triggered.connect(self.forget)
        model.opened.connect(self._remember)
        preferences.changed.connect(self._fill)
        self._fill()

    def pass_over(self, folder: Path) -> None:
        """Do not remember this one: the sample case has an action of its own."""
        self._not_kept.add(folder)

    def forget(self) -> None:
        """Keep no trace of what was open."""
        self._preferences.forget_opened()
        self._model.forget_thumbnails()

    # -- dialogs

    def ask_folder(self, title: str, use: Callable[[Path], object]) -> None:
        """Ask for a folder."""
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: use(Path(names[0])))
        dialog.open()

    def _ask_images(self) -> None:
        images, archives = patterns(IMAGE_SUFFIXES | SLIDE_SUFFIXES), patterns(ARCHIVE_SUFFIXES)
        dialog = QFileDialog(self._window, self.tr("Open images"))
        dialog.setNameFilters(
            [
                self.tr("Images ({patterns})").format(patterns=images),
                self.tr("Archives of images ({patterns})").format(patterns=archives),
                self.tr("All files (*)"),
            ]
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.chosen.emit([Path(name) for name in names]))
        dialog.open()

    def _ask_folder(self) -> None:
        self.ask_folder(self.tr("Open a folder"), lambda folder: self.chosen.emit([folder]))

    # -- the clipboard

    def _paste(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        paths = paths_in(data)
        if paths:
            self.chosen.emit(paths)
        elif data.hasImage():
            self._model.open_pasted(QGuiApplication.clipboard().image())
        else:
            self.nothing_to_paste.emit()

    # -- what was open before

    def _remember(self) -> None:
        named = [path for path in self._model.named if path not in self._not_kept]
        if named and self._model.images.rowCount() > 0:
            few = named if len(named) <= _FEW else list(dict.fromkeys(path.parent for path in named))
            self._preferences.remember_opened(few)

    def _fill(self) -> None:
        if self._preferences.settings.recent == self._listed:
            return
        self._listed = self._preferences.settings.recent
        self._recent.clear()
        for name in self._listed:
            action = QAction(_shortened(name).replace("&", "&&"), self._recent)
            action.setToolTip(name)
            action.triggered.connect(lambda _on=False, name=name: self.chosen.emit([Path(name)]))
            self._recent.addAction(action)
        self.recent_changed.emit(self._preferences.settings.recent)
        self._recent.addSeparator()
        self._recent.addAction(self._actions.forget_recent)
        self._actions.forget_recent.setEnabled(bool(self._preferences.settings.recent))


def paths_in(data: QMimeData) -> list[Path]:
    """The files that are dropped or pasted: as addresses, or as text of absolute paths, one a line."""
    if data.hasUrls():
        return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    lines = [line.strip().strip('"') for line in data.text().splitlines() if line.strip()] if data.hasText() else []
    lines = [QUrl(line).toLocalFile() if line.startswith("file:") else line for line in lines]
    return [Path(line) for line in lines] if all(map(_ABSOLUTE.match, lines)) else []


def patterns(suffixes: frozenset[str] | tuple[str, ...]) -> str:
    """Suffixes as a file dialog filters by them."""
    return " ".join(f"*{suffix}" for suffix in sorted(suffixes))


def _shortened(name: str) -> str:
    return name if len(name) <= _SHOWN else f"…{name[-_SHOWN:]}"
