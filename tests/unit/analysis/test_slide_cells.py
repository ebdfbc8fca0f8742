"""The cells of what is in view of a slide: found once, at their place, by way of the level that suits the finder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile

from leukdesk.analysis.cells import analyse_cells_in_file
from leukdesk.analysis.keep_cells import Kept, keep_cells
from leukdesk.analysis.kept_cells import kept_cells
from leukdesk.analysis.slide_cells import analyse_cells_in_view, analyse_drawn_in
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.cell import CellAnalysis, CellKind
from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.grown_reading import grown, known_again, known_boxes
from leukdesk.domain.image import Region
from leukdesk.domain.marked_cell import FieldReading, drawn_cell
from leukdesk.domain.review import NOT_CLASSED
from leukdesk.history.opening import open_history
from leukdesk.imaging.slide_part import level_for_cells
from tests.bundle_factory import make_card
from tests.findings import CountingPredictor
from training.phantom.whole_slide import write_whole_slide

SIDE, LIMIT = 2_000, 3_000_000
FIRST, SECOND, BOTH = Region(100, 100, 1_000, 1_200), Region(600, 100, 1_000, 1_200), Region(100, 100, 1_500, 1_200)
Finding = Callable[..., CellAnalysis]


@pytest.fixture(scope="module")
def slide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A slide twice as fine as cells are found in."""
    path = tmp_path_factory.mktemp("slides") / "slide.tif"
    write_whole_slide(path, SIDE, levels=2, compression="deflate", um_per_px=0.1)
    return path


@pytest.fixture
def predictor() -> CountingPredictor:
    return CountingPredictor(make_card(scope="cell", um_per_px=0.2, input_size=64, accept_threshold=0.0))


@pytest.fixture
def look(slide: Path, predictor: CountingPredictor) -> Finding:
    return partial(analyse_cells_in_view, slide, predictor=predictor, limit_px=LIMIT, explain=False)


def both(look: Finding) -> FieldReading:
    first = grown(None, look(FIRST), FIRST)
    return grown(first, look(SECOND, known=known_boxes(first)), SECOND)


def places(reading: FieldReading) -> list[tuple[int, int]]:
    return sorted((round(one.cell.box.centre[0]), round(one.cell.box.centre[1])) for one in reading.cells)


def test_views_that_overlap_give_what_one_view_of_both_gives(look: Finding, predictor: CountingPredictor) -> None:
    reading = both(look)
    at_once = grown(None, look(BOTH), BOTH)
    assert len(reading.cells) == len(at_once.cells) > 3
    assert np.abs(np.subtract(places(reading), places(at_once))).max() <= 3
    assert [one.key for one in reading.cells] == list(range(1, len(reading.cells) + 1))
    assert {one.cell.kind for one in reading.cells} == {CellKind.CELL}
    assert reading.counted().classes == at_once.counted().classes
    assert reading.views == (FIRST, SECOND)
    assert grown(reading, look(FIRST), FIRST).cells == reading.cells, "even if it was not said what is known"
    assert not look(BOTH, known=known_boxes(reading)).field.cells
    assert sum(predictor.batches) >= len(reading.cells)


def test_cells_lie_where_they_lie_on_the_slide(look: Finding, slide: Path, tmp_path: Path) -> None:
    found = look(Region(0, 0, SIDE, SIDE))
    assert (found.field.width, found.source.width) == (SIDE, SIDE)
    image = tmp_path / "whole.png"
    cv2.imwrite(str(image), tifffile.imread(slide)[:, :, ::-1])
    whole = analyse_cells_in_file(image, CountingPredictor(make_card(scope="cell")), limit_px=9_000_000, explain=False)
    scale = found.field.scale.um_per_px
    stated = [one for one in whole.field.cells if one.kind is CellKind.CELL]
    assert abs(len(found.field.countable) - len(stated)) <= 2
    for cell in found.field.countable:
        nearest = min(stated, key=lambda one: one.distance(*cell.box.centre))
        assert nearest.distance(*cell.box.centre) * scale < 1.5


def test_the_level_is_the_coarsest_that_shows_enough() -> None:
    assert [level_for_cells(um) for um in (0.05, 0.1, 0.11, 0.2, 0.25, 0.5)] == [2, 1, 0, 0, 0, 0]


def test_too_much_in_view_and_what_cannot_be_judged_is_told(slide: Path, look: Finding, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="too much to look for cells in") as refused:
        look(Region(0, 0, 20_000, 20_000))
    assert refused.value.reason == ImageReason.TOO_LARGE
    assert "Zoom in first" in refused.value.advice
    glass = tmp_path / "glass.tif"
    tifffile.imwrite(glass, np.full((2_000, 2_000, 3), 230, np.uint8), tile=(256, 256), photometric="rgb")
    with pytest.raises(ImageError, match="nothing stained is there"):
        analyse_cells_in_view(glass, FIRST, look.keywords["predictor"], limit_px=LIMIT)


def test_an_outline_by_hand_is_measured_on_the_slide(look: Finding, slide: Path, predictor: CountingPredictor) -> None:
    before = look(FIRST)
    known = before.field.countable[0]
    drawn = drawn_cell(7, known.outline)
    (answer,) = analyse_drawn_in(slide, before, [drawn], predictor, limit_px=LIMIT, on_slide=True)
    assert answer.cell.outline == drawn.outline
    assert answer.cell.measured.nucleus_area_px == pytest.approx(known.measured.nucleus_area_px, rel=0.2)


def test_another_day_the_case_knows_its_cells_again(look: Finding, tmp_path: Path) -> None:
    history = open_history(tmp_path / "history")
    user, written = history.users.local().id, {}
    case = history.cases.open(user, CaseDetails("24-0117", "P-7")).id

    def keep(reading: FieldReading) -> Kept:
        return keep_cells(
            [reading], history.findings, history.reviews, user=user, case_id=case, temperature=1.0, written=written
        )

    monday = both(look)
    named, gone = monday.cells[0].key, monday.cells[-1].key
    monday = monday.named([named], "Early").without([gone])
    assert keep(monday).cells == len(monday.cells) + 1
    kept = kept_cells(monday.analysis.source.sha256, case, history.findings, history.reviews)
    tuesday = grown(None, look(SECOND), SECOND)  # in another order: other numbers, until the case is asked
    tuesday = known_again(tuesday, kept)
    tuesday = known_again(grown(tuesday, look(FIRST, known=known_boxes(tuesday)), FIRST), kept)
    same = {one.key: one.cell.box for one in monday.cells}
    assert {one.key for one in tuesday.cells} == set(same)
    assert all(one.cell.box.overlap(same[one.key]) > 0.5 for one in tuesday.cells)
    assert tuesday.cell(named).label == "Early"
    assert tuesday.removed == (gone,)
    assert tuesday.counted().classes == monday.counted().classes
    keep(tuesday)
    answers = [one for one in history.reviews.answers(case) if one.cell]
    assert len(answers) == len(monday.cells) + 1, "nothing stands twice"
    assert {one.cell: one.human_label for one in answers if one.human_label} == {named: "Early", gone: NOT_CLASSED}
    history.close()


def test_what_is_not_found_yet_keeps_its_number_and_its_name(look: Finding) -> None:
    monday = both(look).named([1], "Early")
    kept = known_boxes(monday)
    from leukdesk.domain.remembered_cells import RememberedCell

    remembered = [RememberedCell(one.key, one.cell.box, one.label) for one in monday.cells]
    far = next(one for one in remembered if one.box.centre[0] > FIRST.left + FIRST.width)
    remembered = [replace(one, label="Pro") if one is far else one for one in remembered]
    again = known_again(grown(None, look(FIRST), FIRST), remembered)
    assert len(kept) == len(remembered)
    assert again.cell(far.key).label == "Pro"
    assert again.cell(far.key).drawn
    assert again.next_key > max(one.key for one in remembered)
