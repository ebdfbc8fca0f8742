"""A new batch: what is to be classified, by which models, and how; below it the batches there are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.batch_desk import BatchDesk
from leukdesk.app.viewmodels.engine import model_key
from leukdesk.app.views.batch_earlier import EarlierBatches
from leukdesk.app.views.widgets.labels import label, link
from leukdesk.app.views.widgets.page import Page
from leukdesk.app.views.widgets.switch import Switch
from leukdesk.domain.vocabulary import IMAGE_SUFFIXES

_WIDTH, _TREE_HEIGHT = 760, 190  # px


class BatchSetup(QWidget):
    """`started` follows the button; what was chosen stays for the next batch, but for the folders and the case."""

    started = Signal()
    watched = Signal()

    def __init__(self, desk: BatchDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self.tree, self._theme = desk, desk.tree, theme
        self.add_folder, self.add_images = QPushButton(self.tr("Add folder…")), QPushButton(self.tr("Add images…"))
        self.only, self.remove = link(self.tr("Only this folder")), link(self.tr("Remove"))
        self.folders = QTreeView()
        self.drop = label(self.tr("Drop folders or images here, or add them."), "muted", wrap=True)
        self.models: dict[str, Switch] = {}
        self.ensemble = Switch(theme, self.tr("One answer of these models: the mean of their probabilities"))
        self.recursive = Switch(theme, self.tr("Folders within these folders too"))
        self.reuse = Switch(theme, self.tr("Use again what was found before of the same image"))
        self.heatmaps = Switch(theme, self.tr("Write a picture of each heatmap into a folder"))
        self.accession = QLineEdit()
        self.start = QPushButton(self.tr("Classify"))
        self.watch = QPushButton(self.tr("Watch this folder"))
        self.note = label("", "muted", wrap=True)
        self.earlier = EarlierBatches(desk, theme)
        self._heatmap_folder: Path | None = None
        self._models = QVBoxLayout()
        self._ensemble_why = label(self.tr("Their classes differ: each answers for itself."), "muted", wrap=True)
        self._ensemble_row = QWidget()
        self._set_up()
        self._lay_out()
        self._connect()
        self._list_models()
        self._show_sources()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self.start if self.start.isEnabled() else self.add_folder

    def chosen_models(self) -> tuple[str, ...]:
        """Keys of the models that are switched on."""
        return tuple(key for key, switch in self.models.items() if switch.isChecked())

    def as_one(self) -> bool:
        """Whether the models are asked as an ensemble."""
        return self.ensemble.isChecked() and self._desk.engine.can_join(self.chosen_models())

    def heatmap_folder(self) -> Path | None:
        """Where pictures of heatmaps go; None: they are not written."""
        return self._heatmap_folder if self.heatmaps.isChecked() else None

    def _set_up(self) -> None:
        whole = QVBoxLayout(self._ensemble_row)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(_row(self.ensemble, self.ensemble.accessibleName()))
        self._ensemble_why.setIndent(self.ensemble.width() + tokens.SPACE_3)
        whole.addWidget(self._ensemble_why)
        self.folders.setModel(self.tree)
        self.folders.setHeaderHidden(True)
        self.folders.setAccessibleName(self.tr("Folders to classify"))
        self.folders.setUniformRowHeights(True)
        self.folders.setMinimumHeight(self._theme.px(_TREE_HEIGHT))
        self.recursive.setChecked(True)
        self.start.setProperty("kind", "primary")
        self.accession.setAccessibleName(self.tr("Accession number of the case"))
        self.accession.setPlaceholderText(self.tr("none: recent work"))
        self.watch.setToolTip(self.tr("Classify new images of this folder as soon as they are completely written"))

    def _connect(self) -> None:
        self.add_folder.clicked.connect(self._ask_for_folder)
        self.add_images.clicked.connect(self._ask_for_images)
        self.only.clicked.connect(lambda: self.tree.only(self.folders.currentIndex()))
        self.remove.clicked.connect(lambda: self.tree.remove(self.folders.currentIndex()))
        self.folders.selectionModel().currentChanged.connect(self._show_choice)
        self.tree.modelReset.connect(self._show_choice)
        self.tree.changed.connect(self._show_sources)
        self.heatmaps.clicked.connect(self._ask_for_heatmap_folder)
        self.start.clicked.connect(self.started)
        self.watch.clicked.connect(self.watched)
        self._desk.engine.listed.connect(self._list_models)
        self._desk.engine.opened.connect(self._list_models)
        self._desk.changed.connect(self._show_sources)

    # -- what is asked for

    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Add a folder"))
        if chosen:
            self.tree.add([Path(chosen)])

    def _ask_for_images(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in sorted(IMAGE_SUFFIXES))
        words = self.tr("Images ({kinds})").format(kinds=kinds)
        chosen, _ = QFileDialog.getOpenFileNames(self, self.tr("Add images"), "", words)
        self.tree.add([Path(one) for one in chosen])

    def _ask_for_heatmap_folder(self) -> None:
        if self.heatmaps.isChecked():
            chosen = QFileDialog.getExistingDirectory(self, self.tr("Where pictures of heatmaps are written"))
            self._heatmap_folder = Path(chosen) if chosen else None
            self.heatmaps.setChecked(bool(chosen))

    # -- what is shown

    def _show_sources(self) -> None:
        paths, desk = self.tree.paths(), self._desk
        self.folders.setVisible(bool(paths))
        self.drop.setVisible(not paths)
        self.only.setVisible(bool(paths))
        self.remove.setVisible(bool(paths))
        ready = bool(paths) and bool(self.chosen_models()) and desk.may_record and not desk.busy
        self.start.setEnabled(ready)
        self._show_ensemble()
        watching = desk.watching is not None and desk.watching.on
        self.watch.setEnabled(bool(paths) and bool(self.chosen_models()) and desk.may_record and len(paths) == 1)
        self.watch.setEnabled(self.watch.isEnabled() and not watching)
        self.note.setText(self._why_not(paths))
        self.note.setVisible(bool(self.note.text()))

    def _show_ensemble(self) -> None:
        several, joined = len(self.chosen_models()) > 1, self._desk.engine.can_join(self.chosen_models())
        self._ensemble_row.setVisible(several)
        self.ensemble.setEnabled(joined)
        self._ensemble_why.setVisible(several and not joined)

    def _why_not(self, paths: Sequence[Path]) -> str:
        if self._desk.casebook.is_locked:
            return self.tr("Sign in to start a batch. What is under way goes on.")
        if self._desk.casebook.is_open and not self._desk.may_record:
            return self.tr("You may look at batches, but not start one.")
        if self._desk.busy:
            return self.tr("A batch is running. The next one can start when it is done or paused.")
        if paths and not self.chosen_models():
            return self.tr("Choose at least one model.")
        return ""

    def _show_choice(self) -> None:
        index = self.folders.currentIndex()
        self.only.setEnabled(index.isValid())
        self.remove.setEnabled(self.tree.is_root(index))

    def _list_models(self) -> None:
        cards = [one.card for one in self._desk.engine.installed if one.card is not None]
        for card in cards:
            key = model_key(card)
            if key not in self.models:
                self.models[key] = Switch(self._theme, f"{card.name} {card.version}")
                self.models[key].setChecked(key == self._desk.engine.wanted)
                self.models[key].clicked.connect(self._show_sources)
                self._models.addLayout(_row(self.models[key], f"{card.name} {card.version}", card.title))
        if not self.chosen_models() and self._desk.engine.wanted in self.models:
            self.models[str(self._desk.engine.wanted)].setChecked(True)
        self._show_sources()

    def _lay_out(self) -> None:
        page = Page(self._theme, _WIDTH)
        page.column.setSpacing(tokens.SPACE_3)
        page.column.addWidget(label(self.tr("Classify whole folders"), "title"))
        page.column.addWidget(self._sources())
        page.column.addWidget(self._options())
        foot = QHBoxLayout()
        foot.setSpacing(tokens.SPACE_2)
        foot.addWidget(self.start)
        foot.addWidget(self.watch)
        foot.addWidget(self.note, 1)
        foot.addStretch(0)
        page.column.addLayout(foot)
        page.column.addSpacing(tokens.SPACE_3)
        page.column.addWidget(self.earlier)
        page.column.addStretch(1)
        page.fill(self)

    def _sources(self) -> QFrame:
        card, column = _card()
        column.addWidget(self.drop)
        column.addWidget(self.folders)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_2)
        for one in (self.add_folder, self.add_images):
            row.addWidget(one)
        row.addStretch(1)
        row.addWidget(self.only)
        row.addSpacing(tokens.SPACE_2)
        row.addWidget(self.remove)
        column.addLayout(row)
        return card

    def _options(self) -> QFrame:
        card, column = _card()
        column.addWidget(label(self.tr("Models"), "section"))
        column.addLayout(self._models)
        column.addWidget(self._ensemble_row)
        column.addWidget(label(self.tr("How"), "section"))
        for switch in (self.recursive, self.reuse, self.heatmaps):
            column.addLayout(_row(switch, switch.accessibleName()))
        case = QHBoxLayout()
        case.setSpacing(tokens.SPACE_3)
        case.addWidget(label(self.tr("Keep in case")))
        case.addWidget(self.accession, 1)
        case.addStretch(1)
        column.addLayout(case)
        return card


def _card() -> tuple[QFrame, QVBoxLayout]:
    card = QFrame()
    card.setProperty("panel", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_3)
    column.setSpacing(tokens.SPACE_2)
    return card, column


def _row(switch: Switch, name: str, more: str = "") -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(tokens.SPACE_3)
    row.addWidget(switch)
    words: QLabel = label(name)
    words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(words, 0 if more else 1)
    if more:
        row.addWidget(label(more, "muted", wrap=True), 1)
    return row
