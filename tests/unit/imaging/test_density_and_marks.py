"""Fields that are too thin or too thick are named, and so are scale bars; neither is taken for the other."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from smear_files import as_image

from leukdesk.domain.quality import QualityFlag
from leukdesk.imaging.quality import measure_quality
from leukdesk.imaging.read import read_image

Pixels = NDArray[np.uint8]


def smear(apart: int, shape: tuple[int, int] = (480, 640), *, fall: float = 0.0) -> Pixels:
    """Red cells 28 px wide on a grid, so many px apart, under light that falls off to the rims."""
    pixels = np.full((*shape, 3), (240, 232, 238), np.uint8)
    for row, y in enumerate(range(0, shape[0], apart)):
        for x in range((row % 2) * apart // 2, shape[1], apart):
            cv2.circle(pixels, (x, y), 14, (206, 150, 160), -1, cv2.LINE_AA)
            cv2.circle(pixels, (x, y), 5, (222, 182, 190), -1, cv2.LINE_AA)
    cv2.circle(pixels, (200, 200), 30, (104, 62, 156), -1, cv2.LINE_AA)
    rows, columns = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    light = 1 - fall * (rows**2 + columns**2) / 2
    noise = np.random.default_rng(apart).normal(0, 2, pixels.shape)
    return np.clip(cv2.GaussianBlur(pixels, (0, 0), 1.2) * light[..., None] + noise, 0, 255).astype(np.uint8)


def flags(pixels: Pixels) -> set[QualityFlag]:
    return set(measure_quality(as_image(pixels), input_size=1, um_per_px=None).flags)


@pytest.mark.parametrize("fall", [0.0, 0.15])
@pytest.mark.parametrize(
    ("apart", "expected"),
    [(24, {QualityFlag.THICK}), (32, set()), (44, set()), (90, {QualityFlag.THIN})],
)
def test_how_close_the_cells_lie(apart: int, expected: set[QualityFlag], fall: float) -> None:
    found = flags(smear(apart, fall=fall))
    if fall and expected == {QualityFlag.THIN}:
        expected = set()  # uneven light may look like cells: then nothing is said
        found -= {QualityFlag.THIN}
    assert found == expected


def test_one_cell_on_bare_glass_is_thin_and_bare_glass_alone_is_blank() -> None:
    alone = np.full((480, 640, 3), (240, 232, 238), np.uint8)
    assert QualityFlag.THIN not in flags(alone)
    cv2.circle(alone, (300, 200), 24, (104, 62, 156), -1, cv2.LINE_AA)
    assert QualityFlag.THIN in flags(alone)


@pytest.mark.parametrize("scale", [0.35, 1.0, 4.0])
@pytest.mark.parametrize("plate", [False, True])
def test_a_scale_bar_is_a_mark(scale: float, plate: bool) -> None:
    shape = round(480 * scale), round(640 * scale)
    pixels = np.asarray(cv2.resize(smear(36), shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    assert flags(pixels) == set()
    across, down = shape[1] - round(150 * max(scale, 0.5)), shape[0] - round(20 * scale)
    if plate:
        pixels[down - round(40 * scale) :, across - 5 :] = 255
    thick = max(1, round(2 * scale))
    cv2.line(pixels, (across, down), (shape[1] - 10, down), (0, 0, 0), thick)
    cv2.putText(pixels, "20 um", (across, down - 4), cv2.FONT_HERSHEY_SIMPLEX, max(0.4, 0.7 * scale), (0, 0, 0), thick)
    compressed = cv2.imdecode(cv2.imencode(".jpg", pixels)[1], cv2.IMREAD_COLOR)
    assert flags(pixels) == flags(np.asarray(compressed, np.uint8)) == {QualityFlag.MARKS}


def test_a_cell_cut_out_on_black_has_no_mark_and_no_density() -> None:
    """C-NMC publishes single cells like this: the cut is as sharp as ink."""
    cell = np.zeros((450, 450, 3), np.uint8)
    cv2.ellipse(cell, (225, 225), (140, 220), 0, 0, 360, (190, 90, 200), -1)
    cv2.circle(cell, (215, 225), 100, (120, 60, 150), -1, cv2.LINE_AA)
    assert not flags(cell) & {QualityFlag.MARKS, QualityFlag.THIN, QualityFlag.THICK}


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("folder", "marked", "sparse_or_dense"),
    [
        ("taleqani-all", (0.97, 1.0), 0.02),  # all have a scale bar
        ("bccd", (0.0, 0.0), 0.0),
        ("chula-rbc-fields", (0.6, 0.87), 0.0),  # 26 of 30 have one, five of them pale and coloured
        ("pbc-barcelona", (0.0, 0.01), 0.02),
    ],
)
def test_published_images_are_flagged_sensibly(
    folder: str, marked: tuple[float, float], sparse_or_dense: float, real_data: Path
) -> None:
    paths = sorted((real_data / folder).rglob("*.jpg"))
    some = list(itertools.islice(paths, 0, None, max(1, len(paths) // 150)))
    found = [flags(read_image(path, limit_px=10**7).pixels) for path in some]
    assert marked[0] <= np.mean([QualityFlag.MARKS in one for one in found]) <= marked[1]
    assert np.mean([bool(one & {QualityFlag.THIN, QualityFlag.THICK}) for one in found]) <= sparse_or_dense
