"""What is reviewed of a case, in which order, and by which keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from leukdesk.domain.case import CaseRecord
from leukdesk.domain.finding import Decision
from leukdesk.domain.recorded import RecordedFinding, RecordedImage
from leukdesk.domain.review import UNIDENTIFIED

if TYPE_CHECKING:
    from leukdesk.history.history import History

MOST_USEFUL = 50  # images that are labelled in one go
# Of the classes in the model's order; letters beyond the ninth, without those that mean something else in a review.
CLASS_KEYS = "123456789QWERTYIOPDFGJKLXCV"


@dataclass(slots=True, eq=False)
class ReviewItem:
    """One image, or one cell of an image, and what counts of it now."""

    image: RecordedImage
    finding: RecordedFinding  # the newest
    label: str = ""  # the human's; empty: nobody has looked
    author: str = ""
    at: datetime | None = None  # UTC

    @property
    def target(self) -> tuple[int, int]:
        """What the history calls it: the image, and which cell of it."""
        return self.image.id, self.finding.cell

    @property
    def accepted(self) -> bool:
        """Whether the model gave an answer."""
        return self.finding.decision is Decision.ACCEPTED

    @property
    def waits(self) -> bool:
        """Whether a human has to say what it is before the case can be signed."""
        return self.label in ("", UNIDENTIFIED)

    @property
    def classes(self) -> tuple[str, ...]:
        """The model's classes in its order."""
        return tuple(self.finding.probabilities)

    @property
    def keys(self) -> dict[str, str]:
        """Key to class."""
        return dict(zip(CLASS_KEYS, self.classes, strict=False))


def review_queue(record: CaseRecord) -> list[ReviewItem]:
    """All answers of a case: what is open first, then what only the model answered, then the rest.

    Within each the model's least certain comes first.
    """
    images = {one.id: one for one in record.images}
    findings = {(one.image_id, one.cell): one for one in record.findings}  # in order: the newest stays
    labels = {(one.image_id, one.cell): one for one in record.labels}
    items = []
    for answer in record.answers:
        target = answer.image_id, answer.cell
        item = ReviewItem(images[answer.image_id], findings[target], answer.human_label)
        if answer.human_label:
            item.author, item.at = labels[target].author, labels[target].at
        items.append(item)
    return sorted(items, key=_urgency)  # stable: within each, least certain first


def most_useful(count: int = MOST_USEFUL, case_id: int | None = None) -> Callable[[History], list[ReviewItem]]:
    """What reads so many images of all cases (or of one) that nobody looked at, those a model learns most of first."""

    def read(history: History) -> list[ReviewItem]:
        return [ReviewItem(image, finding) for image, finding in history.useful.next(count, case_id=case_id)]

    return read


def same_answer(items: Sequence[ReviewItem], label: str) -> list[ReviewItem]:
    """What nobody has looked at and the model gave this class."""
    return [one for one in items if not one.label and one.accepted and one.finding.label == label]


def _urgency(item: ReviewItem) -> int:
    if not item.waits:
        return 2
    return 1 if not item.label and item.accepted else 0
