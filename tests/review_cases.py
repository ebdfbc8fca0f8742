"""A case to review in a real store: images that can be read, with findings of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from leukdesk.domain.case import Case, CaseDetails, Specimen
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason
from leukdesk.domain.recorded import CellBox, CellFinding, NewFinding
from leukdesk.history.history import History
from tests.findings import make_finding, make_prediction

DEMO = BundleRef("phantom-demo", "1.0", "0" * 64)
DEMO_CLASSES = ("blasts", "lymphocytes", "neutrophils")


def record_case(
    history: History, images: Sequence[Path], count: int, *, accession: str = "24-0117", cells: int = 0
) -> Case:
    """A case of `count` images (the files in turn): every tenth is unidentified, every twentieth rejected.

    The more certain come first; `cells` are found in each.
    """
    user = history.users.local().id
    case = history.cases.open(user, CaseDetails(accession, "P-7", Specimen.BLOOD, stain="MGG"))
    findings = [_finding(images[at % len(images)], at, count, cells) for at in range(count)]
    history.findings.record(user, case.id, findings)
    return history.cases.get(case.id)


def _finding(path: Path, at: int, count: int, cells: int) -> NewFinding:
    shares = [0.0, 0.0, 0.0]
    shares[at % 3] = 0.95 - 0.4 * at / count
    shares[(at + 1) % 3] = 1 - shares[at % 3]
    entries: dict[str, object] = {"sha256": f"{at:064x}", "width": 160, "height": 120}
    if at % 10 == 9:
        entries |= {"decision": Decision.UNIDENTIFIED, "reason": DecisionReason.UNCERTAIN}
    if at % 20 == 19:
        entries |= {"decision": Decision.REJECTED, "reason": DecisionReason.NOVEL}
    prediction = replace(make_prediction(*shares), classes=DEMO_CLASSES)
    finding = make_finding(path, prediction, bundle=DEMO, **entries)
    inside = tuple(CellFinding(CellBox(10.0 + 40 * number, 20.0, 30.0, 30.0), finding) for number in range(cells))
    return NewFinding(finding, 1.5, 12_345, inside)
