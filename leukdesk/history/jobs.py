"""Batch jobs: which file of which job is in which state. An item's state and its finding are one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from leukdesk.domain.batch import BatchOptions, BatchRow
from leukdesk.domain.cell import CellAnalysis
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.finding import Decision, Failure
from leukdesk.domain.image import ImageSource
from leukdesk.domain.job import ItemResult, ItemState, Job, JobItem, JobState
from leukdesk.domain.recorded import NewField, NewFinding
from leukdesk.domain.user import Right
from leukdesk.history.cases import require_unsigned
from leukdesk.history.findings import Keep, keep_nothing, record_new_cells, record_or_reuse
from leukdesk.history.job_rows import count_answers, read_rows
from leukdesk.history.kept_fields import keep_fields, known_fields, read_fields
from leukdesk.history.ledger import Ledger, Row, Transaction, canonical, now_us
from leukdesk.history.moments import moment, path_text, text_path
from leukdesk.history.plain_text import checked
from leukdesk.history.tables import images, job_items, jobs, predictions
from leukdesk.history.users import require

_CHUNK = 10_000
Thing = TypeVar("Thing")


class Jobs:
    """Batch jobs of one history."""

    def __init__(self, ledger: Ledger, keep: Keep = keep_nothing) -> None:
        """`keep` is given what will be recorded, as in `Findings`."""
        self._ledger, self._keep = ledger, keep

    def create(
        self,
        user: int,
        paths: Iterable[Path | Failure],
        *,
        case_id: int | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Job:
        """A new job with one waiting item for each path, numbered from 0. Needs RECORD.

        What could not even be found is a `Failure` among the paths, and a failed item.
        """
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.RECORD)
            if case_id is not None:
                require_unsigned(transaction.connection, case_id)
            row = {"created": now_us(), "user_id": user, "case_id": case_id, "state": str(JobState.ACTIVE)}
            values = row | {"options": canonical(options or {}).decode()}
            job_id: int = transaction.execute(insert(jobs).values(values).returning(jobs.c.id)).scalar_one()
            _add_items(transaction, job_id, paths, 0)
            return _read(transaction.connection, job_id)

    def extend(self, user: int, job_id: int, paths: Iterable[Path | Failure]) -> Job:
        """More items at the end of a job, which can go on again if it was finished. Needs RECORD."""
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.RECORD)
            _job(transaction.connection, job_id)
            last = select(func.max(job_items.c.number)).where(job_items.c.job_id == job_id)
            newest = transaction.connection.scalar(last)
            if _add_items(transaction, job_id, paths, 0 if newest is None else newest + 1):
                active = update(jobs).where(jobs.c.id == job_id).values(state=str(JobState.ACTIVE))
                transaction.execute(active)
            return _read(transaction.connection, job_id)

    def get(self, job_id: int) -> Job:
        """A job with its counts. Raises `HistoryError` NOT_FOUND."""
        with self._ledger.reading() as connection:
            return _read(connection, job_id)

    def all(self, *, unfinished: bool = False) -> list[Job]:
        """Jobs, the newest first; only those that can go on, if asked so."""
        with self._ledger.reading() as connection:
            wanted = select(jobs.c.id).order_by(jobs.c.id.desc())
            if unfinished:
                wanted = wanted.where(jobs.c.state.in_([str(JobState.ACTIVE), str(JobState.PAUSED)]))
            return [_read(connection, job_id) for job_id in connection.scalars(wanted).all()]

    def rows(self, job_id: int, *, first: int = 0, count: int = 1_000_000) -> list[BatchRow]:
        """Items numbered from `first` on, with what was found of them."""
        with self._ledger.reading() as connection:
            return read_rows(connection, job_id, _options(connection, job_id), first, count)

    def fields(self, job_id: int, *, first: int = 0, count: int = 1_000_000) -> list[CellAnalysis | Failure]:
        """The same of a job that looks for cells, without their outlines."""
        with self._ledger.reading() as connection:
            return read_fields(connection, job_id, _options(connection, job_id), first, count)

    def known_fields(self, hashes: Sequence[str], bundle_sha256: str) -> dict[str, CellAnalysis]:
        """What a model found before in images of these contents, where a batch looked for cells; by SHA-256."""
        with self._ledger.reading() as connection:
            return known_fields(connection, hashes, bundle_sha256)

    def answers(self, job_id: int) -> tuple[dict[str, Counter[str]], dict[str, Counter[Decision]]]:
        """Of each model, by its key: accepted answers by class, and all by decision."""
        with self._ledger.reading() as connection:
            return count_answers(connection, job_id, _options(connection, job_id))

    def items(
        self, job_id: int, state: ItemState | None = None, *, offset: int = 0, limit: int = 1_000_000
    ) -> list[JobItem]:
        """Items of a job by number, of one state if named."""
        with self._ledger.reading() as connection:
            wanted = select(job_items).where(job_items.c.job_id == job_id)
            wanted = wanted if state is None else wanted.where(job_items.c.state == str(state))
            page = wanted.order_by(job_items.c.number).limit(limit).offset(offset)
            return [_item(row) for row in connection.execute(page).mappings()]

    def claim(self, job_id: int, count: int) -> list[JobItem]:
        """Up to `count` waiting items, now running; none where the job is paused, cancelled or has no more."""
        with self._ledger.writing() as transaction:
            return _claim(transaction, job_id, count)

    def record(self, user: int, job_id: int, results: Sequence[ItemResult], *, claim: int = 0) -> list[JobItem]:
        """Findings and the states of their items, in one transaction; with `claim`, the next items in the same one.

        An item that is no longer running (cancelled, or done by another) is left as it is, and its finding is not
        recorded. Returns the claimed items. Needs RECORD.
        """
        self._keep(_sources(results))
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.RECORD)
            job = _job(transaction.connection, job_id)
            if job["case_id"] is not None:
                require_unsigned(transaction.connection, job["case_id"])
            results = _still_running(transaction.connection, job_id, results)
            _finish_items(transaction, user, job, results)
            claimed = _claim(transaction, job_id, claim) if claim else []
            _finish_job(transaction, job_id, claimed)
            return claimed

    def resume(self, job_id: int) -> Job:
        """Go on after a pause, a crash or a closed window: what was running is waiting again."""
        return self._change(job_id, JobState.ACTIVE, {ItemState.RUNNING: ItemState.WAITING})

    def pause(self, job_id: int) -> Job:
        """Nothing more is claimed; what is running may still be recorded."""
        return self._change(job_id, JobState.PAUSED, {})

    def release(self, job_id: int) -> Job:
        """What is running waits again; the job stays as it is. For whoever claimed it and will not do it."""
        with self._ledger.writing() as transaction:
            these = (job_items.c.job_id == job_id) & (job_items.c.state == str(ItemState.RUNNING))
            transaction.execute(update(job_items).where(these).values(state=str(ItemState.WAITING)))
            return _read(transaction.connection, job_id)

    def cancel(self, job_id: int) -> Job:
        """End the job; what was not done is skipped."""
        ended = {ItemState.RUNNING: ItemState.SKIPPED, ItemState.WAITING: ItemState.SKIPPED}
        return self._change(job_id, JobState.CANCELLED, ended)

    def retry_failed(self, job_id: int) -> Job:
        """Failed items wait again."""
        return self._change(job_id, JobState.ACTIVE, {ItemState.FAILED: ItemState.WAITING})

    def skip(self, job_id: int, numbers: Iterable[int], reason: str, what: str = "") -> None:
        """Leave waiting items out, and say why."""
        with self._ledger.writing() as transaction:
            for some in _chunks(iter(numbers), 500):
                these = (job_items.c.job_id == job_id) & job_items.c.number.in_(some)
                waiting = these & (job_items.c.state == str(ItemState.WAITING))
                values = {"state": str(ItemState.SKIPPED), "reason": reason[:32], "what": what}
                transaction.execute(update(job_items).where(waiting).values(values))
            _finish_job(transaction, job_id, [])

    def _change(self, job_id: int, state: JobState, moves: Mapping[ItemState, ItemState]) -> Job:
        with self._ledger.writing() as transaction:
            _job(transaction.connection, job_id)
            transaction.execute(update(jobs).where(jobs.c.id == job_id).values(state=str(state)))
            for before, after in moves.items():
                these = (job_items.c.job_id == job_id) & (job_items.c.state == str(before))
                transaction.execute(update(job_items).where(these).values(state=str(after), reason="", what=""))
            if state is JobState.ACTIVE:
                _finish_job(transaction, job_id, [])
            return _read(transaction.connection, job_id)


def _add_items(transaction: Transaction, job_id: int, paths: Iterable[Path | Failure], first: int) -> int:
    added = 0
    for rows in _chunks(_new_items(job_id, paths, first)):
        transaction.execute(insert(job_items), rows)
        added += len(rows)
    return added


def _new_items(job_id: int, paths: Iterable[Path | Failure], first: int) -> Iterator[Row]:
    empty = {"state": str(ItemState.WAITING), "sha256": "", "reason": "", "what": "", "finding": None, "attempts": 0}
    for number, path in enumerate(paths, first):
        row = {"job_id": job_id, "number": number} | empty
        yield row | (_failed(path) if isinstance(path, Failure) else {"path": path_text(path)})


def _failed(failure: Failure) -> Row:
    what = checked(failure.error.what, "reason")
    row = {"path": path_text(failure.path), "state": str(ItemState.FAILED)}
    return row | {"reason": failure.error.reason[:32], "what": what}


def _options(connection: Connection, job_id: int) -> BatchOptions:
    return BatchOptions.from_mapping(json.loads(_job(connection, job_id)["options"]))


def _claim(transaction: Transaction, job_id: int, count: int) -> list[JobItem]:
    connection = transaction.connection
    if _job(connection, job_id)["state"] != str(JobState.ACTIVE):
        return []
    waiting = (job_items.c.job_id == job_id) & (job_items.c.state == str(ItemState.WAITING))
    wanted = select(job_items).where(waiting).order_by(job_items.c.number).limit(count)
    rows = [dict(row) for row in connection.execute(wanted).mappings()]
    running = {"state": str(ItemState.RUNNING)}
    changed = [{"job": job_id, "item": row["number"], "tries": row["attempts"] + 1} for row in rows]
    if changed:
        this = (job_items.c.job_id == bindparam("job")) & (job_items.c.number == bindparam("item"))
        values = {"state": running["state"], "attempts": bindparam("tries")}
        transaction.execute(update(job_items).where(this).values(values), changed)
    return [_item(row | running | {"attempts": row["attempts"] + 1}) for row in rows]


def _still_running(connection: Connection, job_id: int, results: Sequence[ItemResult]) -> list[ItemResult]:
    wanted = select(job_items.c.number).where(job_items.c.job_id == job_id, job_items.c.state == str(ItemState.RUNNING))
    running = set(connection.scalars(wanted))
    return [one for one in results if one.number in running]


def _finish_items(transaction: Transaction, user: int, job: RowMapping, results: Sequence[ItemResult]) -> None:
    case_id = job["case_id"]
    found: dict[int, NewFinding | tuple[int, Path]] = {
        one.number: one.outcome for one in results if isinstance(one.outcome, NewFinding)
    }
    found |= _known_elsewhere(transaction.connection, job, results)
    recorded = record_or_reuse(transaction, user, case_id, list(found.values())) if found else []
    ids = dict(zip(found, recorded, strict=True))
    fields = {one.number: one.outcome for one in results if isinstance(one.outcome, NewField)}
    keep_fields(transaction, job["id"], fields)
    if case_id is not None:
        record_new_cells(transaction, user, case_id, [one.cells for one in fields.values()])
    rows = [{"job": job["id"], "item": one.number} | _ended(one, ids.get(one.number)) for one in results]
    if rows:
        this = (job_items.c.job_id == bindparam("job")) & (job_items.c.number == bindparam("item"))
        named = ("state", "sha256", "reason", "what", "finding")
        values: Row = {name: bindparam(f"new_{name}") for name in named}
        transaction.execute(update(job_items).where(this).values(values), rows)


def _sources(results: Sequence[ItemResult]) -> Iterator[ImageSource]:
    for one in results:
        if isinstance(one.outcome, NewFinding):
            yield one.outcome.finding.source
        elif isinstance(one.outcome, NewField):
            yield one.outcome.analysis.source


def _known_elsewhere(
    connection: Connection, job: RowMapping, results: Sequence[ItemResult]
) -> dict[int, tuple[int, Path]]:
    """Items whose older finding is of another case than the job's: it is recorded in that case too."""
    older = {one.number: one.outcome for one in results if isinstance(one.outcome, int)}
    if job["case_id"] is None or not older:
        return {}
    here = select(predictions.c.event).join(images, images.c.event == predictions.c.image_id)
    wanted = here.where(predictions.c.event.in_(older.values()), images.c.case_id == job["case_id"])
    known = set(connection.scalars(wanted))
    numbers = [number for number, finding in older.items() if finding not in known]
    place = select(job_items.c.number, job_items.c.path)
    place = place.where(job_items.c.job_id == job["id"], job_items.c.number.in_(numbers))
    return {row.number: (older[row.number], text_path(row.path)) for row in connection.execute(place)}


def _ended(result: ItemResult, recorded: int | None) -> Row:
    row: Row = {"new_sha256": result.sha256, "new_reason": "", "new_what": "", "new_finding": None}
    outcome = result.outcome
    if isinstance(outcome, Failure):
        what = checked(outcome.error.what, "reason")
        return row | {"new_state": str(ItemState.FAILED), "new_reason": outcome.error.reason[:32], "new_what": what}
    if isinstance(outcome, NewField):
        return row | {"new_state": str(ItemState.DONE), "new_sha256": outcome.analysis.source.sha256}
    if isinstance(outcome, NewFinding):
        row["new_sha256"] = outcome.finding.source.sha256
    finding = outcome if recorded is None else recorded
    return row | {"new_state": str(ItemState.DONE), "new_finding": finding}


def _finish_job(transaction: Transaction, job_id: int, claimed: Sequence[JobItem]) -> None:
    if claimed:
        return
    open_states = [str(ItemState.WAITING), str(ItemState.RUNNING)]
    left = select(job_items.c.number).where(job_items.c.job_id == job_id, job_items.c.state.in_(open_states)).limit(1)
    if transaction.execute(left).first() is None:
        active = (jobs.c.id == job_id) & (jobs.c.state != str(JobState.CANCELLED))
        transaction.execute(update(jobs).where(active).values(state=str(JobState.FINISHED)))


def _job(connection: Connection, job_id: int) -> RowMapping:
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()
    if row is None:
        raise HistoryError("there is no such job", reason=HistoryReason.NOT_FOUND, advice="Start a new one.")
    return row


def _read(connection: Connection, job_id: int) -> Job:
    row = _job(connection, job_id)
    counted = select(job_items.c.state, func.count()).where(job_items.c.job_id == job_id).group_by(job_items.c.state)
    counts = {ItemState(state): count for state, count in connection.execute(counted)}
    options, state = json.loads(row["options"]), JobState(row["state"])
    return Job(row["id"], moment(row["created"]), row["user_id"], row["case_id"], options, state, counts)


def _item(row: RowMapping | Row) -> JobItem:
    return JobItem(
        row["job_id"],
        row["number"],
        text_path(row["path"]),
        ItemState(row["state"]),
        row["sha256"],
        row["reason"],
        row["what"],
        row["finding"],
        row["attempts"],
    )


def _chunks(things: Iterator[Thing], size: int = _CHUNK) -> Iterator[list[Thing]]:
    while chunk := list(islice(things, size)):
        yield chunk
