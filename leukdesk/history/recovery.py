"""A history that is damaged, gone or cut short: say what is missing, put it aside, restore the newest good backup.

What was recorded after that backup is taken from the damaged database as far as the chain holds: every event is
checked against its hash before it is believed.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, inspect, select
from sqlalchemy.exc import DatabaseError

from leukdesk.domain.audit import Act
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.history.backup import Backup, backups, is_whole
from leukdesk.history.engine import sqlite_engine, writing
from leukdesk.history.erasure import empty_log, erase_rows
from leukdesk.history.head import Head
from leukdesk.history.history import DATABASE, begin, head_file
from leukdesk.history.index_check import mend_index
from leukdesk.history.ledger import SYSTEM, Ledger, Transaction, content_hash, event_hash, now_us
from leukdesk.history.moments import moment
from leukdesk.history.opening import alone
from leukdesk.history.schema import REVISIONS, upgrade, version
from leukdesk.history.tables import CONTENT, details, events, job_fields, job_items, jobs, tombstones
from leukdesk.history.trail import read_head

Found = tuple[dict[str, Any], dict[Any, list[dict[str, Any]]]]  # an event, and its rows by table
_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restore would do."""

    backup: Backup | None  # the newest good one; None: only what the damaged database still holds
    refused: tuple[Path, ...]  # newer backups that are not whole
    known: Head | None  # the last event that was recorded for certain

    def __str__(self) -> str:
        last = f"Event {self.known.seq} was the last one recorded." if self.known else "There is no head file."
        if self.backup is None:
            return f"{last} There is no good backup; what the database still holds can be saved."
        made = f"{self.backup.made:%Y-%m-%d %H:%M} UTC"
        after = max(0, (self.known.seq if self.known else 0) - self.backup.seq)
        return (
            f"{last} The newest good backup is of {made} and ends at event {self.backup.seq}. The {after} events after "
            "it are taken from the damaged database as far as they verify."
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    aside: Path | None  # where the damaged files are now
    from_backup: int  # events
    saved: int  # events taken from the damaged database
    missing: int  # events that were recorded for certain and are lost
    missing_from: int  # number of the first of them; 0: none

    def __str__(self) -> str:
        lost = f"{self.missing} events are missing, from event {self.missing_from} on." if self.missing else ""
        return (
            f"{self.from_backup} events from the backup, {self.saved} saved from the damaged database. "
            f"{lost or 'Nothing that was recorded is missing.'}"
        )


def plan(folder: Path) -> Plan:
    """What a restore would do; changes nothing."""
    refused: list[Path] = []
    for backup in backups(folder):
        if is_whole(backup) and backup.revision in REVISIONS:
            return Plan(backup, tuple(refused), head_file(folder).read())
        refused.append(backup.path)
    return Plan(None, tuple(refused), head_file(folder).read())


def restore(folder: Path, chosen: Plan, clock: Callable[[], int] = now_us) -> Restored:
    """Do it. The damaged files stay in a folder `damaged-...`. Raises `HistoryError` IN_USE, NO_BACKUP, DISK_FULL."""
    with alone(folder):
        if chosen.backup is None and not (folder / DATABASE).exists():
            raise HistoryError(
                "there is no good backup and no database",
                reason=HistoryReason.NO_BACKUP,
                advice="Look for copies of the history's folder elsewhere; remove its head file to begin anew.",
            )
        part = folder / "restored.part"
        aside = folder / f"damaged-{moment(clock()):%Y%m%dT%H%M%S%f}"
        try:
            return _restored(folder, chosen, clock, part, aside)
        except OSError as error:
            raise HistoryError(
                "the restore could not be finished",
                reason=HistoryReason.DISK_FULL if error.errno == 28 else HistoryReason.UNWRITABLE,
                advice="Nothing was changed. Free some space or check the rights of the history's folder.",
            ) from error
        finally:
            for name in ("", "-wal", "-shm"):
                part.with_name(part.name + name).unlink(missing_ok=True)


def _restored(folder: Path, chosen: Plan, clock: Callable[[], int], part: Path, aside: Path) -> Restored:
    database, head = folder / DATABASE, head_file(folder)
    _lay_down(part, chosen.backup)
    engine = sqlite_engine(part)
    try:
        with writing(engine) as connection:
            if version(connection) != REVISIONS[-1]:
                upgrade(connection)
        saved = salvage(database, engine) if database.exists() else 0
        ledger = Ledger(engine, None, clock)
        begin(ledger)
        told = _tell(ledger, chosen, saved)
        if saved:
            mend_index(ledger)
        empty_log(ledger)
        with ledger.reading() as connection:
            newest = read_head(connection)
    finally:
        engine.dispose()
    moved = [folder / name for name in _FILES if (folder / name).exists()]
    if moved:
        aside.mkdir(mode=0o700)
    for path in moved:
        path.replace(aside / path.name)
    part.replace(database)
    head.replace(newest)
    head.close()
    return Restored(aside if moved else None, chosen.backup.seq if chosen.backup else 0, saved, *told)


def _lay_down(part: Path, backup: Backup | None) -> None:
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_RDWR, 0o600))
    if backup is not None:
        shutil.copyfile(backup.path, part)


def _tell(ledger: Ledger, chosen: Plan, saved: int) -> tuple[int, int]:
    """Record the restore itself; returns how many events are missing, and the first of them."""
    with ledger.writing() as transaction:
        reached, known = transaction.seq, chosen.known.seq if chosen.known else 0
        missing = max(0, known - reached)
        before = f"{known} {chosen.known.hash}" if chosen.known else ""
        changes = {"head": (before, f"{reached} {transaction.head.hash}"), "missing": (0, missing), "saved": (0, saved)}
        transaction.append(Act.HISTORY_RESTORED, SYSTEM, changes=changes)
    return missing, reached + 1 if missing else 0


def salvage(damaged: Path, engine: Engine) -> int:
    """Add to a restored database what the damaged one holds beyond it, up to the first thing that does not verify."""
    source = sqlite_engine(damaged, read_only=True)
    saved = 0
    try:
        with source.connect() as reading, writing(engine) as connection:
            if not version(reading):
                return 0
            for event, rows in _until_it_fails(_beyond(reading, read_head(connection))):
                _add(connection, event, rows)
                saved += 1
        with source.connect() as reading:
            _copy_jobs(reading, engine)
    except (HistoryError, DatabaseError):  # it cannot be opened, or its jobs cannot be read
        return saved
    finally:
        source.dispose()
    return saved


def _until_it_fails(found: Iterator[Found]) -> Iterator[Found]:
    try:
        yield from found
    except (HistoryError, DatabaseError):  # a damaged page: what came before it is sound
        return


def _beyond(reading: Connection, last: Head) -> Iterator[Found]:
    before = bytes.fromhex(last.hash)
    erased = {row[0]: row[1] for row in reading.execute(select(tombstones.c.case_id, tombstones.c.event))}
    seq = last.seq
    while True:
        row = reading.execute(select(events).where(events.c.seq == seq + 1)).mappings().first()
        if row is None:
            return
        event, rows = dict(row), defaultdict[Any, list[dict[str, Any]]](list)
        listed = []
        for table in CONTENT:
            wanted = select(table).where(table.c.event == seq + 1).order_by(*table.primary_key.columns)
            for one in reading.execute(wanted).mappings():
                rows[table].append(dict(one))
                listed.append((table.name, dict(one)))
        salt = rows[details][0]["salt"] if rows[details] else b""
        sound = event["previous"] == before and event_hash(event) == event["hash"]
        gone = event["seq"] < erased.get(event["case_id"], 0) and not listed
        if not sound or not (gone or content_hash(salt, listed) == event["content"]):
            return
        yield event, rows
        before, seq = event["hash"], seq + 1


def _add(connection: Connection, event: dict[str, Any], rows: dict[Any, list[dict[str, Any]]]) -> None:
    connection.execute(insert(events).values(event))
    for table in CONTENT:
        if rows.get(table):
            connection.execute(insert(table), rows[table])
    if event["act"] == Act.CASE_ERASED:
        of_case = select(events.c.seq).where(events.c.case_id == event["case_id"], events.c.seq < event["seq"])
        erase_rows(Transaction(connection, now_us), event["case_id"], of_case)


def _copy_jobs(reading: Connection, engine: Engine) -> None:
    """The state of batches is no record; it is taken over whole where it can be read."""
    there = inspect(reading)  # an older leukdesk kept no fields
    kept = {
        table: [dict(row) for row in reading.execute(select(table)).mappings()] if there.has_table(table.name) else []
        for table in (jobs, job_items, job_fields)
    }
    with writing(engine) as connection:
        for table in reversed(kept):
            connection.execute(delete(table))
        for table, rows in kept.items():
            if rows:
                connection.execute(insert(table), rows)
