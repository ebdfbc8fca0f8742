"""Open a store: alone, whole, at the right version, and as far as its head file says it should reach."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DatabaseError

from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.history import schema
from leukdesk.history.backup import make_backup
from leukdesk.history.engine import refusal, server_engine, sqlite_engine, writing
from leukdesk.history.head import Head, HeadFile
from leukdesk.history.history import DATABASE, LOCK, History, begin, head_file
from leukdesk.history.ledger import Ledger, now_us
from leukdesk.history.tables import events
from leukdesk.history.trail import read_head

CLEAN = "history.clean"  # there while the store is closed and was closed in order
ALWAYS_CHECKED = 64 << 20  # bytes: a smaller database is looked through at every start


def open_history(
    folder: Path, *, url: str = "", clock: Callable[[], int] = now_us, keep_copies: bool = False
) -> History:
    """Open the store in a folder, or on a server with the head file in that folder; made where there is none.

    `keep_copies`: whether recorded images are copied into that folder.

    Raises `HistoryError`: IN_USE, LOCKED, READ_ONLY, DISK_FULL, DAMAGED, MISSING, BEHIND, NEWER, UNREACHABLE.
    """
    _make_folder(folder)
    lock = _lock(folder)
    try:
        history = _opened(folder, url, clock, lock)
        history.keep_copies = keep_copies
    except BaseException:
        lock.release()
        raise
    return history


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other leukdesks away from a store while its files are exchanged. Raises `HistoryError` IN_USE."""
    _make_folder(folder)
    lock = _lock(folder)
    try:
        yield
    finally:
        lock.release()


def open_for_reading(folder: Path, *, url: str = "") -> History:
    """Open a store to look at it, beside another leukdesk or on a read-only disk; whatever would write raises.

    Raises `HistoryError` NOT_FOUND where there is no store, or as `open_history`.
    """
    if not url and not (folder / DATABASE).exists():
        missing = (folder / "history.head").exists()
        raise (
            _gone()
            if missing
            else HistoryError(
                "there is no case history yet",
                reason=HistoryReason.NOT_FOUND,
                advice="`leukdesk classify --record CASE` begins one.",
            )
        )
    engine = server_engine(url) if url else sqlite_engine(folder / DATABASE, read_only=True)
    with engine.connect() as connection:
        if schema.version(connection) != schema.REVISIONS[-1]:
            raise HistoryError(
                "this history was written by an older leukdesk",
                reason=HistoryReason.READ_ONLY,
                advice="Open it once in the window, which brings it up to date.",
            )
    return History(Ledger(engine, head_file(folder)), folder)


def _opened(folder: Path, url: str, clock: Callable[[], int], lock: FileLock) -> History:
    head, database = head_file(folder), folder / DATABASE
    if not url:
        _prepare_file(database, head.read())
    engine = server_engine(url) if url else sqlite_engine(database)
    try:
        if not url and _needs_a_look(folder):
            look_through(engine)
        (folder / CLEAN).unlink(missing_ok=True)
        _bring_up_to_date(engine, folder, clock)
        ledger = Ledger(engine, head, clock)
        begin(ledger)
        with ledger.reading() as connection:
            compare(connection, head)
    except DatabaseError as error:  # a table is missing, or the like
        engine.dispose()
        raise refusal(HistoryReason.DAMAGED) from error
    except BaseException:
        engine.dispose()
        raise

    def on_close() -> None:
        (folder / CLEAN).touch(0o600)
        lock.release()

    return History(ledger, folder, clock=clock, on_close=on_close)


def _bring_up_to_date(engine: Engine, folder: Path, clock: Callable[[], int]) -> None:
    """Change the tables of an older leukdesk, after a backup."""
    with engine.connect() as connection:
        found = schema.version(connection)
    if found == schema.REVISIONS[-1]:
        return
    if not found and head_file(folder).read() is not None:
        raise refusal(HistoryReason.DAMAGED)
    if found and engine.dialect.name == "sqlite":
        make_backup(engine, folder, clock)
    with writing(engine) as connection:
        if schema.version(connection) != schema.REVISIONS[-1]:
            schema.upgrade(connection)


def look_through(engine: Engine) -> None:
    """SQLite's own check of the whole file. Raises `HistoryError` DAMAGED."""
    with engine.connect() as connection:
        if connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
            raise refusal(HistoryReason.DAMAGED)


def compare(connection: Connection, file: HeadFile) -> None:
    """The head file must name an event of the chain. Raises `HistoryError` BEHIND or DAMAGED."""
    kept, newest = file.read(), read_head(connection)
    if kept is None:
        file.write(newest)
        return
    if kept.seq > newest.seq:
        raise HistoryError(
            f"the history ends at event {newest.seq}, and event {kept.seq} was recorded",
            reason=HistoryReason.BEHIND,
            advice="`leukdesk history restore` says what is missing and brings back the newest good backup.",
        )
    there = connection.scalar(select(events.c.hash).where(events.c.seq == kept.seq))
    if there is None or there.hex() != kept.hash:
        raise HistoryError(
            f"event {kept.seq} is not the one that was recorded",
            reason=HistoryReason.DAMAGED,
            advice="`leukdesk history verify` names what was changed; `leukdesk history restore` brings back a backup.",
        )
    if newest != kept:
        file.write(newest)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.name != "nt":
            folder.chmod(0o700)
    except OSError as error:
        raise _unusable(folder, error) from error


def _lock(folder: Path) -> FileLock:
    lock = FileLock(folder / LOCK, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise HistoryError(
            "another leukdesk is working with this history",
            reason=HistoryReason.IN_USE,
            advice="Close it first; looking things up works beside it.",
        ) from error
    except OSError as error:
        raise _unusable(folder, error) from error
    return lock


def _prepare_file(database: Path, head: Head | None) -> None:
    """A new file that only its owner may read; a database that is gone is not begun anew in silence."""
    empty = not database.exists() or database.stat().st_size == 0
    if not empty:
        return
    if head is not None:
        raise _gone()
    try:
        os.close(os.open(database, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise _unusable(database.parent, error) from error


def _needs_a_look(folder: Path) -> bool:
    return not (folder / CLEAN).exists() or (folder / DATABASE).stat().st_size < ALWAYS_CHECKED


def _gone() -> HistoryError:
    return HistoryError(
        "the history's database is gone",
        reason=HistoryReason.MISSING,
        advice="`leukdesk history restore` brings back the newest good backup.",
    )


def _unusable(folder: Path, error: OSError) -> HistoryError:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        reason = HistoryReason.READ_ONLY
    else:
        reason = HistoryReason.DISK_FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else HistoryReason.UNWRITABLE
    known = refusal(reason)
    known.subject = str(folder)
    return known
