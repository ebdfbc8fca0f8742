"""What came in day by day, and what to label next, read from a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from leukdesk.domain.case import CaseDetails
from leukdesk.domain.control import Measure
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason, Finding
from leukdesk.domain.recorded import NewFinding
from leukdesk.history import most_useful
from leukdesk.history.history import History
from tests.findings import make_finding, make_prediction, make_quality
from tests.unit.history.conftest import Store

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
MODEL = BundleRef("toy", "1.0", "0" * 64)


def seen(number: int, share: float = 0.9, **changes: object) -> Finding:
    novelty = float(changes.pop("novelty", 0.0))  # type: ignore[arg-type]
    prediction = make_prediction(share, 1 - share, novelty=novelty)
    return make_finding(f"field {number}.png", prediction, sha256=f"{number:064x}", **changes)


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return int(self.now.timestamp() * 1_000_000)


def record(history: History, findings: list[Finding], case: str | None = "24-1") -> int | None:
    user = history.users.local().id
    case_id = None
    if case is not None:
        found = history.cases.by_accession(case)
        case_id = (found or history.cases.open(user, CaseDetails(case))).id
    history.findings.record(user, case_id, [NewFinding(one) for one in findings])
    return case_id


def test_days_of_work(store: Store) -> None:
    clock = Clock()
    history = store.open(clock)
    for day in range(3):
        clock.now = START + timedelta(days=2 * day)
        bright = replace(make_quality(), brightness=100.0 + day)
        decided = {"decision": Decision.REJECTED, "reason": DecisionReason.NOVEL} if day == 2 else {}
        record(history, [seen(100 * day + at, quality=bright, **decided) for at in range(12)], None)
    found = history.daily.days(MODEL.sha256, since=datetime(1970, 1, 1, tzinfo=UTC))
    assert [one.day for one in found] == ["2026-03-01", "2026-03-03", "2026-03-05"]
    assert [one.images for one in found] == [12, 12, 12]
    assert [one.inputs[Measure.BRIGHTNESS].middle for one in found] == [100, 101, 102]
    assert [one.refused for one in found] == [0, 0, 12]
    later = history.daily.days(MODEL.sha256, since=START + timedelta(days=1), most=1)
    assert [one.day for one in later] == ["2026-03-03"]
    assert history.daily.days("f" * 64, since=START) == []
    history.close()


def test_what_is_least_sure_or_new_comes_first(history: History) -> None:
    record(history, [seen(1, 0.99), seen(2, 0.55), seen(3, 0.97, novelty=1.5), seen(4, 0.7)])
    assert [image.path.name for image, _ in history.useful.next(3)] == ["field 2.png", "field 3.png", "field 4.png"]


def test_what_was_looked_at_or_cannot_be_read_is_left_out(history: History) -> None:
    blurred = seen(2, 0.5, decision=Decision.REJECTED, reason=DecisionReason.QUALITY)
    case = record(history, [seen(1, 0.6), blurred, seen(3, 0.8)])
    record(history, [seen(9, 0.5)], None)  # in no case: nobody can review it
    (first, _), *_ = history.useful.next()
    history.reviews.label(history.users.local().id, first.id, "benign")
    assert [image.path.name for image, _ in history.useful.next()] == ["field 3.png"]
    assert [image.path.name for image, _ in history.useful.next(case_id=case)] == ["field 3.png"]


def test_the_newest_finding_counts(history: History) -> None:
    record(history, [seen(1, 0.55, novelty=3.0), seen(2, 0.8)])
    record(history, [seen(1, 0.999)])
    assert [image.path.name for image, _ in history.useful.next()] == ["field 2.png", "field 1.png"]


def test_many_cases_take_turns(history: History) -> None:
    record(history, [seen(at, 0.5) for at in range(20)], "24-1")
    for case in range(4):
        record(history, [seen(100 + case, 0.75)], f"24-1{case}")
    assert len({image.case_id for image, _ in history.useful.next(8)}) == 5


def test_the_indexes_are_used(history: History) -> None:
    if history.ledger.engine.dialect.name != "sqlite":
        return
    with history.ledger.reading() as connection:
        for query, index in ((most_useful._UNSURE, "answers_unreviewed"), (most_useful._NEW, "predictions_unlike")):
            sql = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {sql}")).all()
            assert any(index in row[-1] for row in plan)
            assert not any("TEMP B-TREE" in row[-1] for row in plan)
