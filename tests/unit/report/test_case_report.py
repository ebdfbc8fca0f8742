"""A case as PDF and XLSX: read back with other programs' eyes, and equal for equal cases."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest

from leukdesk import paths
from leukdesk.domain.case import CaseRecord, CaseStatus
from leukdesk.domain.errors import OutputError
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.case_file import case_bytes, form_of, write_case_file
from leukdesk.report.case_report import CaseReport, Imprint, Picture
from tests.case_records import DETAILS, NOON, amended_record, make_record

FONTS = paths.resources() / "fonts"
MADE = Imprint(NOON.astimezone(timezone(timedelta(hours=2))), "9.9", 123, "c" * 64)
GREY = np.full((48, 64, 3), 120, np.uint8)


def report(record: CaseRecord, **changed: object) -> CaseReport:
    made = CaseReport(record, MADE, {"blast": "Blasts"}, lambda _image: Picture(GREY, GREY, "Heatmap of Blasts."))
    return replace(made, **changed)  # type: ignore[arg-type]


def pages(made: CaseReport) -> list[str]:
    """The text of each page, blanks made one."""
    document = pypdfium2.PdfDocument(case_bytes(made, "pdf", FONTS))
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_what_stands_on_every_page() -> None:
    found = pages(report(make_record({(number, 0): "blast" for number in range(1, 8)}), most_pictures=5))
    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert RESEARCH_USE in page
        assert f"Page {number} of {len(found)}" in page
        assert "NOT SIGNED" in page
        assert "Case 24-0117" in page
        assert "c" * 64 in page
    text = " ".join(found)
    for words in ("P-7", "12.4", "Blasts", "95 % limits", "toy 1.0", "b" * 30, "toy CPU", "leukdesk 9.9"):
        assert words in text, words
    assert "14:00 UTC+02:00" in text
    assert "Pictures of the first 5 of 7 images" in text


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        (CaseStatus.SIGNED, ""),
        (CaseStatus.FIRST_SIGNED, "ONE OF TWO SIGNATURES"),
        (CaseStatus.AMENDING, "AMENDMENT NOT SIGNED"),
        (CaseStatus.OPEN, "NOT SIGNED"),
    ],
)
def test_a_case_that_is_not_signed_is_marked(status: CaseStatus, mark: str) -> None:
    made = report(make_record({(1, 0): "blast"}, status=status), picture=None)
    assert made.unsigned == mark
    for page in pages(made):
        assert (mark or "not signed") in page or not mark
        assert "NOT SIGNED" not in page or "NOT SIGNED" in mark


def test_signatures_amendments_and_what_changed_since() -> None:
    text = " ".join(pages(report(amended_record())))
    for words in ("Ada reviewed 2026-03-04 14:03", "a second reader disagreed", "smaller than thought", "23-0001"):
        assert words in text, words
    assert "look <b>again</b> & again" in text
    assert "2 Blasts Lymphocyte Bea 2026-03-04 14:05" in text


@pytest.mark.parametrize("text", ["Łódź Ångström ÿ", "Ωμέγα ΆΈ", "Жук Ђорђе Їжак", "e\N{COMBINING ACUTE ACCENT}t"])
def test_names_in_latin_greek_and_cyrillic_are_right(text: str) -> None:
    made = report(make_record({}, details=replace(DETAILS, accession=text)))
    assert unicodedata.normalize("NFC", text) in pages(made)[0]


def test_letters_that_the_font_lacks_are_told_by_number() -> None:
    assert "[U+4E2D]" in pages(report(make_record({}, details=replace(DETAILS, patient="中"))))[0]


def test_equal_cases_make_equal_files_and_the_metadata_names_nobody() -> None:
    for form in ("pdf", "xlsx"):
        first, second = (case_bytes(report(amended_record()), form, FONTS) for _ in range(2))
        assert first == second
    document = pypdfium2.PdfDocument(case_bytes(report(amended_record()), "pdf", FONTS))
    told = document.get_metadata_dict()
    assert told["CreationDate"].startswith("D:20260304120000")
    assert not any(re.search("24-0117|P-7|Ada|Bea", value) for value in told.values())


def test_a_picture_that_is_missing_and_a_long_list_say_so() -> None:
    many = make_record({(1, cell): "blast" for cell in range(1, 2102)})
    text = " ".join(pages(report(many, picture=lambda _image: Picture(None, missing="the file does not exist."))))
    assert "Not shown: the file does not exist." in text
    assert "The first 2000 of 2101" in text
    assert "1, cell 2000" in text


@pytest.mark.parametrize("start", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "https://x.org", "{=1}"])
def test_no_cell_of_a_sheet_is_a_formula(start: str) -> None:
    entered = replace(DETAILS, accession=start, patient=start, fields={start: start})
    written = case_bytes(report(make_record({(1, 0): start}, details=entered)), "xlsx", FONTS)
    with zipfile.ZipFile(io.BytesIO(written)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "sheets/" in name]
        names = book.namelist()
    assert len(sheets) == 4
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
    assert not any("_rels/sheet" in name for name in names)


def test_control_characters_leave_a_sheet_readable(tmp_path: Path) -> None:
    entered = replace(DETAILS, accession="a\x01\x0bb\ud800")
    write_case_file(report(make_record({}, details=entered)), tmp_path / "case.xlsx", FONTS)
    with zipfile.ZipFile(tmp_path / "case.xlsx") as book:
        for name in book.namelist():
            if name.endswith(".xml"):
                ElementTree.fromstring(book.read(name))


def test_the_name_says_the_form(tmp_path: Path) -> None:
    for form in ("pdf", "csv", "json", "XLSX"):
        write_case_file(report(amended_record()), tmp_path / f"case.{form}", FONTS)
        assert (tmp_path / f"case.{form}").stat().st_size > 200
    with pytest.raises(OutputError, match="one of four forms"):
        form_of(tmp_path / "case.doc")
