"""Cases: open, correct, find, read as they stand or stood."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    and_,
    bindparam,
    cast,
    column,
    false,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from leukdesk.domain.audit import Act
from leukdesk.domain.case import CASE_ORDERS, Case, CaseDetails, CasePage, CaseQuery, CaseStatus, Specimen
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.user import Right
from leukdesk.history import index
from leukdesk.history.ledger import Ledger, Row, canonical
from leukdesk.history.moments import moment
from leukdesk.history.plain_text import checked
from leukdesk.history.tables import case_index, cases, events
from leukdesk.history.users import require
from leukdesk.history.words import asked, facet


def _selected() -> Select[tuple[object, ...]]:
    opened, changed = events.alias("opened"), events.alias("changed_by")
    return (
        select(
            case_index.c.status,
            case_index.c.images,
            case_index.c.unresolved,
            case_index.c.labels,
            cases,
            opened.c.at.label("opened_at"),
            changed.c.at.label("changed_at"),
        )
        .join(cases, cases.c.event == case_index.c.version)
        .join(opened, opened.c.seq == case_index.c.case_id)
        .join(changed, changed.c.seq == case_index.c.changed)
    )


# Built once: building a statement costs more than running it.
_CASES = _selected()
_ONE = _CASES.where(case_index.c.case_id == bindparam("case"))
_STATUS = select(case_index.c.status).where(case_index.c.case_id == bindparam("case"))


class Cases:
    """Cases of one history."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def open(self, user: int, entered: CaseDetails) -> Case:
        """Open a case. Needs EDIT_CASE; raises `HistoryError` TAKEN where the accession number is in use."""
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.EDIT_CASE)
            row = details_row(entered)
            _require_free(transaction.connection, row["accession"])
            case_id = transaction.next
            transaction.append(Act.CASE_OPENED, user, case_id=case_id, rows={cases: [row | {"case_id": case_id}]})
            index.refresh(transaction, case_id)
            return read_case(transaction.connection, case_id)

    def correct(self, user: int, case_id: int, entered: CaseDetails, why: str) -> Case:
        """Give a case other details; the old ones are kept. Needs EDIT_CASE and a reason; not while it is signed."""
        with self._ledger.writing() as transaction:
            connection = transaction.connection
            require(connection, user, Right.EDIT_CASE)
            require_unsigned(connection, case_id)
            before, row = _newest(connection, case_id), details_row(entered)
            _require_free(connection, row["accession"], besides=case_id)
            changes = {key: (before[key], value) for key, value in row.items() if before[key] != value}
            why = checked(why, "reason", required=True)
            if changes:
                rows = {cases: [row | {"case_id": case_id}]}
                transaction.append(Act.CASE_CORRECTED, user, case_id=case_id, why=why, changes=changes, rows=rows)
                index.refresh(transaction, case_id)
            return read_case(transaction.connection, case_id)

    def get(self, case_id: int) -> Case:
        """One case as it stands. Raises `HistoryError` NOT_FOUND."""
        with self._ledger.reading() as connection:
            return read_case(connection, case_id)

    def by_accession(self, accession: str) -> Case | None:
        """The case with exactly this accession number."""
        with self._ledger.reading() as connection:
            wanted = select(case_index.c.case_id).where(case_index.c.accession == accession.strip())
            case_id = connection.scalar(wanted)
            return None if case_id is None else read_case(connection, case_id)

    def earlier(self, case_id: int) -> list[Case]:
        """Other cases of the same patient, the newest first; none where the patient was not entered."""
        with self._ledger.reading() as connection:
            return earlier_cases(connection, case_id)

    def search(self, query: CaseQuery, *, offset: int = 0, limit: int = 50) -> CasePage:
        """Cases from `offset` on, and how many there are in all."""
        with self._ledger.reading() as connection:
            counted, wanted = _selection(connection, query)
            total = connection.scalar(counted) or 0
            if isinstance(wanted, Select):  # only words were asked for: one table knows which fifty these are
                rowid = column("rowid", Integer)
                ordered = wanted.order_by(rowid.desc() if query.order == "newest" else rowid.asc())
                rows = ordered.limit(limit).offset(offset)
                page = _CASES.where(case_index.c.case_id.in_(rows)).order_by(*_order(query.order))
            else:
                # Which cases these are is found among the index alone: rows that are skipped are joined to nothing.
                ordered = select(case_index.c.case_id).where(*wanted).order_by(*_order(query.order))
                these = ordered.limit(limit).offset(offset)
                page = _CASES.where(case_index.c.case_id.in_(these)).order_by(*_order(query.order))
            return CasePage(tuple(_case(row) for row in connection.execute(page).mappings()), total)


def read_case(connection: Connection, case_id: int) -> Case:
    """One case as it stands. Raises `HistoryError` NOT_FOUND."""
    row = connection.execute(_ONE, {"case": case_id}).mappings().first()
    if row is None:
        erased = connection.scalar(
            select(events.c.seq).where(events.c.case_id == case_id, events.c.act == str(Act.CASE_ERASED)).limit(1)
        )
        raise HistoryError(
            "this case was erased" if erased else "there is no such case",
            reason=HistoryReason.NOT_FOUND,
            advice="Its tombstone is in the audit chain." if erased else "Search for it.",
        )
    return _case(row)


def earlier_cases(connection: Connection, case_id: int) -> list[Case]:
    """Other cases of the same patient, the newest first."""
    patient = connection.scalar(select(case_index.c.patient).where(case_index.c.case_id == case_id))
    if not patient:
        return []
    same = and_(case_index.c.patient == patient, case_index.c.case_id != case_id)
    newest = _CASES.where(same).order_by(case_index.c.case_id.desc())
    return [_case(row) for row in connection.execute(newest).mappings()]


def all_details(connection: Connection, case_id: int, upto: int) -> list[CaseDetails]:
    """All versions of what was entered, the newest last."""
    wanted = select(cases).where(cases.c.case_id == case_id, cases.c.event <= upto).order_by(cases.c.event)
    return [_details(row) for row in connection.execute(wanted).mappings()]


def require_unsigned(connection: Connection, case_id: int) -> CaseStatus:
    """The status of a case that may be worked on. Raises `HistoryError` SIGNED, NOT_FOUND."""
    found = connection.scalar(_STATUS, {"case": case_id})
    status = read_case(connection, case_id).status if found is None else CaseStatus(found)
    if status in (CaseStatus.SIGNED, CaseStatus.FIRST_SIGNED):
        raise HistoryError(
            "this case is signed", reason=HistoryReason.SIGNED, advice="Amend it first; the signed version is kept."
        )
    return status


def _selection(connection: Connection, query: CaseQuery) -> tuple[Select[int], Select[int] | list[ColumnElement[bool]]]:
    """How to count what is found, and either the rows of the search table that are it, or conditions on the index."""
    filters, (beginnings, exact) = _filters(query), _words(query)
    if beginnings or exact:
        if connection.dialect.name == "sqlite":
            found = _found(beginnings, exact)
            if not filters and query.order in ("newest", "oldest"):
                return found.with_only_columns(func.count()), found
            filters.append(case_index.c.case_id.in_(found))
        else:
            filters.append(_contains(beginnings, exact))
    return select(func.count()).select_from(case_index).where(*filters), filters


def _filters(query: CaseQuery) -> list[ColumnElement[bool]]:
    of = case_index.c
    found: list[ColumnElement[bool]] = []
    if query.statuses:
        found.append(of.status.in_([str(one) for one in query.statuses]))
    if query.specimen is not None:
        found.append(of.specimen == str(query.specimen))
    if query.received_from is not None:
        found.append(of.received >= query.received_from.isoformat())
    if query.received_to is not None:
        found.append(of.received <= query.received_to.isoformat())
    if query.text.strip() and not asked(query.text):
        found.append(false())  # only punctuation: nothing is found by it
    return found


def _words(query: CaseQuery) -> tuple[list[str], list[str]]:
    """Beginnings of words, and whole words."""
    facets = (("l", query.label), ("m", query.model), ("p", query.reviewer))
    return asked(query.text), [facet(kind, one) for kind, one in facets if one]


def _found(beginnings: list[str], exact: list[str]) -> Select[int]:
    """Cases with these words, from SQLite's search table."""
    asked_for = " AND ".join([*(f'"{one}"' for one in exact), *(f'"{one}"*' for one in beginnings)])
    matches = literal_column("case_words").bool_op("MATCH")(asked_for)
    return select(column("rowid", Integer)).select_from(table("case_words")).where(matches)


def _contains(beginnings: list[str], exact: list[str]) -> ColumnElement[bool]:
    """Cases with these words, by PostgreSQL's index over the column."""
    asked_for = " & ".join([*(f"'{one}'" for one in exact), *(f"'{one}':*" for one in beginnings)])
    vector = func.array_to_tsvector(func.string_to_array(case_index.c.words, literal_column("' '")))
    return vector.bool_op("@@")(cast(asked_for, TSQUERY))


def _order(name: str) -> list[ColumnElement[object]]:
    of = case_index.c
    if name not in CASE_ORDERS:
        raise ValueError(f"no order {name!r}")
    if name in ("newest", "oldest"):
        return [of.case_id.desc() if name == "newest" else of.case_id]
    column = of[name]
    first = column.desc().nulls_last() if name in ("received", "changed", "images", "unresolved") else column
    return [first, of.case_id.desc()]


def _newest(connection: Connection, case_id: int) -> RowMapping:
    wanted = select(cases).where(cases.c.case_id == case_id).order_by(cases.c.event.desc()).limit(1)
    return connection.execute(wanted).mappings().one()


def _require_free(connection: Connection, accession: str, *, besides: int = 0) -> None:
    taken = connection.scalar(select(case_index.c.case_id).where(case_index.c.accession == accession))
    if taken not in (None, besides):
        raise HistoryError(
            "there is a case with this accession number",
            reason=HistoryReason.TAKEN,
            advice="Open that case, or correct the number.",
        )


def details_row(entered: CaseDetails) -> Row:
    """What was entered, checked, as a row of `cases` without its case. Raises `HistoryError` INVALID."""
    if entered.um_per_px is not None and not 0 < entered.um_per_px < 1000:
        raise HistoryError("um/px must be between 0 and 1000", reason=HistoryReason.INVALID, advice="Correct it.")
    fields = {checked(key, "field name"): checked(value, "field") for key, value in entered.fields.items()}
    return {
        "accession": checked(entered.accession, "accession number", required=True, longest=100),
        "patient": checked(entered.patient, "pseudonym", longest=100),
        "specimen": str(entered.specimen),
        "stain": checked(entered.stain, "stain", longest=100),
        "objective": checked(entered.objective, "objective", longest=100),
        "um_per_px": None if entered.um_per_px is None else float(entered.um_per_px),
        "received": None if entered.received is None else entered.received.isoformat(),
        "fields": canonical(fields).decode(),
    }


def _details(row: RowMapping) -> CaseDetails:
    return CaseDetails(
        row["accession"],
        row["patient"],
        Specimen(row["specimen"]),
        row["stain"],
        row["objective"],
        row["um_per_px"],
        None if row["received"] is None else date.fromisoformat(row["received"]),
        json.loads(row["fields"]),
    )


def _case(row: RowMapping) -> Case:
    return Case(
        row["case_id"],
        _details(row),
        CaseStatus(row["status"]),
        moment(row["opened_at"]),
        moment(row["changed_at"]),
        row["images"],
        row["unresolved"],
        json.loads(row["labels"]),
    )
