"""The Models place: what is installed, and what comes, goes, or is used again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.model_desk import ModelDesk
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.views.import_model_dialog import ImportModelDialog
from leukdesk.app.views.model_card import ModelCard
from leukdesk.app.views.openings import paths_in, patterns
from leukdesk.app.views.remove_model_dialog import RemoveModelDialog
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.page import Page
from leukdesk.app.views.widgets.progress_row import ProgressRow
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.vocabulary import MODEL_SUFFIX, MODEL_SUFFIXES

_WIDTH = 760


class ModelsView(QWidget):
    """One card for each installed bundle; a file of a model can be dropped anywhere on it."""

    def __init__(self, engine: Engine, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine, self._theme = engine, theme
        self._desk: ModelDesk | None = None
        self.cards: list[ModelCard] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(tokens.SPACE_3)
        self._note = label("", "muted", wrap=True)
        self.banner = Banner(theme)
        self._add_deeds()
        self._awaited = [_Awaited(theme), _Awaited(theme)]
        self._empty = EmptyState(theme, "models")
        self._empty.say(
            self.tr("No model is installed"),
            self.tr("Images can be looked at, but nothing is said of them. Install leukdesk again."),
        )
        self.look_again = self._empty.add_button(self.tr("Look again"))
        self.look_again.clicked.connect(engine.list_models)
        self._lay_out()
        self.setAcceptDrops(True)
        engine.listed.connect(self._rebuild)
        engine.loading_changed.connect(self._rebuild)
        theme.changed.connect(self._rebuild)
        self._rebuild()

    def serve(self, desk: ModelDesk) -> None:
        """Let things be done with models."""
        self._desk = desk
        self.bring_in.clicked.connect(lambda: self._ask_file(desk))
        self.go_back.clicked.connect(desk.go_back)
        self._cancel.triggered.connect(desk.cancel)
        desk.changed.connect(self._show_state)
        desk.done.connect(self._tell_done)
        desk.measured.connect(self._rebuild)
        desk.failed.connect(self.banner.tell)
        self._show_state()

    def offer(self, files: list[Path]) -> None:
        """Ask whether to import a model that was opened as a file."""
        if len(files) > 1 or (self._desk is not None and self._desk.doing):
            self.banner.say(self.tr("Models are imported one at a time"), self.tr("Open the file again afterwards."))
        elif self._desk is not None:
            dialog = ImportModelDialog(self._theme, files[0].name, self)
            dialog.accepted.connect(partial(self._desk.bring_in, files[0]))
            dialog.open()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        wanted: Callable[[], QWidget] | None = getattr(self._pages.currentWidget(), "first_control", None)
        return wanted() if wanted is not None else self

    def add_deed(self, words: str) -> QPushButton:
        """A button for something else that is done with models."""
        button = QPushButton(words)
        self.deeds.insertWidget(2, button)  # behind the title and what is stretched
        return button

    def show_page(self, page: QWidget) -> None:
        """Show something else in place of the cards; `show_models` leads back."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        if self.isVisible():
            self.first_control().setFocus()

    def show_models(self) -> None:
        """Show the cards."""
        self._pages.setCurrentIndex(0)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A model is taken here; images go where they always go."""
        if self._dropped(event) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        file = self._dropped(event)
        if file is not None and self._desk is not None:
            event.acceptProposedAction()
            self._desk.bring_in(file)

    @staticmethod
    def _dropped(event: QDropEvent) -> Path | None:
        paths = paths_in(event.mimeData())
        return paths[0] if len(paths) == 1 and paths[0].name.lower().endswith(MODEL_SUFFIXES) else None

    # -- what is there

    def _rebuild(self) -> None:
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        speeds = self._desk.speeds if self._desk is not None else {}
        self.cards = [
            ModelCard(one, self._engine, self._theme, speeds.get(one.ref.sha256) if one.ref is not None else None)
            for one in self._engine.installed
        ]
        for place, card in enumerate(self.cards):
            card.asked.connect(partial(self._do, card.key))
            self._column.insertWidget(place, card)
        some, looked = bool(self.cards), self._engine.looked
        words = self.tr("Models are folders of data, never code; every file of each was checked against its hash.")
        self._note.setText(words if looked else self.tr("Looking for models…"))
        self._note.setVisible(some or not looked)
        self._empty.setVisible(looked and not some)
        for one in self._awaited:
            one.setVisible(not looked)
        self._show_state()

    def _show_state(self) -> None:
        doing = self._desk.doing if self._desk is not None else ""
        free = self._desk is not None and not doing
        back = self._desk.way_back if self._desk is not None else ""
        self.bring_in.setEnabled(free)
        self.compare.setEnabled(sum(one.card is not None for one in self._engine.installed) > 1)
        self.go_back.setVisible(bool(back))
        self.go_back.setEnabled(free)
        self.go_back.setText(self.tr("Go back to {name}").format(name=back))
        for card in self.cards:
            card.allow(free)
        self._cancel.setEnabled(doing == "import")
        self.progress.show_progress(Progress(), self._words(doing))
        self.progress.setVisible(bool(doing))

    def _words(self, doing: str) -> str:
        step = self._desk.step if self._desk is not None else ""
        return {
            "unpack": self.tr("Importing: every file is checked"),
            "rebuild": self.tr("Importing: the network is built anew from its weights"),
            "try": self.tr("Importing: the network is tried on its golden samples"),
            "import": self.tr("Importing a model"),
            "export": self.tr("Exporting"),
            "verify": self.tr("Checking every file, and the answers to the golden samples"),
            "speed": self.tr("Measuring how fast it is on this computer"),
            "remove": self.tr("Removing"),
            "return": self.tr("Going back"),
        }.get(step or doing, "")

    # -- what is done

    def _do(self, key: str, what: str) -> None:
        assert self._desk is not None  # the buttons are off without it
        if what == "verify":
            self._desk.verify(key)
        elif what == "speed":
            self._desk.measure(key)
        elif what == "export":
            self._ask_target(self._desk, key)
        else:
            dialog = RemoveModelDialog(self._theme, key, self)
            dialog.accepted.connect(partial(self._desk.remove, key))
            dialog.open()

    def _ask_file(self, desk: ModelDesk) -> None:
        dialog = QFileDialog(self, self.tr("Import a model"))
        dialog.setNameFilters([self.tr("Models ({patterns})").format(patterns=patterns(MODEL_SUFFIXES))])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: desk.bring_in(Path(names[0])))
        dialog.open()

    def _ask_target(self, desk: ModelDesk, key: str) -> None:
        dialog = QFileDialog(self, self.tr("Export the model"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(MODEL_SUFFIX)
        dialog.selectFile(f"{key}{MODEL_SUFFIX}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: desk.export(key, Path(names[0])))
        dialog.open()

    def _tell_done(self, what: str, model: str) -> None:
        if what == "verify" and model.startswith("! "):
            advice = self.tr("Do not use it: get it again from where it came from.")
            self.banner.say(self.tr("The answers are not those it was published with."), advice, "refuse")
            return
        words = {
            "import": (self.tr("{name} is installed."), self.tr("It is not in use before you say so.")),
            "export": (self.tr("{name} was exported."), ""),
            "verify": (self.tr("Every file is as sealed, and the answers are right."), model),
            "speed": (self.tr("The speed of {name} was measured. Its card shows it."), ""),
            "remove": (self.tr("{name} was removed."), ""),
            "return": (self.tr("{name} is in use again."), self.tr("The change is on record.")),
        }[what]
        self.banner.say(words[0].format(name=model), words[1], "ok")

    # -- building

    def _add_deeds(self) -> None:
        self.bring_in, self.go_back = QPushButton(self.tr("Import a model…")), QPushButton()
        self._cancel = QAction(self.tr("Cancel the import"), self)
        self._theme.dress(self._cancel, "stop")
        self.progress = ProgressRow(self._theme, cancel=self._cancel)
        self.deeds = QHBoxLayout()
        self.deeds.setSpacing(tokens.SPACE_2)
        self.deeds.addWidget(label(self.tr("Models"), "title"))
        self.deeds.addStretch(1)
        self.compare = QPushButton(self.tr("Compare two…"))
        for one in (self.go_back, self.compare, self.bring_in):
            self.deeds.addWidget(one)

    def _lay_out(self) -> None:
        page = Page(self._theme, _WIDTH)
        page.column.setSpacing(tokens.SPACE_4)
        page.column.addLayout(self.deeds)
        page.column.addWidget(self.progress, 0, Qt.AlignmentFlag.AlignLeading)
        page.column.addWidget(self._note)
        page.column.addLayout(self._column)
        for one in (*self._awaited, self._empty):
            page.column.addWidget(one)
        page.column.addStretch(1)
        under = QWidget()
        page.fill(under)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._pages = QStackedWidget()
        self._pages.addWidget(under)
        whole.addWidget(self.banner)
        whole.addWidget(self._pages, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)


class _Awaited(QFrame):
    """The shape of a card that is not known yet."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("panel", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
        column.addWidget(Skeleton(theme, "card", self.tr("A model is being checked")))
