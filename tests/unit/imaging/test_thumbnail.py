"""Thumbnails are small, upright, true to the picture, and refuse what reading refuses."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from smear_files import LIMIT_PX, one_of_each, saved, smear

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.imaging.read import read_image
from leukdesk.imaging.thumbnail import read_thumbnail


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF"])
@pytest.mark.parametrize(("height", "width"), [(600, 900), (900, 600), (40, 60), (128, 128)])
def test_the_longer_side_is_the_size_and_the_picture_the_same(
    kind: str, height: int, width: int, tmp_path: Path
) -> None:
    pixels = smear(height, width)
    path = tmp_path / "field"
    path.write_bytes(saved(Image.fromarray(pixels), kind))
    thumbnail = read_thumbnail(path, 128, limit_px=LIMIT_PX)
    assert max(thumbnail.shape[:2]) == 128
    assert thumbnail.shape[:2] == (round(height * 128 / max(height, width)), round(width * 128 / max(height, width)))
    expected = cv2.resize(pixels, thumbnail.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(thumbnail.astype(int) - expected).mean() < 5


@given(st.integers(1, 2_000), st.integers(1, 300), st.integers(1, 256))
@settings(max_examples=40, deadline=None)
def test_any_shape_fits(tmp_path_factory: pytest.TempPathFactory, height: int, width: int, size: int) -> None:
    path = tmp_path_factory.mktemp("shape") / "field.jpg"
    path.write_bytes(saved(Image.new("RGB", (width, height), (200, 150, 180)), "JPEG"))
    thumbnail = read_thumbnail(path, size, limit_px=LIMIT_PX)
    assert max(thumbnail.shape[:2]) == size
    assert min(thumbnail.shape[:2]) >= 1
    assert thumbnail.dtype == np.uint8


def test_thumbnails_are_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    path = tmp_path / "field.jpg"
    path.write_bytes(saved(Image.fromarray(smear(600, 900)), "JPEG", exif=exif))
    thumbnail = read_thumbnail(path, 90, limit_px=LIMIT_PX)
    assert thumbnail.shape == (90, 60, 3)
    expected = cv2.resize(read_image(path, limit_px=LIMIT_PX).pixels, (60, 90), interpolation=cv2.INTER_AREA)
    assert np.abs(thumbnail.astype(int) - expected).mean() < 5


@pytest.mark.parametrize(("kind", "data"), list(one_of_each()), ids=[kind for kind, _ in one_of_each()])
def test_what_reading_refuses_thumbnails_refuse(kind: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "field"
    path.write_bytes(data)
    height, width, _ = read_thumbnail(path, 32, limit_px=LIMIT_PX).shape
    assert width == 32
    assert abs(height - 32 * 37 / 53) < 1
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageError) as caught:
        read_thumbnail(path, 32, limit_px=LIMIT_PX)
    assert caught.value.reason in (ImageReason.TRUNCATED, ImageReason.DAMAGED)
    assert caught.value.subject == str(path)


def test_too_large_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "field.png"
    with pytest.raises(ImageError, match="does not exist"):
        read_thumbnail(path, 32, limit_px=LIMIT_PX)
    path.write_bytes(saved(Image.fromarray(smear()), "PNG"))
    with pytest.raises(ImageError, match="megapixels"):
        read_thumbnail(path, 32, limit_px=100)
