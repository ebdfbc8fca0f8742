"""Every operation: shape, dtype, purity, determinism, and what each is for."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.augment import Pipeline, rng_for
from training.augment.operations import OPERATIONS

Image = NDArray[np.uint8]
EVERY_OPERATION = sorted(OPERATIONS)


def picture(height: int = 64, width: int = 64, seed: int = 0) -> Image:
    """A violet cell on pale ground with some texture."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), (225, 205, 215), np.uint8)
    cv2.circle(image, (width // 2, height // 3), max(1, min(height, width) // 4), (110, 60, 150), -1)
    noise = rng.integers(-6, 7, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def apply(op: str, image: Image, seed: int = 1, **params: object) -> Image:
    return Pipeline.from_spec([{"op": op, "params": params}])(image, rng_for(seed, 0, "a.png"))


@pytest.mark.parametrize("op", EVERY_OPERATION)
@settings(max_examples=15, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 999))
def test_keeps_shape_and_dtype_and_leaves_the_given_image_alone(op: str, height: int, width: int, seed: int) -> None:
    image = picture(height, width, seed)
    before = image.copy()
    image.flags.writeable = False
    result = apply(op, image, seed)
    assert result.shape == (height, width, 3)
    assert result.dtype == np.uint8
    assert np.array_equal(image, before)


@pytest.mark.parametrize("op", EVERY_OPERATION)
def test_same_numbers_give_the_same_image(op: str) -> None:
    image = picture()
    assert np.array_equal(apply(op, image, seed=7), apply(op, image, seed=7))


@pytest.mark.parametrize("op", EVERY_OPERATION)
def test_does_something(op: str) -> None:
    image = picture()
    assert any(not np.array_equal(apply(op, image, seed), image) for seed in range(8))


NEUTRAL = {
    "rotate": {"degrees": 0},
    "shift": {"x": 0, "y": 0},
    "shear": {"degrees": 0},
    "zoom": {"factor": 1},
    "affine": {"degrees": 0, "shift": 0, "zoom": 1, "shear": 0},
    "crop_resize": {"area": 1, "ratio": 1},
    "brightness": {"delta": 0},
    "contrast": {"factor": 1},
    "linear_contrast": {"factor": 1},
    "saturation": {"factor": 1},
    "multiply": {"factor": 1},
    "hue": {"degrees": 0},
    "colour_jitter": {"brightness": 1, "contrast": 1, "saturation": 1, "hue": 0},
    "stain": {"strength": 1, "offset": 0},
    "noise": {"scale": 0},
    "blur": {"sigma": 0},
}


@pytest.mark.parametrize("op", sorted(NEUTRAL))
def test_neutral_parameters_change_nothing(op: str) -> None:
    every_colour = np.random.default_rng(3).integers(0, 256, (50, 50, 3)).astype(np.uint8)
    assert np.array_equal(apply(op, every_colour, **NEUTRAL[op]), every_colour)


def test_flips_and_turns_are_exact_permutations_of_the_pixels() -> None:
    image = picture(40, 40)
    assert np.array_equal(apply("flip_horizontal", image), image[:, ::-1])
    assert np.array_equal(apply("flip_vertical", image), image[::-1])
    seen = {
        turns
        for seed in range(40)
        for turns in range(4)
        if np.array_equal(apply("rot90", image, seed), np.rot90(image, turns))
    }
    assert seen == {0, 1, 2, 3}


def test_shift_moves_right_and_down_and_repeats_the_edge() -> None:
    image = picture(40, 40)
    moved = apply("shift", image, x=0.25, y=0.1, fill="nearest")
    assert np.array_equal(moved[4:, 10:], image[:-4, :-10])
    assert np.array_equal(moved[4:, 3], image[:-4, 0])


def test_reflect_fill_mirrors_the_border() -> None:
    image = picture(40, 40)
    moved = apply("shift", image, x=0.25, y=0, fill="reflect")
    assert np.array_equal(moved[:, :10], image[:, :10][:, ::-1])


def test_rotation_by_90_degrees_turns_counter_clockwise() -> None:
    image = picture(41, 41)
    assert np.abs(apply("rotate", image, degrees=90).astype(int) - np.rot90(image)).max() <= 1


def test_zoom_above_one_enlarges_the_cell() -> None:
    dark = [int((apply("zoom", picture(), factor=factor)[..., 1] < 100).sum()) for factor in (0.7, 1.0, 1.4)]
    assert dark[0] < dark[1] < dark[2]


def test_brightness_adds_a_share_of_full_scale_and_clips() -> None:
    image = picture()
    assert np.array_equal(apply("brightness", image, delta=0.2), np.minimum(image.astype(int) + 51, 255))


def test_linear_contrast_stretches_about_the_middle() -> None:
    image = picture()
    expected = np.clip(np.rint(127 + 1.5 * (image.astype(float) - 127)), 0, 255)
    assert np.array_equal(apply("linear_contrast", image, factor=1.5), expected)


def test_multiply_per_channel_changes_the_ratio_of_channels() -> None:
    image = np.full((8, 8, 3), 100, np.uint8)
    together = apply("multiply", image, factor=[0.5, 1.5], per_channel=0)
    apart = apply("multiply", image, factor=[0.5, 1.5], per_channel=1)
    assert len(set(together[0, 0])) == 1
    assert len(set(apart[0, 0])) == 3


def test_hue_turns_red_into_green() -> None:
    red = np.full((4, 4, 3), (200, 0, 0), np.uint8)
    turned = apply("hue", red, degrees=120)
    assert turned[0, 0, 1] == 200
    assert turned[0, 0, 0] <= 5


def test_grey_has_equal_channels_and_keeps_luminance() -> None:
    image = picture()
    grey = apply("grey", image)
    assert np.array_equal(grey[..., 0], grey[..., 2])
    assert np.array_equal(grey[..., 0], cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def test_stronger_stain_darkens_the_nucleus_and_spares_white() -> None:
    image = np.full((8, 8, 3), (120, 70, 150), np.uint8)
    image[:4] = 255
    stronger = apply("stain", image, strength=1.3, offset=0)
    assert (stronger[:4] == 255).all()
    assert (stronger[4:] < image[4:]).all()


def test_stain_follows_beer_and_lambert() -> None:
    """All concentrations doubled: optical density doubles, so transmission is squared."""
    image = np.full((2, 2, 3), (128, 100, 180), np.uint8)
    doubled = apply("stain", image, strength=2, offset=0)
    expected = 255.5 * ((image + 0.5) / 255.5) ** 2 - 0.5
    assert np.abs(doubled - expected).max() <= 0.51


def test_noise_has_the_stated_standard_deviation_and_no_bias() -> None:
    flat = np.full((200, 200, 3), 128, np.uint8)
    for per_channel in (0, 1):
        grains = apply("noise", flat, scale=10, per_channel=per_channel).astype(float) - 128
        assert abs(grains.std() - 10) < 0.2
        assert abs(grains.mean()) < 0.2
    grey = apply("noise", flat, scale=10, per_channel=0)
    assert np.array_equal(grey[..., 0], grey[..., 1])


def test_noise_covers_an_image_larger_than_its_table() -> None:
    flat = np.full((700, 700, 3), 128, np.uint8)
    noisy = apply("noise", flat, scale=10, per_channel=1)
    assert (noisy.reshape(-1, 3).std(axis=0) > 9).all()


def test_blur_lowers_and_jpeg_at_low_quality_disturbs_fine_detail() -> None:
    image = picture()
    assert cv2.Laplacian(apply("blur", image, sigma=2), cv2.CV_64F).var() < cv2.Laplacian(image, cv2.CV_64F).var() / 4
    fine = np.abs(apply("jpeg", image, quality=95).astype(int) - image).mean()
    coarse = np.abs(apply("jpeg", image, quality=10).astype(int) - image).mean()
    assert 0 < fine < coarse


@pytest.mark.parametrize("fill", ["median", "reflect"])
@pytest.mark.parametrize(
    ("corner", "rows", "columns"),
    [
        ("bottom-right", slice(48, 64), slice(44, 64)),
        ("bottom-left", slice(48, 64), slice(0, 20)),
        ("top-right", slice(0, 16), slice(44, 64)),
        ("top-left", slice(0, 16), slice(0, 20)),
    ],
)
def test_corner_masks_hide_a_scale_bar_and_nothing_else(fill: str, corner: str, rows: slice, columns: slice) -> None:
    image = np.full((64, 64, 3), 200, np.uint8)
    barred = image.copy()
    barred[rows, columns] = 0
    masked = apply("mask_corner", barred, corner=corner, width=20 / 64, height=16 / 64, fill=fill)
    assert np.array_equal(masked, image)


def test_random_corner_masks_reach_all_four() -> None:
    image = picture()
    seen = set()
    for seed in range(40):
        changed = (apply("mask_corner", image, seed, corner="random", fill="median") != image).any(axis=2)
        seen |= {
            name
            for name, place in {"tl": (0, 0), "tr": (0, -1), "bl": (-1, 0), "br": (-1, -1)}.items()
            if changed[place]
        }
    assert seen == {"tl", "tr", "bl", "br"}


def test_crop_keeps_to_the_stated_area() -> None:
    ramp = np.repeat(np.arange(200, dtype=np.uint8)[None, :, None], 200, axis=0).repeat(3, axis=2)
    for seed in range(20):
        cropped = apply("crop_resize", ramp, seed, area=0.25, ratio=1)
        assert 97 <= int(cropped.max()) - int(cropped.min()) <= 100
