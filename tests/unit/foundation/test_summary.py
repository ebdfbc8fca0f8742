"""A case in numbers: what counts, what is left out, and what is not counted twice."""

from __future__ import annotations

import pytest

from leukdesk.domain.proportions import wilson
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED
from leukdesk.domain.summary import summarise
from tests.case_records import make_record


def test_images_are_shared_out_by_the_answer_that_counts() -> None:
    found = {(number, 0): "blast" for number in range(1, 11)}
    human = {(1, 0): "lymphocyte", (2, 0): NOT_CLASSED, (3, 0): UNIDENTIFIED}
    summary = summarise(make_record(found, human=human), {"blast": "Blasts"})
    assert summary.cells is None
    assert summary.images is not None
    assert {one.display: one.count for one in summary.images.lines} == {"Blasts": 7, "Lymphocyte": 1, "Segmented": 0}
    assert (summary.images.counted, summary.images.unidentified, summary.images.not_classed) == (8, 1, 1)
    assert summary.images.lines[0].limits == wilson(7, 8)


def test_an_answer_that_was_not_accepted_is_in_no_class() -> None:
    summary = summarise(make_record({(1, 0): "blast", (2, 0): "blast"}, probability=0.5))
    assert summary.images is not None
    assert (summary.images.counted, summary.images.unidentified) == (0, 2)


def test_cells_make_the_differential_and_their_image_is_not_counted() -> None:
    cells = {(1, cell): "blast" if cell < 3 else "segmented" for cell in range(1, 11)}
    summary = summarise(make_record({(1, 0): "segmented", **cells}, human={(1, 1): "eosinophil"}))
    assert summary.images is None
    assert summary.cells is not None
    assert summary.cells.white == 10
    assert summary.cells.line("blast").count == 1
    assert summary.cells.line("eosinophil").count == 1
    assert summary.cells.line("segmented").share == pytest.approx(0.8)


def test_a_case_without_answers_has_nothing_to_count() -> None:
    summary = summarise(make_record({}))
    assert summary.cells is None
    assert summary.images is None
