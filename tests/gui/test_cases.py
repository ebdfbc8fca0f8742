"""The Cases place, driven: scan a number, drop images, look at what was kept, correct, comment, find, erase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QWidget
from window_desk import Desk
from window_fixtures import WAIT_MS
from window_walk import shown_dialog

from leukdesk import paths
from leukdesk.app.viewmodels.case_list import CaseList, ListState
from leukdesk.app.views.case_dialog import CaseDialog
from leukdesk.app.views.erase_dialog import EraseDialog
from leukdesk.app.views.put_into_case import PutIntoCase
from leukdesk.domain.case import Case, CaseDetails, CaseStatus, Specimen
from leukdesk.domain.errors import KnownError
from leukdesk.history.history import History
from leukdesk.history.opening import open_history

CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


class Hands:
    """A technician at the window, who counts what he does."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.actions = desk, 0

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self.actions += 1
        QTest.keyClick(self._target(), key, modifiers)

    def scan(self, text: str) -> None:
        """A keyboard wedge: fast keys, then Enter."""
        self.actions += 1
        QTest.keyClicks(self._target(), text)
        QTest.keyClick(self._target(), Qt.Key.Key_Return)

    def drop(self, *paths: Path) -> None:
        self.actions += 1
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        event = QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NONE)
        self.desk.window.dropEvent(event)

    def _target(self) -> QWidget:
        """What has the keyboard, once the topmost window has it."""
        dialogs = [one for one in self.desk.window.findChildren(QDialog) if one.isVisible()]
        top = dialogs[-1] if dialogs else self.desk.window
        top.activateWindow()  # which the offscreen platform leaves undone when a dialog closes
        self.desk.until(lambda: top.isActiveWindow() and top.focusWidget() is not None)
        return top.focusWidget()


def ask(desk: Desk, work: Callable[[History], object]) -> object:
    """Read something from the history of the window."""
    found: list[object] = []
    desk.casebook.read(work, found.append)
    desk.until(lambda: bool(found))
    return found[0]


def make(desk: Desk, *details: CaseDetails) -> list[Case]:
    """Open cases behind the window's back."""
    made = ask(desk, lambda history: [history.cases.open(history.users.local().id, one) for one in details])
    assert isinstance(made, list)
    return made


def show(desk: Desk, case: Case) -> None:
    """The page of a case."""
    desk.window.commands.go_cases.trigger()
    desk.window.cases.show_case(case.id)
    desk.until(lambda: desk.window.cases.case is not None)


def words(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget)]


def test_launch_to_the_first_finding_of_a_dropped_folder(desk: Desk, smears: list[Path]) -> None:
    desk.start()
    hands = Hands(desk)
    hands.drop(smears[0].parent)
    desk.until(lambda: desk.model.finding is not None)
    assert hands.actions == 1


def test_a_scanned_case_takes_the_folder_in_at_most_six_actions(desk: Desk, smears: list[Path]) -> None:
    desk.start()
    desk.casebook.begin()
    desk.until(lambda: desk.casebook.is_open)
    hands = Hands(desk)
    hands.key(Qt.Key.Key_3, CONTROL)
    desk.until(lambda: desk.window.cases.list._cases.state is ListState.EMPTY)
    hands.key(Qt.Key.Key_N, CONTROL)
    dialog = shown_dialog(desk)
    assert isinstance(dialog, CaseDialog)
    hands.scan("24-0117")
    assert dialog.patient.hasFocus()
    hands.key(Qt.Key.Key_Return, CONTROL)
    desk.until(lambda: desk.window.cases.case is not None)
    hands.drop(smears[0].parent)
    desk.until(lambda: desk.model.finding is not None)
    assert hands.actions <= 6
    desk.finish()
    desk.until(lambda: not desk.recorder.waiting)
    assert desk.analyse.path.text() == "case 24-0117  ›  field 1.png"
    assert "24-0117" not in desk.window.windowTitle()
    kept = ask(desk, lambda history: history.cases.by_accession("24-0117"))
    assert isinstance(kept, Case)
    assert kept.images == 6
    hands.key(Qt.Key.Key_3, CONTROL)
    desk.until(lambda: desk.window.cases.page.images.model().rowCount() == 6)


def test_a_number_scanned_into_the_list_opens_its_case(desk: Desk) -> None:
    desk.start()
    make(desk, CaseDetails("24-0001"), CaseDetails("24-00017"))
    hands = Hands(desk)
    hands.key(Qt.Key.Key_3, CONTROL)
    desk.until(lambda: desk.window.cases.list.table.model().rowCount() == 2)
    desk.window.cases.list.table.setFocus()
    hands.scan("24-0001")  # its digits and letters are commands of the window elsewhere
    desk.until(lambda: desk.window.cases.case is not None)
    assert desk.window.cases.page.title.text() == "case 24-0001"
    hands.key(Qt.Key.Key_Escape)
    assert desk.window.cases.case is None
    desk.window.cases.list.search.field.selectAll()
    QTest.keyClicks(desk.window.cases.list.search.field, "25-9999")
    desk.until(lambda: desk.session.desk.cases.state is ListState.NONE)
    hands.key(Qt.Key.Key_Return)
    dialog = shown_dialog(desk)
    assert isinstance(dialog, CaseDialog)
    assert dialog.accession.text() == "25-9999"
    dialog.reject()


def test_search_filter_and_sort(desk: Desk) -> None:
    desk.start()
    made = make(desk, *(CaseDetails(f"24-{n:03}", f"P-{9 - n}", Specimen.BLOOD) for n in range(9)))
    ask(desk, lambda history: history.reviews.sign(history.users.local().id, made[3].id))
    desk.window.commands.go_cases.trigger()
    cases: CaseList = desk.session.desk.cases
    view = desk.window.cases.list
    desk.until(lambda: cases.rowCount() == 9)
    assert cases.index(0, 0).data() == "24-008"  # the one opened last
    QTest.keyClicks(view.search.field, "p-6")
    desk.until(lambda: cases.rowCount() == 1)
    assert cases.index(0, 0).data() == "24-003"
    view.search.clear()
    desk.until(lambda: cases.rowCount() == 9)
    view.status.setCurrentIndex(view.status.findData(CaseStatus.SIGNED))
    desk.until(lambda: cases.rowCount() == 1)
    assert cases.index(0, 4).data() == "Signed"
    view.status.setCurrentIndex(0)
    desk.until(lambda: cases.rowCount() == 9)
    header = view.table.horizontalHeader()
    QTest.mouseClick(
        header.viewport(), Qt.MouseButton.LeftButton, NONE, QPoint(header.sectionViewportPosition(1) + 9, 9)
    )
    desk.until(lambda: cases.index(0, 1).data() == "P-1")


def test_thousands_of_cases_are_fetched_as_they_are_looked_at(desk: Desk) -> None:
    desk.start()
    make(desk, *(CaseDetails(f"24-{n:04}") for n in range(350)))
    desk.window.commands.go_cases.trigger()
    cases: CaseList = desk.session.desk.cases
    desk.until(lambda: cases.rowCount() == 350)
    assert cases.case(349) is None
    desk.window.cases.list.table.scrollToBottom()
    desk.until(lambda: cases.case(349) is not None)
    assert cases.index(349, 0).data() == "24-0000"
    assert cases.case(150) is None  # was never looked at


def test_details_are_corrected_with_a_reason_and_a_signed_case_is_amended(desk: Desk) -> None:
    desk.start()
    (case,) = make(desk, CaseDetails("24-0117", "P-7", fields={"WBC 10^9/L": "12"}))
    ask(desk, lambda history: history.reviews.sign(history.users.local().id, case.id))
    show(desk, case)
    desk.window.commands.edit_case.trigger()
    dialog = shown_dialog(desk)
    assert isinstance(dialog, CaseDialog)
    dialog.values.setPlainText("WBC 10^9/L = 14\nHb: 92 g/L")
    dialog.phenotype.setPlainText("CD34 = positive")
    assert not dialog.save.isEnabled()
    dialog.why.setText("misread")
    dialog.received.setText("tomorrow")
    dialog.save.click()
    assert dialog.error.isVisible()
    dialog.received.setText("2026-11-21")
    dialog.save.click()
    desk.until(lambda: desk.window.cases.case is not None and desk.window.cases.case.status is CaseStatus.AMENDING)
    shown = desk.window.cases.case
    assert shown is not None
    assert shown.details.fields == {"WBC 10^9/L": "14", "Hb": "92 g/L", "Immunophenotype CD34": "positive"}
    desk.until(lambda: "Reason: misread" in "\n".join(words(desk.window.cases.page.sections)))
    assert "Being amended" in words(desk.window.cases.page)


def test_a_number_that_is_taken_stays_in_the_dialog(desk: Desk) -> None:
    desk.start()
    make(desk, CaseDetails("24-0117"))
    desk.window.commands.go_cases.trigger()
    desk.window.commands.new_case.trigger()
    dialog = shown_dialog(desk)
    assert isinstance(dialog, CaseDialog)
    dialog.accession.setText("24-0117")
    dialog.save.click()
    desk.until(dialog.error.isVisible)
    assert dialog.save.isEnabled()
    dialog.reject()


def test_labels_comments_and_earlier_cases_stand_on_the_page(desk: Desk, smears: list[Path]) -> None:
    desk.start()
    before, case = make(desk, CaseDetails("23-0900", "P-7"), CaseDetails("24-0117", "P-7"))
    show(desk, case)
    desk.window.open_paths(smears[:2])
    desk.finish()
    desk.until(lambda: not desk.recorder.waiting)

    def work(history: History) -> None:
        answer = history.reviews.answers(case.id)[0]
        history.reviews.label(history.users.local().id, answer.image_id, "Pre", why="blasts")

    desk.casebook.write(work, case_id=case.id)
    show(desk, case)
    page = desk.window.cases.page
    desk.until(lambda: page.images.model().rowCount() == 2)
    desk.until(lambda: desk.window.cases.case is not None and desk.window.cases.case.status is CaseStatus.IN_REVIEW)
    page.sections.comment.setPlainText("Auer rods")
    page.sections.keep.click()
    desk.until(lambda: "Auer rods" in words(page.sections))
    assert page.sections.comment.toPlainText() == ""
    seen = "\n".join(words(page.sections))
    assert "Model's answer recorded, 2 times" in seen
    assert "Label given" in seen
    assert "with 95 % limits" in seen
    page.sections.chosen.emit(before.id)
    desk.until(lambda: page.title.text() == "case 23-0900")


def test_a_double_click_opens_the_image_in_its_case(desk: Desk, smears: list[Path]) -> None:
    desk.start()
    (case,) = make(desk, CaseDetails("24-0117"))
    show(desk, case)
    desk.window.open_paths(smears[:3])
    desk.finish()
    desk.until(lambda: not desk.recorder.waiting)
    with desk.bot.waitSignal(desk.model.opened, timeout=WAIT_MS):
        desk.window.open_paths(smears[3:])  # from the Analyse place: no case
    assert desk.model.case is None
    show(desk, case)
    view = desk.window.cases.page.images
    desk.until(lambda: view.model().rowCount() == 3)
    view.activated.emit(view.model().index(1, 0))
    desk.until(lambda: desk.model.path == smears[1])
    assert desk.model.case is not None
    assert desk.analyse.path.text() == "case 24-0117  ›  field 2.png"


def test_open_images_are_put_into_a_case_by_its_number(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears[:2])
    desk.casebook.begin()
    desk.until(lambda: desk.casebook.user is not None)
    desk.window.commands.put_into_case.trigger()
    dialog = shown_dialog(desk)
    assert isinstance(dialog, PutIntoCase)
    Hands(desk).scan("24-0117")
    desk.until(lambda: desk.model.case is not None)
    desk.until(lambda: not desk.recorder.waiting)
    kept = ask(desk, lambda history: history.cases.by_accession("24-0117"))
    assert isinstance(kept, Case)
    assert kept.images == 2


def test_images_opened_on_a_signed_case_stay_out_of_it(desk: Desk, smears: list[Path]) -> None:
    desk.start()
    (case,) = make(desk, CaseDetails("24-0117"))
    ask(desk, lambda history: history.reviews.sign(history.users.local().id, case.id))
    show(desk, case)
    Hands(desk).drop(smears[0])
    desk.finish()
    assert desk.model.case is None
    assert "The case is signed." in words(desk.analyse.banner)


def test_erasing_asks_for_the_number_and_leaves_a_tombstone(desk: Desk) -> None:
    desk.start()
    (case,) = make(desk, CaseDetails("24-0117"))
    show(desk, case)
    desk.window.commands.erase_case.trigger()
    dialog = shown_dialog(desk)
    assert isinstance(dialog, EraseDialog)
    assert not dialog.erase.isEnabled()
    dialog.again.setText("24-0117")
    dialog.erase.click()
    desk.until(lambda: desk.window.cases.pages.currentWidget() is desk.window.cases.list)
    assert "The case was erased." in words(desk.window.cases.banner)
    left = ask(desk, lambda history: history.trail.events(case.id))
    assert isinstance(left, list)
    assert [str(one.act) for one in left][-1] == "case.erased"


def test_a_second_window_is_told_and_goes_on_once_the_first_is_closed(desk: Desk) -> None:
    other = open_history(paths.history_folder())
    desk.start()
    desk.window.commands.go_cases.trigger()
    view = desk.window.cases.list
    desk.until(lambda: view.message.isVisible())
    assert "Another leukdesk is working with this history." in words(view.message)
    assert view.second.isVisible()
    other.close()
    view.button.click()
    desk.until(lambda: desk.session.desk.cases.state is ListState.EMPTY)
    assert "No case yet" in words(view.message)


def test_a_damaged_history_is_restored_from_the_window(desk: Desk) -> None:
    first = open_history(paths.history_folder())
    first.cases.open(first.users.local().id, CaseDetails("24-0117"))
    first.backup()
    first.close()
    (paths.history_folder() / "history.db").write_bytes(b"no database" * 5000)
    desk.start()
    desk.window.commands.go_cases.trigger()
    view = desk.window.cases.list
    desk.until(lambda: view.message.isVisible())
    view.button.click()
    dialog = shown_dialog(desk)
    restore = dialog.restore  # type: ignore[attr-defined]
    desk.until(restore.isEnabled)
    assert any("newest good backup" in one for one in words(dialog))
    restore.click()
    desk.until(lambda: desk.session.desk.cases.rowCount() == 1)


def test_closing_waits_for_what_is_to_be_kept(desk: Desk, smears: list[Path]) -> None:
    other = open_history(paths.history_folder())
    desk.start(*smears[:2])
    desk.until(lambda: desk.recorder.stuck)
    assert not desk.window.close()
    assert any("Close once more" in one for one in words(desk.analyse.banner))
    other.close()
    desk.analyse.banner.button.click()
    desk.until(lambda: not desk.recorder.waiting)
    assert desk.window.close()


def test_what_can_be_done_follows_the_role(desk: Desk) -> None:
    from leukdesk.domain.user import Role

    desk.start()
    (case,) = make(desk, CaseDetails("24-0117"))

    def accounts(history: History) -> None:
        boss = history.users.local().id
        history.users.change(boss, boss, password="for the laboratory")
        history.users.add(boss, "ann", Role.TECHNICIAN, "a secret")

    ask(desk, accounts)
    desk.casebook.look_up_users()
    desk.until(lambda: len(desk.casebook.users) == 2)
    show(desk, case)
    assert desk.window.commands.erase_case.isEnabled()
    failed: list[Exception] = []
    desk.casebook.sign_in("ann", "a secret", failed.append)
    desk.until(lambda: not desk.window.commands.erase_case.isEnabled())
    assert desk.window.commands.edit_case.isEnabled()
    assert failed == []


@pytest.mark.parametrize("text", ["", "x" * 101])
def test_a_number_that_is_none_is_refused(desk: Desk, text: str) -> None:
    desk.start()
    told: list[KnownError] = []
    desk.casebook.failed.connect(told.append)
    details = replace(CaseDetails("24"), accession=text)
    desk.casebook.write(lambda history: history.cases.open(history.users.local().id, details))
    desk.until(lambda: bool(told))
    assert told[0].reason == "invalid"
