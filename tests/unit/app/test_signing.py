"""Signatures, amendments, versions and agreement behind the window, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.viewmodels.agreement import AgreementViewModel
from leukdesk.app.viewmodels.signing import Signing
from leukdesk.app.workers.lanes import Lanes
from leukdesk.domain.case import Case, CaseStatus
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED, Agreement
from leukdesk.domain.sign_off import signed_content
from leukdesk.domain.user import Role
from tests.review_cases import DEMO_CLASSES, record_case
from tests.review_desk import Reviewer

BLASTS, LYMPHOCYTES, _ = DEMO_CLASSES


class Desk(Reviewer):
    """A reviewer with a pen."""

    def open_for_signing(self, case: Case) -> Signing:
        self.casebook.begin()
        self.until(lambda: self.casebook.is_open)
        self.casebook.look_up_users()
        signing = Signing(self.casebook)
        signing.open(case.id)
        self.until(lambda: signing.content is not None)
        return signing

    @property
    def user(self) -> int:
        return self.history.users.local().id

    def label_all(self, case: Case) -> None:
        """As the model said, where it gave an answer; else as blasts."""
        for one in self.history.reviews.answers(case.id):
            self.history.reviews.label(self.user, one.image_id, one.model_label if one.accepted else BLASTS)


@pytest.fixture
def desk(tmp_path: Path, lanes: Lanes, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(tmp_path / "history", lanes, qtbot)
    yield made
    lanes.close()
    made.casebook.close()
    made.history.close()


@pytest.fixture
def case(desk: Desk, smears: list[Path]) -> Case:
    return record_case(desk.history, smears, 20)


def test_what_is_signed_is_counted(desk: Desk, case: Case) -> None:
    content = signed_content(desk.history.trail.case(case.id))
    assert (content.answers, content.unreviewed, content.ready) == (20, 20, False)
    desk.label_all(case)
    images = [one.id for one in desk.history.findings.images(case.id)]
    for image, label in ((0, LYMPHOCYTES), (1, NOT_CLASSED), (2, UNIDENTIFIED)):
        desk.history.reviews.label(desk.user, images[image], label)
    content = signed_content(desk.history.trail.case(case.id))
    assert (content.agreed, content.named, content.not_classed, content.unidentified) == (15, 2, 1, 1)
    assert [(one.image.id, one.before, one.after) for one in content.changed] == [(images[0], BLASTS, LYMPHOCYTES)]
    assert content.unreviewed == 0
    assert not content.ready
    assert sum(content.labels.values()) == 18
    desk.history.reviews.label(desk.user, images[2], BLASTS)
    assert signed_content(desk.history.trail.case(case.id)).ready


def test_a_case_is_signed_amended_and_both_versions_can_be_read(desk: Desk, case: Case, qtbot: QtBot) -> None:
    desk.label_all(case)
    signing = desk.open_for_signing(case)
    (signer,) = signing.signers()
    with qtbot.waitSignal(signing.done, timeout=WAIT_MS):
        signing.sign(signer, "")
    assert desk.history.cases.get(case.id).status is CaseStatus.SIGNED
    with qtbot.waitSignal(signing.refused, timeout=WAIT_MS) as refused:
        signing.amend("")
    assert isinstance(refused.args[0], HistoryError)
    with qtbot.waitSignal(signing.done, timeout=WAIT_MS):
        signing.amend("second look")
    image = desk.history.findings.images(case.id)[0].id
    desk.history.reviews.label(desk.user, image, LYMPHOCYTES)
    signing.open(case.id)
    desk.until(lambda: len(signing.versions) == 1)
    (version,) = signing.versions
    assert [(one.image.id, one.before, one.after) for one in version.since] == [(image, BLASTS, LYMPHOCYTES)]
    assert version.content.changed == ()
    assert signing.content is not None
    assert len(signing.content.changed) == 1
    signing.sign(signer, "")
    desk.until(lambda: desk.history.cases.get(case.id).status is CaseStatus.SIGNED)
    signing.open(case.id)
    desk.until(lambda: len(signing.versions) == 2)
    assert [len(one.since) for one in signing.versions] == [0, 1]


def test_what_is_open_is_not_signed(desk: Desk, case: Case, qtbot: QtBot) -> None:
    signing = desk.open_for_signing(case)
    with qtbot.waitSignal(signing.refused, timeout=WAIT_MS) as refused:
        signing.sign(signing.signers()[0], "")
    assert isinstance(refused.args[0], HistoryError)
    assert refused.args[0].reason == HistoryReason.UNRESOLVED


def test_two_people_sign_at_one_desk(desk: Desk, case: Case, qtbot: QtBot) -> None:
    desk.label_all(case)
    anna = desk.history.users.add(desk.user, "Anna", Role.REVIEWER, "secret word")
    desk.history.users.add(desk.user, "Tom", Role.TECHNICIAN, "another word")
    desk.history.users.change(desk.user, desk.user, password="my own word")
    desk.casebook.begin()
    desk.until(lambda: desk.casebook.is_open)
    desk.casebook.sign_in("local", "my own word", lambda _: None)
    desk.until(lambda: desk.casebook.user is not None)
    signing = desk.open_for_signing(case)
    signing.required = 2
    desk.until(lambda: [one.name for one in signing.signers()] == ["local", "Anna"])
    signing.sign(signing.signers()[0], "my own word")
    desk.until(lambda: desk.history.cases.get(case.id).status is CaseStatus.FIRST_SIGNED)
    signing.open(case.id)
    desk.until(lambda: signing.first_signer == "local")
    assert [one.name for one in signing.signers()] == ["Anna"], "the second must be another"
    with qtbot.waitSignal(signing.refused, timeout=WAIT_MS) as refused:
        signing.sign(anna, "wrong")
    assert isinstance(refused.args[0], HistoryError)
    assert refused.args[0].reason == HistoryReason.WRONG_PASSWORD
    with qtbot.waitSignal(signing.done, timeout=WAIT_MS):
        signing.sign(anna, "secret word")
    assert desk.history.cases.get(case.id).status is CaseStatus.SIGNED
    assert [one.signer for one in desk.history.trail.case(case.id).sign_offs] == ["local", "Anna"]


def test_agreement_of_a_case_and_of_all(desk: Desk, case: Case, smears: list[Path]) -> None:
    other = record_case(desk.history, smears, 6, accession="24-0200")
    desk.label_all(case)
    first = desk.history.findings.images(other.id)[0].id
    desk.history.reviews.label(desk.user, first, LYMPHOCYTES)
    model = AgreementViewModel(desk.casebook)
    desk.casebook.begin()
    model.open(other.id)
    assert model.loading
    desk.until(lambda: not model.loading)
    assert model.case is not None
    assert model.all is not None
    assert (model.case.answers, model.case.agreed) == (1, 0)
    assert list(model.pairs) == [Agreement(BLASTS, LYMPHOCYTES, 1)]
    assert model.all.answers == 19
    assert [one.kappa.answers for one in model.months] == [19], "of the two that the model left open none"
    model.open()
    desk.until(lambda: not model.loading)
    assert model.case is None
    assert len(model.pairs) > 1
