"""Cells and what a person said of them go into the history once, as rows of their own."""

from __future__ import annotations

from dataclasses import replace

from leukdesk.analysis.keep_cells import Kept, keep_cells
from leukdesk.analysis.kept_cells import kept_cells
from leukdesk.domain import outlines
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.marked_cell import FieldReading, reading_of
from leukdesk.domain.recorded import NewFinding
from leukdesk.domain.remembered_cells import laid_over, remembered
from leukdesk.domain.review import NOT_CLASSED
from leukdesk.history.history import History
from tests.findings import make_finding
from tests.unit.foundation.test_marked_cells import CLASSES, analysis


def test_cells_are_kept_once_and_labels_as_they_change(history: History) -> None:
    user = history.users.all()[0].id
    case = history.cases.open(user, CaseDetails(accession="24-0117")).id
    before: Kept = Kept(0, 0, {})

    def keep(reading: FieldReading) -> Kept:
        return keep_cells(
            [reading], history.findings, history.reviews,
            user=user, case_id=case, temperature=1.0, written=before.written,
        )  # fmt: skip

    reading = reading_of(analysis())
    before = keep(reading.named([1], "blast"))
    assert (before.cells, before.labels) == (3, 1)
    again = keep(reading.named([1], "blast"))
    assert (again.cells, again.labels) == (0, 0)
    before = keep(reading.named([2], "blast").without([3]))
    assert (before.cells, before.labels) == (0, 3)  # one taken back, one new, one that is no cell
    answers = {one.cell: one for one in history.reviews.answers(case)}
    assert {number: one.human_label for number, one in answers.items()} == {1: "", 2: "blast", 3: NOT_CLASSED}
    assert {one.model_label for one in answers.values()} == {CLASSES[0]}
    (image,) = history.findings.images(case)
    kept = history.findings.of_image(image.id)
    assert [one.cell for one in kept] == [1, 2, 3]
    assert kept[0].box is not None
    assert kept[0].box.left == reading.cells[0].cell.box.left


def test_cells_stand_beside_the_finding_about_the_whole_image(history: History) -> None:
    user = history.users.all()[0].id
    history.findings.record(user, None, [NewFinding(make_finding())])
    kept = keep_cells(
        [reading_of(analysis())], history.findings, history.reviews,
        user=user, case_id=None, temperature=1.0, written={},
    )  # fmt: skip
    assert kept.cells == 3
    (image,) = history.findings.images(None)
    assert [one.cell for one in history.findings.of_image(image.id)] == [0, 1, 2, 3]


def test_what_was_kept_lies_over_what_is_found_on_another_day(history: History) -> None:
    user = history.users.all()[0].id
    case = history.cases.open(user, CaseDetails(accession="24-0117")).id
    first = reading_of(analysis()).named([1], "blast").without([3]).moved(2, 6.0, 10.0)
    first = first.added(outlines.circle((100.0, 150.0), 12.0)).named([5], "monocyte")
    first = answered(first)
    keep_cells(
        [first], history.findings, history.reviews, user=user, case_id=case, temperature=1.0, written={}
    )  # fmt: skip
    source = first.analysis.source
    kept = kept_cells(source.sha256, case, history.findings, history.reviews)
    again = laid_over(reading_of(analysis()), kept)
    assert {one.key: (one.label, one.drawn) for one in again.cells} == {
        1: ("blast", False), 2: ("", True), 4: ("", False), 5: ("monocyte", True),
    }  # fmt: skip
    assert again.removed == (3,)
    for key in (2, 5):
        assert again.cell(key).cell.box.overlap(first.cell(key).cell.box) > 0.95
    assert kept_cells("f" * 64, case, history.findings, history.reviews) == ()
    mine = reading_of(analysis()).named([1], "lymphocyte")
    assert laid_over(mine, kept).cell(1).label == "lymphocyte", "what a person says now stands"


def test_what_a_person_changed_is_carried_to_another_models_answers() -> None:
    first = reading_of(analysis()).named([1], "blast").without([3])
    first = first.added(((90.0, 140.0), (120.0, 140.0), (120.0, 160.0)))
    again = laid_over(reading_of(analysis()), remembered(first))
    by_hand = {one.key: (one.label, one.drawn) for one in again.cells}
    assert by_hand == {1: ("blast", False), 2: ("", False), 4: ("", False), 5: ("", True)}
    assert (again.removed, again.next_key) == (first.removed, first.next_key)
    assert again.cell(5).cell.outline == first.cell(5).cell.outline


def answered(reading: FieldReading) -> FieldReading:
    """As if the model had looked at what was drawn."""
    said = reading.analysis.named[0]
    for one in reading.cells:
        if one.said is None and one.drawn:
            reading = reading.told(one.cell, replace(said, cell=one.cell))
    return reading
