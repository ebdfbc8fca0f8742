"""Writing in a picture is found, and stained cells are not taken for it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from leukdesk import paths
from leukdesk.imaging.burnt_in import blanked, find_writing
from leukdesk.imaging.read import read_image

SAMPLE = paths.resources() / "sample"
FONT = str(paths.resources() / "fonts" / "DejaVuSans.ttf")


def phantom() -> NDArray[np.uint8]:
    """Cells without a scale bar."""
    return read_image(SAMPLE / "phantom-02.png", limit_px=10**7).pixels[:400].copy()


def written(size: int, ink: tuple[int, int, int], quality: int, *, turned: bool = False) -> NDArray[np.uint8]:
    photo = Image.fromarray(phantom())
    ImageDraw.Draw(photo).text((60, 120), "Müller, Jörg 1958", fill=ink, font=ImageFont.truetype(FONT, size))
    if turned:
        photo = photo.transpose(Image.Transpose.ROTATE_90)
    if quality:
        stream = io.BytesIO()
        photo.save(stream, "JPEG", quality=quality)
        photo = Image.open(stream)
    return np.asarray(photo.convert("RGB"), np.uint8)


@pytest.mark.parametrize("size", [12, 18, 32, 44])
@pytest.mark.parametrize(("ink", "quality"), [((0, 0, 0), 0), ((0, 0, 0), 75), ((255, 0, 0), 90), ((0, 0, 255), 0)])
def test_a_name_is_found_where_it_is(size: int, ink: tuple[int, int, int], quality: int) -> None:
    found = find_writing(written(size, ink, quality))
    covered = np.zeros((400, 640), bool)
    for one in found:
        covered[one.top : one.top + one.height, one.left : one.left + one.width] = True
    assert covered[120 + size // 2 : 120 + size, 70 : 60 + 6 * size].mean() > 0.8


def test_upright_writing_is_found_and_painted_over() -> None:
    pixels = written(24, (0, 0, 0), 85, turned=True)
    found = find_writing(pixels)
    assert found
    assert not find_writing(blanked(pixels, found))
    assert all(one.left >= 0 and one.top >= 0 for one in found)
    assert all(one.left + one.width <= pixels.shape[1] and one.top + one.height <= pixels.shape[0] for one in found)


def test_cells_alone_are_no_writing_and_a_scale_bar_is() -> None:
    assert find_writing(phantom()) == []
    whole = read_image(SAMPLE / "phantom-01.png", limit_px=10**7).pixels
    assert any(one.top > 400 for one in find_writing(whole)), "10 um"


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 400, 3), (400, 5, 3), (64, 64, 3)])
def test_any_size_will_do(shape: tuple[int, int, int]) -> None:
    assert find_writing(np.full(shape, 200, np.uint8)) == []


@pytest.mark.real_data
def test_whole_real_fields_are_no_writing(real_data: Path) -> None:
    fields = sorted((real_data / "bccd").rglob("*.jpg"))[:40]
    assert fields
    flagged = [path.name for path in fields if find_writing(read_image(path, limit_px=10**8).pixels)]
    assert len(flagged) <= 1
