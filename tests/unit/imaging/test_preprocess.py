"""The one preprocessing: the whole picture, its aspect, nothing invented but its own reflection."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from smear_files import smear

from leukdesk.imaging.preprocess import content_box, to_input

SIDES = st.integers(1, 900)


def test_a_picture_of_the_input_size_passes_byte_for_byte() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    np.testing.assert_array_equal(to_input(pixels, 224), pixels)


@given(SIDES, SIDES, st.sampled_from([16, 96, 224]))
@settings(max_examples=60, deadline=None)
def test_any_shape_becomes_the_square(height: int, width: int, size: int) -> None:
    result = to_input(np.full((height, width, 3), (10, 200, 30), np.uint8), size)
    assert result.shape == (size, size, 3)
    assert result.dtype == np.uint8
    assert (result == (10, 200, 30)).all()  # what is filled in comes from the picture


@given(SIDES, SIDES, st.sampled_from([16, 96, 224]))
def test_the_box_is_centred_and_keeps_the_aspect(height: int, width: int, size: int) -> None:
    top, left, rows, columns = content_box(height, width, size)
    assert max(rows, columns) == size
    assert min(rows, columns) >= 1
    assert abs(top - (size - rows - top)) <= 1
    assert abs(left - (size - columns - left)) <= 1
    assert abs(rows / columns - height / width) <= max(1, height / width) / min(rows, columns)


def test_content_lies_in_its_box_and_mirrors_outside() -> None:
    pixels = smear(100, 224)
    result = to_input(pixels, 224)
    top, left, rows, columns = content_box(100, 224, 224)
    assert (top, left, rows, columns) == (62, 0, 100, 224)
    np.testing.assert_array_equal(result[top : top + rows], pixels)
    np.testing.assert_array_equal(result[:top], pixels[:62][::-1])
    np.testing.assert_array_equal(result[top + rows :], pixels[-62:][::-1])


def test_shrinking_averages() -> None:
    """Every fourth column black: picking single pixels would show stripes, averaging shows their mean."""
    pixels = np.full((448, 448, 3), 240, np.uint8)
    pixels[:, ::4] = 0
    result = to_input(pixels, 112)
    assert (result == 180).all()


def test_a_camera_s_picture_shrinks_in_two_steps_to_the_same_averages() -> None:
    pixels = np.random.default_rng(7).integers(0, 256, (1944, 2592, 3), dtype=np.uint8)
    top, left, rows, columns = content_box(1944, 2592, 216)
    shown = to_input(pixels, 216)[top : top + rows, left : left + columns].astype(float)
    average = pixels.reshape(rows, 12, columns, 12, 3).mean(axis=(1, 3))
    assert np.abs(shown - average).max() <= 1.5
    assert abs((shown - average).mean()) < 0.2


def test_the_picture_is_not_changed() -> None:
    pixels = smear(300, 500)
    before = pixels.copy()
    to_input(pixels, 224)
    np.testing.assert_array_equal(pixels, before)
