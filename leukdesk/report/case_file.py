"""A case as a file of the form that its name asks for."""

from __future__ import annotations

import io
from pathlib import Path

from leukdesk.domain.errors import OutputError
from leukdesk.report.atomic import write_whole
from leukdesk.report.case_report import CaseReport

FORMS = ("pdf", "csv", "json", "xlsx")


def write_case_file(report: CaseReport, path: Path, fonts: Path) -> None:
    """Write a case as PDF, CSV, JSON or XLSX, whole or not at all. Raises `OutputError`."""
    write_whole(path, case_bytes(report, form_of(path), fonts))


def case_bytes(report: CaseReport, form: str, fonts: Path) -> bytes:
    """A case as the bytes of a file of one of `FORMS`."""
    stream = io.BytesIO()
    if form in ("csv", "json"):
        from leukdesk.report.case_table import write_case_csv, write_case_json

        text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="", write_through=True)
        (write_case_json if form == "json" else write_case_csv)(report.record, text)
    elif form == "pdf":
        from leukdesk.report.case_pdf import write_case_pdf

        write_case_pdf(report, stream, fonts)
    else:
        from leukdesk.report.case_workbook import write_case_xlsx

        write_case_xlsx(report, stream)
    return stream.getvalue()


def form_of(path: Path) -> str:
    """One of `FORMS`, by the end of a name. Raises `OutputError` for any other."""
    form = path.suffix.lower().lstrip(".")
    if form not in FORMS:
        raise OutputError(
            "a report has one of four forms",
            reason="unknown_form",
            subject=path,
            advice=f"End its name in {', '.join(f'.{one}' for one in FORMS)}.",
        )
    return form
