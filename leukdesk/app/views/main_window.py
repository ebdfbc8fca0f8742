"""The one window: rail, places, status strip, menus; it opens what is dropped on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.desks import Desks
from leukdesk.app.viewmodels.guide import GuideViewModel
from leukdesk.app.viewmodels.open_fields import OpenFieldsViewModel
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.analyse_view import AnalyseView
from leukdesk.app.views.enter_presses import press_focused
from leukdesk.app.views.help_desk import HelpDesk
from leukdesk.app.views.late_places import PLACES, HasLatePlaces
from leukdesk.app.views.leaving import Leaving
from leukdesk.app.views.locking import Locking
from leukdesk.app.views.menus import fill_menus
from leukdesk.app.views.openings import Openings, paths_in
from leukdesk.app.views.placement import fills, fitting
from leukdesk.app.views.status_strip import StatusStrip
from leukdesk.app.views.training_goes_on import AskBeforeLeaving
from leukdesk.app.views.training_note import training_note
from leukdesk.app.views.watch_place import WatchPlace
from leukdesk.app.views.widgets.rail import Rail
from leukdesk.domain.case import Case
from leukdesk.domain.vocabulary import MODEL_SUFFIX
from leukdesk.settings import Theme as ThemeName
from leukdesk.workspace import Workspace


class MainWindow(QMainWindow, HasLatePlaces):
    """To add a place: 1. its action, among `Actions.ways`, 2. its name and its view in `late_places`.

    `painted` is emitted once, after the first paint.
    """

    painted = Signal()
    closing = Signal()
    recents_cleared = Signal()

    def __init__(
        self,
        model: AnalyseViewModel,
        fields: OpenFieldsViewModel,
        preferences: Preferences,
        theme: Theme,
        sample: Callable[[], Path],
        guide: GuideViewModel,
        folders: tuple[Path, Path],
        desks: Desks,
    ) -> None:
        """`sample`: where the sample case is; `folders`: the user's data, and the translations."""
        super().__init__()
        self._model, self._fields, self._preferences = model, fields, preferences
        self._theme, self._sample, self._desks, self._folders = theme, sample, desks, folders
        self._was_painted, self._whole = False, QWidget()
        one = self.commands = Actions(theme, self)
        self.rail = Rail(theme)
        self.places = QStackedWidget()
        self.analyse = AnalyseView(model, fields, theme, self.commands)
        self._menus = self.menuBar()
        recent = fill_menus(self._menus, one)
        self.openings = Openings(model, preferences, self.commands, recent, self)
        if preferences.settings.keys:
            self.commands.rebind(preferences.settings.keys)
        self.staying = AskBeforeLeaving(desks.training, theme, self)
        self.watch = WatchPlace(lambda: self.models, desks.watch, theme, self.analyse.banner, one.go_models, self)
        self._ways = one.ways()
        self.status = StatusStrip(model, theme, self.commands)
        self.status.add(training_note(desks.training, one.go_train, self))
        self.help = HelpDesk(self, self.commands, self.analyse, theme, model, guide, folders[0])
        self.leaving = Leaving(self, desks.cases, self.analyse.banner, self.commands.restore_history, theme)
        self._set_up()
        self._add_places()
        self._begin_places()
        self._lay_out()
        self.locking = Locking(self, desks.cases.casebook, preferences, one.lock, theme)
        self._connect()

    # -- what the user asks for

    def open_paths(self, paths: list[Path], at: Path | None = None) -> None:
        """Open files and folders in the Analyse place, with the first image shown, or `at`.

        What is opened on the page of a case belongs to that case. A model among them is offered for import.
        """
        paths = self.without_models(paths)
        if not paths:
            return
        case = self.cases.case_for_images() if self.is_made("cases") else None
        self.go_to(0)
        self._model.open(paths, at, case)

    def without_models(self, paths: list[Path]) -> list[Path]:
        """The same files less those of models, which are offered for import in the Models place."""
        models = [one for one in paths if one.suffix.lower() == MODEL_SUFFIX]
        if models:
            self.commands.go_models.trigger()
            self.models.offer(models)
        return [one for one in paths if one not in models]

    def open_from_outside(self, paths: list[Path]) -> None:
        """What a second start of the program was given, for no case; the window comes to the front."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        named = self.without_models(paths)
        if named:
            self.go_to(0)
            self._model.open(named, None, None)

    def look_at(self, paths: list[Path], at: Path | None) -> None:
        """Images of the case that is shown."""
        case = self.cases.case
        self.go_to(0)
        self._model.open(paths, at, case)

    def look_at_one(self, path: Path, case: Case | None) -> None:
        """An image for a case, or for none."""
        self.go_to(0)
        self._model.open([path], None, case)

    def tell_signed(self) -> None:
        """Say that no image goes into the case that is shown."""
        words = self.tr("Amend the case first to add images. What is found now is kept in no case.")
        self.analyse.banner.say(self.tr("The case is signed."), words)

    def go_to(self, place: int, _checked: bool = False) -> None:
        """Show another place."""
        view = getattr(self, PLACES[place])  # made now, where it was not there yet
        self.rail.show_place(place)
        self.places.setCurrentIndex(place)
        view.first_control().setFocus()

    def _show_key_settings(self) -> None:
        self.commands.go_settings.trigger()
        self.settings.show_section("keys")

    def workspace(self) -> Workspace:
        """What is open and how the window stands."""
        rect = self.normalGeometry()
        return Workspace(
            open=tuple(str(path.absolute()) for path in self._model.named),
            image=str(self._model.path.absolute()) if self._model.path is not None else "",
            place=self._ways[self.places.currentIndex()].objectName(),
            switches=tuple(one.objectName() for one in self._lasting() if one.isChecked()),
            rect=(rect.x(), rect.y(), rect.width(), rect.height()),
            maximized=self.isMaximized(),
            watched=self._desks.batches.watched_batch,
        )

    def stand_as(self, before: Workspace) -> None:
        """Stand as the window stood; what was open is not opened by this."""
        main = self.screen().availableGeometry()
        screens = [main, *(one.availableGeometry() for one in QGuiApplication.screens() if one is not self.screen())]
        if (rect := fitting(QRect(*before.rect), screens, self.minimumSize())) is not None:
            self.setGeometry(rect)
        if before.maximized:
            self.setWindowState(Qt.WindowState.WindowMaximized)
        for action in self._lasting():
            action.setChecked(action.objectName() in before.switches)
        places = [action.objectName() for action in self._ways]
        self.go_to(places.index(before.place) if before.place in places else 0)

    def appear(self) -> None:
        """Show the window; where its title would not fit on the screen above it, maximized."""
        if fills(self.geometry(), self.screen().availableGeometry(), self.minimumSize()):
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self.show()

    def offer(self, before: Workspace) -> None:
        """Offer to open again what was open when the window was torn away."""
        what = self.tr("leukdesk did not end in order last time.")
        advice = self.tr("Nothing of yours is lost. You can go on where you were: {name}")
        name = Path(before.image or before.open[0]).name
        self.analyse.banner.say(
            what, advice.format(name=name), "plain", self.tr("Go on there"), self.commands.reopen.trigger
        )

    def _lasting(self) -> list[QAction]:
        """Switches that belong to the layout and not to an image."""
        return [one for one in self.commands.all() if one.objectName().startswith("as_")]

    # -- drag and drop, painting, closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_in(event.mimeData()):
            event.acceptProposedAction()
            self._show_drop(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._show_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_drop(False)
        event.acceptProposedAction()
        self._take_dropped(paths_in(event.mimeData()))

    def _take_dropped(self, paths: list[Path]) -> None:
        if PLACES[self.places.currentIndex()] == "batch":
            self.batch.add_sources(paths)
        else:
            self.open_paths(paths)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_focused(event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.staying.may_leave(self.close) or not self.leaving.may_leave():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)

    def _show_drop(self, on: bool) -> None:
        self._drop.setGeometry(self._whole.rect())
        self._drop.setVisible(on)
        self._drop.raise_()

    # -- building

    def _set_up(self) -> None:
        self.setWindowTitle("leukdesk")
        self.setWindowIcon(self._theme.window_icon())
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        self.setMinimumSize(960, 600)

    def _add_places(self) -> None:
        one = self.commands
        for place, (name, action) in enumerate(zip(PLACES, self._ways, strict=True)):
            self.places.addWidget(self.analyse if name == "analyse" else QWidget())
            self.rail.add_place(action, name, foot=action is one.go_settings)
            action.triggered.connect(partial(self.go_to, place))
        self.rail.add_foot(one.keys, "keyboard")
        self.rail.show_place(0)

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.places, 1)
        column = QVBoxLayout(self._whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(self._whole)
        self._drop = QFrame(self._whole)
        self._drop.setProperty("drop", "true")
        self._drop.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._drop.hide()

    def _connect(self) -> None:
        one = self.commands
        self.openings.chosen.connect(self.open_paths)
        self.openings.recent_changed.connect(self.analyse.welcome.offer)
        self.analyse.welcome.reopened.connect(lambda name: self.open_paths([Path(name)]))
        self.analyse.welcome.offer(self._preferences.settings.recent)
        self.openings.nothing_to_paste.connect(self._say_nothing_to_paste)
        self.openings.pass_over(self._sample())
        one.calibrate.triggered.connect(self._calibrate)
        self.recents_cleared.connect(self.openings.forget)
        one.open_sample.triggered.connect(lambda: self.open_paths([self._sample()]))
        one.quit.triggered.connect(self.close)
        one.keys_changed.connect(lambda: self._preferences.set_keys(one.rebound()))
        self.help.change_keys.connect(self._show_key_settings)
        self.help.welcomed.connect(self._preferences.set_welcomed)
        one.themes.triggered.connect(lambda action: self._use_theme(action.data()))
        for action, steps in ((one.text_larger, 1), (one.text_smaller, -1), (one.text_as_designed, 0)):
            action.triggered.connect(partial(self._resize_text, steps))
        self._model.engine.chosen.connect(self._preferences.set_active_model)
        one.fetch.triggered.connect(self._fields.fetch)
        self._fields.fetched.connect(self.open_paths)
        self._fields.failed.connect(self.analyse.banner.tell)
        self._preferences.failed.connect(self.analyse.banner.tell)

    def _say_nothing_to_paste(self) -> None:
        words = self.tr("There is no image to paste")
        self.analyse.banner.say(words, self.tr("Copy an image, or files in the file manager, and paste again."))
        self.go_to(0)

    def _calibrate(self) -> None:
        from leukdesk.app.views.calibration_dialog import CalibrationDialog

        CalibrationDialog(self._model, self._preferences, self._theme, self).open()

    def _use_theme(self, mode: ThemeName) -> None:
        self._theme.use(mode)
        self._preferences.set_theme(mode)

    def _resize_text(self, steps: int, _checked: bool = False) -> None:
        self._preferences.set_text_size(self._theme.resize_text(steps))
