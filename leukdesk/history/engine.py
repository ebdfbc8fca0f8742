"""Where the connection to the database is made: the only place, so that encryption at rest can come in here.

Errors of the driver leave this room as `HistoryError`, without the statement's parameters, which may name patients.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url

from leukdesk.domain.errors import HistoryError, HistoryReason

SQLITE_PRAGMAS = (
    "busy_timeout=5000",  # ms that a write waits for another program
    "foreign_keys=ON",
    "synchronous=FULL",  # a committed row survives a power cut
    "secure_delete=ON",  # what is erased is overwritten
    "temp_store=MEMORY",  # no temporary file with identifiers
    "cell_size_check=ON",
    "cache_size=-65536",  # KiB
)
_WRITES = "leukdesk_writes"


def sqlite_engine(path: Path, *, read_only: bool = False) -> Engine:
    """An engine for a database file, which is created unless `read_only`."""
    mode = "ro" if read_only else "rwc"
    url = make_url("sqlite+pysqlite://").set(
        database=f"file:{_quoted(path)}", query={"mode": mode, "uri": "true"} | _immutable(path, read_only)
    )
    engine = create_engine(url, hide_parameters=True, pool_size=4)
    event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, read_only))
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _translate_sqlite)
    return engine


def server_engine(url: str) -> Engine:
    """An engine for a database server: "postgresql+psycopg://..."."""
    engine = create_engine(url, hide_parameters=True, pool_size=4, pool_pre_ping=True)
    event.listen(engine, "handle_error", _translate_server)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other writer runs beside."""
    with engine.connect() as connection:
        connection = connection.execution_options(**{_WRITES: True})
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7565)")
            yield connection


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _immutable(path: Path, read_only: bool) -> dict[str, str]:
    """SQLite cannot read a WAL database in a folder it may not write to, unless told that nobody else writes."""
    effective = os.access in os.supports_effective_ids
    lone = read_only and not os.access(path.parent, os.W_OK, effective_ids=effective)
    return {"immutable": "1"} if lone else {}


def _prepare_sqlite(connection: Any, read_only: bool) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turned writer would fail at once where another writes; a writer from the start waits.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_BY_CODE = {
    sqlite3.SQLITE_BUSY: HistoryReason.LOCKED,
    sqlite3.SQLITE_LOCKED: HistoryReason.LOCKED,
    sqlite3.SQLITE_FULL: HistoryReason.DISK_FULL,
    sqlite3.SQLITE_READONLY: HistoryReason.READ_ONLY,
    sqlite3.SQLITE_PERM: HistoryReason.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: HistoryReason.DAMAGED,
    sqlite3.SQLITE_NOTADB: HistoryReason.DAMAGED,
    sqlite3.SQLITE_FORMAT: HistoryReason.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: HistoryReason.UNWRITABLE,
    sqlite3.SQLITE_IOERR: HistoryReason.UNWRITABLE,
}
_WHAT = {
    HistoryReason.LOCKED: ("another program holds the history", "Close it (a backup or sync program?) and try again."),
    HistoryReason.DISK_FULL: ("the disk with the history is full", "Free some space; nothing recorded was lost."),
    HistoryReason.READ_ONLY: ("the history may not be written to", "Check the rights of its folder."),
    HistoryReason.DAMAGED: ("the history is damaged", "`leukdesk history restore` brings back the newest good backup."),
    HistoryReason.UNWRITABLE: ("the history cannot be reached", "Check the disk and the rights of its folder."),
    HistoryReason.UNREACHABLE: ("the history's server cannot be reached", "Check the network and the address."),
}


def refusal(reason: HistoryReason) -> HistoryError:
    """The error for a reason that needs no more words; it names no file."""
    what, advice = _WHAT[reason]
    return HistoryError(what, reason=reason, advice=advice)


def reason_of(error: BaseException) -> HistoryReason | None:
    """Why SQLite failed, where that is of the user's world."""
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _BY_CODE.get(code & 0xFF)


def _translate_sqlite(context: ExceptionContext) -> None:
    reason = reason_of(context.original_exception)
    if reason is not None:
        raise refusal(reason) from context.original_exception


def _translate_server(context: ExceptionContext) -> None:
    kind = type(context.original_exception).__name__
    if kind in ("DiskFull", "OutOfMemory"):
        raise refusal(HistoryReason.DISK_FULL) from context.original_exception
    if kind in ("OperationalError", "AdminShutdown", "CannotConnectNow", "ConnectionTimeout") or context.is_disconnect:
        raise refusal(HistoryReason.UNREACHABLE) from context.original_exception
