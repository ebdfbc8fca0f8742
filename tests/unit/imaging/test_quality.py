"""Good pictures carry no refusing flag; ruined ones do, and each for its own reason."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from smear_files import as_image

from leukdesk.domain.quality import Quality, QualityFlag
from leukdesk.imaging.preprocess import fitted
from leukdesk.imaging.quality import measure_quality


def field(side: int = 224, seed: int = 3) -> NDArray[np.uint8]:
    """A crowded field: pink red cells with pallor, some purple nuclei, a little noise."""
    chance = np.random.default_rng(seed)
    pixels = np.full((side, side, 3), (240, 232, 238), np.uint8)
    cell = side // 16
    for x, y in chance.integers(0, side, (70, 2)).tolist():
        cv2.circle(pixels, (x, y), cell, (214, 160, 170), -1, cv2.LINE_AA)
        cv2.circle(pixels, (x, y), cell // 3, (232, 200, 206), -1, cv2.LINE_AA)
    for x, y in chance.integers(side // 8, side - side // 8, (6, 2)).tolist():
        cv2.circle(pixels, (x, y), int(cell * 1.4), (104, 62, 156), -1, cv2.LINE_AA)
    return np.clip(pixels + chance.normal(0, 2, pixels.shape), 0, 255).astype(np.uint8)


def quality(pixels: NDArray[np.generic], size: int = 224) -> Quality:
    return measure_quality(as_image(np.asarray(pixels, np.uint8)), input_size=size, um_per_px=None)


def blurred(pixels: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    return cv2.GaussianBlur(pixels, (0, 0), share * max(pixels.shape[:2]))


@pytest.mark.parametrize("side", [64, 128, 224, 800, 2_000])
def test_a_good_field_has_no_refusing_flag_at_any_size(side: int) -> None:
    measured = quality(field(side))
    assert measured.refuses == ()
    assert (QualityFlag.SMALL in measured.flags) == (side < 224)
    assert str(quality(field(224))) == "ok"


def test_measurements_of_a_good_field() -> None:
    measured = quality(field())
    assert 150 < measured.brightness < 230
    assert measured.contrast > 60
    assert 0.05 < measured.saturation < 0.6
    assert 0.05 < measured.stained < 0.4


@pytest.mark.parametrize("side", [224, 1_000])
@pytest.mark.parametrize("share", [0.02, 0.03])
def test_strong_blur_is_noticed(side: int, share: float) -> None:
    assert quality(blurred(field(side), share)).refuses in ((QualityFlag.BLURRED,), (QualityFlag.BLANK,))


def test_sharpness_falls_with_blur() -> None:
    falling = [quality(blurred(field(), share)).sharpness for share in (0.003, 0.006, 0.012, 0.02)]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > 2 * falling[-1]


def test_neither_noise_nor_a_scale_bar_hides_blur() -> None:
    ruined = blurred(field(), 0.025)
    noisy = np.clip(ruined + np.random.default_rng(1).normal(0, 3, ruined.shape), 0, 255)
    assert QualityFlag.BLURRED in quality(noisy).flags
    ruined[-30:, -48:] = 255
    cv2.putText(ruined, "100um", (180, 216), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (0, 0, 0))
    assert QualityFlag.BLURRED in quality(ruined).flags


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (240, 220, 230), (180, 60, 200)])
def test_one_colour_is_blank(colour: tuple[int, int, int]) -> None:
    assert QualityFlag.BLANK in quality(np.full((200, 300, 3), colour, np.uint8)).refuses


def test_black_and_white_say_what_they_are() -> None:
    assert QualityFlag.DARK in quality(np.zeros((224, 224, 3), np.uint8)).flags
    assert QualityFlag.BRIGHT in quality(np.full((224, 224, 3), 255, np.uint8)).flags


def test_an_empty_field_is_blank_whatever_its_light_and_its_label() -> None:
    rows, columns = np.mgrid[-1:1:480j, -1:1:640j]
    light = 1 - 0.12 * (rows**2 + columns**2)
    empty = np.array((236, 228, 240)) * light[:, :, np.newaxis] + np.random.default_rng(2).normal(0, 3, (480, 640, 3))
    empty = np.clip(empty, 0, 255).astype(np.uint8)
    assert quality(empty).refuses == (QualityFlag.BLANK,)
    cv2.putText(empty, "20 um", (540, 460), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    assert quality(empty).refuses == (QualityFlag.BLANK,)


def test_a_single_cell_in_an_empty_field_is_not_blank() -> None:
    lonely = np.full((480, 640, 3), (240, 232, 238), np.uint8)
    cv2.circle(lonely, (300, 200), 24, (104, 62, 156), -1, cv2.LINE_AA)
    assert quality(lonely).refuses == ()


def test_exposure() -> None:
    good = field()
    assert quality(good * 0.7).refuses == ()
    assert QualityFlag.DARK in quality(good * 0.25).refuses
    assert QualityFlag.BRIGHT in quality(255 - (255 - good) * 0.1).refuses


def test_a_cell_cut_out_on_black_is_not_dark() -> None:
    """C-NMC publishes single cells like this."""
    cell = np.zeros((450, 450, 3), np.uint8)
    cv2.circle(cell, (225, 225), 110, (70, 45, 85), -1, cv2.LINE_AA)
    cv2.circle(cell, (215, 225), 60, (52, 28, 66), -1, cv2.LINE_AA)
    assert quality(cell).refuses == ()


def test_grey_and_pale_pictures_are_flagged_but_not_refused() -> None:
    seen = cv2.GaussianBlur(field(), (0, 0), 0.8)  # through a lens: what is drawn without one is as sharp as ink
    grey = cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert quality(grey).flags == (QualityFlag.GREY,)
    pale = quality(225 - (240 - field().astype(int)) * 0.11)
    assert QualityFlag.LOW_CONTRAST in pale.flags


def test_stained_counts_nuclei_and_not_red_cells() -> None:
    nuclei = np.full((224, 224, 3), (240, 232, 238), np.uint8)
    red = nuclei.copy()
    cv2.circle(nuclei, (112, 112), 40, (104, 62, 156), -1)
    cv2.circle(red, (112, 112), 40, (214, 160, 170), -1)
    share = np.pi * 40**2 / 224**2
    assert quality(nuclei).stained == pytest.approx(share, rel=0.05)
    assert quality(red).stained == 0


@pytest.mark.parametrize(("height", "width", "small"), [(223, 223, True), (100, 224, False), (224, 224, False)])
def test_small_is_what_must_be_enlarged(height: int, width: int, small: bool) -> None:
    assert (QualityFlag.SMALL in quality(cv2.resize(field(), (width, height))).flags) == small


@pytest.mark.parametrize(
    ("side", "um_per_px", "expected", "flagged"),
    [
        (224, 0.5, 0.5, False),
        (224, 0.6, 0.5, False),
        (224, 1.0, 0.5, True),
        (224, 0.25, 0.5, True),
        (448, 0.25, 0.5, False),  # reduced to 224 px it has 0.5 um/px
        (448, 0.5, 0.5, True),
        (224, None, 0.5, False),
        (224, 0.5, None, False),
    ],
)
def test_scale_is_compared_at_the_models_input(
    side: int, um_per_px: float | None, expected: float | None, flagged: bool
) -> None:
    measured = measure_quality(as_image(field(side), um_per_px), input_size=224, um_per_px=expected)
    assert (QualityFlag.SCALE in measured.flags) == flagged
    assert measured.refuses == ()


@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 300), st.just(3))))
@settings(max_examples=50, deadline=None)
def test_any_picture_can_be_measured(pixels: NDArray[np.uint8]) -> None:
    measured = quality(pixels)
    numbers = (measured.brightness, measured.contrast, measured.sharpness, measured.saturation, measured.stained)
    assert np.isfinite(numbers).all()
    assert min(numbers) >= 0
    assert max(measured.saturation, measured.stained) <= 1


def test_the_measurements_are_what_they_are_by_definition() -> None:
    """Written out plainly, without regard for speed."""
    for seed, side in ((3, 224), (4, 180), (5, 640)):
        pixels = field(side, seed)
        small = pixels if side <= 224 else cv2.resize(pixels, (224, 224), interpolation=cv2.INTER_AREA)
        found = quality(pixels)
        half = np.rint(halved(small)).astype(np.uint8)
        most, least = half.max(2).astype(float), half.min(2).astype(float)
        assert found.saturation == pytest.approx(((most - least) / np.maximum(most, 1)).mean(), abs=1e-3)
        lit = [
            half[:, :, at] * 255.0 / max(128, np.percentile(half[:, :, at], 95, method="inverted_cdf"))
            for at in range(3)
        ]
        purple = (lit[2] - lit[1] > 45) & (lit[0] - lit[1] > -4) & (lit[2] - lit[0] > -4)
        assert found.stained == pytest.approx(purple.mean(), abs=1e-3)
        assert found.sharpness == pytest.approx(plain_sharpness(small), rel=0.01)


@pytest.mark.parametrize("shape", [(640, 480), (224, 224), (120, 200), (1944, 2592)])
def test_what_was_fitted_for_the_model_is_not_fitted_again(shape: tuple[int, int]) -> None:
    pixels = cv2.resize(field(640), shape[::-1], interpolation=cv2.INTER_AREA)
    image = as_image(np.asarray(pixels, np.uint8))
    for size in (160, 224):
        small = fitted(image.pixels, size)
        again = measure_quality(image, input_size=size, um_per_px=None, fitted_to_input=small)
        assert again == measure_quality(image, input_size=size, um_per_px=None)


def halved(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    rows, columns = (side // 2 for side in pixels.shape[:2])
    return pixels[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2, -1).mean((1, 3))


def plain_sharpness(pixels: NDArray[np.uint8]) -> float:
    edge, half = cv2.BORDER_REPLICATE, np.rint(halved(pixels)).astype(np.uint8)
    apart = cv2.absdiff(half, cv2.blur(half, (17, 17), borderType=cv2.BORDER_REFLECT)).max(2) > 12
    coloured = np.ptp(half, axis=2) >= 12

    def tiles(values: NDArray[np.generic]) -> NDArray[np.float64]:
        return np.asarray(cv2.resize(values.astype(np.float64), (8, 8), interpolation=cv2.INTER_AREA))

    light = halved(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8))[:, :, 0]
    smooth = cv2.GaussianBlur(light, (7, 7), 0.5**0.5, borderType=edge)
    bent = tiles(cv2.Laplacian(smooth, cv2.CV_64F, borderType=edge) ** 2)
    across = cv2.Sobel(smooth, cv2.CV_64F, 1, 0, scale=1 / 8, borderType=edge)
    down = cv2.Sobel(smooth, cv2.CV_64F, 0, 1, scale=1 / 8, borderType=edge)
    occupied = tiles(apart & coloured) > 0.02
    return float(np.median((bent / np.maximum(tiles(across**2 + down**2), 1e-6))[occupied])) / 4
