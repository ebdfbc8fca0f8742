"""A case in the window's language: status, specimen, what happened, who said what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import number
from leukdesk.domain.audit import Act, AuditEvent
from leukdesk.domain.case import CaseStatus, Specimen
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED

translate = QCoreApplication.translate
_MANY = frozenset({Act.FINDING_RECORDED, Act.LABELLED})  # what comes in hundreds is told once

STATUS_TONES = {
    CaseStatus.OPEN: "plain",
    CaseStatus.IN_REVIEW: "plain",
    CaseStatus.FIRST_SIGNED: "attention",
    CaseStatus.SIGNED: "ok",
    CaseStatus.AMENDING: "attention",
    CaseStatus.ERASED: "refuse",
}
STATUS_ICONS = {
    CaseStatus.OPEN: "waiting",
    CaseStatus.IN_REVIEW: "running",
    CaseStatus.FIRST_SIGNED: "attention",
    CaseStatus.SIGNED: "ok",
    CaseStatus.AMENDING: "attention",
    CaseStatus.ERASED: "refuse",
}


def status_word(status: CaseStatus) -> str:
    """How far a case is, in a word or two."""
    return {
        CaseStatus.OPEN: translate("Cases", "Open"),
        CaseStatus.IN_REVIEW: translate("Cases", "In review"),
        CaseStatus.FIRST_SIGNED: translate("Cases", "Signed once"),
        CaseStatus.SIGNED: translate("Cases", "Signed"),
        CaseStatus.AMENDING: translate("Cases", "Being amended"),
        CaseStatus.ERASED: translate("Cases", "Erased"),
    }[status]


def specimen_word(specimen: Specimen) -> str:
    """What was taken; a dash where nobody said."""
    return {
        Specimen.BLOOD: translate("Cases", "Blood"),
        Specimen.MARROW: translate("Cases", "Marrow"),
        Specimen.UNKNOWN: "–",
    }[specimen]


def day(value: date | None) -> str:
    """A date as the user's locale writes it; a dash for none."""
    if value is None:
        return "–"
    return QLocale().toString(QDate(value.year, value.month, value.day), QLocale.FormatType.ShortFormat)


def label_word(label: str, vocabulary: Vocabulary) -> str:
    """What somebody said an image or cell is."""
    if label == UNIDENTIFIED:
        return translate("Cases", "Unidentified")
    if label == NOT_CLASSED:
        return translate("Cases", "Not classed")
    return vocabulary.look(label).display


def act_word(act: Act) -> str:
    """What happened."""
    return {
        Act.HISTORY_CREATED: translate("Cases", "History begun"),
        Act.HISTORY_RESTORED: translate("Cases", "History restored"),
        Act.CLOCK_SET_BACK: translate("Cases", "The clock was set back"),
        Act.USER_ADDED: translate("Cases", "Account added"),
        Act.USER_CHANGED: translate("Cases", "Account changed"),
        Act.SIGNED_IN: translate("Cases", "Signed in"),
        Act.SIGN_IN_FAILED: translate("Cases", "Sign-in failed"),
        Act.BUNDLE_KNOWN: translate("Cases", "Model used for the first time"),
        Act.CASE_OPENED: translate("Cases", "Case opened"),
        Act.CASE_CORRECTED: translate("Cases", "Details corrected"),
        Act.CASE_ERASED: translate("Cases", "Case erased"),
        Act.FINDING_RECORDED: translate("Cases", "Model's answer recorded"),
        Act.IMAGE_FOUND: translate("Cases", "Moved file found again"),
        Act.LABELLED: translate("Cases", "Label given"),
        Act.COMMENTED: translate("Cases", "Comment"),
        Act.SIGNED: translate("Cases", "Signed off"),
        Act.AMENDED: translate("Cases", "Opened again for amendment"),
        Act.EXPORTED: translate("Cases", "Taken out as a file"),
    }.get(act, str(act))


def field_word(name: str) -> str:
    """A field of a case's details."""
    return {
        "accession": translate("Cases", "Accession number"),
        "patient": translate("Cases", "Patient's pseudonym"),
        "specimen": translate("Cases", "Specimen"),
        "stain": translate("Cases", "Stain"),
        "objective": translate("Cases", "Objective"),
        "um_per_px": translate("Cases", "µm in a pixel"),
        "received": translate("Cases", "Received"),
        "fields": translate("Cases", "Laboratory values"),
        "label": translate("Cases", "Label"),
        "path": translate("Cases", "File"),
    }.get(name, name)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a case's timeline: an event, or many of one kind in a row."""

    at: datetime
    user: str
    what: str
    why: str
    changes: tuple[str, ...]  # "field: old → new"


def timeline(events: Iterable[AuditEvent]) -> list[Step]:
    """What happened to a case, the newest first."""
    runs: list[list[AuditEvent]] = []
    for event in events:
        before = runs[-1][-1] if runs else None
        if before is not None and event.act in _MANY and (event.act, event.user) == (before.act, before.user):
            runs[-1].append(event)
        else:
            runs.append([event])
    return [_step(run) for run in reversed(runs)]


def _step(run: list[AuditEvent]) -> Step:
    last, what = run[-1], act_word(run[-1].act)
    if len(run) > 1:
        what = translate("Cases", "{what}, {count} times").format(what=what, count=number(len(run)))
        return Step(last.at, last.user, what, "", ())
    changes = tuple(f"{field_word(name)}: {_shown(old)} → {_shown(new)}" for name, (old, new) in last.changes.items())
    return Step(last.at, last.user, what, last.why, changes)


def _shown(value: object) -> str:
    return str(value) if value not in (None, "", "{}") else "–"
