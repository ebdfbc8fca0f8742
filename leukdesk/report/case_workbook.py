"""A case as XLSX: what was counted, what was found, what people said. No cell is ever a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from xlsxwriter import Workbook

from leukdesk.domain.summary import summarise
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.case_report import STATUS_WORDS, CaseReport
from leukdesk.report.case_table import COLUMNS, case_rows
from leukdesk.report.plain_cell import without_control

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from leukdesk.domain.differential import Line

Cell = str | int | float
_LONGEST = 32_767  # characters that a cell may hold
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NUMBERS = frozenset({"probability", "cell"})


def write_case_xlsx(report: CaseReport, stream: BinaryIO) -> None:
    """Write the sheets Case, Counts, Findings, People. Equal reports give equal bytes."""
    with Workbook(stream, _OPTIONS) as book:
        book.set_properties({"title": "leukdesk case report", "comments": RESEARCH_USE, "created": _naive(report)})
        bold = book.add_format({"bold": True})
        for name, rows in _sheets(report):
            sheet = book.add_worksheet(name)
            sheet.set_header(f"&L{RESEARCH_USE}&RPage &P of &N")
            sheet.freeze_panes(1, 0)
            _fill(sheet, rows, bold)


def _sheets(report: CaseReport) -> Iterator[tuple[str, Iterable[Sequence[Cell]]]]:
    yield "Case", _case(report)
    yield "Counts", _counts(report)
    yield "Findings", _findings(report)
    yield "People", _people(report)


def _fill(sheet: Worksheet, rows: Iterable[Sequence[Cell]], bold: object) -> None:
    widths: dict[int, int] = {}
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            given = (bold,) if down == 0 else ()
            if isinstance(value, str):
                sheet.write_string(down, across, without_control(value)[:_LONGEST], *given)
            else:
                sheet.write_number(down, across, value, *given)
            widths[across] = max(widths.get(across, 8), min(60, len(str(value)) + 2))
    for across, width in widths.items():
        sheet.set_column(across, across, width)


def _case(report: CaseReport) -> Iterator[Sequence[Cell]]:
    case, made, entered = report.record.case, report.imprint, report.record.case.details
    yield "What", "Value"
    yield "Use", RESEARCH_USE
    yield "Accession number", entered.accession
    yield "Patient (pseudonym)", entered.patient
    yield "Specimen", str(entered.specimen)
    yield "Stain", entered.stain
    yield "Objective", entered.objective
    yield "µm/px", entered.um_per_px if entered.um_per_px is not None else ""
    yield "Received", entered.received.isoformat() if entered.received else ""
    yield "Status", STATUS_WORDS[case.status]
    yield "Images", case.images
    yield from entered.fields.items()
    yield "Made", report.time(made.at)
    yield "By", f"leukdesk {made.version}"
    yield "Audit chain", f"event {made.head_event}: {made.head}"


def _counts(report: CaseReport) -> Iterator[Sequence[Cell]]:
    yield "Of", "Class", "Count", "Share", "95 % limits from", "to"
    summary = summarise(report.record, report.names)
    for name, found in (("cells", summary.cells), ("images", summary.images)):
        if found is None:
            continue
        for line in found.lines:
            yield name, *_line(line)
        yield name, "unidentified (in no share)", found.unidentified
        yield name, "not classed (in no share)", found.not_classed
    for one in summary.cells.beside if summary.cells is not None else ():
        yield "beside the white cells", one.display, one.count


def _line(line: Line) -> Sequence[Cell]:
    return line.display, line.count, round(line.share, 6), round(line.limits.low, 6), round(line.limits.high, 6)


def _findings(report: CaseReport) -> Iterator[Sequence[Cell]]:
    yield COLUMNS
    for row in case_rows(report.record):
        yield [_number(value) if key in _NUMBERS and value != "" else str(value) for key, value in row.items()]


def _people(report: CaseReport) -> Iterator[Sequence[Cell]]:
    yield "What", "Who", "When", "Text"
    record = report.record
    for signed in record.sign_offs:
        yield "signature", signed.signer, report.time(signed.at), f"{signed.meaning}, record {signed.record_sha256}"
    for amended in record.amendments:
        yield "amendment", amended.author, report.time(amended.at), amended.why
    for comment in record.comments:
        yield "comment", comment.author, report.time(comment.at), comment.text


def _number(value: object) -> float:
    return float(str(value))


def _naive(report: CaseReport) -> object:
    return report.imprint.at.replace(tzinfo=None)
