"""What a person makes of cells lies beside what the model said; outlines are cut, joined and moved as drawn."""

from __future__ import annotations

from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.domain import outlines
from leukdesk.domain.cell import CellAnalysis, CellField, CellKind, FieldScale, NamedCell, ScaleOrigin
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason
from leukdesk.domain.marked_cell import FieldReading, drawn_cell, reading_of
from leukdesk.domain.quality import QualityFlag
from leukdesk.domain.reader_classes import adjacent, by_key, reader_classes
from leukdesk.domain.review import UNIDENTIFIED
from tests.bundle_factory import make_card
from tests.findings import make_finding, make_prediction, make_quality

CLASSES = make_card().class_ids
places = st.floats(20, 180)


def analysis(*flags: QualityFlag, decisions: tuple[Decision, ...] = (Decision.ACCEPTED,) * 3) -> CellAnalysis:
    """Three whole cells side by side, and one that the border cuts."""
    cells = [drawn_cell(at, outlines.circle((40.0 * at, 50.0), 15.0)) for at in (1, 2, 3)]
    cut = drawn_cell(4, outlines.within(outlines.circle((0.0, 150.0), 15.0), 200, 200))
    cut = type(cut)(4, CellKind.CUT, cut.box, cut.outline, (), cut.measured)
    field = CellField(200, 200, FieldScale(0.1, ScaleOrigin.STATED), (*cells, cut))
    named = tuple(
        NamedCell(cell, make_prediction(0.9, 0.07), decision, DecisionReason.NONE)
        for cell, decision in zip(cells, decisions, strict=True)
    )
    source = make_finding().source
    return CellAnalysis(source, BundleRef("toy", "1.0", "0" * 64), make_quality(*flags), field, named, (), "test")


def test_a_name_by_hand_goes_before_the_models_and_can_be_taken_back():
    reading = reading_of(analysis())
    named = reading.named([1, 4], "blast")
    assert [one.class_id for one in named.cells] == ["blast", CLASSES[0], CLASSES[0], "blast"]
    assert named.counted().classes == {"blast": 2, CLASSES[0]: 2}
    assert named.counted().apart == 0
    assert reading.counted().apart == 1
    assert named.named([1, 4], "").counted() == reading.counted()
    assert named.cells[0].said is reading.cells[0].said  # the model's answer stays


def test_of_a_poor_image_only_what_a_person_named_counts():
    reading = reading_of(analysis(QualityFlag.BLURRED))
    assert (reading.counted().classes, reading.counted().not_classed) == ({}, 3)
    named = reading.named([2], "blast").named([3], UNIDENTIFIED)
    assert (named.counted().classes, named.counted().unidentified, named.counted().not_classed) == ({"blast": 1}, 1, 1)


def test_what_the_model_does_not_know_is_unidentified():
    counts = reading_of(analysis(decisions=(Decision.ACCEPTED, Decision.UNIDENTIFIED, Decision.REJECTED))).counted()
    assert (sum(counts.classes.values()), counts.unidentified) == (1, 2)


def test_outlines_are_added_moved_merged_split_and_removed():
    reading = reading_of(analysis())
    added = reading.added(outlines.circle((195.0, 100.0), 10.0))
    assert added.cells[-1].key == 5
    assert added.cells[-1].cell.box.right == 200  # what lies outside is cut off
    assert added.added(outlines.circle((300.0, 300.0), 5.0)) is added
    moved = added.moved(5, -50.0, 0.0)
    assert moved.cells[-1].cell.box.right == pytest.approx(150)
    merged = reading.merged([1, 2])
    assert merged.removed == (1, 2)
    whole = merged.cells[-1].cell
    assert (whole.box.left, whole.box.right) == (pytest.approx(25), pytest.approx(95))
    halves = merged.split(merged.cells[-1].key)
    parts = [one.cell for one in halves.cells if one.drawn]
    assert sum(one.measured.area_px for one in parts) == pytest.approx(whole.measured.area_px, rel=0.01)
    assert parts[0].box.centre[0] != pytest.approx(parts[1].box.centre[0], abs=20)
    gone = halves.without([one.key for one in halves.cells])
    assert gone.cells == ()
    assert gone.removed == (1, 2, 3, 4)


def test_an_answer_reaches_only_the_outline_that_was_asked_about():
    reading: FieldReading = reading_of(analysis()).added(outlines.circle((100.0, 120.0), 12.0))
    asked = reading.cells[-1].cell
    answer = NamedCell(asked, make_prediction(0.8), Decision.ACCEPTED, DecisionReason.NONE)
    assert reading.told(asked, answer).cells[-1].class_id == CLASSES[0]
    moved = reading.moved(reading.cells[-1].key, 5.0, 0.0)
    assert moved.told(asked, answer) is moved


@given(places, places, st.floats(3, 15))
def test_a_circle_is_as_large_as_it_should_be_and_its_halves_make_it_up(x, y, radius):
    circle = outlines.circle((x, y), radius)
    assert outlines.area(circle) == pytest.approx(pi * radius**2, rel=0.02)
    assert outlines.centre(circle) == (pytest.approx(x), pytest.approx(y))
    first, second = outlines.halves(circle)
    assert outlines.area(first) + outlines.area(second) == pytest.approx(outlines.area(circle))
    assert outlines.area(outlines.hull([*first, *second])) == pytest.approx(outlines.area(circle))
    assert outlines.roundness(circle) > 0.97


def test_a_reader_has_every_class_and_the_first_keys_are_the_models():
    classes = reader_classes(make_card().classes)
    assert len({one.id for one in classes}) == len(classes)
    assert {"blast", "plasma_cell", "artefact"} <= {one.id for one in classes}
    assert {one.id for one in by_key(classes)} >= set(CLASSES)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("ig", "neutrophil", True), ("blast", "ig", True), ("myelocyte", "metamyelocyte", True),
        ("myelocyte", "segmented", False), ("lymphocyte", "reactive_lymphocyte", True),
        ("eosinophil", "neutrophil", False), ("blast", "blast", False),
    ],
)  # fmt: skip
def test_neighbouring_stages(first, second, expected):
    assert adjacent(first, second) is adjacent(second, first) is expected
