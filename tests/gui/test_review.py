"""A review at the window: a technician with a keyboard, and what the window shows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from window_desk import Desk

from leukdesk.app.viewmodels.judging import judging
from leukdesk.app.viewmodels.review import ReviewState
from leukdesk.app.views.review_desk import ReviewDesk
from leukdesk.app.workers.pictures import Pictures
from leukdesk.domain.case import Case, CaseStatus
from leukdesk.history.history import History
from tests.review_cases import record_case

KEYS = {"U": Qt.Key.Key_U, "N": Qt.Key.Key_N, "Enter": Qt.Key.Key_Return, "1": Qt.Key.Key_1, "2": Qt.Key.Key_2,
        "3": Qt.Key.Key_3, "Left": Qt.Key.Key_Left, "Right": Qt.Key.Key_Right}  # fmt: skip


class Technician:
    """Looks at the picture, then presses a key; keys go to whatever has the focus, and are counted."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.pressed = desk, 0
        session = desk.session
        self.models = judging(session.casebook, session.engine, session.lanes, Pictures(4_000_000))
        self.review = ReviewDesk(self.models, session.engine, session.theme)
        self.review.resize(1100, 740)
        self.session, self.view = self.review.session, self.review.review

    def begin(self, count: int, images: list[Path], **how: int) -> Case:
        self.desk.session.casebook.begin()
        self.desk.until(lambda: self.desk.session.casebook.is_open)
        case = record_case(self.history, images, count, **how)
        self.review.show()
        self.review.activateWindow()
        self.review.begin(case.id)
        self.look()
        return case

    @property
    def history(self) -> History:
        return self.desk.bench.history()

    def look(self) -> None:
        """Wait for the picture of what is asked."""
        self.desk.until(lambda: self.session.state is not ReviewState.LOADING)
        self.desk.until(lambda: self.session.item is None or self._sees(self.session.item.image.path))

    def _sees(self, path: Path) -> bool:
        picture = self.session.pictures.picture(path)
        return picture is not None and self.view.pane.shown.picture is picture

    def press(self, key: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.look()
        target = QApplication.focusWidget()
        assert target is not None
        self.desk.bot.keyClick(target, KEYS.get(key, Qt.Key.Key_Z), modifier)
        self.pressed += 1


@pytest.fixture
def technician(desk: Desk) -> Iterator[Technician]:
    made = Technician(desk)
    yield made
    made.review.close()
    made.review.deleteLater()


def test_a_technician_reviews_a_hundred_images_with_hardly_more_than_a_key_for_each(
    technician: Technician, smears: list[Path]
) -> None:
    case = technician.begin(100, smears)
    session = technician.session
    truth = {one.target: one.classes[place % 3] for place, one in enumerate(session.items)}  # what a person knows
    slips = 0
    while (item := session.item) is not None:
        right = truth[item.target]
        if session.place in (12, 57) and not item.label and slips < 2:  # a slip of the finger, noticed and taken back
            technician.press("1" if right != item.classes[0] else "2")
            technician.press("Z", Qt.KeyboardModifier.ControlModifier)
            slips += 1
        agrees = item.accepted and item.finding.label == right
        technician.press("Enter" if agrees else next(key for key, name in item.keys.items() if name == right))
    technician.desk.until(lambda: all(one.human_label for one in technician.history.reviews.answers(case.id)))
    answers = technician.history.reviews.answers(case.id)
    assert {(one.image_id, one.cell): one.human_label for one in answers} == truth
    assert slips == 2
    assert technician.pressed / 100 <= 1.1
    assert technician.history.reviews.sign(technician.history.users.local().id, case.id)
    assert technician.history.cases.get(case.id).status is CaseStatus.SIGNED


def test_cells_too_are_a_key_each(technician: Technician, smears: list[Path]) -> None:
    case = technician.begin(4, smears, cells=24)
    assert len(technician.session.items) == 100
    while technician.session.item is not None:
        technician.press("2")
    assert technician.pressed == 100
    technician.desk.until(lambda: technician.history.cases.get(case.id).labels == {"lymphocytes": 100})


def test_a_key_answers_once_and_means_what_it_says_in_a_review(technician: Technician, smears: list[Path]) -> None:
    """Held down it answers once; 1 is a class here and no zoom, whatever has the focus within the review."""
    technician.begin(20, smears)
    for _ in range(5):
        held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, "1", True)
        QApplication.sendEvent(technician.view.pane.canvas, held)
    assert technician.session.reviewed == 0
    for place, one in enumerate((technician.view.pane.canvas, technician.view.foot.skip, technician.view.panel.accept)):
        one.setFocus()
        technician.press(("1", "U", "1")[place])
        assert technician.session.reviewed == place + 1


def test_what_is_shown_follows_each_answer(technician: Technician, smears: list[Path]) -> None:
    technician.begin(20, smears)
    view, session = technician.view, technician.session
    assert view.panel.decision.text() == "Rejected"
    assert [key.look.key for key in view.panel.classes.keys] == ["1", "2", "3"]
    technician.press("Enter")
    assert "no answer of the model" in view.panel.hint.text()
    technician.press("2")
    assert view.panel.hint.isHidden()
    assert "1 of 20" in view.head.count.text()
    technician.press("Left")
    given = [key.look.label for key in view.panel.classes.keys if key.isChecked()]
    assert given == ["lymphocytes"]
    assert ": local, " in view.panel.said.text()
    assert view.foot.undo.isEnabled()
    while session.item is not None:
        technician.press("3")
    assert view.pages.sign.isVisible()
    technician.press("Left")
    assert session.item is not None


def test_the_heatmap_is_off_until_asked_for_and_off_again_with_the_next(
    technician: Technician, smears: list[Path]
) -> None:
    technician.desk.session.engine.list_models()
    technician.desk.until(lambda: bool(technician.desk.session.engine.installed))
    technician.begin(20, smears)
    canvas, heat = technician.view.pane.canvas, technician.view._heatmap
    assert heat.choice.image is None
    technician.desk.bot.keyClick(canvas, Qt.Key.Key_Space)
    technician.desk.until(lambda: heat.choice.image is not None)
    assert technician.view.pane.legend.isVisible()
    technician.press("1")
    assert heat.choice.image is None
    technician.session.blind = True
    technician.desk.bot.keyClick(canvas, Qt.Key.Key_Space)
    assert not heat.running


def test_a_blind_reading_shows_nothing_of_the_model(technician: Technician, smears: list[Path]) -> None:
    technician.session.blind = True
    technician.begin(20, smears)
    panel = technician.view.panel
    technician.desk.bot.keyClick(technician.view.pane.canvas, Qt.Key.Key_A)
    assert not technician.review.gallery.isVisible(), "it would say what the model says"
    assert not technician.view.foot.gallery.isEnabled()
    for _ in range(4):
        assert not panel.decision.isVisible()
        assert not panel.answer.isVisible()
        assert all(key.look.probability is None and not key.look.models for key in panel.classes.keys)
        assert not any("%" in key.accessibleName() for key in panel.classes.keys)
        technician.press("1")
    technician.press("Left")
    assert panel.decision.isVisible()
    assert Counter(key.look.probability is None for key in panel.classes.keys) == {False: 3}


def test_a_lost_file_is_told_and_can_be_tried_again(technician: Technician, smears: list[Path]) -> None:
    kept = {one: one.read_bytes() for one in smears}
    for one in smears:
        one.unlink()
    desk = technician.desk
    desk.session.casebook.begin()
    desk.until(lambda: desk.session.casebook.is_open)
    case = record_case(technician.history, smears, 3)
    technician.review.show()
    technician.review.begin(case.id)
    desk.until(technician.view.trouble.isVisible)
    desk.bot.keyClick(technician.view, Qt.Key.Key_1)
    assert "(U)" in technician.view.panel.hint.text()
    for one, data in kept.items():
        one.write_bytes(data)
    technician.session.read_again()
    desk.until(technician.view.pane.isVisible)
    desk.bot.keyClick(technician.view, Qt.Key.Key_1)
    assert technician.session.reviewed == 1


@pytest.mark.parametrize("cells", [0, 8])
def test_all_of_a_class_is_accepted_only_after_all_of_it_was_looked_at(
    technician: Technician, smears: list[Path], cells: int
) -> None:
    case = technician.begin(120 if not cells else 14, smears, cells=cells)
    technician.review.resize(700, 420)
    technician.desk.bot.keyClick(technician.view.pane.canvas, Qt.Key.Key_A)
    page, kept = technician.review.gallery, technician.models.gallery
    technician.desk.until(page.isVisible)
    technician.desk.until(lambda: kept.seen_count > 0)
    assert not page.accept.isEnabled()
    kept.accept()
    assert technician.session.reviewed == 0, "not by any other way either"
    wrong = kept.items[2].target
    page.view.setCurrentIndex(kept.index(2))
    technician.desk.bot.keyClick(page.view, Qt.Key.Key_3)
    assert technician.session.reviewed == 1
    label, expected = kept.label, {one.target for one in kept.items}
    bar = page.view.verticalScrollBar()
    while not kept.all_seen:
        before = kept.seen_count
        technician.desk.until(
            lambda before=before: kept.seen_count > before or kept.all_seen or bar.value() < bar.maximum()
        )
        bar.setValue(bar.value() + page.view.viewport().height() // 2)
        technician.desk.bot.wait(200)
    technician.desk.bot.mouseClick(page.accept, Qt.MouseButton.LeftButton)
    assert technician.session.reviewed == len(expected) + 1
    technician.desk.until(
        lambda: sum(bool(one.human_label) for one in technician.history.reviews.answers(case.id)) == len(expected) + 1
    )
    said = {(one.image_id, one.cell): one.human_label for one in technician.history.reviews.answers(case.id)}
    assert {said[one] for one in expected} == {label}
    assert said[wrong] == "neutrophils"
    technician.desk.bot.keyClick(page.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert technician.session.reviewed == 1, "one step takes all of it back"
