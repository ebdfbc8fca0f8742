"""Every view and dialog of the window, one after the other, for tests of what holds for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from window_desk import Desk

from leukdesk.app.viewmodels.case_list import ListState
from leukdesk.app.views.import_model_dialog import ImportModelDialog
from leukdesk.app.views.remove_model_dialog import RemoveModelDialog
from leukdesk.app.views.tour import Tour
from leukdesk.app.views.widgets.labels import ElidedLabel
from leukdesk.domain.case import Case, CaseDetails, Specimen
from leukdesk.domain.errors import SettingsError
from leukdesk.domain.optics import STAINS
from leukdesk.history.history import History
from leukdesk.workspace import Workspace
from tests.gates import write_gate
from tests.review_walk import review_scenes
from tests.run_walk import run_scenes
from tests.training_walk import setup_states
from tests.watch_walk import watch_scenes

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
_SETTLING = 40  # looks, at most
_FRAME = 2  # px by which the frame of a focused button is thicker
INNER = (QHeaderView, QScrollBar)  # part of another control


def scenes(desk: Desk, folder: Path, broken: Path) -> Iterator[tuple[str, QWidget]]:
    """(what it is, its topmost widget); what is yielded is on screen until the next is asked for."""
    window, commands = desk.window, desk.window.commands
    desk.start()
    yield "empty", window
    desk.analyse.banner.tell(SettingsError("it was damaged", subject="settings.json", advice="Nothing is to be done."))
    yield "banner", window
    window.offer(Workspace(open=("smears",), ended=False))
    yield "offer to go on", window
    desk.analyse.banner.hide()
    window.open_paths([folder])
    desk.finish()
    desk.model.show_truth(True)
    desk.model.heatmap.show(True)
    desk.until(lambda: desk.model.heatmap.image is not None)
    yield "analyse", window
    yield from _cells(desk)
    commands.as_list.trigger()
    yield "analyse as a list", window
    commands.as_gallery.trigger()
    yield "analyse as a gallery", window
    desk.analyse.strip.search.field.setText("nothing")
    desk.until(lambda: desk.analyse.strip.none.isVisible())
    yield "nothing found", window
    commands.show_all.trigger()
    commands.as_gallery.trigger()
    yield from _places(desk, folder, broken)
    for opener in (commands.calibrate, commands.palette, commands.keys, commands.about, commands.show_welcome):
        yield opener.objectName(), (dialog := opened(desk, opener))
        dialog.reject()
    window.help.report_crash(IndexError("a bug"))
    yield "crash", (dialog := shown_dialog(desk))
    dialog.reject()
    window.help.look_around()
    desk.until(lambda: bool(window.findChildren(Tour)))
    desk.finish()  # a heatmap that arrives in mid-walk enables controls that the walk has passed
    for _ in range(3):
        yield "tour", window
        window.findChildren(Tour)[0].next.click()
    desk.finish()
    window.open_paths([broken])
    desk.until(lambda: desk.model.error is not None)
    yield "broken image", window


def case_scenes(desk: Desk) -> Iterator[tuple[str, QWidget]]:
    """The Cases place with a case that has everything, and the dialogs about it."""
    window, commands = desk.window, desk.window.commands
    commands.go_cases.trigger()
    desk.until(lambda: desk.session.desk.cases.state is ListState.EMPTY)
    yield "no case", window
    made: list[Case] = []

    def make(history: History) -> Case:
        user, fields = history.users.local().id, {"Hb": "92", "Immunophenotype CD34": "+"}
        history.cases.open(user, CaseDetails("23-0900", "P-7"))
        one = history.cases.open(
            user, CaseDetails("24-0117", "P-7", Specimen.BLOOD, STAINS[0], "100x", 0.08, date(2026, 11, 21), fields)
        )
        history.reviews.comment(user, one.id, "P-7?")
        history.cases.correct(user, one.id, replace(one.details, patient="P-8"), "ok")
        return history.cases.correct(user, one.id, replace(one.details, patient="P-7"), "no")

    desk.casebook.write(make, made.append)
    desk.until(lambda: desk.session.desk.cases.rowCount() == 2)
    yield "cases", window
    window.cases.list.search.field.setText("nothing")
    desk.until(lambda: desk.session.desk.cases.state is ListState.NONE)
    yield "no case matches", window
    window.cases.list.search.clear()
    window.cases.show_case(made[0].id)
    desk.until(lambda: window.cases.case is not None)
    yield "a case without images", window
    desk.model.put_into(made[0])
    desk.recorder.keep_all()
    desk.until(lambda: window.cases.page.images.model().rowCount() > 0)
    yield "a case", window
    yield from review_scenes(desk)
    for opener in (
        commands.new_case,
        commands.edit_case,
        commands.erase_case,
        commands.put_into_case,
        commands.report_case,
    ):
        yield opener.objectName(), (dialog := opened(desk, opener))
        dialog.reject()
        desk.until(lambda: not any(one.isVisible() for one in window.findChildren(QDialog)))
    desk.model.put_into(None)
    window.settings.accounts.ask_person()
    yield "a new account", (dialog := shown_dialog(desk))
    dialog.reject()
    window.locking._cover()
    yield "locked", window
    window.locking._uncover()


def _places(desk: Desk, folder: Path, broken: Path) -> Iterator[tuple[str, QWidget]]:
    yield from _batch_scenes(desk, folder, broken)
    yield from case_scenes(desk)
    for action in (desk.window.commands.go_models, desk.window.commands.go_train, desk.window.commands.go_settings):
        action.trigger()
        yield action.objectName(), desk.window
    yield from _new_models(desk, broken.parent / "run")
    yield from watch_scenes(desk, folder)
    yield from run_scenes(desk)
    for state in setup_states(desk.session, folder):
        yield state, desk.window
    for dialog in (
        RemoveModelDialog(desk.session.theme, "x", desk.window),
        ImportModelDialog(desk.session.theme, "x", desk.window),
    ):
        dialog.open()
        yield type(dialog).__name__, dialog
        dialog.reject()


def _new_models(desk: Desk, run: Path) -> Iterator[tuple[str, QWidget]]:
    """The gate before and after a run was judged, and two models side by side."""
    gate, comparing = desk.session.gate, desk.window.models_comparing.view
    desk.window.commands.go_train.trigger()
    for verdict in ("", "better"):
        if verdict:
            names = {"new": "fake-other", "active": "fake-stage"}
            write_gate(run / "gate", verdict=verdict, notes=("few_groups",), audit=True, original=True, **names)
        desk.window.gating.open(SimpleNamespace(folder=run, title="x"))
        desk.until(lambda: not gate.doing)
        yield f"gate {verdict}", desk.window
    desk.window.commands.go_models.trigger()
    desk.window.models.compare.click()
    yield "two models", desk.window
    comparing.take_folder(desk.model.images.row(0).path.parent)
    comparing.begin.click()
    desk.until(lambda: comparing.table.isVisible() and not desk.session.comparing.running)
    yield "two models, compared", desk.window
    comparing.back.click()


def _batch_scenes(desk: Desk, folder: Path, broken: Path) -> Iterator[tuple[str, QWidget]]:
    window, batches = desk.window, desk.session.batches
    window.commands.go_batch.trigger()
    desk.until(lambda: desk.session.casebook.user is not None)
    yield "new batch", window
    window.batch.add_sources([folder, broken])
    yield "new batch of a folder", window
    window.batch.setup.start.click()
    desk.until(lambda: batches.items.rowCount() == 7 and not batches.busy)
    yield "batch", window
    window.batch.work.show_failed()
    desk.until(lambda: batches.items.rowCount() == 1)
    yield "what failed of a batch", window
    window.batch.work.gallery.send.emit((0,))
    yield "send to a case", (dialog := shown_dialog(desk))
    dialog.reject()
    window.batch.banner.hide()


def _cells(desk: Desk) -> Iterator[tuple[str, QWidget]]:
    desk.window.commands.cells.trigger()
    cells, panel = desk.model.cells, desk.analyse.cells
    desk.until(lambda: cells.reading is not None and panel.gallery.list.rowCount() > 0)
    cells.choose(panel.gallery.list.ref(0))
    for page in ("cells", "differential", "tally", "images"):
        panel.show_page(page)
        yield f"cells, {page}", desk.window
    panel.show_page("cells")
    desk.window.commands.cells.trigger()


def opened(desk: Desk, action: QAction) -> QDialog:
    """The dialog that an action opens."""
    action.trigger()
    return shown_dialog(desk)


def shown_dialog(desk: Desk) -> QDialog:
    """The dialog that is on screen."""
    found: list[QDialog] = []

    def look() -> bool:
        found[:] = [one for one in desk.window.findChildren(QDialog) if one.isVisible()]
        return bool(found)

    desk.until(look)
    return found[0]


def visible(top: QWidget) -> list[QWidget]:
    """Every widget on screen within `top`, parts of Qt's own widgets left out."""
    QApplication.processEvents()
    ours = [one for one in top.findChildren(QWidget) if one.isVisibleTo(top) and not isinstance(one, QDialog | QMenu)]
    inside = [one for one in ours if one.window() is top.window()]
    return [one for one in inside if not one.objectName().startswith("qt_") and not isinstance(one, INNER)]


def controls(top: QWidget) -> list[QWidget]:
    """What a person can act upon."""
    return [one for one in visible(top) if isinstance(one, CONTROLS) and not _inside_a_control(one)]


def _inside_a_control(one: QWidget) -> bool:
    return isinstance(one.parentWidget(), QComboBox | QLineEdit | QAbstractItemView)


def spoken(one: QWidget) -> str:
    """What a screen reader says of a widget."""
    text = getattr(one, "text", str)() if isinstance(one, QAbstractButton | QLabel) else ""
    return one.accessibleName() or text


def texts(top: QWidget) -> Iterator[tuple[QWidget, str]]:
    """Every text that a person can read or hear within `top`, with its widget; entered text is the person's own."""
    for one in visible(top):
        for said in (one.accessibleName(), one.accessibleDescription(), one.toolTip(), one.windowTitle()):
            yield one, said
        if isinstance(one, QLabel | QAbstractButton):
            yield one, one.text()
        elif isinstance(one, QComboBox):
            yield from ((one, one.itemText(at)) for at in range(one.count()))
            yield one, one.placeholderText()
        elif isinstance(one, QLineEdit):
            yield one, one.placeholderText()
        elif isinstance(one, QTabBar):
            yield from ((one, one.tabText(at)) for at in range(one.count()))
        elif isinstance(one, QAbstractItemView) and one.model() is not None:
            yield from ((one, text) for text in _entries(one))


def _entries(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    for row in range(min(model.rowCount(), 200)):
        for column in range(1 if isinstance(view, QListView) else model.columnCount()):
            index = model.index(row, column)
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
                yield str(index.data(role) or "")


def clipped(top: QWidget) -> list[str]:
    """Texts that do not fit where they are, once the layouts have come to rest."""
    found = list(_clipped_now(top))
    for _ in range(_SETTLING):
        if not found:
            break
        QTest.qWait(50)
        found = list(_clipped_now(top))
    return found


def _clipped_now(top: QWidget) -> Iterator[str]:
    for one in visible(top):
        if isinstance(one, QLabel) and not isinstance(one, ElidedLabel) and one.text():
            need = one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height()
            wide = _longest_word(one) if one.wordWrap() else one.sizeHint().width()
            if need > one.height() or wide > one.width():
                yield f"{one.text()!r}: {one.width()}x{one.height()} for {wide}x{need}"
        elif isinstance(one, QAbstractButton | QComboBox) and _words(one):
            need = one.minimumSizeHint() if isinstance(one, QComboBox) else one.sizeHint()  # its list tells all
            if one.width() < need.width() - _FRAME or one.height() < need.height() - _FRAME:
                yield f"{_words(one)!r}: {one.size().toTuple()} for {need.toTuple()}"
        elif isinstance(one, QLineEdit) and one.fontMetrics().horizontalAdvance(one.placeholderText()) > one.width():
            yield one.placeholderText()


def _words(one: QAbstractButton | QComboBox) -> str:
    return one.currentText() if isinstance(one, QComboBox) else one.text()


def _longest_word(one: QLabel) -> int:
    return max(map(one.fontMetrics().horizontalAdvance, re.split(r"[\s/\\_.-]+", one.text())))
