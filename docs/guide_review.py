"""The pictures of the guide about review and sign-off: a case of the sample's images, and a year of others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from camera import Camera, window
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog

from leukdesk import paths
from leukdesk.domain.case import Case, CaseDetails, Specimen
from leukdesk.domain.finding import Finding
from leukdesk.domain.recorded import NewFinding
from leukdesk.history.history import History
from leukdesk.history.ledger import now_us

MODEL = "phantom-demo-1.0"
_MONTH_US = 30 * 86_400_000_000


def review_pictures(images: Path) -> None:
    """Take them into a folder."""
    with window("light", paths.resources() / "sample", model=MODEL) as camera:
        camera.ready()
        found = [one.outcome for one in camera.session.model.images.rows()]
        before: list[None] = []
        camera.session.casebook.write(lambda history: _a_year(history, found), before.append)
        camera.until(lambda: bool(before))
        a_case(camera, "24-0117")
        _review(camera, images)
        _dialog(camera, camera.session.window.commands.sign_case, images / "sign-off.png")
        _dialog(camera, camera.session.window.commands.agreement, images / "agreement.png")


def a_case(camera: Camera, accession: str) -> Case:
    """A case of what is open, with its page shown."""
    found = [one.outcome for one in camera.session.model.images.rows()]
    cases: list[Case] = []
    camera.session.casebook.write(lambda history: _today(history, found, accession), cases.append)
    camera.until(lambda: bool(cases))
    camera.session.window.commands.go_cases.trigger()
    camera.session.window.cases.show_case(cases[0].id)
    camera.until(camera.session.window.commands.review_case.isEnabled)
    return cases[0]


def _review(camera: Camera, images: Path) -> None:
    """One that the model answered, with the answers before it given."""
    window_, session = camera.session.window, camera.session.window.judging.review.session
    window_.commands.review_case.trigger()
    camera.until(lambda: session.item is not None)
    taken = False
    while session.item is not None:
        path = session.item.image.path
        camera.until(lambda path=path: session.pictures.picture(path) is not None)
        if session.item.accepted and not taken:
            camera.rest()
            camera.take(images / "review.png")
            taken = True
        session.say(session.item.finding.label if session.place % 4 else session.item.classes[0])
    window_.judging.review.left.emit()
    camera.rest()


def _dialog(camera: Camera, action: QAction, file: Path) -> None:
    action.trigger()
    camera.rest(1.0)
    camera.take(file)
    for dialog in camera.session.window.findChildren(QDialog):
        dialog.reject()
    camera.rest()


def _a_year(history: History, found: Sequence[object]) -> None:
    """Twelve cases, a month apart and reviewed."""
    user, chance = history.users.local().id, random.Random(4)
    findings = [one for one in found if isinstance(one, Finding)]
    for month in range(12):
        history.ledger._clock = partial(_months_ago, 12 - month)
        case = history.cases.open(user, CaseDetails(f"24-{month:04}"))
        history.findings.record(user, case.id, [_again(one, copy) for copy in range(5) for one in findings])
        for one in history.reviews.answers(case.id):
            history.reviews.label(user, one.image_id, one.model_label if chance.random() < 0.85 else "blasts")
    history.ledger._clock = now_us


def _today(history: History, found: Sequence[object], accession: str) -> Case:
    """A case that nobody has reviewed."""
    user = history.users.local().id
    case = history.cases.open(user, CaseDetails(accession, "P-7", Specimen.BLOOD, stain="May-Grünwald-Giemsa"))
    history.findings.record(user, case.id, [NewFinding(one) for one in found if isinstance(one, Finding)])
    return case


def _months_ago(months: int) -> int:
    return now_us() - months * _MONTH_US


def _again(finding: Finding, copy: int) -> NewFinding:
    """The same finding of another image."""
    digits = f"{copy:04x}{finding.source.sha256[4:]}"
    return NewFinding(replace(finding, source=replace(finding.source, sha256=digits)))
