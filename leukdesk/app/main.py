"""The window's main: builds it from its parts, runs it, and leaves no thread behind.

Nothing but Qt, the standard library and leukdesk's light modules is imported before the first paint.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from leukdesk import paths, settings, workspace
from leukdesk.app import language
from leukdesk.app.theme.theme import Theme
from leukdesk.app.trace import Trace
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.batch_desk import batch_desk
from leukdesk.app.viewmodels.case_desk import case_desk
from leukdesk.app.viewmodels.cell_keeper import CellKeeper
from leukdesk.app.viewmodels.cell_memory import CellMemory
from leukdesk.app.viewmodels.comparing_models import ComparingModels
from leukdesk.app.viewmodels.desks import Desks
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.gate_desk import GateDesk
from leukdesk.app.viewmodels.guide import GuideViewModel
from leukdesk.app.viewmodels.idle import Idle
from leukdesk.app.viewmodels.last_work import LastWork
from leukdesk.app.viewmodels.model_desk import ModelDesk
from leukdesk.app.viewmodels.open_fields import OpenFieldsViewModel
from leukdesk.app.viewmodels.ports import Bench, PictureSource
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.viewmodels.reviewed_images import ReviewedImages
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.viewmodels.watch_desk import WatchDesk
from leukdesk.app.views.main_window import MainWindow
from leukdesk.app.workers.at_leisure import AtLeisure
from leukdesk.app.workers.collector import Collector
from leukdesk.app.workers.hand_over import HandOver, hand_over
from leukdesk.app.workers.lanes import Lanes
from leukdesk.app.workers.pictures import Pictures
from leukdesk.app.workers.private_folder import PrivateFolder
from leukdesk.domain.errors import SettingsError
from leukdesk.settings import Settings
from leukdesk.trainer import Trainer

# How soon a lane lets the GUI thread run Python. A frame of the gallery asks for it some hundred times; Python's own
# 5 ms is a third of a frame, and much less than this costs more in changes of thread than it gains (decision 0034).
_SWITCH_S = 0.0002
_LATER_MS = 1000  # after the first model: the case history is opened when the window has nothing better to do
_IDLE_MS = 30_000  # without a touch: then nobody notices a look at all objects


def run(argv_paths: Sequence[Path], *, sample: bool = False, theme: str = "", alone: bool = False) -> int:
    """Open the window on some files or folders, or on the sample case; returns the exit status once it is closed.

    A window that is open already opens them instead, unless `alone`. `theme`: one of `settings.THEMES` instead of the
    one in the settings, this time only.
    """
    named = [sample_folder()] if sample else list(argv_paths)
    if not (alone or theme) and hand_over(paths.window_file(), named):
        return 0
    favour_the_window()
    application = QApplication.instance() or QApplication(["leukdesk"])
    assert isinstance(application, QApplication)  # for the type checker
    application.setApplicationName("leukdesk")
    chosen, problem = _settings()
    pictures = Pictures(chosen.limit_px, paths.cache() / "thumbnails")
    session = Session(application, chosen, workbench(chosen), pictures, theme=theme)
    if problem is not None:
        session.window.analyse.banner.tell(problem)
    _end_on_signals(session.window.close)
    session.open(named, newcomer=not argv_paths)
    try:
        return application.exec()
    finally:
        session.close()


def show_widgets(theme: str = "") -> int:
    """Open a window that shows every shared widget in its states; returns the exit status once it is closed."""
    from leukdesk.app.views.widget_gallery import WidgetGallery

    application = QApplication.instance() or QApplication(["leukdesk"])
    assert isinstance(application, QApplication)  # for the type checker
    chosen, _ = _settings()
    colours = Theme(application, paths.resources() / "icons", text_size=chosen.text_size)
    gallery = WidgetGallery(colours)
    colours.use(theme or chosen.theme)
    gallery.show()
    return application.exec()


def favour_the_window() -> None:
    """Let the GUI thread have Python as soon as it wants it, and let nothing stop all threads while modules load."""
    sys.setswitchinterval(_SWITCH_S)
    gc.disable()  # see `Collector`, which a `Session` starts once its first model is loaded


class Session:
    """The window with everything behind it."""

    def __init__(
        self,
        application: QApplication,
        chosen: Settings,
        make_bench: Callable[[], Bench],
        pictures: PictureSource,
        *,
        theme: str = "",
    ) -> None:
        """`make_bench` is called on a lane, after the first paint; `theme` stands for the one in the settings."""
        self._application = application
        self._translators = language.put_in_force(application, chosen.language, paths.translations())
        self.lanes = Lanes()
        self._collector, self._idle = Collector(), Idle()
        self.theme = Theme(application, paths.resources() / "icons", theme or chosen.theme, chosen.text_size)
        self.engine = Engine(self.lanes.inference, make_bench)
        self._private = PrivateFolder(lambda: paths.cache() / "unpacked")
        self.model = AnalyseViewModel(self.lanes, self.engine, pictures, self._private)
        self._make_desks(make_bench, pictures)
        self.fields = OpenFieldsViewModel(self.lanes.network, make_bench)
        self.preferences = Preferences(chosen, paths.settings_file, self.lanes.pictures)
        self.last_work = LastWork(paths.workspace_file(), self.lanes.pictures, workspace.load(paths.workspace_file()))
        guide = GuideViewModel(paths.guide, self.lanes.pictures)
        self.window = MainWindow(
            *(self.model, self.fields, self.preferences, self.theme, sample_folder, guide, _folders()), self._desks
        )
        self.model.start_with(chosen)
        self.model.cells.example = sample_folder() / "phantom-02.png"
        self.window.stand_as(self.last_work.before)
        self.window.commands.reopen.setEnabled(bool(self.last_work.before.open))
        self._others = HandOver(paths.window_file())
        self._places = AtLeisure(self.window.make_at_leisure(), self.window)
        self._trace = Trace()
        self._paths: list[Path] = []
        self._newcomer, self._hook = False, sys.excepthook
        self.theme.use(self.theme.mode)  # after building: styling a finished window once is half the work
        self._connect()

    def _make_desks(self, make_bench: Callable[[], Bench], pictures: PictureSource) -> None:
        """What the places work with, beside the images that are open."""
        self.desk = case_desk(self.lanes, make_bench, self.model, pictures)
        self.casebook, self.recorder = self.desk.casebook, self.desk.recorder
        self.batches = batch_desk(self.lanes, self.casebook, self.engine, pictures, make_bench)
        self.cell_keeper = CellKeeper(self.casebook, self.model)
        self.cell_memory = CellMemory(self.casebook, self.model, self.cell_keeper)
        self.models = ModelDesk(self.lanes.models, make_bench, self.engine)
        self.training = TrainDesk(self.lanes, Trainer(), paths.training_folder())
        self.gate = GateDesk(self.lanes.models, make_bench, self.engine, self.models, self.training)
        reviewed = ReviewedImages(self.casebook, self.lanes.trainer, make_bench, paths.training_folder() / "images")
        drafts = paths.training_folder() / "setup"
        self.train_setup = TrainSetup(self.training, self.engine, reviewed, self.lanes.trainer, drafts)
        self.comparing = ComparingModels(self.lanes, make_bench, self.engine, pictures)
        self.watch = WatchDesk(
            self.lanes.control, make_bench, self.casebook, paths.watch_folder, lambda: self.batches.busy
        )
        self._desks = Desks(
            *(self.desk, self.batches, self.models, self.comparing, self.watch),
            *(self.training, self.train_setup, self.gate),
        )

    def open(self, named: list[Path], *, newcomer: bool = False) -> None:
        """Show the window; what was named is opened once it is painted. A `newcomer` is welcomed, once."""
        self._paths, self._newcomer = named, newcomer
        self.window.appear()

    def close(self) -> None:
        """Join every thread and let go of the model."""
        sys.excepthook = self._hook
        self._others.close()
        self._idle.wait(0)
        self._places.end()
        self._collector.close()
        self.model.files.close()
        self.batches.stop_for_closing()
        self.recorder.send_all()
        self.models.close()
        self.gate.close()
        self.comparing.close()
        self.training.close()
        self.watch.close()
        self.lanes.close()
        self.casebook.close()
        self.last_work.end()
        self.engine.close()
        self._private.close()
        for translator in self._translators:
            self._application.removeTranslator(translator)
        _stop_log()

    def _connect(self) -> None:
        sys.excepthook = self._caught
        for lane in self.lanes.all():
            lane.crashed.connect(self._report)
        self.window.painted.connect(self._painted)
        self._collector.put_off.connect(partial(self._idle.wait, _IDLE_MS))
        self._idle.passed.connect(self._collector.look_at_all)
        self._others.asked.connect(self.window.open_from_outside)
        self.preferences.optics_changed.connect(self.model.use_optics)
        self.window.commands.reopen.triggered.connect(self._go_on)
        self.window.commands.keep_cells.triggered.connect(self.cell_keeper.keep)
        self.cell_keeper.kept.connect(self.window.analyse.tell_kept)
        self.cell_keeper.failed.connect(self.window.analyse.banner.tell)
        self.last_work.interrupted.connect(self.window.offer)
        self.window.recents_cleared.connect(self._forget)
        self.last_work.failed.connect(self.window.analyse.banner.tell)
        self.batches.watch_again(self.last_work.before.watched, self.last_work.note)
        for told in (self.model.opened, self.model.selected, self.window.places.currentChanged):
            told.connect(self.last_work.note)
        self.engine.opened.connect(self._model_loaded)
        self.engine.loading_changed.connect(self._collect_again)
        self.model.picture_changed.connect(lambda: self._trace_shown("picture"))
        self.model.outcome_changed.connect(self._trace_finding)

    def _painted(self) -> None:
        self._trace.mark("painted")
        if self._newcomer and not self.preferences.settings.welcomed:
            self.window.help.welcome()
        QTimer.singleShot(0, self._begin)

    def _begin(self) -> None:
        self.lanes.pictures.submit(_start_log)
        named = self.window.without_models(self._paths)
        if named:
            self.window.go_to(0)  # wherever the last window stood
        self.model.begin(named)
        self.engine.list_models()
        self.fields.look_up()
        self.lanes.pictures.submit(self._private.sweep)
        self.model.files.start()
        self.last_work.begin(self.window.workspace)
        self._others.listen()
        QTimer.singleShot(_LATER_MS, self.training, self.training.look)

    def _forget(self) -> None:
        self.last_work.forget()
        self.preferences.forget_opened()
        self.window.commands.reopen.setEnabled(False)

    def _go_on(self) -> None:
        """Open what was open last, at the image that was looked at."""
        before = self.last_work.before
        if before.open:
            self.window.analyse.banner.hide()
            self.window.open_paths([Path(one) for one in before.open], at=Path(before.image))

    def _collect_again(self) -> None:
        if not self.engine.loading:
            self._collector.start()
            QTimer.singleShot(_LATER_MS, self.casebook, self.casebook.begin_if_new)
            self._places.begin()

    def _model_loaded(self) -> None:
        self._trace.mark("model")

    def _trace_finding(self) -> None:
        if self.model.finding is not None:
            self._trace_shown("prediction")

    def _trace_shown(self, event: str) -> None:
        if self._trace.waits_for(event):
            self.window.repaint()
            self._trace.mark(event)

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A bug in a slot: told to the terminal as ever, and in one dialog; work goes on."""
        self._hook(kind, error, trace)
        if threading.current_thread() is threading.main_thread() and issubclass(kind, Exception):
            self._report(error)

    def _report(self, error: BaseException) -> None:
        self.lanes.pictures.submit(partial(_log_bug, error))
        self.window.help.report_crash(error)


def sample_folder() -> Path:
    """Where the sample case is."""
    return paths.resources() / "sample"


def _folders() -> tuple[Path, Path]:
    """Where the user's data and the translations are."""
    return paths.user_data(), paths.translations()


def workbench(chosen: Settings) -> Callable[[], Bench]:
    """What makes the one workbench, when it is first needed, on whatever lane that is."""
    alone = threading.Lock()

    @cache
    def made() -> Bench:
        from leukdesk.bootstrap import Workbench

        return Workbench(chosen)

    def make() -> Bench:
        with alone:
            return made()

    return make


def _start_log() -> None:
    from leukdesk import logs

    logs.start(paths.log_folder())


def _stop_log() -> None:
    from leukdesk import logs

    logs.stop()


def _log_bug(error: BaseException) -> None:
    import logging

    logging.getLogger("leukdesk").critical("bug", exc_info=error)


def _settings() -> tuple[Settings, SettingsError | None]:
    return settings.load_or_mend(paths.settings_file())


def _end_on_signals(close: Callable[[], object]) -> None:
    """Ctrl+C and SIGTERM close the window in order. Python only looks at signals when it runs, hence the timer."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: close())
    timer = QTimer(QApplication.instance())
    timer.setInterval(250)
    timer.timeout.connect(lambda: None)
    timer.start()
