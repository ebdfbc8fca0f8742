"""What a signature of a case covers, and what changed of it since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from leukdesk.domain.case import CaseRecord
from leukdesk.domain.finding import Decision
from leukdesk.domain.recorded import RecordedImage
from leukdesk.domain.review import NO_CLASS, NOT_CLASSED, UNIDENTIFIED, Answer


@dataclass(frozen=True, slots=True)
class Difference:
    """One image or cell of which two parties, or two versions, say different things; empty: nothing was said."""

    image: RecordedImage
    cell: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SignedContent:
    """The answers that a signature covers, in numbers."""

    answers: int
    agreed: int  # the human gave the model's answer
    changed: tuple[Difference, ...]  # the model's answer, and the human's other class
    named: int  # the human gave a class where the model gave no answer
    not_classed: int  # left out by a human
    unidentified: int
    unreviewed: int  # nobody has confirmed the model's answer, or said what the model left open
    labels: Mapping[str, int]  # answers by class, of those that have one

    @property
    def ready(self) -> bool:
        """Whether the store will take a signature."""
        return self.unidentified == 0 and self.unreviewed == 0


def signed_content(record: CaseRecord) -> SignedContent:
    """Count what is signed with a case as it stands in a record."""
    images = {one.id: one for one in record.images}
    found = answers_of(record)
    classed = [one for one in found if one.human_label and one.human_label not in NO_CLASS]
    spoken = [one for one in classed if one.accepted]
    changed = tuple(
        Difference(images[one.image_id], one.cell, one.model_label, one.human_label)
        for one in spoken
        if one.human_label != one.model_label
    )
    return SignedContent(
        len(found),
        len(spoken) - len(changed),
        changed,
        len(classed) - len(spoken),
        sum(one.human_label == NOT_CLASSED for one in found),
        sum(one.human_label == UNIDENTIFIED for one in found),
        sum(not one.human_label for one in found),
        dict(sorted(Counter(one.human_label for one in classed).items())),
    )


def answers_of(record: CaseRecord) -> list[Answer]:
    """What counted of each image and cell when a record ends, which may be before the case was changed again."""
    labels = {(one.image_id, one.cell): one.label for one in record.labels}
    newest = {(one.image_id, one.cell): one for one in record.findings}
    return [
        Answer(
            one.image_id,
            one.cell,
            one.label,
            one.probability,
            one.decision is Decision.ACCEPTED,
            labels.get(target, ""),
        )
        for target, one in newest.items()
    ]


def differences(then: CaseRecord, now: CaseRecord) -> list[Difference]:
    """What people said otherwise in one record than in an earlier one, with what came since."""
    before = {(one.image_id, one.cell): one.human_label for one in answers_of(then)}
    images = {one.id: one for one in now.images}
    return [
        Difference(images[one.image_id], one.cell, before.get((one.image_id, one.cell), ""), one.human_label)
        for one in answers_of(now)
        if one.human_label != before.get((one.image_id, one.cell))
    ]
