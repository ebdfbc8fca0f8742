"""What people say: labels, comments, signatures, amendments, and how often they agree with the model."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, func, select, update

from leukdesk.domain.agreement import MonthOfAgreement
from leukdesk.domain.audit import Act
from leukdesk.domain.case import CaseStatus
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.recorded import WHOLE_IMAGE
from leukdesk.domain.review import Agreement, Amendment, Answer, Comment, HumanLabel, Meaning, SignOff
from leukdesk.domain.user import Right, User
from leukdesk.history import index
from leukdesk.history.cases import read_case, require_unsigned
from leukdesk.history.findings import read_image
from leukdesk.history.ledger import Ledger, Transaction
from leukdesk.history.moments import moment
from leukdesk.history.plain_text import checked
from leukdesk.history.tables import amendments, answers, comments, details, events, images, labels, sign_offs
from leukdesk.history.users import Users, names, require

Target = tuple[int, int]  # image id, and WHOLE_IMAGE or the number of a cell

_DAY_US = 86_400_000_000
_NEWEST = (
    select(labels.c.image_id, labels.c.number, func.max(labels.c.event).label("event"))
    .group_by(labels.c.image_id, labels.c.number)
    .subquery()
)
_BY_DAY = (
    select(
        (events.c.at // _DAY_US).label("day"),
        answers.c.model_label,
        answers.c.human_label,
        func.count().label("times"),
    )
    .join(_NEWEST, (_NEWEST.c.image_id == answers.c.image_id) & (_NEWEST.c.number == answers.c.number))
    .join(events, events.c.seq == _NEWEST.c.event)
    .where(answers.c.human_label != "", answers.c.accepted == 1)
    .group_by("day", answers.c.model_label, answers.c.human_label)
)


class Reviews:
    """Review and sign-off of one history's cases."""

    def __init__(self, ledger: Ledger, users: Users) -> None:
        self._ledger, self._users = ledger, users

    def label(self, user: int, image_id: int, label: str, *, cell: int = WHOLE_IMAGE, why: str = "") -> int:
        """Say what an image or cell is; "" takes one's word back, as undo does. Returns the label's id. Needs LABEL."""
        return self.label_many(user, [(image_id, cell)], label, why=why)[0]

    def label_many(self, user: int, targets: Iterable[Target], label: str, *, why: str = "") -> list[int]:
        """Give many images or cells one label, as after looking at the gallery of a class; an event for each."""
        with self._ledger.writing() as transaction:
            author = require(transaction.connection, user, Right.LABEL)
            label, why = checked(label, "label", longest=100), checked(why, "reason")
            ids, touched = [], set[int]()
            for image_id, cell in targets:
                case_id = _case_of(transaction.connection, image_id)
                if case_id is not None and case_id not in touched:
                    require_unsigned(transaction.connection, case_id)
                    touched.add(case_id)
                ids.append(_give_label(transaction, user, case_id, (image_id, cell), label, why))
            for case_id in touched:
                index.refresh(transaction, case_id, people=[author.name])
            return ids

    def comment(self, user: int, case_id: int, text: str, *, image_id: int | None = None) -> int:
        """Remark on a case or one of its images; returns the comment's id. Needs COMMENT; not while it is signed."""
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.COMMENT)
            require_unsigned(transaction.connection, case_id)
            row = {"case_id": case_id, "image_id": image_id, "text": checked(text, "comment", required=True)}
            seq = transaction.append(Act.COMMENTED, user, case_id=case_id, subject=image_id, rows={comments: [row]})
            index.refresh(transaction, case_id)
            return seq

    def answers(self, case_id: int) -> list[Answer]:
        """What counts of each image and cell of a case, the model's least certain first."""
        with self._ledger.reading() as connection:
            return read_answers(connection, case_id)

    def sign(self, user: int, case_id: int, *, password: str = "", required: int = 1) -> SignOff:
        """Sign a case as it stands; `required` is how many people the site asks for, 1 or 2. Needs SIGN.

        Raises `HistoryError`: UNRESOLVED while answers are unidentified, UNREVIEWED while nobody confirmed some,
        SIGNED, SAME_PERSON for the second signature, WRONG_PASSWORD.
        """
        self._users.confirm(user, password)
        with self._ledger.writing() as transaction:
            connection = transaction.connection
            signer = require(connection, user, Right.SIGN)
            row = _signature(connection, case_id, signer, required)
            row |= {"head": transaction.head.hash, "record_sha256": case_sha256(connection, case_id)}
            seq = transaction.append(Act.SIGNED, user, case_id=case_id, rows={sign_offs: [row]})
            index.refresh(transaction, case_id, people=[signer.name])
            return next(one for one in read_sign_offs(transaction.connection, case_id) if one.id == seq)

    def amend(self, user: int, case_id: int, why: str) -> Amendment:
        """Open a signed case again; what was signed can be read as of its signature. Needs AMEND and a reason."""
        with self._ledger.writing() as transaction:
            connection = transaction.connection
            require(connection, user, Right.AMEND)
            if read_case(connection, case_id).status not in (CaseStatus.SIGNED, CaseStatus.FIRST_SIGNED):
                raise HistoryError("this case is not signed", reason=HistoryReason.NOT_SIGNED, advice="Just edit it.")
            signed = connection.scalar(select(func.max(sign_offs.c.event)).where(sign_offs.c.case_id == case_id))
            why = checked(why, "reason", required=True)
            row = {"case_id": case_id, "sign_off": signed}
            transaction.append(Act.AMENDED, user, case_id=case_id, subject=signed, why=why, rows={amendments: [row]})
            index.refresh(transaction, case_id)
            return read_amendments(transaction.connection, case_id)[-1]

    def agreement(self, case_id: int | None = None) -> list[Agreement]:
        """Counts of (model's label, human's label) in a case, or in all, where both gave an answer; for kappa."""
        with self._ledger.reading() as connection:
            counted = (
                select(answers.c.model_label, answers.c.human_label, func.count().label("count"))
                .where(answers.c.human_label != "", answers.c.accepted == 1)
                .group_by(answers.c.model_label, answers.c.human_label)
                .order_by(answers.c.model_label, answers.c.human_label)
            )
            counted = counted if case_id is None else counted.where(answers.c.case_id == case_id)
            return [Agreement(*row) for row in connection.execute(counted)]

    def agreement_by_month(self) -> list[MonthOfAgreement]:
        """The same counts by the month in which a human said it, the first month first; months without are left out."""
        with self._ledger.reading() as connection:
            months: dict[date, Counter[tuple[str, str]]] = {}
            for row in connection.execute(_BY_DAY):
                month = (date(1970, 1, 1) + timedelta(days=row.day)).replace(day=1)
                months.setdefault(month, Counter())[row.model_label, row.human_label] += row.times
        return [
            MonthOfAgreement(month, tuple(Agreement(*pair, count) for pair, count in sorted(months[month].items())))
            for month in sorted(months)
        ]


def read_answers(connection: Connection, case_id: int) -> list[Answer]:
    """What counts of each image and cell of a case, the model's least certain first."""
    wanted = select(answers).where(answers.c.case_id == case_id)
    ordered = wanted.order_by(answers.c.probability, answers.c.image_id, answers.c.number)
    return [
        Answer(
            row["image_id"],
            row["number"],
            row["model_label"],
            row["probability"],
            bool(row["accepted"]),
            row["human_label"],
        )
        for row in connection.execute(ordered).mappings()
    ]


def read_labels(connection: Connection, image_ids: Iterable[int], upto: int) -> list[HumanLabel]:
    """All human labels of these images, in order, as of an event."""
    wanted, people, found = list(image_ids), names(connection), list[HumanLabel]()
    for at in range(0, len(wanted), 500):
        condition = labels.c.image_id.in_(wanted[at : at + 500])
        for row in _with_event(connection, labels, condition, upto):
            author, when = people[row["user_id"]], moment(row["at"])
            label = HumanLabel(row["event"], row["image_id"], row["number"], row["label"], author, when, row["why"])
            found.append(label)
    return sorted(found, key=lambda one: one.id)


def read_comments(connection: Connection, case_id: int, upto: int) -> list[Comment]:
    """All comments of a case, in order, as of an event."""
    people = names(connection)
    return [
        Comment(row["event"], row["image_id"], row["text"], people[row["user_id"]], moment(row["at"]))
        for row in _with_event(connection, comments, comments.c.case_id == case_id, upto)
    ]


def read_sign_offs(connection: Connection, case_id: int, upto: int | None = None) -> list[SignOff]:
    """All signatures of a case, in order, as of an event."""
    people = names(connection)
    found = []
    for row in _with_event(connection, sign_offs, sign_offs.c.case_id == case_id, upto):
        signer, meaning, at = people[row["user_id"]], Meaning(row["meaning"]), moment(row["at"])
        found.append(SignOff(row["event"], signer, meaning, at, row["record_sha256"], row["head"]))
    return found


def read_amendments(connection: Connection, case_id: int, upto: int | None = None) -> list[Amendment]:
    """All amendments of a case, in order, as of an event."""
    people = names(connection)
    return [
        Amendment(row["event"], row["sign_off"], people[row["user_id"]], moment(row["at"]), row["why"])
        for row in _with_event(connection, amendments, amendments.c.case_id == case_id, upto)
    ]


def case_sha256(connection: Connection, case_id: int, upto: int | None = None) -> str:
    """SHA-256 over the hashes of all events of a case up to one: what a signature binds."""
    wanted = select(events.c.hash).where(events.c.case_id == case_id).order_by(events.c.seq)
    wanted = wanted if upto is None else wanted.where(events.c.seq <= upto)
    digest = hashlib.sha256()
    for one in connection.scalars(wanted):
        digest.update(one)
    return digest.hexdigest()


def _give_label(transaction: Transaction, user: int, case_id: int | None, target: Target, label: str, why: str) -> int:
    this = (answers.c.image_id == target[0]) & (answers.c.number == target[1])
    old = transaction.connection.execute(select(answers.c.model_label, answers.c.human_label).where(this)).first()
    if old is None:
        raise HistoryError(
            "there is nothing to label", reason=HistoryReason.NOT_FOUND, advice="Choose an image or cell."
        )
    row = {"image_id": target[0], "number": target[1], "label": label}
    changes = {"label": (old.human_label or old.model_label, label or old.model_label)}
    seq = transaction.append(
        Act.LABELLED, user, case_id=case_id, subject=target[0], why=why, changes=changes, rows={labels: [row]}
    )
    transaction.execute(update(answers).where(this).values(human_label=label))
    return seq


def _signature(connection: Connection, case_id: int, signer: User, required: int) -> dict[str, object]:
    """The row of the next signature, if it may be given."""
    case = read_case(connection, case_id)
    if case.status is CaseStatus.SIGNED:
        raise HistoryError("this case is signed", reason=HistoryReason.SIGNED, advice="Amend it to change it.")
    if case.unresolved:
        raise HistoryError(
            f"{case.unresolved} answers are unidentified or rejected",
            reason=HistoryReason.UNRESOLVED,
            advice="Label each of them first, if need be as not classed.",
        )
    of_case = (answers.c.case_id == case_id) & (answers.c.human_label == "")
    if unreviewed := connection.scalar(select(func.count()).where(of_case)):
        raise HistoryError(
            f"nobody has confirmed {unreviewed} of the model's answers",
            reason=HistoryReason.UNREVIEWED,
            advice="Review them first.",
        )
    second = case.status is CaseStatus.FIRST_SIGNED
    if second and read_sign_offs(connection, case_id)[-1].signer == signer.name:
        raise HistoryError(
            "the second signature must be another person's",
            reason=HistoryReason.SAME_PERSON,
            advice="Ask a colleague to sign.",
        )
    meaning = Meaning.CONFIRMED if second else Meaning.REVIEWED
    return {"case_id": case_id, "meaning": str(meaning), "complete": int(second or required < 2)}


def _case_of(connection: Connection, image_id: int) -> int | None:
    found = connection.execute(select(images.c.case_id).where(images.c.event == image_id)).first()
    return read_image(connection, image_id).case_id if found is None else found.case_id


_WITH_EVENT = {
    table: select(table, events.c.user_id, events.c.at, details.c.why)
    .join(events, events.c.seq == table.c.event)
    .join(details, details.c.event == events.c.seq)
    for table in (labels, comments, sign_offs, amendments)
}  # built once: building a statement costs more than running it


def _with_event(
    connection: Connection, table: Table, condition: ColumnElement[bool], upto: int | None
) -> list[RowMapping]:
    """Rows with who wrote them, when and why."""
    wanted = _WITH_EVENT[table].where(condition)
    wanted = wanted if upto is None else wanted.where(events.c.seq <= upto)
    return list(connection.execute(wanted.order_by(events.c.seq)).mappings())
