"""`leukdesk report`: a recorded case as a file, with the heatmaps of the very model that said it."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest

from tests.command_line import in_process

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"


@pytest.fixture
def recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[Path]:
    """Two phantoms in case 24-0117."""
    images = [tmp_path / path.name for path in sorted(SAMPLE.glob("*.png"))[:2]]
    for path in images:
        path.write_bytes((SAMPLE / path.name).read_bytes())
    assert in_process(capsys, "classify", *images, "--model", "phantom-demo", "--record", "24-0117").status == 0
    return images


def test_a_case_as_pdf_with_pictures_and_as_tables(
    recorded: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded[1].unlink()
    done = in_process(capsys, "report", "24-0117", "--out", tmp_path / "case.pdf")
    assert done.status == 0
    assert "not signed" in done.err
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(tmp_path / "case.pdf"))
    assert "phantom-demo 1.0." in text
    assert "Not shown: the file does not exist." in text
    for form in ("csv", "json", "xlsx"):
        assert in_process(capsys, "report", "24-0117", "--out", tmp_path / f"case.{form}").status == 0
    taken_out = [one["act"] for one in json.loads((tmp_path / "case.json").read_text())["timeline"]]
    assert taken_out.count("case.exported") == 3, "each file that left is in the chain"


def test_what_cannot_be_done_is_said(recorded: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("24-0117", "--out", tmp_path / "case.doc"), ("nothing", "--out", tmp_path / "case.pdf")):
        answer = in_process(capsys, "report", *words)
        assert answer.status == 2
        assert answer.err
    assert not list(tmp_path.glob("case.*"))
