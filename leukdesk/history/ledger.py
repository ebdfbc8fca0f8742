"""The one way to write: a transaction of events, each with the rows it adds, each chained to the one before.

Content rows are keyed by the number of their event, which is known before anything is written; so a transaction of
thousands of events is a few statements of many rows.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Result, Table, insert, select

from leukdesk.domain.audit import Act
from leukdesk.history.engine import writing
from leukdesk.history.head import Head, HeadFile
from leukdesk.history.moments import moment
from leukdesk.history.tables import CONTENT, details, events, metadata

Row = dict[str, Any]
Rows = Mapping[Table, Sequence[Row]]
Changes = Mapping[str, tuple[object, object]]
SYSTEM = 0  # the user of what leukdesk does by itself
_LAST = select(events.c.seq, events.c.at, events.c.hash).order_by(events.c.seq.desc()).limit(1)
START = bytes(32)  # what the first event is chained to
_INSERTS = {table: insert(table) for table in metadata.tables.values()}
_log = logging.getLogger("leukdesk.history")


def now_us() -> int:
    """The machine's clock in microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces: equal values have equal bytes. Bytes are written in hex."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=bytes.hex).encode()


def content_hash(salt: bytes, rows: Iterable[tuple[str, Row]]) -> bytes:
    """SHA-256 of an event's rows, (table, columns) in the order of `CONTENT`; columns without a value do not count.

    So a column that a later version adds leaves older events as they are.
    """
    listed = [[table, {key: value for key, value in row.items() if value is not None}] for table, row in rows]
    return hashlib.sha256(salt + canonical(listed)).digest()


def event_hash(event: Mapping[str, Any]) -> bytes:
    """SHA-256 of an event's own columns, with its content's hash and the hash of the event before."""
    names = ("seq", "at", "user_id", "act", "case_id", "subject", "content", "previous")
    return hashlib.sha256(canonical([event[name] for name in names])).digest()


class Transaction:
    """Events and rows that are written together or not at all."""

    def __init__(self, connection: Connection, clock: Callable[[], int]) -> None:
        """Continue the chain that this connection sees; all events get the time at which they were begun."""
        self._connection, self._at = connection, clock()
        self._pending: dict[Table, list[Row]] = defaultdict(list)
        newest = connection.execute(_LAST).first()
        self.seq: int = newest.seq if newest else 0
        self._hash: bytes = newest.hash if newest else START
        before = newest.at if newest else 0
        self.began_at = self.seq
        self._set_back = (
            {"clock": (moment(before).isoformat(), moment(self._at).isoformat())} if self._at < before else {}
        )

    @property
    def next(self) -> int:
        """The number of the next event, for rows that name it."""
        if self._set_back:
            changes, self._set_back = self._set_back, {}
            self.append(Act.CLOCK_SET_BACK, SYSTEM, changes=changes)
        return self.seq + 1

    @property
    def head(self) -> Head:
        """The last event."""
        return Head(self.seq, self._hash.hex())

    def append(
        self,
        act: Act,
        user_id: int,
        *,
        case_id: int | None = None,
        subject: int | None = None,
        why: str = "",
        changes: Changes | None = None,
        rows: Rows | None = None,
    ) -> int:
        """Add an event with its rows (their key is filled in); returns its number."""
        salt, seq = secrets.token_bytes(16), self.next
        detail = {"salt": salt, "why": why, "changes": canonical(changes or {}).decode()}
        content = [(table, {"event": seq} | row) for table, added in self._in_order(detail, rows) for row in added]
        event: Row = {
            "seq": seq,
            "at": self._at,
            "user_id": user_id,
            "act": str(act),
            "case_id": case_id,
            "subject": subject,
        }
        event["content"] = content_hash(salt, ((table.name, row) for table, row in content))
        event["previous"] = self._hash
        event["hash"] = event_hash(event)
        self._pending[events].append(event)
        for table, row in content:
            self._pending[table].append(row)
        self.seq, self._hash = seq, event["hash"]
        return seq

    def add(self, table: Table, row: Row) -> None:
        """Add a row that is no content: of an index or a job."""
        self._pending[table].append(row)

    def execute(self, statement: Executable, rows: Sequence[Row] | None = None) -> Result[Any]:
        """Run a statement after everything that is waiting to be written."""
        self.flush()
        return self._connection.execute(statement, rows) if rows else self._connection.execute(statement)

    @property
    def connection(self) -> Connection:
        """For reading: everything that was waiting is written."""
        self.flush()
        return self._connection

    def flush(self) -> None:
        """Write what is waiting."""
        pending, self._pending = self._pending, defaultdict(list)
        for table in (events, *CONTENT):
            if added := pending.pop(table, None):
                self._connection.execute(_INSERTS[table], _even(added))
        for table, added in pending.items():
            self._connection.execute(_INSERTS[table], added)

    def _in_order(self, detail: Row, rows: Rows | None) -> Iterator[tuple[Table, Sequence[Row]]]:
        for table in CONTENT:
            yield table, [detail] if table is details else (rows or {}).get(table, ())


def _even(rows: list[Row]) -> list[Row]:
    """Rows with the same keys, as one statement needs them."""
    keys = {key: None for row in rows for key in row}
    return [keys | row for row in rows]


class Ledger:
    """The chain of one history, and the only way to write to it. Threads may share it."""

    def __init__(self, engine: Engine, head: HeadFile | None, clock: Callable[[], int] = now_us) -> None:
        """`head` is None where no file beside the database tells its end."""
        self.engine, self._head, self._clock = engine, head, clock
        self._lock = threading.Lock()

    def kept_head(self) -> Head | None:
        """What the head file says."""
        return None if self._head is None else self._head.read()

    def reading(self) -> AbstractContextManager[Connection]:
        """A consistent view of everything committed."""
        return self.engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Write, and return once it is on the disk. Raises `HistoryError`; then nothing of it was written."""
        with self._lock:
            with writing(self.engine) as connection:
                transaction = Transaction(connection, self._clock)
                yield transaction
                transaction.flush()
            if transaction.seq > transaction.began_at:
                self._keep(transaction.head)

    def _keep(self, head: Head) -> None:
        if self._head is None:
            return
        try:
            self._head.write(head)
        except OSError as error:  # what was recorded is safe, and the file may be behind
            _log.warning("the head file could not be written: errno %s", error.errno)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        if self._head is not None:
            self._head.close()
