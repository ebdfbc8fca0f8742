"""Labels, comments, signatures, amendments: who said what, in order, and what was signed stays readable."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from leukdesk.domain.agreement import MonthOfAgreement
from leukdesk.domain.audit import Act
from leukdesk.domain.case import Case, CaseDetails, CaseStatus
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.finding import Decision
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED, Agreement, Meaning
from leukdesk.domain.user import Role
from leukdesk.history.history import History
from leukdesk.history.reviews import case_sha256
from tests.unit.history.conftest import Store, new_finding


@pytest.fixture
def images(history: History, user: int, case: Case) -> list[int]:
    """Three images, the last of which the model did not identify."""
    found = [new_finding(1), new_finding(2), new_finding(3, decision=Decision.UNIDENTIFIED)]
    history.findings.record(user, case.id, found)
    return [one.id for one in history.findings.images(case.id)]


def reason_of(refused: pytest.ExceptionInfo[HistoryError]) -> str:
    return refused.value.reason


def test_human_and_model_stay_apart_and_every_label_is_kept(
    history: History, user: int, case: Case, images: list[int]
) -> None:
    for label in ("blast", "monocyte", ""):
        history.reviews.label(user, images[0], label, why="Auer rod")
    record = history.trail.case(case.id)
    assert [one.label for one in record.labels] == ["blast", "monocyte", ""]
    assert {(one.author, one.why) for one in record.labels} == {("local", "Auer rod")}
    model = record.findings[0].label
    assert [event.changes["label"] for event in record.timeline if event.act == Act.LABELLED] == [
        (model, "blast"), ("blast", "monocyte"), ("monocyte", model)
    ]  # fmt: skip
    assert record.answers[0].label == model, "taken back"
    assert record.findings[0].label == model
    history.reviews.label_many(user, [(one, 0) for one in images], "blast")
    assert history.cases.get(case.id).labels == {"blast": 3}
    assert history.reviews.agreement(case.id) == history.reviews.agreement() == [Agreement(model, "blast", 2)]
    with pytest.raises(HistoryError):
        history.reviews.label(user, images[0], "blast", cell=7)


def test_what_is_unidentified_blocks_sign_off(history: History, user: int, case: Case, images: list[int]) -> None:
    for label in (None, UNIDENTIFIED):
        if label:
            history.reviews.label(user, images[2], label)
        with pytest.raises(HistoryError) as refused:
            history.reviews.sign(user, case.id)
        assert reason_of(refused) == HistoryReason.UNRESOLVED
    history.reviews.label(user, images[2], NOT_CLASSED)
    assert history.cases.get(case.id).unresolved == 0
    with pytest.raises(HistoryError, match="nobody has confirmed 2 of") as refused:
        history.reviews.sign(user, case.id)
    assert reason_of(refused) == HistoryReason.UNREVIEWED
    assert history.cases.get(case.id).status is CaseStatus.IN_REVIEW
    history.reviews.label_many(user, [(one, 0) for one in images[:2]], "blast")
    assert history.reviews.sign(user, case.id).meaning is Meaning.REVIEWED


def test_a_signed_case_changes_only_by_amendment_and_both_versions_are_kept(
    history: History, user: int, case: Case, images: list[int]
) -> None:
    history.reviews.label_many(user, [(images[0], 0), (images[1], 0)], "lymphocyte")
    history.reviews.label(user, images[2], "blast")
    history.reviews.comment(user, case.id, "few cells", image_id=images[2])
    with history.ledger.reading() as connection:
        bound = case_sha256(connection, case.id)
    before = history.trail.head()
    signed = history.reviews.sign(user, case.id)
    assert (signed.record_sha256, signed.head, signed.signer) == (bound, before.hash, "local")
    assert history.cases.get(case.id).status is CaseStatus.SIGNED
    attempts = [
        lambda: history.reviews.label(user, images[0], "blast"),
        lambda: history.reviews.comment(user, case.id, "late"),
        lambda: history.findings.record(user, case.id, [new_finding(9)]),
        lambda: history.cases.correct(user, case.id, CaseDetails("x"), "y"),
        lambda: history.reviews.sign(user, case.id),
        lambda: history.jobs.create(user, [], case_id=case.id),
    ]
    for attempt in attempts:
        with pytest.raises(HistoryError) as refused:
            attempt()
        assert reason_of(refused) == HistoryReason.SIGNED
    assert history.trail.head().seq == signed.id, "nothing was written"

    amendment = history.reviews.amend(user, case.id, "second look")
    assert (amendment.sign_off, amendment.why) == (signed.id, "second look")
    history.reviews.label(user, images[2], "monocyte")
    assert history.cases.get(case.id).status is CaseStatus.AMENDING
    again = history.reviews.sign(user, case.id)
    now, then = history.trail.case(case.id), history.trail.case(case.id, upto=signed.id)
    assert [one.label for one in now.labels][2:] == ["blast", "monocyte"]
    assert [one.label for one in then.labels][2:] == ["blast"]
    assert then.sign_offs == (signed,)
    assert now.sign_offs == (signed, again)
    with history.ledger.reading() as connection:
        assert case_sha256(connection, case.id, upto=signed.id - 1) == signed.record_sha256


def test_two_people_sign_where_the_site_asks(history: History, user: int, case: Case) -> None:
    with pytest.raises(HistoryError) as refused:
        history.reviews.amend(user, case.id, "why not")
    assert reason_of(refused) == HistoryReason.NOT_SIGNED
    colleague = history.users.add(user, "Anna", Role.REVIEWER, "secret word").id
    history.reviews.sign(user, case.id, required=2)
    assert history.cases.get(case.id).status is CaseStatus.FIRST_SIGNED
    with pytest.raises(HistoryError) as refused:
        history.reviews.sign(user, case.id, required=2)
    assert reason_of(refused) == HistoryReason.SAME_PERSON
    with pytest.raises(HistoryError) as refused:
        history.reviews.sign(colleague, case.id, password="wrong", required=2)
    assert reason_of(refused) == HistoryReason.WRONG_PASSWORD
    second = history.reviews.sign(colleague, case.id, password="secret word", required=2)
    assert (second.meaning, second.signer) == (Meaning.CONFIRMED, "Anna")
    assert history.cases.get(case.id).status is CaseStatus.SIGNED


def test_agreement_is_counted_by_the_month_in_which_the_label_that_counts_was_given(store: Store) -> None:
    january, march = (datetime(2026, month, 31, 23, tzinfo=UTC) for month in (1, 3))
    clock = [january]
    history = store.open(clock=lambda: int(clock[0].timestamp() * 1e6))
    user = history.users.local().id
    case = history.cases.open(user, CaseDetails("24-0117"))
    history.findings.record(user, case.id, [new_finding(number) for number in range(3)])
    images = [one.id for one in history.findings.images(case.id)]
    model = history.reviews.answers(case.id)[0].model_label
    for image in images:
        history.reviews.label(user, image, model)
    clock[0] = march
    history.reviews.label(user, images[1], "blast")
    history.reviews.label(user, images[2], "")
    assert history.reviews.agreement_by_month() == [
        MonthOfAgreement(date(2026, 1, 1), (Agreement(model, model, 1),)),
        MonthOfAgreement(date(2026, 3, 1), (Agreement(model, "blast", 1),)),
    ]
    history.close()
