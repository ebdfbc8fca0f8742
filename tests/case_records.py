"""Cases as values, as the history gives them out, made without a history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from leukdesk.domain.audit import Act, AuditEvent
from leukdesk.domain.case import Case, CaseDetails, CaseRecord, CaseStatus, Specimen
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason
from leukdesk.domain.recorded import WHOLE_IMAGE, CellBox, RecordedFinding, RecordedImage
from leukdesk.domain.review import Amendment, Answer, Comment, HumanLabel, Meaning, SignOff

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BUNDLE = BundleRef("toy", "1.0", "b" * 64)
CLASSES = ("blast", "lymphocyte", "segmented")
DETAILS = CaseDetails("24-0117", "P-7", Specimen.MARROW, "MGG", "100x oil", 0.07, date(2026, 3, 1), {"WBC": "12.4"})


def later(minutes: int) -> datetime:
    """Some minutes past noon."""
    return NOON + timedelta(minutes=minutes)


def make_image(number: int, path: Path | None = None, **changed: object) -> RecordedImage:
    """Image `number` of the case."""
    where = path or Path(f"field {number}.png")
    image = RecordedImage(number, 1, f"{number:064x}", where, 1000, "PNG", 640, 480, 0.07, True, NOON)
    return replace(image, **changed)  # type: ignore[arg-type]


def make_found(image: int, cell: int = WHOLE_IMAGE, label: str = "blast", probability: float = 0.9) -> RecordedFinding:
    """What the toy model said of an image or cell."""
    rest = (1 - probability) / 2
    shares = {one: probability if one == label else rest for one in CLASSES}
    box = CellBox(10.0 * cell, 5.0, 30.0, 20.0) if cell else None
    accepted = probability >= 0.6
    decision = Decision.ACCEPTED if accepted else Decision.UNIDENTIFIED
    reason = DecisionReason.NONE if accepted else DecisionReason.UNCERTAIN
    event = 100 * image + cell
    return RecordedFinding(
        event, image, cell, box, BUNDLE, 1.2, "toy CPU", label, probability, shares, 0.1, decision, reason, {}, NOON
    )


def make_record(
    found: Mapping[tuple[int, int], str],
    *,
    human: Mapping[tuple[int, int], str] | None = None,
    details: CaseDetails = DETAILS,
    status: CaseStatus = CaseStatus.IN_REVIEW,
    probability: float = 0.9,
    **changed: object,
) -> CaseRecord:
    """A case with what a model and a person said, by (image, cell)."""
    said = human or {}
    images = tuple(make_image(number) for number in sorted({image for image, _ in found}))
    findings = tuple(make_found(image, cell, label, probability) for (image, cell), label in found.items())
    labels = tuple(
        HumanLabel(5000 + at, image, cell, label, "Ada", later(at), "seen")
        for at, ((image, cell), label) in enumerate(said.items())
    )
    answers = tuple(
        Answer(one.image_id, one.cell, one.label, one.probability, one.decision is Decision.ACCEPTED,
               said.get((one.image_id, one.cell), ""))
        for one in findings
    )  # fmt: skip
    case = Case(1, details, status, NOON, later(9), len(images), 0, {})
    record = CaseRecord(case, (details,), images, findings, labels, (), (), (), answers, (), ())
    return replace(record, **changed)  # type: ignore[arg-type]


def amended_record() -> CaseRecord:
    """Signed, opened again, a label changed since, not signed again; a comment, and another case of the patient."""
    record = make_record({(1, 0): "blast", (2, 0): "blast"}, human={(2, 0): "lymphocyte"}, status=CaseStatus.AMENDING)
    changed = {"label": ("blast", "lymphocyte")}
    label = AuditEvent(6002, later(5), "Bea", Act.LABELLED, 1, 2, "smaller than thought", changed, "d" * 64)
    other = replace(record.case, id=77, details=replace(DETAILS, accession="23-0001"), status=CaseStatus.SIGNED)
    return replace(
        record,
        comments=(Comment(9, 2, "look <b>again</b> & again", "Bea", later(1)),),
        sign_offs=(SignOff(6000, "Ada", Meaning.REVIEWED, later(3), "e" * 64, "f" * 64),),
        amendments=(Amendment(6001, 6000, "Bea", later(4), "a second reader disagreed"),),
        timeline=(label,),
        earlier=(other,),
    )
