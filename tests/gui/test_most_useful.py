"""Most useful next, in the real window: out of all cases or one, by keys, blind, undone, to its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from window_desk import Desk

from leukdesk.app.viewmodels.review import Refusal, ReviewSession, ReviewState
from leukdesk.app.views.widgets.action_button import ActionButton
from leukdesk.domain.case import Case
from leukdesk.history.history import History
from tests.review_cases import record_case


def begin(desk: Desk, images: list[Path], cases: int = 3) -> list[Case]:
    """Cases of four images each, and the queue out of all of them."""
    desk.start()
    desk.casebook.begin_if_new()
    desk.until(lambda: desk.casebook.user is not None)
    history = desk.bench.history()
    return [record_case(history, images, 4, accession=f"24-{at:04}") for at in range(cases)]


def session_of(desk: Desk) -> ReviewSession:
    return desk.window.judging.review.session


def start(desk: Desk) -> ReviewSession:
    desk.window.commands.most_useful.trigger()
    session = session_of(desk)
    desk.until(lambda: session.state is not ReviewState.LOADING)
    see(desk)
    return session


def see(desk: Desk) -> None:
    session = session_of(desk)
    desk.until(lambda: session.item is None or session.pictures.picture(session.item.image.path) is not None)


@pytest.fixture
def images(smear_folder: Path) -> list[Path]:
    return sorted(smear_folder.glob("*.png"))


def labels(history: History) -> int:
    return sum(one.count for one in history.reviews.agreement())


def test_keys_label_what_is_picked_out_of_all_cases(desk: Desk, images: list[Path]) -> None:
    begin(desk, images)
    session = start(desk)
    assert desk.window.places.currentWidget() is desk.window.cases
    assert len(session.items) == 12
    assert len({one.image.case_id for one in session.items[:3]}) == 3  # not all of one case
    review = desk.window.judging.review.review
    assert review.head.where.text().startswith("Most useful next")
    target = QApplication.focusWidget()
    assert target is not None
    desk.bot.keyClick(target, Qt.Key.Key_2)
    see(desk)
    assert session.reviewed == 1
    session.undo()
    assert session.reviewed == 0
    for _ in range(12):
        see(desk)
        session.say("lymphocytes")
    assert session.state is ReviewState.DONE
    assert review.pages.further.isVisible()
    assert not review.pages.sign.isVisible()
    review.pages.further.click()
    desk.until(lambda: session.state is ReviewState.EMPTY)
    assert labels(desk.bench.history()) == 12
    desk.window.judging.review.left.emit()
    assert desk.window.cases.pages.currentWidget() is desk.window.cases.list


def test_of_the_case_that_is_shown(desk: Desk, images: list[Path]) -> None:
    case, *_ = begin(desk, images)
    desk.window.commands.go_cases.trigger()
    desk.window.cases.show_case(case.id)
    desk.until(lambda: desk.window.cases.case is not None)
    session = start(desk)
    assert {one.image.case_id for one in session.items} == {case.id}
    desk.window.judging.review.left.emit()
    assert desk.window.cases.pages.currentWidget() is desk.window.cases.page


def test_a_blind_reading_stays_blind(desk: Desk, images: list[Path]) -> None:
    begin(desk, images, 1)
    session_of(desk).blind = True
    session = start(desk)
    refused: list[Refusal] = []
    session.refused.connect(refused.append)
    assert not session.reveals
    session.accept()
    assert refused == [Refusal.BLIND]
    assert not desk.window.judging.review.review.foot.gallery.isEnabled()


def test_what_could_not_be_written_is_read_anew(desk: Desk, images: list[Path]) -> None:
    begin(desk, images, 1)
    session = start(desk)
    failed: list[object] = []
    session.failed.connect(failed.append)
    history = desk.bench.history()
    case_id = session.items[0].image.case_id
    assert case_id is not None
    for one in session.items:
        history.reviews.label(history.users.local().id, one.image.id, "blasts")
    history.reviews.sign(history.users.local().id, case_id)  # by somebody else, meanwhile
    session.say("blasts")
    desk.until(lambda: bool(failed) and session.state is ReviewState.EMPTY)


def test_the_train_place_leads_there(desk: Desk, images: list[Path]) -> None:
    begin(desk, images, 1)
    desk.window.commands.go_train.trigger()
    buttons = [one for one in desk.window.train.findChildren(ActionButton) if one.isVisible()]
    next(one for one in buttons if one.defaultAction() is desk.window.commands.most_useful).click()
    desk.until(lambda: session_of(desk).item is not None)
    assert desk.window.places.currentWidget() is desk.window.cases
