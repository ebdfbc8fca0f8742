"""The veil shows the map where it belongs, and nothing where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from leukdesk.imaging.overlay import colour_bar, heatmap_rgba
from leukdesk.imaging.preprocess import content_box


def one_hot(row: int, column: int, cells: int = 7) -> NDArray[np.float32]:
    values = np.zeros((cells, cells), np.float32)
    values[row, column] = 2.0
    return values


@pytest.mark.parametrize(("height", "width"), [(224, 224), (700, 700), (600, 300), (300, 600), (1, 50)])
def test_shape_and_type(height: int, width: int) -> None:
    veil = heatmap_rgba(one_hot(3, 3), height=height, width=width, full_scale=2.0)
    assert veil.shape == (height, width, 4)
    assert veil.dtype == np.uint8
    assert veil.flags.c_contiguous


@pytest.mark.parametrize(("height", "width"), [(210, 210), (700, 500), (500, 700)])
@pytest.mark.parametrize("cell", [(3, 3), (1, 3), (3, 5), (2, 2)])
def test_the_peak_lies_where_the_model_saw_it(height: int, width: int, cell: tuple[int, int]) -> None:
    """The square input holds the picture in its content box; a cell's centre maps back through that box."""
    veil = heatmap_rgba(one_hot(*cell), height=height, width=width, full_scale=2.0)
    size = 700
    top, left, rows, columns = content_box(height, width, size)
    centre = [(index + 0.5) * size / 7 for index in cell]
    expected = ((centre[0] - top) * height / rows, (centre[1] - left) * width / columns)
    alpha = veil[:, :, 3].astype(int)
    peak = np.argwhere(alpha == alpha.max()).mean(axis=0)
    assert np.abs(peak - expected).max() < 2
    assert alpha.max() >= 200


@pytest.mark.parametrize("full_scale", [0.0, -1.0, float("nan")])
def test_without_a_scale_the_veil_is_clear(full_scale: float) -> None:
    assert not heatmap_rgba(one_hot(3, 3), height=50, width=60, full_scale=full_scale).any()


def test_an_empty_map_is_clear() -> None:
    veil = heatmap_rgba(np.zeros((7, 7), np.float32), height=50, width=60, full_scale=1.0)
    assert not veil[:, :, 3].any()


def test_values_below_the_threshold_stay_clear_and_those_above_do_not_change() -> None:
    values = np.linspace(0, 1, 49, dtype=np.float32).reshape(7, 7)
    plain = heatmap_rgba(values, height=70, width=70, full_scale=1.0)
    cut = heatmap_rgba(values, height=70, width=70, full_scale=1.0, threshold=0.5)
    clear = cut[:, :, 3] == 0
    assert 0.3 < clear.mean() < 0.7
    np.testing.assert_array_equal(cut[~clear], plain[~clear])
    assert plain[clear][:, 3].max() <= cut[~clear][:, 3].min()


def test_what_is_not_finite_counts_as_nothing() -> None:
    values = np.full((7, 7), np.nan, np.float32)
    values[0, 0] = np.inf
    assert not heatmap_rgba(values, height=20, width=20, full_scale=1.0)[:, :, 3].any()


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 9), st.integers(1, 9), st.floats(1e-6, 1e6))
@settings(max_examples=60, deadline=None)
def test_a_level_map_gives_a_level_veil(height: int, width: int, rows: int, columns: int, full_scale: float) -> None:
    values = np.full((rows, columns), full_scale / 2, np.float32)
    veil = heatmap_rgba(values, height=height, width=width, full_scale=full_scale)
    assert (np.ptp(veil.reshape(-1, 4), axis=0) <= 3).all()  # a rounding step of the colour table
    assert abs(int(veil[0, 0, 3]) - 105) <= 1


def test_enlarging_is_smooth() -> None:
    """Neighbouring pixels differ by little: no blocks, and no bands of a coarse interpolation."""
    alpha = heatmap_rgba(one_hot(3, 3), height=2_000, width=2_000, full_scale=2.0)[:, :, 3].astype(int)
    assert np.abs(np.diff(alpha, axis=0)).max() <= 2
    assert np.abs(np.diff(alpha, axis=1)).max() <= 2


def test_the_legend_grows_lighter_and_denser_upwards_in_the_veils_own_colours() -> None:
    bar = colour_bar(101)
    assert bar.shape == (101, 1, 4)
    lightness = bar[:, 0, :3] @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) <= 0.5).all()
    assert lightness[0] - lightness[-1] > 100
    assert (np.diff(bar[:, 0, 3].astype(int)) <= 0).all()
    full = heatmap_rgba(np.full((7, 7), 3.0, np.float32), height=4, width=4, full_scale=3.0)
    np.testing.assert_array_equal(full[0, 0], bar[0, 0])


@pytest.mark.parametrize("rows", [1, 2, 256, 1_000])
def test_legends_of_any_height(rows: int) -> None:
    assert colour_bar(rows).shape == (rows, 1, 4)
