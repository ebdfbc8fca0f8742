"""White cells of published fields against their boxes, short; `benchmarks/cell_detection.py` measures all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.cell_detection import TUNED_ON_FIRST, Score, white_cells
from leukdesk.domain.cell import CellKind
from leukdesk.imaging.cells import find_cells
from leukdesk.imaging.read import read_image

pytestmark = pytest.mark.real_data
LIMIT_PX = 64_000_000


def test_white_cells_of_fields_that_no_limit_was_set_on(real_data: Path) -> None:
    folder = real_data / "bccd"
    names = sorted(path.stem for path in (folder / "JPEGImages").glob("*.jpg"))[TUNED_ON_FIRST + 1 :: 2]
    score = Score("held out")
    for name in names:
        found = find_cells(read_image(folder / "JPEGImages" / f"{name}.jpg", limit_px=LIMIT_PX).pixels)
        score.add(found.of(CellKind.CELL, CellKind.CUT), white_cells(folder / "Annotations" / f"{name}.xml"))
    assert score.hits >= 75, score
    assert score.surplus <= 3, score


def test_fields_of_red_cells_hold_no_nucleated_cell(real_data: Path) -> None:
    paths = sorted((real_data / "chula-rbc-fields" / "Dataset").glob("*.jpg"))
    empty = [not find_cells(read_image(path, limit_px=LIMIT_PX).pixels).cells for path in paths]
    assert len(empty) == 30
    assert sum(empty) >= 28
