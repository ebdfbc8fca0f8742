"""A window to be photographed: on a scratch data folder, and held still wherever a picture needs it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from leukdesk import paths
from leukdesk.app.main import Session, workbench
from leukdesk.app.workers.pictures import Pictures
from leukdesk.settings import Settings

MARK = "leukdesk-synthetic"
LIMIT_S = 120


class Held:
    """Everything an object can do, with some of its methods waiting until they are let go or have a call to spare."""

    def __init__(self, make: Callable[[], Any]) -> None:
        """`make` is called with the first use, on a lane."""
        self._make, self._made = make, None
        self._gates: dict[str, threading.Semaphore] = {}
        self._answers: dict[str, Any] = {}
        self._open = threading.Event()

    def hold(self, method: str, after: int = 0) -> None:
        """Let a method be called `after` more times, then wait."""
        self._gates[method] = threading.Semaphore(after)

    def answer(self, method: str, what: Any) -> None:
        """Let a method return `what`, or raise it."""
        self._answers[method] = what

    def let_go(self) -> None:
        """Nothing waits any longer."""
        self._open.set()

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = self._make()
        real = getattr(self._made, name)
        gate = self._gates.get(name)
        if name in self._answers:
            return lambda *_, **__: _said(self._answers[name])
        return real if gate is None else self._waiting(real, gate)

    def _waiting(self, real: Callable[..., Any], gate: threading.Semaphore) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            while not self._open.is_set() and not gate.acquire(timeout=0.05):
                pass
            return real(*args, **named)

        return call


def _said(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


class Camera:
    """One window, looked at."""

    def __init__(self, session: Session, bench: Held, pictures: Held) -> None:
        self.session, self.bench, self.pictures = session, bench, pictures

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window work until something is true, and then be painted."""
        end, ticking = time.monotonic() + LIMIT_S, QTimer()
        ticking.start(10)  # so that there is always an event to wait for: with a time limit Qt would not wait at all
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        for _ in range(20):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)

    def rest(self, seconds: float = 0.3) -> None:
        """Let the window work for a while, where there is nothing to wait for."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def ready(self) -> None:
        """Wait for the models, and for everything open to be analysed."""
        session = self.session
        self.until(lambda: bool(session.engine.installed) and not session.engine.loading)
        self.until(lambda: session.model.images.counts()[0] == session.model.images.rowCount())

    def look(self, role: str = "") -> None:
        """Select the first image of the sample case with this role, and wait for its heatmap if that is on."""
        model = self.session.model
        if role:
            truths = [model.truth_of(place) for place in range(model.images.rowCount())]
            model.select(next(place for place, one in enumerate(truths) if one is not None and one.role == role))
        self.until(lambda: model.picture is not None and model.finding is not None)
        self.until(lambda: not model.heatmap.shown or model.heatmap.image is not None)

    def take(self, file: Path, widget: QWidget | None = None) -> QImage:
        """Write a picture of the window (or of a dialog), marked as synthetic: only phantoms may be open."""
        image = self.see(widget)
        image.setText(MARK, "1")
        file.parent.mkdir(parents=True, exist_ok=True)
        image.save(str(file), "PNG", 80)
        return image

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, in logical px."""
        self.session.window.resize(width, height)

    def see(self, widget: QWidget | None = None, ratio: float = 1.0) -> QImage:
        """The window with the dialog that is open before it, or one widget, as it looks now.

        `ratio`: of the picture's pixels to those of the window, as on a screen with smaller ones.
        """
        self.until(lambda: True)
        window = widget or self.session.window
        picture = _picture_of(window, ratio)
        painter = QPainter(picture)
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                middle = window.rect().center() - dialog.rect().center()
                painter.fillRect(window.rect(), QColor(0, 0, 0, 60))
                painter.drawPixmap(middle, _picture_of(dialog, ratio))
                painter.setPen(QPen(dialog.palette().mid().color(), 1))
                painter.drawRect(dialog.rect().translated(middle))
        painter.end()
        return picture.toImage()


def _picture_of(widget: QWidget, ratio: float) -> QPixmap:
    if ratio == 1.0:
        return widget.grab()
    picture = QPixmap(widget.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    widget.render(picture)
    return picture


def application() -> QApplication:
    """The one there is, or the first."""
    made = QApplication.instance() or QApplication(["leukdesk"])
    assert isinstance(made, QApplication)  # for the type checker
    return made


@contextmanager
def window(
    theme: str, *opened: Path, hold: Callable[[Held, Held], None] | None = None, model: str = ""
) -> Iterator[Camera]:
    """A window of 1280 x 800 that opens something, with the active model or another one.

    `hold` says what of bench and pictures is to wait.
    """
    paths.workspace_file().unlink(missing_ok=True)  # each window stands as the first one ever
    settings = Settings(theme=theme, active_model=model, welcomed=True)  # type: ignore[arg-type]  # one of `settings.THEMES`
    bench, pictures = Held(workbench(settings)), Held(lambda: Pictures(settings.limit_px))
    if hold is not None:
        hold(bench, pictures)
    session = Session(application(), settings, lambda: bench, pictures)  # type: ignore[arg-type]  # stands for both
    session.theme.moving = False
    camera = Camera(session, bench, pictures)
    session.open(list(opened))
    try:
        if hold is None:
            camera.ready()
        yield camera
    finally:
        bench.let_go()
        pictures.let_go()
        session.window.close()
        session.close()
        session.window.deleteLater()  # at once: a window that stays is styled anew with every change of theme
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
