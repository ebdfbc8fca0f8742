"""How a case's images look in its report: cells outlined and named, or why there is nothing to see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leukdesk import paths
from leukdesk.domain.errors import BundleError
from leukdesk.domain.heatmap import Heatmap
from leukdesk.domain.review import NOT_CLASSED
from leukdesk.imaging.file_bytes import sha256_of
from leukdesk.imaging.read import read_image
from leukdesk.report.case_pictures import CasePictures
from leukdesk.report.case_report import Picture
from tests.case_records import CLASSES, make_record
from training.phantom.whole_slide import write_whole_slide

PHANTOM = paths.resources() / "sample" / "phantom-01.png"
SHA256 = read_image(PHANTOM, limit_px=10**7).source.sha256
Found = dict[tuple[int, int], str]


def picture(
    found: Found, *, sha256: str = SHA256, path: Path = PHANTOM, installed: bool = True, **said: str
) -> Picture:
    def explain(_image: object, _bundle: object) -> Heatmap:
        if not installed:
            raise BundleError("no such model is installed", advice="Import it.")
        return Heatmap(CLASSES, np.ones((4, 4, 3), np.float32))

    human = {(1, int(cell[1:])): label for cell, label in said.items()}
    record = make_record(found, human=human)
    image = replace(record.images[0], sha256=sha256, path=path)
    show = CasePictures(record, lambda one: one.path, explain, names={"blast": "Blasts"}, limit_px=10**7)  # type: ignore[arg-type]
    return show(image)


def test_an_image_under_the_heatmap_of_what_the_model_said() -> None:
    shown = picture({(1, 0): "blast"})
    assert shown.words == "Heatmap of Blasts, by toy 1.0."
    assert shown.overlay is not None
    assert (shown.overlay != shown.pixels).any()


def test_cells_are_outlined_numbered_and_named() -> None:
    few = picture({(1, 1): "blast", (1, 2): "lymphocyte", (1, 3): "blast"}, c3=NOT_CLASSED)
    assert few.words == "Cells: 1 Blasts, 2 Lymphocyte, 3 not classed."
    assert few.overlay is not None
    assert (few.overlay[5, 10:40] != few.pixels[5, 10:40]).any(), "the upper edge of cell 1"
    many = picture({(1, cell): "blast" if cell < 20 else "segmented" for cell in range(1, 31)})
    assert many.words == "30 cells: Blasts 19, Segmented 11."


def test_of_a_slide_the_part_with_its_cells_is_shown(tmp_path: Path) -> None:
    slide = tmp_path / "slide.tif"
    write_whole_slide(slide, 4_000, levels=2, compression="deflate")
    found: Found = {(1, 1): "blast", (1, 2): "lymphocyte"}
    shown = picture(found, sha256=sha256_of(slide), path=slide)
    assert shown.words == "Of the slide, the part with these cells. Cells: 1 Blasts, 2 Lymphocyte."
    assert shown.pixels is not None
    assert shown.overlay is not None
    assert (shown.overlay != shown.pixels).any()
    assert max(shown.pixels.shape) < 1_000, "not the whole slide"
    assert "other content" in picture(found, path=slide).missing
    assert picture({(1, 0): "blast"}, sha256=sha256_of(slide), path=slide).missing


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"path": Path("gone.png")}, "the file does not exist."),
        ({"sha256": "0" * 64}, "its file has other content than was recorded."),
    ],
)
def test_why_there_is_no_picture(changed: dict[str, object], words: str) -> None:
    shown = picture({(1, 0): "blast"}, **changed)  # type: ignore[arg-type]
    assert shown.pixels is None
    assert shown.missing == words


def test_a_model_that_is_gone_leaves_the_image() -> None:
    shown = picture({(1, 0): "blast"}, installed=False)
    assert shown.pixels is not None
    assert shown.overlay is None
    assert shown.words == "No heatmap: no such model is installed (toy 1.0)."
