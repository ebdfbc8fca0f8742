"""The parts of a report that are tables: what was counted, who signed, what was said, which models, which findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leukdesk.domain.audit import Act
from leukdesk.domain.differential import LimitsMethod
from leukdesk.domain.prediction import percent
from leukdesk.domain.recorded import WHOLE_IMAGE
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED, Meaning
from leukdesk.domain.summary import shown_name, summarise
from leukdesk.report.case_report import STATUS_WORDS, CaseReport
from leukdesk.report.pdf_page import NOTE, SECTION, TEXT, facts, grid, paragraph

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from leukdesk.domain.differential import Differential, Line
    from leukdesk.domain.recorded import RecordedFinding
    from leukdesk.domain.review import Answer
    from leukdesk.domain.summary import ImageShares

MOST_ROWS = 2000  # findings that are listed; CSV, JSON and XLSX have all of them
_MEANINGS = {Meaning.REVIEWED: "reviewed", Meaning.CONFIRMED: "confirmed (second person)"}
_SPECIAL = {NOT_CLASSED: "not classed", UNIDENTIFIED: "unidentified"}


def details(report: CaseReport) -> Iterator[Flowable]:
    """What was entered of the case, and how far it is."""
    case, entered = report.record.case, report.record.case.details
    yield facts(
        [
            ("Accession number", entered.accession),
            ("Patient (pseudonym)", entered.patient or "not entered"),
            ("Specimen", str(entered.specimen) or "not entered"),
            ("Stain", entered.stain or "not entered"),
            ("Objective", entered.objective or "not entered"),
            ("Scale", f"{entered.um_per_px:g} µm/px" if entered.um_per_px else "not entered"),
            ("Received", entered.received.isoformat() if entered.received else "not entered"),
            ("Opened", report.time(case.opened)),
            ("Images", case.images),
            ("Status", STATUS_WORDS[case.status]),
        ]
    )
    if entered.fields:
        yield paragraph("Laboratory values and immunophenotype", SECTION)
        yield facts(list(entered.fields.items()))


def results(report: CaseReport) -> Iterator[Flowable]:
    """The differential of the cells and the share of images in each class, with limits."""
    summary = summarise(report.record, report.names)
    if summary.cells is not None:
        yield paragraph("Differential", SECTION)
        yield from _differential(summary.cells)
    if summary.images is not None:
        yield paragraph("Images by class", SECTION)
        yield from _shares(summary.images)
    if summary.cells is None and summary.images is None:
        yield paragraph("Findings", SECTION)
        yield paragraph("Nothing has been recorded in this case yet.", TEXT)


def _differential(found: Differential) -> Iterator[Flowable]:
    rows = [_line(one) for one in found.lines]
    if found.blasts is not None and found.blasts.display not in {one.display for one in found.lines}:
        rows.append(_line(found.blasts))
    yield grid(("Class", "Cells", "%", "95 % limits, %"), rows, (5, 1.5, 1.5, 2.5), right=(1, 2, 3))
    beside = [one for one in found.beside if one.count]
    if beside:
        rows = [[one.display, one.count, "-" if one.per_100 is None else f"{one.per_100:.1f}"] for one in beside]
        yield paragraph("Beside the white cells", NOTE)
        yield grid(("Class", "Cells", "in 100 white cells"), rows, (5, 1.5, 4), right=(1, 2))
    how = "each share for itself (Wilson)" if found.method is LimitsMethod.WILSON else "all shares together (Goodman)"
    words = (
        f"White cells counted: {found.white}. {_left_out(found.unidentified, found.not_classed)} 95 % limits: {how}."
    )
    for threshold, more in found.to_settle():
        settle = f"about {more} more cells would settle it" if more else "more cells would hardly settle it"
        words += f" The limits of blasts include {threshold:.0%}; {settle}."
    if not found.knows_blasts:
        words += " The model has no class for blasts: a blast count needs the reader."
    yield paragraph(words, NOTE)


def _shares(found: ImageShares) -> Iterator[Flowable]:
    rows = [_line(one) for one in found.lines]
    yield grid(("Class", "Images", "%", "95 % limits, %"), rows, (5, 1.5, 1.5, 2.5), right=(1, 2, 3))
    left_out = _left_out(found.unidentified, found.not_classed)
    words = "95 % limits: each share for itself (Wilson), as if the images were chosen independently of each other."
    yield paragraph(f"Images with a class: {found.counted}. {left_out} {words}", NOTE)


def _line(line: Line) -> list[object]:
    limits = f"{100 * line.limits.low:.1f} to {100 * line.limits.high:.1f}"
    return [line.display, line.count, f"{100 * line.share:.1f}", limits]


def _left_out(unidentified: int, not_classed: int) -> str:
    return f"Not in the per cents: {unidentified} unidentified, {not_classed} not classed."


def signatures(report: CaseReport) -> Iterator[Flowable]:
    """Who signed what, and what was changed after."""
    record = report.record
    yield paragraph("Signatures", SECTION)
    if record.sign_offs:
        rows = [
            [one.signer, _MEANINGS[one.meaning], report.time(one.at), one.record_sha256, one.head]
            for one in record.sign_offs
        ]
        header = ("Signed by", "Meaning", "When", "SHA-256 of the record", "Head of the audit chain")
        yield grid(header, rows, (2, 1.8, 2, 3.2, 3.2))
    if report.unsigned:
        yield paragraph(f"This case is not signed as it stands: {STATUS_WORDS[record.case.status]}.", NOTE)
    if record.amendments:
        yield paragraph("Amendments", SECTION)
        rows = [[one.author, report.time(one.at), f"event {one.sign_off}", one.why] for one in record.amendments]
        yield grid(("Opened again by", "When", "Signature before it", "Why"), rows, (2, 2, 2.4, 6))
        yield paragraph("What was signed before is kept, and can be read as of each signature.", NOTE)
    changed = list(_changed_after_signing(report))
    if changed:
        yield paragraph("Changed after the first signature", SECTION)
        yield grid(("Image", "From", "To", "By", "When", "Why"), changed, (1, 2, 2, 2, 2.2, 3))


def _changed_after_signing(report: CaseReport) -> Iterator[list[object]]:
    first = report.record.sign_offs[0].id if report.record.sign_offs else None
    numbers = image_numbers(report)
    for event in report.record.timeline:
        if first is None or event.seq < first or event.act is not Act.LABELLED:
            continue
        for old, new in event.changes.values():
            where = numbers.get(event.subject or 0, "")
            yield [where, _said(old, report), _said(new, report), event.user, report.time(event.at), event.why]


def remarks(report: CaseReport) -> Iterator[Flowable]:
    """Comments, corrections of what was entered, and earlier cases of the patient."""
    record, numbers = report.record, image_numbers(report)
    if record.comments:
        yield paragraph("Comments", SECTION)
        rows = [
            [one.author, report.time(one.at), numbers.get(one.image_id or 0, ""), one.text] for one in record.comments
        ]
        yield grid(("By", "When", "Image", "Comment"), rows, (2, 2, 1, 7))
    corrected = [one for one in record.timeline if one.act is Act.CASE_CORRECTED]
    if corrected:
        yield paragraph("Corrections of what was entered", SECTION)
        corrections: list[list[object]] = [
            [field, old or "", new or "", event.user, report.time(event.at), event.why]
            for event in corrected
            for field, (old, new) in event.changes.items()
        ]
        yield grid(("What", "From", "To", "By", "When", "Why"), corrections, (1.5, 2, 2, 1.6, 2, 3))
    if record.earlier:
        yield paragraph("Other cases of this patient", SECTION)
        others: list[list[object]] = [
            [one.details.accession, one.details.received or "", STATUS_WORDS[one.status], one.images]
            for one in record.earlier[:10]
        ]
        yield grid(("Accession number", "Received", "Status", "Images"), others, (3, 2, 5, 1.2), right=(3,))


def models(report: CaseReport) -> Iterator[Flowable]:
    """Which models answered, on which engine, with which calibration; and where the audit chain ended."""
    used: dict[tuple[object, ...], int] = {}
    for one in report.record.findings:
        key = (one.bundle.name, one.bundle.version, one.bundle.sha256, one.engine, f"{one.temperature:g}")
        used[key] = used.get(key, 0) + 1
    yield paragraph("Models", SECTION)
    header = ("Model", "Version", "SHA-256 of the sealed bundle", "Engine", "Temperature", "Findings")
    yield grid(header, [[*key, count] for key, count in used.items()], (2, 1.2, 4.5, 1.8, 1.8, 1.5), right=(5,))
    yield paragraph("Temperature: the calibration that the probabilities were divided by.", NOTE)
    yield paragraph("Origin of this report", SECTION)
    made = report.imprint
    yield facts(
        [
            ("Made", f"{report.time(made.at)} {report.zone}, by leukdesk {made.version}; all times are {report.zone}"),
            ("Head of the audit chain", f"event {made.head_event}: {made.head}"),
            ("To check it", "leukdesk history verify finds what was changed; event and hash must be the same there"),
        ]
    )


def findings(report: CaseReport) -> Iterator[Flowable]:
    """What counts of each image and cell, and what the model said."""
    record, numbers = report.record, image_numbers(report)
    newest = {(one.image_id, one.cell): one for one in record.findings}
    answers = sorted(record.answers, key=lambda one: (one.image_id, one.cell))
    if not answers:
        return
    yield paragraph("Findings", SECTION)
    rows = [[_place(one, numbers), *_finding(one, newest, report)] for one in answers[:MOST_ROWS]]
    header = ("Image", "Answer", "By", "Model's class", "Probability", "Model's decision")
    yield grid(header, rows, (1.8, 3, 1.2, 3, 1.7, 3), right=(4,))
    if len(answers) > MOST_ROWS:
        words = f"The first {MOST_ROWS} of {len(answers)}. All of them are in the CSV, JSON and XLSX of this case."
        yield paragraph(words, NOTE)


def _place(answer: Answer, numbers: dict[int, str]) -> str:
    image = numbers[answer.image_id]
    return image if answer.cell == WHOLE_IMAGE else f"{image}, cell {answer.cell}"


def _finding(answer: Answer, newest: dict[tuple[int, int], RecordedFinding], report: CaseReport) -> list[object]:
    finding = newest[answer.image_id, answer.cell]
    decided = f"{finding.decision}: {finding.reason}" if finding.reason else str(finding.decision)
    said = _said(answer.human_label, report) if answer.human_label else _said(answer.model_label, report)
    answered = said if answer.resolved else f"{said} (not resolved)"
    by = "person" if answer.human_label else "model"
    return [answered, by, _said(answer.model_label, report), percent(answer.probability), decided]


def image_numbers(report: CaseReport) -> dict[int, str]:
    """How the report calls each image: by its number in the case."""
    return {one.id: str(number) for number, one in enumerate(report.record.images, 1)}


def _said(label: object, report: CaseReport) -> str:
    text = "" if label is None else str(label)
    return _SPECIAL.get(text) or (shown_name(text, report.names) if text else "")
