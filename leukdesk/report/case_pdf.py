"""A case as PDF, to be read, printed and filed. For research use only, which every page says."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import BinaryIO

from leukdesk.report.case_report import STATUS_WORDS, CaseReport
from leukdesk.report.pdf_page import TITLE, Furniture, build, load_fonts, paragraph
from leukdesk.report.pdf_pictures import pictures
from leukdesk.report.pdf_results import details, findings, models, remarks, results, signatures

_FOR_A_PERSON = "Findings for a person to confirm, no diagnosis."


def write_case_pdf(report: CaseReport, stream: BinaryIO, fonts: Path) -> None:
    """Write a case as PDF; `fonts` holds DejaVuSans.ttf and DejaVuSans-Bold.ttf.

    Equal reports give equal bytes. What the file says of itself (its metadata) names no case, patient or person.
    """
    load_fonts(fonts)
    made, accession = report.imprint, report.record.case.details.accession
    parts = chain(
        [paragraph("Case report", TITLE)],
        details(report),
        results(report),
        signatures(report),
        remarks(report),
        findings(report),
        pictures(report),
        models(report),
    )
    status = STATUS_WORDS[report.record.case.status]
    furniture = Furniture(
        left=f"Case {accession} · {status}",
        below=(
            f"Made {report.time(made.at)} {report.zone} by leukdesk {made.version}. {_FOR_A_PERSON}",
            f"Audit chain: event {made.head_event}, {made.head}",
        ),
        mark=report.unsigned,
    )
    build(stream, list(parts), furniture, made.at, made.version)
