"""Verify the chain: every event against its hash, its rows and the event before, the end against the head file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from leukdesk.domain.audit import Act, Flaw, FlawKind, Verdict
from leukdesk.history.head import Head
from leukdesk.history.index_check import check_index
from leukdesk.history.ledger import START, content_hash, event_hash
from leukdesk.history.tables import CONTENT, details, events, tombstones

_CHUNK = 2000  # events looked at together
_NEAR = 1000  # how far away a moved event is looked for
MOST_FLAWS = 1000
Rows = dict[int, list[tuple[str, dict[str, Any]]]]


def verify(
    connection: Connection, head: Head | None, *, after: int = 0, progress: Callable[[int, int], None] | None = None
) -> Verdict:
    """Look at every event after one; `head` is what the file outside the database says.

    At most `MOST_FLAWS` are listed. What a case's list entry shows is compared too, when all events are looked at.
    """
    if connection.dialect.name == "sqlite":
        # A flipped bit can make text that is not UTF-8, which must be found and not end the search.
        driver: Any = connection.connection.driver_connection
        before, driver.text_factory = driver.text_factory, partial(str, encoding="utf-8", errors="backslashreplace")
        try:
            return _verified(connection, head, after, progress)
        finally:
            driver.text_factory = before
    return _verified(connection, head, after, progress)


def _verified(
    connection: Connection, head: Head | None, after: int, progress: Callable[[int, int], None] | None
) -> Verdict:
    walk = _Walk(connection, after)
    total = connection.scalar(select(func.max(events.c.seq))) or 0
    flaws: list[Flaw] = []
    for flaw in walk.flaws(total, progress or (lambda done, of: None)):
        flaws.append(flaw)
        if len(flaws) >= MOST_FLAWS:
            break
    else:
        flaws += _at_the_end(connection, head)
        flaws += [] if after else check_index(connection, MOST_FLAWS - len(flaws))
    return Verdict(walk.seen, _bytes(walk.before).hex() if walk.last else "", tuple(flaws), tuple(walk.notes))


class _Walk:
    """Goes from event to event."""

    def __init__(self, connection: Connection, after: int) -> None:
        self._connection = connection
        self.last, self.before, self.seen = after, START, 0
        if after:
            stored = connection.scalar(select(events.c.hash).where(events.c.seq == after))
            self.before = stored or START
        erased = select(tombstones.c.case_id, func.max(tombstones.c.event)).group_by(tombstones.c.case_id)
        self._erased: dict[int, int] = {row[0]: row[1] for row in connection.execute(erased)}
        self.notes: list[str] = []
        self._last_sound = True

    def flaws(self, total: int, progress: Callable[[int, int], None]) -> Iterator[Flaw]:
        while chunk := self._next():
            first, last = chunk[0]["seq"], chunk[-1]["seq"]
            rows = _rows(self._connection, min(self.last + 1, first), last)
            for event in chunk:
                yield from self._event(event, rows.pop(event["seq"], []))
            yield from (_foreign(number) for number in rows)
            progress(last, total)

    def _next(self) -> list[RowMapping]:
        wanted = select(events).where(events.c.seq > self.last).order_by(events.c.seq).limit(_CHUNK)
        return list(self._connection.execute(wanted).mappings())

    def _event(self, event: RowMapping, rows: list[tuple[str, dict[str, Any]]]) -> Iterator[Flaw]:
        seq, gap = event["seq"], event["seq"] - self.last - 1
        missing = range(self.last + 1, seq) if gap <= MOST_FLAWS else range(self.last + 1, self.last + 1 + MOST_FLAWS)
        yield from (Flaw(FlawKind.DELETED, number, "the event is missing") for number in missing)
        if event_hash(dict(event)) != event["hash"]:
            yield _moved_or_edited(event)
            self._last_sound = False
        else:
            if event["previous"] != self.before and not gap and self._last_sound:
                what = "it was put in the place of another, to which the next event is chained"
                yield Flaw(FlawKind.REPLACED, seq - 1, what)
            self._last_sound = True
            yield from self._content(event, rows)
        if event["act"] == Act.CLOCK_SET_BACK:
            self.notes.append(f"the clock was set back before event {seq + 1}")
        self.last, self.before, self.seen = seq, event["hash"], self.seen + 1

    def _content(self, event: RowMapping, rows: list[tuple[str, dict[str, Any]]]) -> Iterator[Flaw]:
        if event["seq"] < self._erased.get(event["case_id"], 0):
            if rows:
                yield Flaw(FlawKind.CONTENT, event["seq"], "its case was erased, and rows of it are left or were added")
            return
        salt = next((row["salt"] for table, row in rows if table == details.name), b"")
        if content_hash(_bytes(salt), rows) != event["content"]:
            yield Flaw(FlawKind.CONTENT, event["seq"], "rows that it recorded were changed, removed or added")


def _rows(connection: Connection, first: int, last: int) -> Rows:
    """Content rows by event, in the order they were hashed."""
    found: Rows = defaultdict(list)
    for table in CONTENT:
        wanted = select(table).where(table.c.event.between(first, last)).order_by(*table.primary_key.columns)
        for row in connection.execute(wanted).mappings():
            found[row["event"]].append((table.name, dict(row)))
    return found


def _moved_or_edited(event: RowMapping) -> Flaw:
    here: int = event["seq"]
    for seq in range(max(1, here - _NEAR), here + _NEAR):
        if event_hash(dict(event) | {"seq": seq}) == event["hash"]:
            return Flaw(FlawKind.REORDERED, here, f"what stands here was event {seq}")
    return Flaw(FlawKind.EDITED, here, f"its fields are not those that were recorded ({str(event['act'])[:32]})")


def _foreign(number: int) -> Flaw:
    return Flaw(FlawKind.FOREIGN_ROW, number, "there are rows of an event that does not exist")


def _bytes(value: object) -> bytes:
    """SQLite keeps whatever a forger puts into a column of bytes."""
    return value if isinstance(value, bytes) else repr(value).encode("utf-8", "backslashreplace")


def _at_the_end(connection: Connection, head: Head | None) -> Iterator[Flaw]:
    last = connection.scalar(select(func.max(events.c.seq))) or 0
    for table in CONTENT:
        beyond = select(table.c.event).where((table.c.event > last) | (table.c.event < 1)).distinct().limit(MOST_FLAWS)
        yield from (_foreign(number) for number in connection.scalars(beyond))
    if head is None:
        return
    if head.seq > last:
        what = f"the chain ends at event {last}, and the head file knows event {head.seq}"
        yield Flaw(FlawKind.TRUNCATED, last + 1, what)
        return
    stored = connection.scalar(select(events.c.hash).where(events.c.seq == head.seq))
    if head.seq and (stored is None or _bytes(stored).hex() != head.hash):
        yield Flaw(FlawKind.REPLACED, head.seq, "it is not the event that the head file knows")
