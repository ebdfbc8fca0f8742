"""Erase a case for good: its rows go, its events stay in the chain with a tombstone that says so."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, delete, func, select, update

from leukdesk.domain.audit import Act
from leukdesk.domain.user import Right
from leukdesk.history import index
from leukdesk.history.cases import read_case
from leukdesk.history.ledger import Ledger, Transaction
from leukdesk.history.tables import (
    CONTENT,
    amendments,
    bundles,
    cases,
    comments,
    events,
    images,
    job_fields,
    job_items,
    jobs,
    labels,
    places,
    predictions,
    sign_ins,
    sign_offs,
    thumbnails,
    tombstones,
    users,
)
from leukdesk.history.users import require


class WhyErased(StrEnum):
    """Why a case was erased; no free text, which could name the patient for ever."""

    RETENTION = "retention"  # older than the site keeps cases
    REQUEST = "request"
    MISTAKE = "mistake"  # entered by mistake


# Rows that others refer to go last.
_FIRST = (amendments, sign_offs, comments, labels, places, predictions)
_LAST = (cases, images)
_NOT_OF_A_CASE = (users, sign_ins, bundles, tombstones)


def erase_case(ledger: Ledger, user: int, case_id: int, why: WhyErased) -> int:
    """Erase a case; returns the number of its tombstone. Needs ERASE.

    Backups made before still hold it: whoever calls makes a new one and removes those.
    """
    with ledger.writing() as transaction:
        require(transaction.connection, user, Right.ERASE)
        read_case(transaction.connection, case_id)
        of_case = select(events.c.seq).where(events.c.case_id == case_id)
        count = transaction.connection.scalar(select(func.count()).where(events.c.case_id == case_id)) or 0
        erase_rows(transaction, case_id, of_case)
        index.forget(transaction, case_id)
        row = {"case_id": case_id, "events": count}
        seq = transaction.append(Act.CASE_ERASED, user, case_id=case_id, why=str(why), rows={tombstones: [row]})
    empty_log(ledger)
    return seq


def cases_before(ledger: Ledger, before: datetime) -> list[int]:
    """Cases in which nothing happened since a time: what a retention period asks to erase."""
    microseconds = int(before.timestamp() * 1_000_000)
    with ledger.reading() as connection:
        newest = (
            select(events.c.case_id)
            .where(events.c.case_id.in_(select(cases.c.case_id)))
            .group_by(events.c.case_id)
            .having(func.max(events.c.at) < microseconds)
        )
        return sorted(connection.scalars(newest))


def images_with(ledger: Ledger, hashes: set[str]) -> set[str]:
    """Which of these hashes still belong to an image, of whatever case."""
    wanted, found = sorted(hashes), set[str]()
    with ledger.reading() as connection:
        for at in range(0, len(wanted), 500):
            some = select(images.c.sha256).where(images.c.sha256.in_(wanted[at : at + 500]))
            found |= set(connection.scalars(some))
    return found


def erase_rows(transaction: Transaction, case_id: int, of_case: Select[int]) -> None:
    """Remove everything that the events of a case recorded."""
    pictures = select(images.c.event).where(images.c.case_id == case_id)
    transaction.execute(delete(thumbnails).where(thumbnails.c.image_id.in_(pictures)))
    of_jobs = select(jobs.c.id).where(jobs.c.case_id == case_id)
    forgotten = {"path": "", "what": "", "sha256": ""}
    transaction.execute(update(job_items).where(job_items.c.job_id.in_(of_jobs)).values(forgotten))
    transaction.execute(delete(job_fields).where(job_fields.c.job_id.in_(of_jobs)))
    transaction.execute(update(jobs).where(jobs.c.case_id == case_id).values(options="{}"))  # it names folders
    others = [one for one in CONTENT if one not in (*_FIRST, *_LAST, *_NOT_OF_A_CASE)]
    for table in (*_FIRST, *others, *_LAST):
        transaction.execute(delete(table).where(table.c.event.in_(of_case)))


def empty_log(ledger: Ledger) -> None:
    """What SQLite overwrote in the database is still in its log until that is emptied into it."""
    if ledger.engine.dialect.name == "sqlite":
        with closing(ledger.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
