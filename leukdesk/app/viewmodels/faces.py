"""How an image of the list looks: everything its line or tile shows, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale

from leukdesk.domain.errors import ImageReason
from leukdesk.domain.finding import Decision, Failure, Finding, Outcome
from leukdesk.domain.prediction import percent as plain_percent
from leukdesk.domain.vocabulary import OKABE_ITO

translate = QCoreApplication.translate


class RowState(StrEnum):
    """Where an image stands in its run."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True, eq=False)
class Row:
    """One image of the list."""

    path: Path
    state: RowState = RowState.WAITING
    outcome: Outcome | None = None
    missing: bool = False  # the file is gone from where it was
    shown: Face | None = None  # kept by the list: an image is painted more often than it changes

    @property
    def kind(self) -> str:
        """One of `KINDS`: what one sorts and filters by."""
        if self.missing:
            return "missing"
        if isinstance(self.outcome, Finding):
            return str(self.outcome.decision)
        return str(self.state)


# In the order in which they ask for a person: what went wrong comes first.
KINDS = ("missing", "failed", "rejected", "unidentified", "accepted", "running", "waiting")


@dataclass(frozen=True, slots=True)
class ClassLook:
    """How one class is named and coloured on the screen."""

    display: str
    colour: str  # #RRGGBB


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The loaded model's classes in logit order; a class it does not know keeps its id as its name."""

    classes: Mapping[str, ClassLook] = field(default_factory=dict)

    def look(self, class_id: str) -> ClassLook:
        """Name and colour of a class."""
        return self.classes.get(class_id) or ClassLook(class_id, OKABE_ITO[-1])


@dataclass(frozen=True, slots=True)
class Face:
    """One line or tile. `icon` and `tone` name an icon and a colour token; `colour` is empty without a class."""

    name: str
    state: RowState
    icon: str
    tone: str
    verdict: str  # the class, or what took its place
    colour: str
    percent: str
    probability: float  # 0..1, for the small bar; 0 where there is none
    why: str = ""  # in a few words, where something went wrong

    @property
    def spoken(self) -> str:
        """The whole line for a screen reader."""
        return ", ".join(part for part in (self.name, self.verdict, self.percent, self.why) if part)


def research_use() -> str:
    """`domain.vocabulary.RESEARCH_USE` in the window's language."""
    return translate("Faces", "For Research Use Only - not for use in diagnostic procedures")


def percent(probability: float) -> str:
    """A probability as `domain.prediction.percent` writes it, in the digits of the user's language."""
    return "".join(QLocale().toString(int(sign)) if sign.isdigit() else sign for sign in _pointed(probability))


def _pointed(probability: float) -> str:
    return plain_percent(probability).replace(".", QLocale().decimalPoint())


def decision_word(decision: Decision) -> str:
    """A decision in one word."""
    return {
        Decision.ACCEPTED: translate("Faces", "Accepted"),
        Decision.UNIDENTIFIED: translate("Faces", "Unidentified"),
        Decision.REJECTED: translate("Faces", "Rejected"),
    }[decision]


DECISION_TONES = {Decision.ACCEPTED: "ok", Decision.UNIDENTIFIED: "attention", Decision.REJECTED: "refuse"}
DECISION_ICONS = {Decision.ACCEPTED: "ok", Decision.UNIDENTIFIED: "unidentified", Decision.REJECTED: "refuse"}


def face(row: Row, vocabulary: Vocabulary) -> Face:
    """What the list shows of a row."""
    if row.missing:
        return Face(row.path.name, row.state, "attention", "attention", translate("Faces", "File missing"), "", "", 0.0)
    if isinstance(row.outcome, Finding):
        return _of_finding(row.path.name, row.outcome, vocabulary)
    if is_large(row.outcome):
        return Face(row.path.name, row.state, "image", "muted", translate("Faces", "Slide"), "", "", 0.0)
    if isinstance(row.outcome, Failure):
        word, why = translate("Faces", "Failed"), row.outcome.error.what
        return Face(row.path.name, row.state, "attention", "refuse", word, "", "", 0.0, why)
    word = translate("Faces", "Analysing") if row.state is RowState.RUNNING else translate("Faces", "Waiting")
    return Face(row.path.name, row.state, str(row.state), "muted", word, "", "", 0.0)


def is_large(outcome: Outcome | None) -> bool:
    """Whether an image has no finding only because it is too large for one; its fields can be analysed."""
    large = (ImageReason.WHOLE_SLIDE, ImageReason.TOO_LARGE)
    return isinstance(outcome, Failure) and outcome.error.reason in large


def _of_finding(name: str, finding: Finding, vocabulary: Vocabulary) -> Face:
    tone, icon = DECISION_TONES[finding.decision], DECISION_ICONS[finding.decision]
    if finding.decision is not Decision.ACCEPTED:
        return Face(name, RowState.DONE, icon, tone, decision_word(finding.decision), "", "", 0.0)
    look, probability = vocabulary.look(finding.prediction.label), finding.prediction.probability
    return Face(name, RowState.DONE, icon, tone, look.display, look.colour, percent(probability), probability)
