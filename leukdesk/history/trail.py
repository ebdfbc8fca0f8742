"""The audit chain to read: events of a case or of everything, and a whole case as it stands or stood."""

from __future__ import annotations

import json

from sqlalchemy import Connection, RowMapping, func, select

from leukdesk.domain.audit import Act, AuditEvent
from leukdesk.domain.case import CaseRecord
from leukdesk.history.cases import all_details, earlier_cases, read_case
from leukdesk.history.findings import read_findings, read_images
from leukdesk.history.head import Head
from leukdesk.history.ledger import START, Ledger
from leukdesk.history.moments import moment
from leukdesk.history.reviews import read_amendments, read_answers, read_comments, read_labels, read_sign_offs
from leukdesk.history.tables import details, events
from leukdesk.history.users import names

MOST_IMAGES = 1_000_000
# Built once: building a statement costs more than running it.
_NEWEST = select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
_EVENTS = (
    select(events, details.c.why, details.c.changes)
    .outerjoin(details, details.c.event == events.c.seq)
    .order_by(events.c.seq)
)


class Trail:
    """Reads the chain of one history."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def head(self) -> Head:
        """The last event: printed on reports, so that a chain that was written anew does not match them."""
        with self._ledger.reading() as connection:
            return read_head(connection)

    def events(self, case_id: int | None = None, *, after: int = 0, limit: int = 1000) -> list[AuditEvent]:
        """Events after one, in order: of a case, or all."""
        with self._ledger.reading() as connection:
            return read_events(connection, case_id, after=after, limit=limit)

    def case(self, case_id: int, *, upto: int | None = None) -> CaseRecord:
        """Everything of a case; with `upto`, what was recorded up to that event, as for the version that was signed.

        `case` and `answers` are always as they stand. Raises `HistoryError` NOT_FOUND.
        """
        with self._ledger.reading() as connection:
            case = read_case(connection, case_id)
            last = read_head(connection).seq if upto is None else upto
            images = read_images(connection, case_id, upto=last, limit=MOST_IMAGES)
            ids = [one.id for one in images]
            return CaseRecord(
                case,
                tuple(all_details(connection, case_id, last)),
                tuple(images),
                tuple(read_findings(connection, ids, last)),
                tuple(read_labels(connection, ids, last)),
                tuple(read_comments(connection, case_id, last)),
                tuple(read_sign_offs(connection, case_id, last)),
                tuple(read_amendments(connection, case_id, last)),
                tuple(read_answers(connection, case_id)),
                tuple(read_events(connection, case_id, upto=last, limit=MOST_IMAGES)),
                tuple(earlier_cases(connection, case_id)),
            )


def read_head(connection: Connection) -> Head:
    """The last event of the chain."""
    newest = connection.execute(_NEWEST).first()
    return Head(0, START.hex()) if newest is None else Head(newest.seq, newest.hash.hex())


def read_events(
    connection: Connection, case_id: int | None, *, after: int = 0, upto: int | None = None, limit: int
) -> list[AuditEvent]:
    """Events in order, with what and why as far as they were not erased."""
    wanted = _EVENTS.where(events.c.seq > after).limit(limit)
    wanted = wanted if case_id is None else wanted.where(events.c.case_id == case_id)
    wanted = wanted if upto is None else wanted.where(events.c.seq <= upto)
    people = names(connection)
    return [_event(row, people) for row in connection.execute(wanted).mappings()]


def count_events(connection: Connection) -> int:
    """How many events there are."""
    return connection.scalar(select(func.count()).select_from(events)) or 0


def _event(row: RowMapping, people: dict[int, str]) -> AuditEvent:
    changes = json.loads(row["changes"] or "{}")
    return AuditEvent(
        row["seq"],
        moment(row["at"]),
        people.get(row["user_id"], str(row["user_id"])),
        Act(row["act"]),
        row["case_id"],
        row["subject"],
        row["why"] or "",
        {key: (old, new) for key, (old, new) in changes.items()},
        row["hash"].hex(),
    )
