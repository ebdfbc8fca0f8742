"""From a picture to a differential through the public calls: crops at the card's scale, one pass, warnings, counts."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from leukdesk.analysis.cells import (
    AT_ONCE,
    CellCounts,
    analyse_cells,
    analyse_cells_in_files,
    case_differential,
    cell_crop,
    counted,
    crop_side_px,
    predict_cells,
)
from leukdesk.domain.cell import CellKind, CellWarning
from leukdesk.domain.errors import BundleError, ImageReason
from leukdesk.domain.finding import Decision, DecisionReason, Failure
from leukdesk.domain.image import ImageSource, SmearImage
from leukdesk.domain.optics import Acquisition
from leukdesk.imaging.cells import find_cells
from leukdesk.imaging.cells_tiled import find_cells_tiled
from leukdesk.imaging.pyramid import ArrayStore, Pyramid
from leukdesk.imaging.regions import ArrayRegions, crop_around
from tests.bundle_factory import make_card
from tests.findings import CountingPredictor
from training.phantom import NUCLEATED, Capture, Phantom, random_slide, render_field, write_phantom

CELLS = {"blast": 3, "lymphocyte": 3, "segmented": 2}
CELL_CARD = make_card(scope="cell", um_per_px=0.5, input_size=64, accept_threshold=0.0)


@lru_cache
def rendered(seed: int, cells: tuple[tuple[str, int], ...], capture: Capture) -> Phantom:
    slide = random_slide(seed, um_per_px=0.2)
    return render_field(seed, slide=slide, width=420, height=340, cells=dict(cells), capture=capture)


def phantom(seed: int = 301, cells: dict[str, int] = CELLS, capture: Capture | None = None) -> Phantom:
    return rendered(seed, tuple(cells.items()), capture or Capture())


def picture(pixels: np.ndarray, *, um_per_px: float | None = 0.2, synthetic: bool = True) -> SmearImage:
    size = {"width": pixels.shape[1], "height": pixels.shape[0]}
    source = ImageSource(
        Path("a.png"), "00" * 32, "PNG", **size, bits=8, pages=1, um_per_px=um_per_px, synthetic=synthetic
    )
    return SmearImage(source, pixels)


def test_every_whole_cell_is_classified_in_one_pass():
    predictor = CountingPredictor(CELL_CARD)
    analysis = analyse_cells(picture(phantom().pixels), predictor)
    assert predictor.batches == [8]
    assert [one.cell for one in analysis.named] == list(analysis.field.countable)
    assert all(one.prediction.heatmap is not None for one in analysis.named)
    assert analysis.named_cell(1).cell.number == 1
    assert analysis.named_cell(99) is None
    assert analysis.warnings == ()


def test_many_cells_go_in_parts():
    one = phantom()
    field = find_cells(one.pixels, um_per_px=0.2)
    many = replace(field, cells=field.cells * 9)
    predictor = CountingPredictor(CELL_CARD)
    assert len(predict_cells(ArrayRegions(one.pixels), many, predictor)) == 72
    assert predictor.batches == [AT_ONCE, 8]


def test_crops_are_as_wide_as_the_card_says():
    one = phantom()
    field = find_cells(one.pixels, um_per_px=0.2)
    cell = field.countable[0]
    assert crop_side_px(cell.box, field.scale, CELL_CARD) == pytest.approx(64 * 0.5 / 0.2)
    assert cell_crop(ArrayRegions(one.pixels), cell, field, CELL_CARD).shape == (64, 64, 3)
    without = make_card(scope="cell", um_per_px=None, input_size=64)
    assert crop_side_px(cell.box, field.scale, without) == 2.5 * max(cell.box.width, cell.box.height)


def test_a_crop_beyond_the_border_is_reflected():
    pixels = np.arange(30 * 20 * 3, dtype=np.uint16).astype(np.uint8).reshape(20, 30, 3)
    crop = crop_around(ArrayRegions(pixels), (0.0, 0.0), 8, 8)
    assert (crop[4:, 4:] == pixels[:4, :4]).all()
    assert (crop[:4, 4:] == pixels[:4, :4][::-1]).all()


def test_a_field_model_is_refused():
    with pytest.raises(BundleError, match="whole fields"):
        analyse_cells(picture(phantom().pixels), CountingPredictor())


@pytest.mark.parametrize(
    ("image", "card", "taken", "warning"),
    [
        ({"um_per_px": None}, {}, {}, CellWarning.SCALE_ESTIMATED),
        ({"synthetic": False}, {}, {}, CellWarning.WORLD),
        ({}, {"um_per_px": 0.1}, {}, CellWarning.COARSE),
        ({}, {"stain": "Wright"}, {"stain": "Giemsa"}, CellWarning.STAIN),
    ],
)
def test_what_weakens_the_answers_is_a_warning(image, card, taken, warning):
    predictor = CountingPredictor(CELL_CARD.model_copy(update=card))
    analysis = analyse_cells(picture(phantom().pixels, **image), predictor, taken=Acquisition(**taken))
    assert analysis.warnings == (warning,)


def test_an_empty_field_says_so():
    analysis = analyse_cells(picture(phantom(cells={}).pixels), CountingPredictor(CELL_CARD))
    assert CellWarning.NO_CELL in analysis.warnings
    assert counted(analysis) == CellCounts({}, images=1)


def test_a_case_is_pooled_and_strange_cells_are_unidentified():
    known = analyse_cells(picture(phantom().pixels), CountingPredictor(CELL_CARD))
    strange = analyse_cells(picture(phantom(302).pixels), CountingPredictor(CELL_CARD, novelty=3.0))
    assert {one.reason for one in strange.named} == {DecisionReason.NOVEL}
    found = case_differential([known, strange], CELL_CARD)
    assert found.white == 8
    assert found.unidentified == 8
    assert found.remaining == 192


def test_cells_of_an_unreadable_image_are_not_classed():
    blurred = analyse_cells(picture(phantom(capture=Capture(defocus_um=1.4)).pixels), CountingPredictor(CELL_CARD))
    assert {one.decision for one in blurred.named} == {Decision.REJECTED}
    assert counted(blurred).not_classed == len(blurred.named) > 0


def test_files_give_outcomes_in_order(tmp_path):
    for number in range(3):
        write_phantom(phantom(), tmp_path / f"{number}.png")
    (tmp_path / "bad.png").write_bytes(b"no image")
    paths = [tmp_path / name for name in ("2.png", "bad.png", "0.png", "1.png")]
    outcomes = list(analyse_cells_in_files(paths, CountingPredictor(CELL_CARD), limit_px=10**7, workers=2))
    assert isinstance(outcomes[1], Failure)
    assert outcomes[1].error.reason == ImageReason.NOT_AN_IMAGE
    assert [one.source.path for one in (outcomes[0], *outcomes[2:])] == [paths[0], *paths[2:]]


def test_tiles_find_what_the_whole_picture_holds():
    pixels = np.vstack([phantom().pixels, phantom(302).pixels])
    pyramid = Pyramid(ArrayStore(pixels))
    seen: list[tuple[int, int]] = []
    whole = find_cells(pixels, um_per_px=0.2)
    tiled = find_cells_tiled(pyramid, um_per_px=0.2, tile_px=300, progress=lambda *at: seen.append(at))
    assert seen[-1][0] == seen[-1][1] == len(seen) - 1
    assert (tiled.width, tiled.height) == (420, 680)
    matched = [max((one.box.overlap(other.box) for other in tiled.countable), default=0) for one in whole.countable]
    assert len(tiled.countable) == len(whole.countable) == 2 * sum(CELLS[kind] for kind in NUCLEATED)
    assert min(matched) > 0.7
    assert [one.number for one in tiled.cells] == list(range(1, len(tiled.cells) + 1))


def test_only_the_border_of_the_whole_picture_cuts():
    tiled = find_cells_tiled(ArrayRegions(phantom().pixels), um_per_px=0.2, tile_px=128)
    assert {cell.kind for cell in tiled.cells} == {CellKind.CELL}
