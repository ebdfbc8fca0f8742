"""What to label next: unreviewed images that a model is least sure of, or that are unlike what it knows."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, literal_column, select

from leukdesk.domain.finding import DecisionReason
from leukdesk.domain.most_useful import Candidate, diverse, use_of
from leukdesk.domain.recorded import WHOLE_IMAGE, RecordedFinding, RecordedImage
from leukdesk.history.findings import images_of, read_findings
from leukdesk.history.ledger import Ledger
from leukdesk.history.tables import answers, predictions

_MOST_UNSURE, _MOST_NEW = 600, 300  # candidates: far more than anybody labels in one go

# Built once. What two indexes are limited to stands here as it stands there, and not as a parameter: only then SQLite
# knows that it may use them.
_UNSURE = (
    select(answers.c.image_id)
    .where(answers.c.human_label == literal_column("''"), answers.c.number == literal_column("0"))
    .where(answers.c.case_id.is_not(None))
    .order_by(answers.c.probability)
    .limit(_MOST_UNSURE)
)
_NEW = (
    select(predictions.c.image_id)
    .join(answers, (answers.c.image_id == predictions.c.image_id) & (answers.c.number == WHOLE_IMAGE))
    .where(predictions.c.novelty >= literal_column("1"), predictions.c.number == literal_column("0"))
    .where(answers.c.human_label == "", answers.c.case_id.is_not(None))
    .order_by(predictions.c.novelty.desc())
    .limit(_MOST_NEW)
)
_OF_CASE = select(answers.c.image_id).where(
    answers.c.case_id == bindparam("case"), answers.c.human_label == "", answers.c.number == WHOLE_IMAGE
)


class MostUseful:
    """Reads one history for images to label next."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def next(self, count: int = 50, *, case_id: int | None = None) -> list[tuple[RecordedImage, RecordedFinding]]:
        """Whole images of cases (of one, or of all for None) that nobody looked at, the most useful first.

        Each with its newest finding. Images that nobody could read are left out. Signed cases have none: everything
        in them was looked at.
        """
        with self._ledger.reading() as connection:
            candidates = [
                Candidate(image_id, use_of(tuple(one.probabilities.values()), one.novelty), case, one.label)
                for image_id, (one, case) in _newest(connection, _image_ids(connection, case_id)).items()
                if one.reason is not DecisionReason.QUALITY
            ]
            chosen = diverse(candidates, count)
            images = images_of(connection, chosen)
            findings = {one.image_id: one for one in read_findings(connection, chosen) if one.cell == WHOLE_IMAGE}
        return [(images[one], findings[one]) for one in chosen]


def _image_ids(connection: Connection, case_id: int | None) -> list[int]:
    if case_id is not None:
        return list(connection.scalars(_OF_CASE, {"case": case_id}))
    return list(dict.fromkeys([*connection.scalars(_UNSURE), *connection.scalars(_NEW)]))


def _newest(connection: Connection, ids: list[int]) -> dict[int, tuple[RecordedFinding, int]]:
    """The newest finding of each whole image, and its case, in the order of `ids`."""
    newest = {one.image_id: one for one in read_findings(connection, ids) if one.cell == WHOLE_IMAGE}
    cases = dict[int, int]()
    for at in range(0, len(ids), 500):
        wanted = select(answers.c.image_id, answers.c.case_id).where(
            answers.c.image_id.in_(ids[at : at + 500]), answers.c.number == WHOLE_IMAGE
        )
        cases |= {row.image_id: row.case_id for row in connection.execute(wanted)}
    return {one: (newest[one], cases[one]) for one in ids if one in newest}
