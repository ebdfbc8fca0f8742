"""Pixels become pictures: the same pixels, halved levels for large images, heatmaps clear where nothing is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QImage

from leukdesk.app.workers.pictures import Pictures, to_qimage
from leukdesk.domain.errors import ImageError
from leukdesk.domain.heatmap import Heatmap

RGB = arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)))


def pixels(image: QImage) -> NDArray[np.uint8]:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


@given(RGB)
def test_no_pixel_changes_on_the_way_to_the_screen(values: NDArray[np.uint8]) -> None:
    assert np.array_equal(pixels(to_qimage(values)), values)


def test_the_picture_outlives_the_pixels() -> None:
    values = np.full((40, 30, 3), 200, np.uint8)
    image = to_qimage(values)
    values[:] = 0
    assert image.pixelColor(5, 5).red() == 200


def test_a_large_image_comes_with_halved_levels(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (3000, 1201), (200, 180, 190)).save(path)
    picture = Pictures(64_000_000).picture(path)
    assert [(one.width(), one.height()) for one in picture.levels] == [(3000, 1201), (1500, 600), (750, 300)]


def test_an_image_above_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (300, 300)).save(path)
    with pytest.raises(ImageError):
        Pictures(80_000, untiled_px=80_000).picture(path)


def test_a_heatmap_is_clear_where_nothing_is_and_strong_at_the_spot() -> None:
    maps = np.zeros((7, 7, 2), np.float32)
    maps[1, 5, 0] = 4.0
    image = Pictures(1).heatmap(Heatmap(("spot", "nothing"), maps), "spot", 700, 700)
    assert image.pixelColor(600, 150 * image.height() // 700).alpha() > 100
    assert image.pixelColor(20, image.height() - 20).alpha() == 0


def test_classes_of_an_image_share_one_scale() -> None:
    maps = np.ones((7, 7, 2), np.float32) * [4.0, 1.0]
    both = Heatmap(("strong", "weak"), maps.astype(np.float32))
    strong, weak = (Pictures(1).heatmap(both, name, 100, 100).pixelColor(50, 50).alpha() for name in both.classes)
    assert strong > weak > 0


def test_a_blank_heatmap_is_blank() -> None:
    image = Pictures(1).heatmap(Heatmap(("a",), np.zeros((7, 7, 1), np.float32)), "a", 64, 48)
    assert (image.width(), image.height()) == (64, 48)
    assert image.pixelColor(30, 20).alpha() == 0


@pytest.mark.parametrize(("width", "height"), [(20_000, 3), (3, 20_000), (1, 1)])
def test_heatmaps_of_odd_shapes_stay_small(width: int, height: int) -> None:
    image = Pictures(1).heatmap(Heatmap(("a",), np.ones((7, 7, 1), np.float32)), "a", width, height)
    assert 1 <= max(image.width(), image.height()) <= 1024
