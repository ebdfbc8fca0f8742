"""Backups: made while the history is in use, verified after writing, thinned to daily, weekly and monthly ones."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from leukdesk.domain.audit import Flaw, FlawKind
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.history.engine import reason_of, refusal, sqlite_engine
from leukdesk.history.ledger import now_us
from leukdesk.history.moments import moment
from leukdesk.history.schema import version
from leukdesk.history.trail import read_head
from leukdesk.history.verify import verify

FOLDER = "backups"
NEWEST, DAILY, WEEKLY, MONTHLY = 3, 12, 10, 9
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup, as its note beside it says."""

    path: Path
    seq: int  # of the last event
    head: str  # its hash
    made: datetime  # UTC
    revision: str  # of the tables
    sha256: str  # of the file


def make_backup(engine: Engine, folder: Path, clock: Callable[[], int] = now_us) -> Backup:
    """Copy the database into `folder`/backups while it is used, verify the copy, and thin the older ones.

    Raises `HistoryError` DISK_FULL, UNWRITABLE, DAMAGED (the copy's events since the last backup do not verify), and
    INVALID for a database server, which has its own means.
    """
    if engine.dialect.name != "sqlite":
        raise HistoryError(
            "a history on a server is backed up there",
            reason=HistoryReason.INVALID,
            advice="Use pg_dump; `leukdesk history verify` checks what it brings back.",
        )
    target = folder / FOLDER
    try:
        target.mkdir(mode=0o700, exist_ok=True)
        part = target / "next.part"
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_RDWR, 0o600))
        _copy(engine, part)
        made = _checked(part, target, clock())
        thin(target)
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(error) from error
    return made


def backups(folder: Path) -> list[Backup]:
    """What lies in `folder`/backups, the newest first by what they hold; the clock does not matter."""
    found = filter(None, (_read_note(note) for note in (folder / FOLDER).glob("*.json")))
    return sorted(found, key=lambda one: (one.seq, one.made), reverse=True)


def is_whole(backup: Backup) -> bool:
    """Whether the file is the one that was written and verified."""
    try:
        return _sha256(backup.path) == backup.sha256
    except OSError:
        return False


def thin(target: Path) -> None:
    """Keep the newest three, and the newest of each of twelve days, ten weeks, nine months and of each revision."""
    every = backups(target.parent)
    for one in set(every) - kept(every):
        _remove(one)


def remove_older(folder: Path, newest: Backup) -> None:
    """Remove every backup but one: after an erasure they hold what was erased."""
    for one in backups(folder):
        if one.path != newest.path:
            _remove(one)


def kept(every: Iterable[Backup]) -> set[Backup]:
    """Which of these backups, the newest first, thinning keeps."""
    listed = list(every)
    stay = set(listed[:NEWEST])
    for most, key in ((DAILY, "%Y-%m-%d"), (WEEKLY, "%G-%V"), (MONTHLY, "%Y-%m")):
        newest: dict[str, Backup] = {}
        for one in listed:
            newest.setdefault(one.made.strftime(key), one)
        stay |= set(list(newest.values())[:most])
    return stay | set({one.revision: one for one in reversed(listed)}.values())


def _copy(engine: Engine, part: Path) -> None:
    """SQLite's online backup: one consistent moment, while others read and write."""
    with closing(engine.raw_connection()) as source, closing(sqlite3.connect(part)) as copy:
        driver = source.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())


def _checked(part: Path, target: Path, now: int) -> Backup:
    engine = sqlite_engine(part, read_only=True)
    try:
        with engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
                raise refusal(HistoryReason.DAMAGED)
            head, revision = read_head(connection), version(connection)
            verified = next((one.seq for one in backups(target.parent) if one.seq <= head.seq), 0)
            flaws = verify(connection, None, after=verified).flaws
    finally:
        engine.dispose()
    _require_sound([flaw for flaw in flaws if flaw.kind is not FlawKind.INDEX])
    made = moment(now)
    path = target / f"{made:%Y%m%dT%H%M%S}Z-{head.seq:010d}.db"
    backup = Backup(path, head.seq, head.hash, made, revision, _sha256(part))
    part.replace(path)
    _write_note(backup)
    return backup


def _require_sound(flaws: list[Flaw]) -> None:
    if flaws:
        raise HistoryError(
            f"event {flaws[0].seq} does not verify: {flaws[0].what}",
            reason=HistoryReason.DAMAGED,
            advice="No backup was made, the older ones stay. `leukdesk history verify` says more.",
        )


def _write_note(backup: Backup) -> None:
    data = asdict(backup) | {"path": backup.path.name, "made": backup.made.isoformat()}
    note = backup.path.with_suffix(".json")
    part = note.with_suffix(".part")
    part.touch(0o600)
    part.write_text(json.dumps(data, indent=1), encoding="utf-8")
    part.replace(note)


def _read_note(note: Path) -> Backup | None:
    try:
        data = json.loads(note.read_text(encoding="utf-8"))
        made = datetime.fromisoformat(data["made"]).astimezone(UTC)
        path = note.with_suffix(".db")
        return Backup(path, int(data["seq"]), data["head"], made, data["revision"], data["sha256"])
    except (OSError, ValueError, KeyError, TypeError):  # half written, or something else: no backup
        return None


def _remove(backup: Backup) -> None:
    backup.path.with_suffix(".json").unlink(missing_ok=True)
    backup.path.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unwritable(error: OSError | sqlite3.Error) -> HistoryError:
    reason = reason_of(error)
    if isinstance(error, OSError) and error.errno in (28, 122):  # ENOSPC, EDQUOT
        reason = HistoryReason.DISK_FULL
    return HistoryError(
        "the backup could not be written" + (": the disk is full" if reason is HistoryReason.DISK_FULL else ""),
        reason=reason or HistoryReason.UNWRITABLE,
        advice="The history itself is as it was. Free some space or check the rights of its folder.",
    )
