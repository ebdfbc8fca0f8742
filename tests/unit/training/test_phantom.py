"""Phantom fields: the same seed gives the same pixels, and the truth is what the pixels show."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.phantom import (
    Capture,
    CrowdedError,
    Phantom,
    random_slide,
    reduced,
    render_field,
    with_leak,
)
from training.phantom.truth import DIAMETER_UM, FIELD_CLASSES, KINDS, MIXED, NO_NUCLEATED, NUCLEATED, SMALL_BLAST_UM

ONE_OF_EACH = {"blast": 1, "segmented": 1, "lymphocyte": 1, "red_cell": 8, "platelet": 3}
SEEDS = st.integers(0, 2**31 - 1)
rendering = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])


def small_field(seed: int, **options: object) -> Phantom:
    arguments = {"slide": random_slide(seed), "width": 224, "height": 224, "cells": ONE_OF_EACH} | options
    return render_field(seed, **arguments)


def inside(phantom: Phantom, box: tuple[int, int, int, int]) -> np.ndarray:
    x0, y0, x1, y1 = box
    return phantom.pixels[y0:y1, x0:x1].astype(float)


@rendering
@given(SEEDS)
def test_the_same_seed_gives_the_same_field(seed: int) -> None:
    first, again = small_field(seed, nuclei=True), small_field(seed, nuclei=True)
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.nuclei, again.nuclei)
    assert first.truth == again.truth


def test_another_seed_or_slide_gives_another_field() -> None:
    slide = random_slide(1)
    field = small_field(1, slide=slide).pixels
    assert not np.array_equal(field, small_field(2, slide=slide).pixels)
    assert not np.array_equal(field, small_field(1, slide=random_slide(2, um_per_px=slide.um_per_px)).pixels)


def test_focus_and_exposure_leave_the_cells_where_they_are() -> None:
    sharp, spoilt = small_field(5), small_field(5, capture=Capture(defocus_um=1.5, exposure=1.4))
    assert spoilt.truth == sharp.truth
    assert sharpness(spoilt) < sharpness(sharp) / 3
    assert spoilt.pixels.mean() > sharp.pixels.mean() + 10


def sharpness(phantom: Phantom) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(phantom.pixels, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


@rendering
@given(SEEDS)
def test_counts_are_those_asked_for_and_boxes_lie_in_the_image(seed: int) -> None:
    truth = small_field(seed).truth
    assert dict(truth.counts) == ONE_OF_EACH
    for cell in truth.cells:
        x0, y0, x1, y1 = cell.box
        assert 0 <= x0 < x1 <= 224
        assert 0 <= y0 < y1 <= 224


@rendering
@given(SEEDS)
def test_sizes_in_um_are_those_of_the_cells(seed: int) -> None:
    truth = small_field(seed, cells=ONE_OF_EACH | {"red_cell": 3}).truth
    for cell in truth.of(*NUCLEATED, "platelet"):
        assert cell.whole
        low, high = DIAMETER_UM[cell.kind]
        wrinkles = max(0.07 * high, 0.3)
        assert low - wrinkles <= cell.diameter_um <= high + wrinkles
        longer = max(cell.box[2] - cell.box[0], cell.box[3] - cell.box[1]) * truth.um_per_px
        assert low - wrinkles <= longer <= high * 1.5
    for cell in truth.of("red_cell"):
        assert cell.diameter_um <= DIAMETER_UM["red_cell"][1] * 1.07


def test_small_blasts_are_as_small_as_lymphocytes() -> None:
    for seed in range(6):
        (blast,) = small_field(seed, cells={"blast": 1}, small_blasts=True).truth.of("blast")
        assert SMALL_BLAST_UM[0] * 0.93 <= blast.diameter_um <= SMALL_BLAST_UM[1] * 1.07


@rendering
@given(SEEDS)
def test_nuclei_lie_in_their_boxes_and_are_the_darkest_thing_there(seed: int) -> None:
    field = small_field(seed, nuclei=True)
    assert field.nuclei is not None
    for number, cell in enumerate(field.truth.cells, start=1):
        rows, columns = np.nonzero(field.nuclei == number)
        assert (rows.size > 0) == (cell.kind in NUCLEATED)
        if rows.size:
            x0, y0, x1, y1 = cell.box
            assert x0 <= columns.min() <= columns.max() < x1
            assert y0 <= rows.min() <= rows.max() < y1
            green = field.pixels[..., 1].astype(float)
            assert green[rows, columns].mean() < 0.6 * np.median(green)


@rendering
@given(SEEDS)
def test_cells_stand_out_from_the_bare_slide(seed: int) -> None:
    cells = {"blast": 1, "lymphocyte": 1, "red_cell": 3, "platelet": 0}
    field = small_field(seed, cells=cells)
    bare = np.ones((224, 224), bool)
    for cell in field.truth.cells:
        x0, y0, x1, y1 = cell.box
        bare[max(y0 - 3, 0) : y1 + 3, max(x0 - 3, 0) : x1 + 3] = False
    background = np.median(field.pixels[bare][:, 1])
    for cell in field.truth.cells:
        assert inside(field, cell.box)[..., 1].mean() < background - 10


def test_a_blast_is_larger_than_a_lymphocyte_and_its_nucleus_fills_it_more_than_a_neutrophils() -> None:
    share: dict[str, list[float]] = {"blast": [], "segmented": []}
    for seed in range(6):
        field = small_field(seed, nuclei=True)
        (blast,), (lymphocyte,), (segmented,) = (field.truth.of(kind) for kind in NUCLEATED[::2] + NUCLEATED[1:2])
        assert blast.diameter_um > lymphocyte.diameter_um
        for cell in (blast, segmented):
            area = np.count_nonzero(field.nuclei == field.truth.cells.index(cell) + 1) * field.truth.um_per_px**2
            share[cell.kind].append(area / (np.pi * cell.diameter_um**2 / 4))
    assert min(share["blast"]) > 0.5 > max(share["segmented"])


def test_a_segmented_nucleus_has_lobes() -> None:
    solidity = []
    for seed in range(8):
        field = small_field(seed, cells={"segmented": 1}, nuclei=True)
        assert field.nuclei is not None
        nucleus = (field.nuclei > 0).astype(np.uint8)
        points = cv2.findNonZero(nucleus)
        solidity.append(nucleus.sum() / cv2.contourArea(cv2.convexHull(points)))
    assert np.median(solidity) < 0.8


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"blast": 2, "lymphocyte": 1}, "blasts"),
        ({"segmented": 1}, "neutrophils"),
        ({"lymphocyte": 1}, "lymphocytes"),
        ({"lymphocyte": 1, "blast": 1}, MIXED),
        ({}, NO_NUCLEATED),
    ],
)
def test_a_field_is_named_after_the_cell_that_predominates(cells: dict[str, int], expected: str) -> None:
    truth = small_field(3, cells=cells).truth
    assert truth.field_class == expected
    assert set(truth.counts) == set(KINDS)


def test_red_cells_not_asked_for_come_as_dense_as_on_the_slide() -> None:
    slide = random_slide(4, um_per_px=0.25)
    dense = replace(slide, smear=replace(slide.smear, red_cells=14.0, clumping=0.2))
    sparse = replace(slide, smear=replace(slide.smear, red_cells=4.0, clumping=0.2))
    many, few = (small_field(4, slide=look, cells={}).truth.counts["red_cell"] for look in (dense, sparse))
    assert many > 1.8 * few > 0


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(CrowdedError):
        small_field(1, cells={"blast": 40})


def test_the_finer_the_scale_the_more_pixels_a_cell_has() -> None:
    slide = random_slide(6)
    for um_per_px in (0.1, 0.2, 0.5):
        look = replace(slide, um_per_px=um_per_px)
        field = small_field(6, slide=look, width=400, height=300, cells={"lymphocyte": 1, "red_cell": 4})
        assert field.pixels.shape == (300, 400, 3)
        (cell,) = field.truth.of("lymphocyte")
        across = (cell.box[2] - cell.box[0]) * um_per_px
        assert 8.0 < across < 13.5


def test_a_scale_bar_is_burnt_into_the_corner_on_demand_and_has_the_right_length() -> None:
    slide = replace(random_slide(8, um_per_px=0.22), camera=replace(random_slide(8).camera, jpeg_quality=None))
    plain, barred = (small_field(8, slide=replace(slide, scale_bar=on)).pixels for on in (False, True))
    changed = np.argwhere((plain != barred).any(axis=2))
    assert changed.min() > 112
    black = (barred == 0).all(axis=2)
    bar = max(np.count_nonzero(row) for row in black)
    assert bar == pytest.approx(10 / slide.um_per_px, abs=1)


def test_slides_share_a_look_and_differ_from_each_other() -> None:
    assert random_slide(11) == random_slide(11)
    looks = [random_slide(seed) for seed in range(20)]
    assert len({look.patient for look in looks}) == 20
    assert len({look.stain for look in looks}) == 20
    assert all(0.20 <= look.um_per_px <= 0.25 for look in looks)


def test_a_planted_leak_tints_the_light_and_nothing_else() -> None:
    slide = random_slide(2)
    tinted = with_leak(slide, 1)
    assert replace(tinted, illumination=slide.illumination) == slide
    honest, leaking = (small_field(2, slide=look).pixels.mean(axis=(0, 1)) for look in (slide, tinted))
    assert leaking[0] - leaking[2] < honest[0] - honest[2] - 5


def test_reducing_a_field_keeps_its_truth() -> None:
    large = small_field(9, slide=random_slide(9, um_per_px=0.1), width=480, height=360, nuclei=True)
    small = reduced(large, 240)
    assert small.pixels.shape == (180, 240, 3)
    assert small.nuclei is not None
    assert small.nuclei.shape == (180, 240)
    assert small.truth.um_per_px == pytest.approx(0.2)
    for before, after in zip(large.truth.cells, small.truth.cells, strict=True):
        assert np.abs(np.array(before.box) / 2 - np.array(after.box)).max() <= 1
    with pytest.raises(ValueError, match="reduced"):
        reduced(large, 481)


def test_field_classes_are_those_of_nucleated_cells() -> None:
    assert set(FIELD_CLASSES.values()) == set(NUCLEATED)
