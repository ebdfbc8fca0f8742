"""A case as data without names: what is kept is what cannot name anybody, and everything else is left out.

Free text goes, whatever it says: comments, reasons, laboratory values, what a person typed as a label that no model
knows. Times become seconds since the case was opened, dates years, people "reader 1", "reader 2".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from leukdesk.domain.case import CaseDetails
from leukdesk.domain.optics import STAINS
from leukdesk.domain.quality import QualityFlag
from leukdesk.domain.recorded import CellBox, RecordedFinding
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED
from leukdesk.domain.taken_out import TakenOut
from leukdesk.domain.vocabulary import ICSH_ORDER, RESEARCH_USE

_OBJECTIVE = re.compile(r"\d{1,3}x( (oil|dry|water))?")
_OTHER = "other"  # a label in a person's own words
Json = dict[str, object]


def without_names(taken: TakenOut, files: Mapping[int, Json]) -> Json:
    """A case as JSON can hold it; `files` says of each image, by its id, what was written of it."""
    record, people = taken.record, _People()
    numbers = {one.id: number for number, one in enumerate(record.images, 1)}
    known = frozenset(name for one in record.findings for name in one.probabilities) | {*ICSH_ORDER}
    since = _since(record.case.opened)
    return {
        "use": RESEARCH_USE,
        "case": taken.case,
        "patient": taken.patient,
        **_details(record.case.details),
        "status": str(record.case.status),
        "images": [{"image": numbers[one.id], **files[one.id]} for one in record.images],
        "findings": [{"image": numbers[one.image_id], "at": since(one.at), **_finding(one)} for one in record.findings],
        "labels": [
            {
                "image": numbers[one.image_id],
                "cell": one.cell,
                "label": _label(one.label, known),
                "reader": people.name(one.author),
                "at": since(one.at),
            }
            for one in record.labels
        ],
        "signatures": [
            {"reader": people.name(one.signer), "meaning": str(one.meaning), "at": since(one.at)}
            for one in record.sign_offs
        ],
        "amendments": [{"reader": people.name(one.author), "at": since(one.at)} for one in record.amendments],
        "left_out": _left_out(taken),
    }


def _details(entered: CaseDetails) -> Json:
    return {
        "specimen": str(entered.specimen),
        "stain": entered.stain if entered.stain in STAINS else "",
        "objective": entered.objective if _OBJECTIVE.fullmatch(entered.objective) else "",
        "um_per_px": entered.um_per_px,
        "received_in": entered.received.year if entered.received else None,
    }


def _finding(found: RecordedFinding) -> Json:
    return {
        "cell": found.cell,
        "box": None if found.box is None else _box(found.box),
        "model": found.bundle.name,
        "model_version": found.bundle.version,
        "model_sha256": found.bundle.sha256,
        "engine": found.engine,
        "temperature": found.temperature,
        "label": found.label,
        "probability": found.probability,
        "probabilities": dict(found.probabilities),
        "novelty": found.novelty,
        "decision": str(found.decision),
        "reason": str(found.reason),
        "quality": _quality(found.quality),
    }


def _box(box: CellBox) -> list[float]:
    return [box.left, box.top, box.width, box.height]


def _quality(measured: Mapping[str, object]) -> Json:
    flags = measured.get("flags")
    named = [str(one) for one in flags if one in set(QualityFlag)] if isinstance(flags, Iterable) else []
    numbers = {name: value for name, value in measured.items() if isinstance(value, int | float)}
    return {"flags": named, **numbers}


def _label(label: str, known: frozenset[str]) -> str:
    return label if label in known or label in ("", NOT_CLASSED, UNIDENTIFIED) else _OTHER


def _left_out(taken: TakenOut) -> Json:
    """How much of each kind of free text there was: a reader of the export knows that it is not all."""
    record = taken.record
    return {
        "comments": len(record.comments),
        "reasons": sum(bool(why) for why in (one.why for one in record.labels)) + len(record.amendments),
        "laboratory values": len(record.case.details.fields),
        "corrections of what was entered": len(record.details) - 1,
        "other cases of the patient": len(record.earlier),
    }


def _since(opened: datetime) -> Callable[[datetime], float]:
    return lambda at: round((at - opened).total_seconds(), 3)


class _People:
    """Readers by number, in the order they come."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def name(self, person: str) -> str:
        return self._names.setdefault(person, f"reader {len(self._names) + 1}")
