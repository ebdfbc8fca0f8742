"""Compare what lists show with what was recorded, and make it anew."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, select, text

from leukdesk.domain.audit import Flaw, FlawKind
from leukdesk.domain.finding import Decision
from leukdesk.history.index import SHOWN, UNRESOLVED, rebuilt
from leukdesk.history.ledger import Ledger, Row, Transaction
from leukdesk.history.tables import answers, case_index, cases, images, labels, predictions


def check_index(connection: Connection, most: int) -> list[Flaw]:
    """Cases whose entry in lists is not what was recorded, at most so many."""
    wrong = set[int]()
    for found in (_wrong_answers(connection), _wrong_counts(connection), _wrong_details(connection)):
        wrong.update(found)
    what = "what lists show of its case is not what was recorded; `leukdesk history verify --mend` makes it anew"
    return [Flaw(FlawKind.INDEX, number, what) for number in sorted(wrong)[:most]]


def mend_index(ledger: Ledger) -> None:
    """Make everything that lists show anew from what was recorded."""
    with ledger.writing() as transaction:
        transaction.execute(delete(answers))
        transaction.execute(insert(answers).from_select(list(answers.c.keys()), _right_answers()))
        transaction.execute(delete(case_index))
        if transaction.connection.dialect.name == "sqlite":
            transaction.execute(text("DELETE FROM case_words"))
        every = select(cases.c.case_id).distinct().order_by(cases.c.case_id)
        for case_id in transaction.connection.scalars(every).all():
            _mend_case(transaction, case_id)


def _mend_case(transaction: Transaction, case_id: int) -> None:
    row: Row = rebuilt(transaction.connection, case_id)
    transaction.add(case_index, row)
    if transaction.connection.dialect.name == "sqlite":
        words = text("INSERT INTO case_words(rowid, words) VALUES (:case, :words)")
        transaction.execute(words.bindparams(case=case_id, words=row["words"]))


def _right_answers() -> Select[*tuple[Any, ...]]:
    """`answers` as they follow from the newest prediction and the newest label of each image and cell."""
    newest = (
        select(predictions.c.image_id, predictions.c.number, func.max(predictions.c.event).label("event"))
        .group_by(predictions.c.image_id, predictions.c.number)
        .subquery()
    )
    last_label = (
        select(labels.c.image_id, labels.c.number, func.max(labels.c.event).label("event"))
        .group_by(labels.c.image_id, labels.c.number)
        .subquery()
    )
    return (
        select(
            predictions.c.image_id,
            predictions.c.number,
            images.c.case_id,
            predictions.c.label.label("model_label"),
            predictions.c.probability,
            case((predictions.c.decision == str(Decision.ACCEPTED), 1), else_=0).label("accepted"),
            func.coalesce(labels.c.label, "").label("human_label"),
        )
        .join(newest, (newest.c.event == predictions.c.event) & (newest.c.number == predictions.c.number))
        .join(images, images.c.event == predictions.c.image_id)
        .outerjoin(
            last_label,
            (last_label.c.image_id == predictions.c.image_id) & (last_label.c.number == predictions.c.number),
        )
        .outerjoin(labels, labels.c.event == last_label.c.event)
    )


def _wrong_answers(connection: Connection) -> Iterator[int]:
    """Cases (0: none) with answers that are not what was recorded, or that lack some."""
    right, shown = _right_answers().subquery(), answers
    same = [right.c[name].is_not_distinct_from(shown.c[name]) for name in shown.c.keys()]  # noqa: SIM118
    lacking = select(right.c.case_id).outerjoin(
        shown, (shown.c.image_id == right.c.image_id) & (shown.c.number == right.c.number)
    )
    for condition in same:
        lacking_here = lacking.where(~condition).distinct().limit(1000)
        yield from (number or 0 for number in connection.scalars(lacking_here))
    surplus = select(shown.c.case_id).outerjoin(
        predictions, (predictions.c.image_id == shown.c.image_id) & (predictions.c.number == shown.c.number)
    )
    yield from (n or 0 for n in connection.scalars(surplus.where(predictions.c.event.is_(None)).distinct().limit(1000)))


def _wrong_counts(connection: Connection) -> Iterator[int]:
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    unresolved: dict[int, int] = defaultdict(int)
    grouped = select(answers.c.case_id, SHOWN, func.count(), func.sum(UNRESOLVED)).group_by(answers.c.case_id, SHOWN)
    for case_id, label, count, open_ones in connection.execute(grouped.where(answers.c.case_id.is_not(None))):
        counted[case_id][label] = count
        unresolved[case_id] += int(open_ones)
    for row in connection.execute(select(case_index.c.case_id, case_index.c.labels, case_index.c.unresolved)):
        if json.loads(row.labels) != counted[row.case_id] or row.unresolved != unresolved[row.case_id]:
            yield row.case_id


def _wrong_details(connection: Connection) -> Iterator[int]:
    newest = select(cases.c.case_id, func.max(cases.c.event).label("event")).group_by(cases.c.case_id).subquery()
    shown = ("accession", "patient", "specimen", "received")
    wanted = (
        select(newest.c.case_id, *(cases.c[name] for name in shown), case_index.c.case_id.label("listed"))
        .add_columns(*(case_index.c[name].label(f"shown_{name}") for name in shown))
        .join(cases, cases.c.event == newest.c.event)
        .outerjoin(case_index, case_index.c.case_id == newest.c.case_id)
    )
    for row in connection.execute(wanted).mappings():
        if row["listed"] is None or any(row[name] != row[f"shown_{name}"] for name in shown):
            yield row["case_id"]
