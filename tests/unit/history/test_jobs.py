"""Jobs: an item's state and its finding are one transaction; nothing is lost, nothing done twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from leukdesk.analysis.cells import counted
from leukdesk.domain.batch import BatchModel, BatchOptions
from leukdesk.domain.card import CardClass
from leukdesk.domain.case import Case
from leukdesk.domain.cell import CellAnalysis
from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.finding import Failure
from leukdesk.domain.job import ItemResult, ItemState, JobState
from leukdesk.domain.recorded import NewField
from leukdesk.history.erasure import WhyErased
from leukdesk.history.history import History
from leukdesk.history.tables import job_fields
from leukdesk.report.cell_table import cell_rows
from tests.bundle_factory import make_card
from tests.unit.foundation.test_marked_cells import analysis
from tests.unit.history.conftest import Store, new_finding

PATHS = [Path(f"smears/{number}.png") for number in range(10)]


def failure(path: Path) -> Failure:
    return Failure(path, ImageError("the picture ends early", reason=ImageReason.TRUNCATED, subject=path))


def test_a_job_from_beginning_to_end(history: History, user: int, case: Case) -> None:
    job = history.jobs.create(user, PATHS, case_id=case.id, options={"model": "toy"})
    assert (job.total, job.options, job.state) == (10, {"model": "toy"}, JobState.ACTIVE)
    first = history.jobs.claim(job.id, 4)
    assert [one.path for one in first] == PATHS[:4]
    results = [ItemResult(0, new_finding(0)), ItemResult(1, failure(PATHS[1])), ItemResult(2, new_finding(2))]
    rest = history.jobs.record(user, job.id, results, claim=99)
    assert [one.number for one in rest] == [4, 5, 6, 7, 8, 9]
    (bad,) = history.jobs.items(job.id, ItemState.FAILED)
    assert (bad.path, bad.reason, bad.what) == (PATHS[1], "truncated", "the picture ends early")
    done = history.jobs.items(job.id, ItemState.DONE)
    assert [one.finding for one in done] == [one.id for one in history.trail.case(case.id).findings]
    assert done[0].sha256 == f"{0:064x}"
    known = done[0].finding
    assert known is not None
    history.jobs.record(user, job.id, [ItemResult(number, known, "ab" * 32) for number in (3, 4, 5, 6, 7, 8, 9)])
    assert history.jobs.get(job.id).state is JobState.FINISHED
    assert history.jobs.get(job.id).counts == {ItemState.DONE: 9, ItemState.FAILED: 1}
    again = history.jobs.retry_failed(job.id)
    assert (again.state, again.counts[ItemState.WAITING]) == (JobState.ACTIVE, 1)
    (item,) = history.jobs.claim(job.id, 9)
    assert (item.number, item.attempts, item.reason) == (1, 2, "")


def test_a_crash_loses_no_item_and_repeats_only_what_was_running(store: Store) -> None:
    history = store.open()
    user = history.users.local().id
    job = history.jobs.create(user, PATHS)
    history.jobs.claim(job.id, 3)
    history.jobs.record(user, job.id, [ItemResult(0, new_finding(0))])
    history.close()
    again = store.open()
    assert [one.id for one in again.jobs.all(unfinished=True)] == [job.id]
    assert again.jobs.claim(job.id, 99)[0].number == 3, "nobody takes what another may be running"
    resumed = again.jobs.resume(job.id)
    assert resumed.counts == {ItemState.DONE: 1, ItemState.WAITING: 9}
    again.close()


def test_cells_are_read_back_for_the_table_and_go_with_the_case(history: History, user: int, case: Case) -> None:
    found = analysis()
    model = BatchModel(found.bundle, found.named[0].prediction.classes)
    asked = BatchOptions((model,), cells=True).as_mapping()
    job = history.jobs.create(user, [found.source.path, PATHS[0], PATHS[1]], case_id=case.id, options=asked)
    history.jobs.claim(job.id, 2)
    history.jobs.record(user, job.id, [ItemResult(0, NewField(found)), ItemResult(1, failure(PATHS[0]))])
    kept, bad, open_one = history.jobs.fields(job.id)
    card = make_card(
        name=found.bundle.name, classes=[CardClass(id=one, display=one, colour="#009E73") for one in model.classes]
    )
    assert list(cell_rows([kept], card)) == list(cell_rows([found], card))
    assert isinstance(kept, CellAnalysis)
    assert counted(kept) == counted(found)
    sha256 = found.source.sha256
    again = history.jobs.known_fields([sha256, "ab" * 31], found.bundle.sha256)
    assert {key: counted(one) for key, one in again.items()} == {sha256: counted(found)}
    assert history.jobs.known_fields([sha256], "1" * 64) == {}
    assert isinstance(bad, Failure)
    assert (bad.error.reason, bad.error.what) == ("truncated", "the picture ends early")
    assert isinstance(open_one, Failure)
    assert open_one.error.reason == "waiting"
    assert [one.cell for one in history.trail.case(case.id).findings] == [one.cell.number for one in found.named]
    history.erase(user, case.id, WhyErased.REQUEST)
    assert history.jobs.fields(job.id) == []
    with history.ledger.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(job_fields)) == 0


def test_pause_cancel_and_skip(history: History, user: int) -> None:
    job = history.jobs.create(user, PATHS)
    running = history.jobs.claim(job.id, 2)
    history.jobs.pause(job.id)
    assert history.jobs.claim(job.id, 2) == []
    history.jobs.record(user, job.id, [ItemResult(running[0].number, new_finding(0))])
    assert history.jobs.get(job.id).counts[ItemState.DONE] == 1
    history.jobs.resume(job.id)
    history.jobs.skip(job.id, [5, 6], "excluded", "not of this case")
    assert [one.reason for one in history.jobs.items(job.id, ItemState.SKIPPED)] == ["excluded"] * 2
    late = history.jobs.claim(job.id, 2)
    history.jobs.cancel(job.id)
    before = history.trail.head()
    history.jobs.record(user, job.id, [ItemResult(late[0].number, new_finding(7))])
    assert history.trail.head() == before, "what was cancelled is not recorded"
    assert history.jobs.get(job.id).counts == {ItemState.DONE: 1, ItemState.SKIPPED: 9}
    assert history.jobs.get(job.id).state is JobState.CANCELLED


@pytest.mark.parametrize("count", [0, 25_000])
def test_any_number_of_items(history: History, user: int, count: int) -> None:
    job = history.jobs.create(user, (Path(f"{number}.png") for number in range(count)))
    assert job.total == count
    assert len(history.jobs.claim(job.id, 10)) == min(count, 10)
    assert [one.number for one in history.jobs.items(job.id, offset=5, limit=2)] == [5, 6][:count]
