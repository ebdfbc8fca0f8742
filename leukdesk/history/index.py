"""What lists and searches read of a case. It follows from the content, and can be made again from it at any time."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import BindParameter, Connection, bindparam, case, delete, func, select, text, update

from leukdesk.domain.audit import Act
from leukdesk.domain.case import CaseStatus
from leukdesk.domain.review import UNIDENTIFIED
from leukdesk.history.ledger import Row, Transaction
from leukdesk.history.tables import amendments, answers, bundles, case_index, cases, events, predictions, sign_offs
from leukdesk.history.tables import users as users_table
from leukdesk.history.words import document, facet, words_of

SHOWN = func.coalesce(func.nullif(answers.c.human_label, ""), answers.c.model_label)
UNRESOLVED = case(
    (answers.c.human_label == UNIDENTIFIED, 1), (answers.c.human_label != "", 0), else_=1 - answers.c.accepted
)

# Built once: building a statement costs more than running it.
_THIS: BindParameter[int] = bindparam("case")
_LISTED = select(case_index).where(case_index.c.case_id == _THIS)
_UPDATED = update(case_index).where(case_index.c.case_id == _THIS)
_ENTERED = select(cases).where(cases.c.case_id == _THIS).order_by(cases.c.event.desc()).limit(1)
_COUNTED = (
    select(
        SHOWN.label("label"),
        func.count().label("count"),
        func.sum(UNRESOLVED).label("unresolved"),
        func.max(answers.c.human_label).label("human"),
    )
    .where(answers.c.case_id == _THIS)
    .group_by(SHOWN)
)
_SIGNED = (
    select(sign_offs.c.event, sign_offs.c.complete)
    .where(sign_offs.c.case_id == _THIS)
    .order_by(sign_offs.c.event.desc())
    .limit(1)
)
_AMENDED = select(func.max(amendments.c.event)).where(amendments.c.case_id == _THIS)


def refresh(
    transaction: Transaction, case_id: int, *, people: Iterable[str] = (), models: Iterable[str] = (), images: int = 0
) -> None:
    """Bring a case's row up to date after events that added these people, models and number of images."""
    connection = transaction.connection
    old = connection.execute(_LISTED, {"case": case_id}).mappings().first()
    row = _current(connection, case_id)
    row["changed"] = transaction.seq
    row["images"] = (old["images"] if old else 0) + images
    row["people"] = _merged(old["people"] if old else "[]", people)
    row["models"] = _merged(old["models"] if old else "[]", models)
    row["words"] = _words(row)
    if old is None:
        transaction.add(case_index, row)
    else:
        transaction.execute(_UPDATED, [row | {"case": case_id}])
    if old is None or old["words"] != row["words"]:
        _write_words(transaction, case_id, row["words"])


def forget(transaction: Transaction, case_id: int) -> None:
    """Take an erased case out of lists and searches."""
    transaction.execute(delete(case_index).where(case_index.c.case_id == case_id))
    transaction.execute(delete(answers).where(answers.c.case_id == case_id))
    if transaction.connection.dialect.name == "sqlite":
        transaction.execute(text("DELETE FROM case_words WHERE rowid = :case").bindparams(case=case_id))
        transaction.execute(text("INSERT INTO case_words(case_words) VALUES ('optimize')"))  # no trace in old segments


def rebuilt(connection: Connection, case_id: int) -> Row:
    """A case's row made from content alone."""
    row = _current(connection, case_id)
    of_case = events.c.case_id == case_id
    row["changed"] = connection.scalar(select(func.max(events.c.seq)).where(of_case))
    row["images"] = connection.scalar(
        select(func.count(answers.c.image_id.distinct())).where(answers.c.case_id == case_id)
    )
    labelled = (
        select(events.c.user_id).where(of_case, events.c.act.in_([str(Act.LABELLED), str(Act.SIGNED)])).distinct()
    )
    row["people"] = _merged("[]", connection.scalars(
        select(users_table.c.name).where(users_table.c.user_id.in_(labelled)).distinct()
    ))  # fmt: skip
    used = select(predictions.c.bundle_id).join(events, events.c.seq == predictions.c.event).where(of_case)
    row["models"] = _merged(
        "[]", connection.scalars(select(bundles.c.name).where(bundles.c.event.in_(used)).distinct())
    )
    row["words"] = _words(row)
    return row


def _current(connection: Connection, case_id: int) -> Row:
    entered = connection.execute(_ENTERED, {"case": case_id}).mappings().one()
    counted = connection.execute(_COUNTED, {"case": case_id}).all()
    row: Row = {key: entered[key] for key in ("accession", "patient", "specimen", "received")}
    row |= {"case_id": case_id, "version": entered["event"]}
    row["labels"] = json.dumps({one.label: one.count for one in sorted(counted, key=lambda one: one.label)})
    row["unresolved"] = sum(int(one.unresolved) for one in counted)
    row["status"] = str(_status(connection, case_id, touched=any(one.human for one in counted)))
    return row


def _status(connection: Connection, case_id: int, *, touched: bool) -> CaseStatus:
    newest = connection.execute(_SIGNED, {"case": case_id}).first()
    if newest is None:
        return CaseStatus.IN_REVIEW if touched else CaseStatus.OPEN
    if newest.event < (connection.scalar(_AMENDED, {"case": case_id}) or 0):
        return CaseStatus.AMENDING
    return CaseStatus.SIGNED if newest.complete else CaseStatus.FIRST_SIGNED


def _words(row: Row) -> str:
    labels, people, models = (json.loads(row[name]) for name in ("labels", "people", "models"))
    received = row["received"] or ""
    facets = [facet(kind, one) for kind, many in (("l", labels), ("p", people), ("m", models)) for one in many]
    return document([*words_of(row["accession"], row["patient"], received, *labels, *people, *models), *facets])


def _merged(listed: str, more: Iterable[str]) -> str:
    return json.dumps(sorted({*json.loads(listed), *more}))


def _write_words(transaction: Transaction, case_id: int, words: str) -> None:
    """SQLite searches a table of its own; PostgreSQL has an index over the column."""
    if transaction.connection.dialect.name != "sqlite":
        return
    transaction.execute(text("DELETE FROM case_words WHERE rowid = :case").bindparams(case=case_id))
    insert = text("INSERT INTO case_words(rowid, words) VALUES (:case, :words)")
    transaction.execute(insert.bindparams(case=case_id, words=words))
