"""The finder finds what was drawn, counts each cell once, measures in um, and finds nothing where nothing is."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leukdesk.domain.cell import Box, CellField, CellKind, ScaleOrigin
from leukdesk.imaging.cells import find_cells
from leukdesk.imaging.cells_look import learn_look, pooled
from training.phantom import NUCLEATED, Phantom, random_slide, render_field

MIXED = {"blast": 3, "lymphocyte": 2, "segmented": 3}


@lru_cache
def rendered(seed: int, um: float, cells: tuple[tuple[str, int], ...]) -> Phantom:
    look = random_slide(seed, um_per_px=um)
    size = {"width": round(80 / um), "height": round(64 / um)}
    return render_field(seed, slide=look, cells=dict(cells), nuclei=True, **size)


def phantom(seed: int, um: float = 0.2, cells: dict[str, int] | None = None) -> Phantom:
    one = rendered(seed, um, tuple((MIXED if cells is None else cells).items()))
    return replace(one, pixels=one.pixels.copy())


def hits(field: CellField, one: Phantom, least: float = 0.5) -> tuple[int, int, int]:
    """Drawn nucleated cells, those found, and found ones in all."""
    drawn = [Box(*map(float, cell.box)) for cell in one.truth.of(*NUCLEATED)]
    found = field.of(CellKind.CELL, CellKind.CUT)
    return len(drawn), sum(any(cell.box.overlap(box) >= least for cell in found) for box in drawn), len(found)


@pytest.mark.parametrize("um", [0.1, 0.2, 0.35])
@pytest.mark.parametrize("seed", [201, 202, 203, 204])
def test_every_drawn_cell_is_found_once(seed, um):
    one = phantom(seed, um)
    drawn, found, total = hits(find_cells(one.pixels), one)
    assert (drawn, found, total) == (8, 8, 8)


@pytest.mark.parametrize("seed", range(211, 217))
def test_nothing_is_found_among_red_cells(seed):
    assert find_cells(phantom(seed, 0.2, {}).pixels).cells == ()


@pytest.mark.parametrize(("seed", "um"), [(221, 0.1), (222, 0.2), (223, 0.3), (224, 0.4)])
def test_the_scale_is_learned_from_red_cells(seed, um):
    scale = learn_look(phantom(seed, um).pixels, None).scale
    assert scale.origin is ScaleOrigin.RED_CELLS
    assert scale.um_per_px == pytest.approx(um, rel=0.15)


def clumps(width: int, seed: int) -> np.ndarray:
    """Rows and heaps of red cells so many px wide that have run together, under a lens, and nothing between them."""
    chance = np.random.default_rng(seed)
    mask = np.zeros((480, 640), np.uint8)
    for _ in range(5):
        x, y = chance.uniform((60, 60), (580, 420))
        for _ in range(14):
            cv2.circle(mask, (round(x), round(y)), width // 2, 255, -1, cv2.LINE_AA)
            turn = chance.uniform(0, 2 * np.pi)
            x, y = x + 0.6 * width * np.cos(turn), y + 0.6 * width * np.sin(turn)
    share = cv2.GaussianBlur(mask, (0, 0), 1.5)[..., None] / 255
    pixels = (1 - share) * np.array([225.0, 222, 226]) + share * np.array([205.0, 150, 140])
    return np.clip(pixels + chance.normal(0, 2, pixels.shape), 0, 255).astype(np.uint8)


def test_the_scale_is_learned_from_red_cells_that_clump():
    """Discs alone made 0.5 of it."""
    learned = [learn_look(clumps(64, seed), None).scale.um_per_px for seed in range(8)]
    assert np.median(learned) == pytest.approx(7.2 / 64, rel=0.3)


def test_a_stated_scale_is_taken_as_it_is():
    field = find_cells(phantom(231).pixels, um_per_px=0.2)
    assert field.scale.origin is ScaleOrigin.STATED
    assert field.scale.um_per_px == 0.2


def test_sizes_are_those_drawn():
    one = phantom(232, 0.2, {"lymphocyte": 3, "blast": 3})
    field = find_cells(one.pixels, um_per_px=0.2)
    for cell in one.truth.of("lymphocyte", "blast"):
        box = Box(*map(float, cell.box))
        found = max(field.cells, key=lambda other: other.box.overlap(box))
        assert found.measured.diameter_um(field.scale) == pytest.approx(cell.diameter_um, rel=0.15)
        assert 0.3 < found.measured.nucleus_share <= 1
        assert found.measured.roundness > 0.7


def test_nuclei_cover_what_was_drawn_as_nucleus():
    one = phantom(233, 0.2, {"blast": 3, "lymphocyte": 3})
    found = np.zeros(one.pixels.shape[:2], np.uint8)
    for cell in find_cells(one.pixels).cells:
        for polygon in cell.nuclei:
            cv2.fillPoly(found, [np.array(polygon, np.int32)], 1)
    drawn = one.nuclei > 0
    assert (drawn & (found > 0)).sum() / (drawn | (found > 0)).sum() > 0.75


def test_cells_at_the_border_are_kept_apart():
    one = phantom(234, 0.2, {"blast": 1})
    left, top, right, bottom = one.truth.of("blast")[0].box
    cut = np.ascontiguousarray(one.pixels[:, (left + right) // 2 :])
    (cell,) = find_cells(cut, um_per_px=0.2).cells
    assert cell.kind is CellKind.CUT
    assert find_cells(cut, um_per_px=0.2).countable == ()
    assert cell.holds(1.0, (top + bottom) / 2)
    assert not cell.holds(right - left + 40.0, (top + bottom) / 2)


def test_ink_is_no_cell():
    one = phantom(235, 0.2, {"blast": 1})
    before = len(find_cells(one.pixels).countable)
    cv2.circle(one.pixels, (40, 40), 22, (20, 20, 22), -1)
    assert len(find_cells(one.pixels).countable) == before == 1


@settings(max_examples=12, deadline=None)
@given(st.floats(0.7, 1.0), st.tuples(*[st.floats(0.88, 1.0)] * 3), st.booleans(), st.booleans())
def test_lamp_and_orientation_do_not_matter(dim, tint, mirrored, turned):
    one = phantom(236, 0.25)
    pixels = (one.pixels * (np.array(tint) * dim)).astype(np.uint8)
    pixels = pixels[:, ::-1] if mirrored else pixels
    pixels = np.ascontiguousarray(pixels.transpose(1, 0, 2) if turned else pixels)
    assert len(find_cells(pixels, um_per_px=0.25).countable) == len(one.truth.of(*NUCLEATED))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 90, 3), (7, 5, 3), (64, 64, 3)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_empty_pictures_hold_no_cell(shape, level):
    field = find_cells(np.full(shape, level, np.uint8))
    assert field.cells == ()
    assert field.scale.origin is ScaleOrigin.ASSUMED


def test_looks_of_several_views_are_pooled():
    looks = [learn_look(phantom(240 + at, 0.2).pixels, None) for at in range(3)]
    empty = learn_look(np.full((50, 50, 3), 240, np.uint8), None)
    both = pooled([empty, *looks])
    assert both.has_nuclei
    assert both.scale.um_per_px == pytest.approx(0.2, rel=0.1)


@given(st.lists(st.floats(0, 50), min_size=8, max_size=8))
def test_overlap_is_symmetric_and_a_share(numbers):
    x0, y0, w, h, x1, y1, v, u = numbers
    one, other = Box(x0, y0, x0 + w + 1, y0 + h + 1), Box(x1, y1, x1 + v + 1, y1 + u + 1)
    assert one.overlap(other) == other.overlap(one)
    assert 0 <= one.overlap(other) <= 1
    assert one.overlap(one) == pytest.approx(1)
