"""What leaves the history, each time with an audit event: a whole case, or reviewed images for training."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Connection

from leukdesk.domain.audit import Act
from leukdesk.domain.case import CaseRecord, CaseStatus
from leukdesk.domain.cell import Box
from leukdesk.domain.recorded import WHOLE_IMAGE
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED
from leukdesk.domain.reviewed import ReviewedCell, ReviewedImage
from leukdesk.domain.taken_out import TakenOut
from leukdesk.domain.user import Right
from leukdesk.history.findings import read_findings, read_images
from leukdesk.history.ledger import SYSTEM, Ledger
from leukdesk.history.tables import answers, case_index, events
from leukdesk.history.trail import MOST_IMAGES, Trail
from leukdesk.history.users import require

_NO_CLASS = ("", UNIDENTIFIED, NOT_CLASSED)


def export_case(ledger: Ledger, user: int, case_id: int) -> CaseRecord:
    """Everything of a case, after it was recorded that it is taken out. Needs EXPORT."""
    note_export(ledger, user, [case_id], "case")
    return Trail(ledger).case(case_id)


def reviewed_images(ledger: Ledger, user: int, case_ids: Sequence[int]) -> list[ReviewedImage]:
    """Whole images that a person gave a class, of these cases or of all; recorded as taken out. Needs EXPORT.

    A group is a keyed hash of the patient's pseudonym (of the case where there is none): the same in every export of
    this history, and of no use to whoever does not have it.
    """
    with ledger.reading() as connection:
        key = _key(connection)
        labelled = {row.image_id: row for row in _labelled(connection, answers.c.number == WHOLE_IMAGE, case_ids)}
        cases = sorted({row.case_id for row in labelled.values()})
        images = [one for case_id in cases for one in read_images(connection, case_id, limit=MOST_IMAGES)]
    note_export(ledger, user, cases, "training")
    found = []
    for image in images:
        if image.id in labelled:
            row = labelled[image.id]
            found.append(ReviewedImage(image.path, image.sha256, image.format, row.human_label, _group(key, row)))
    return found


def reviewed_cells(ledger: Ledger, user: int, case_ids: Sequence[int]) -> list[ReviewedCell]:
    """Cells that a person gave a class in signed cases, of these or of all; recorded as taken out. Needs EXPORT.

    Where a cell was moved, its newest box. Groups are as in `reviewed_images`; an image that two patients' cases have
    stands in one group, so that no split parts it.
    """
    with ledger.reading() as connection:
        key = _key(connection)
        signed = (answers.c.number != WHOLE_IMAGE) & (case_index.c.status == str(CaseStatus.SIGNED))
        labelled = _labelled(connection, signed, case_ids)
        cases = sorted({row.case_id for row in labelled})
        images = {one.id: one for case_id in cases for one in read_images(connection, case_id, limit=MOST_IMAGES)}
        findings = read_findings(connection, sorted({row.image_id for row in labelled}))
    note_export(ledger, user, cases, "training")
    boxes = {(one.image_id, one.cell): one.box for one in findings if one.box is not None}  # the newest last
    groups: dict[str, str] = {}
    found = []
    for row in labelled:
        image, box = images.get(row.image_id), boxes.get((row.image_id, row.number))
        if image is not None and box is not None:
            group = groups.setdefault(image.sha256, _group(key, row))
            where = Box(box.left, box.top, box.left + box.width, box.top + box.height)
            found.append(
                ReviewedCell(image.path, image.sha256, image.um_per_px, row.number, where, row.human_label, group)
            )
    return found


def _labelled(connection: Connection, which: ColumnElement[bool], case_ids: Sequence[int]) -> Sequence[Any]:
    """Answers that a person gave a class, with their case and its patient, in order."""
    wanted = select(
        answers.c.image_id, answers.c.number, answers.c.human_label, answers.c.case_id, case_index.c.patient
    )
    wanted = wanted.join(case_index, case_index.c.case_id == answers.c.case_id)
    wanted = wanted.where(which, answers.c.human_label.not_in(_NO_CLASS))
    wanted = wanted.where(answers.c.case_id.in_(case_ids)) if case_ids else wanted
    return connection.execute(wanted.order_by(answers.c.image_id, answers.c.number)).all()


def _key(connection: Connection) -> bytes:
    """What names are keyed with: the hash of this history's first event."""
    return connection.scalar(select(events.c.hash).where(events.c.seq == 1)) or b""


def _group(key: bytes, row: Any) -> str:
    return _keyed(key, row.patient or f"case {row.case_id}")


def cases_without_names(ledger: Ledger, user: int, case_ids: Sequence[int]) -> list[TakenOut]:
    """Whole cases with names that stand for them and their patients; recorded as taken out. Needs EXPORT."""
    note_export(ledger, user, case_ids, "deidentified")
    with ledger.reading() as connection:
        key = _key(connection)
    trail, taken = Trail(ledger), []
    for case_id in case_ids:
        record = trail.case(case_id)
        patient = record.case.details.patient or f"case {case_id}"
        taken.append(TakenOut(record, f"case-{_keyed(key, f'id {case_id}')}", _keyed(key, patient)))
    return taken


def _keyed(key: bytes, text: str) -> str:
    """A name for something, that says nothing of it to whoever does not have this history."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def note_export(ledger: Ledger, user: int, case_ids: Sequence[int], what: str) -> None:
    """Record that cases are taken out. Needs EXPORT."""
    with ledger.writing() as transaction:
        require(transaction.connection, user, Right.EXPORT)
        for case_id in case_ids:
            transaction.append(Act.EXPORTED, user or SYSTEM, case_id=case_id, changes={"as": ("", what)})
