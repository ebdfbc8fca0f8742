"""A review without a screen: order, keys, undo to the beginning, what may not be said, what the store keeps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.viewmodels.review import Refusal, ReviewState
from leukdesk.app.viewmodels.review_queue import same_answer
from leukdesk.app.workers.lanes import Lanes
from leukdesk.domain.case import Case
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.finding import Decision
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED
from leukdesk.domain.user import Role
from tests.review_cases import record_case
from tests.review_desk import Reviewer


@pytest.fixture
def reviewer(tmp_path: Path, lanes: Lanes, qtbot: QtBot) -> Iterator[Reviewer]:
    made = Reviewer(tmp_path / "history", lanes, qtbot)
    yield made
    lanes.close()
    made.casebook.close()
    made.history.close()


@pytest.fixture
def case(reviewer: Reviewer, smears: list[Path]) -> Case:
    return record_case(reviewer.history, smears, 20)


def test_what_is_open_comes_first_and_then_the_least_certain(reviewer: Reviewer, case: Case) -> None:
    images = reviewer.history.findings.images(case.id)
    reviewer.history.reviews.label(reviewer.history.users.local().id, images[0].id, UNIDENTIFIED)
    reviewer.history.reviews.label(reviewer.history.users.local().id, images[1].id, "blasts")
    reviewer.begin(case)
    items = reviewer.session.items
    assert [one.image.id for one in items[:3]] == [images[19].id, images[9].id, images[0].id]
    assert [one.accepted for one in items[:3]] == [False, False, True]
    assert items[-1].image.id == images[1].id
    between = [one.finding.probability for one in items[3:-1]]
    assert between == sorted(between)
    assert (reviewer.session.reviewed, reviewer.session.unidentified) == (2, 1)


def test_one_key_a_class_and_the_next_is_there(reviewer: Reviewer, case: Case) -> None:
    reviewer.begin(case)
    session = reviewer.session
    assert session.item is not None
    classes = session.item.classes
    assert session.item.keys == {"1": classes[0], "2": classes[1], "3": classes[2]}
    first = session.item
    assert session.press("2")
    assert session.place == 1
    assert not session.press("9")
    reviewer.say(NOT_CLASSED)
    reviewer.accept()
    reviewer.written()
    said = {(one.image_id, one.cell): one.human_label for one in reviewer.history.reviews.answers(case.id)}
    assert said[first.target] == classes[1] == first.label
    assert said[session.items[1].target] == NOT_CLASSED
    assert said[session.items[2].target] == session.items[2].finding.label
    assert first.author == "local"


def test_undo_goes_back_to_the_beginning_and_overwrites_nothing(reviewer: Reviewer, case: Case) -> None:
    user, images = reviewer.history.users.local().id, reviewer.history.findings.images(case.id)
    reviewer.history.reviews.label(user, images[19].id, UNIDENTIFIED)
    before = reviewer.history.reviews.answers(case.id)
    reviewer.begin(case)
    session = reviewer.session
    reviewer.say("blasts")
    reviewer.say("blasts")
    session.accept_all(same_answer(session.items, session.items[2].finding.label))
    session.back()
    reviewer.say("neutrophils")
    steps = 0
    while session.can_undo:
        session.undo()
        steps += 1
    reviewer.written()
    assert steps == 4
    assert session.place == 0
    assert reviewer.history.reviews.answers(case.id) == before
    assert len(reviewer.history.trail.case(case.id).labels) > 8, "every step is a row of its own"
    assert session.items[0].label == UNIDENTIFIED
    assert session.items[0].author == "local"


def test_nobody_judges_what_he_did_not_see(reviewer: Reviewer, case: Case, smears: list[Path]) -> None:
    for one in smears:
        one.unlink()
    reviewer.begin(case)
    session = reviewer.session
    session.press("1")
    assert reviewer.refused == [Refusal.NO_PICTURE]
    assert session.place == 0
    session.say(NOT_CLASSED)
    assert session.place == 1
    session.pictures.clear()
    session.press("1")
    assert reviewer.refused[1:] == [Refusal.UNSEEN]


def test_what_the_model_did_not_answer_cannot_be_accepted(reviewer: Reviewer, case: Case) -> None:
    reviewer.begin(case)
    reviewer.accept()
    assert reviewer.refused == [Refusal.NO_ANSWER]
    assert reviewer.session.items[0].finding.decision is Decision.REJECTED
    assert not reviewer.session.can_undo


def test_a_blind_read_hides_the_model_until_one_has_spoken(reviewer: Reviewer, case: Case) -> None:
    reviewer.session.blind = True
    reviewer.begin(case)
    session = reviewer.session
    for _ in range(3):
        reviewer.say("blasts")
    assert not session.reveals
    reviewer.accept()
    session.accept_all(same_answer(session.items, "blasts"))
    assert reviewer.refused == [Refusal.BLIND, Refusal.BLIND]
    session.back()
    assert session.reveals


def test_skipped_and_unidentified_ones_come_back_at_the_end(reviewer: Reviewer, smears: list[Path]) -> None:
    case = record_case(reviewer.history, smears, 4)
    reviewer.begin(case)
    session = reviewer.session
    session.skip()
    reviewer.say(UNIDENTIFIED)
    reviewer.accept()
    reviewer.accept()
    assert session.place == 0, "the one that was skipped"
    reviewer.accept()
    assert session.state is ReviewState.DONE
    assert (session.reviewed, session.unidentified) == (4, 1)
    session.look_again()
    assert session.place == 1
    reviewer.accept()
    assert session.state is ReviewState.DONE, "left as it is"
    session.back()
    reviewer.say("blasts")
    assert session.unidentified == 0


def test_a_signed_case_is_only_looked_at(reviewer: Reviewer, smears: list[Path]) -> None:
    case = record_case(reviewer.history, smears, 2)
    user = reviewer.history.users.local().id
    targets = [(one.id, 0) for one in reviewer.history.findings.images(case.id)]
    reviewer.history.reviews.label_many(user, targets, "blasts")
    reviewer.history.reviews.sign(user, case.id)
    reviewer.begin(case)
    session = reviewer.session
    assert session.state is ReviewState.JUDGING
    reviewer.say("blasts")
    assert reviewer.refused == [Refusal.READ_ONLY]
    session.skip()
    assert session.place == 1


def test_what_could_not_be_written_is_told_and_read_anew(reviewer: Reviewer, case: Case, qtbot: QtBot) -> None:
    reviewer.begin(case)
    session = reviewer.session
    user = reviewer.history.users.local().id
    everything = [one.target for one in session.items]
    reviewer.history.reviews.label_many(user, everything, "blasts")
    reviewer.history.reviews.sign(user, case.id)  # a colleague at another desk
    with qtbot.waitSignal(session.failed, timeout=WAIT_MS) as failed:
        reviewer.say("neutrophils")
    assert isinstance(failed.args[0], HistoryError)
    assert failed.args[0].reason == HistoryReason.SIGNED
    reviewer.until(lambda: session.state is ReviewState.JUDGING)
    assert session.read_only
    assert session.items[0].label == "blasts"


def test_the_next_pictures_are_read_ahead(reviewer: Reviewer, case: Case) -> None:
    reviewer.begin(case)
    session = reviewer.session
    for ahead in (1, 2):
        path = session.items[ahead].image.path
        reviewer.until(partial(lambda path: session.pictures.picture(path) is not None, path))


def test_cells_are_reviewed_one_by_one(reviewer: Reviewer, smears: list[Path]) -> None:
    case = record_case(reviewer.history, smears, 1, cells=3)
    reviewer.begin(case)
    assert [one.finding.cell for one in reviewer.session.items] == [0, 1, 2, 3]
    for _ in range(4):
        reviewer.say("lymphocytes")
    reviewer.written()
    assert {one.human_label for one in reviewer.history.reviews.answers(case.id)} == {"lymphocytes"}


def test_an_empty_and_a_lost_case(reviewer: Reviewer, smears: list[Path]) -> None:
    reviewer.begin(record_case(reviewer.history, smears, 0))
    assert reviewer.session.state is ReviewState.EMPTY
    reviewer.session.open(999)
    reviewer.until(lambda: reviewer.session.state is ReviewState.FAILED)
    assert reviewer.session.error is not None
    assert reviewer.session.error.reason == HistoryReason.NOT_FOUND


def test_what_one_person_said_is_not_the_next_ones_to_take_back(reviewer: Reviewer, case: Case) -> None:
    user = reviewer.history.users.local().id
    reviewer.history.users.add(user, "Anna", Role.TECHNICIAN, "secret word")
    reviewer.history.users.change(user, user, password="my own word")
    reviewer.casebook.begin()
    reviewer.until(lambda: reviewer.casebook.is_locked)
    reviewer.casebook.sign_in("local", "my own word", lambda _: None)
    reviewer.until(lambda: not reviewer.casebook.is_locked)
    reviewer.begin(case)
    reviewer.say("blasts")
    reviewer.casebook.lock()
    assert reviewer.session.read_only
    reviewer.say("blasts")
    assert reviewer.refused == [Refusal.READ_ONLY]
    reviewer.casebook.sign_in("Anna", "secret word", lambda _: None)
    reviewer.until(lambda: not reviewer.session.read_only)
    assert not reviewer.session.can_undo
    reviewer.say("lymphocytes")
    reviewer.written()
    assert [one.author for one in reviewer.history.trail.case(case.id).labels] == ["local", "Anna"]
