"""Near-duplicates: copies of a view are found however they were changed on the way, other views are not."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.augment import shift
from training.datasets.components import components
from training.datasets.near_duplicates import Pair, alike, families, perceptual_hash

Image = NDArray[np.uint8]


def field(seed: int, size: int = 160) -> Image:
    """Cells of random place, size and colour on pale ground."""
    rng = np.random.default_rng(seed)
    image = np.full((size, size, 3), (230, 215, 225), np.uint8)
    for _ in range(14):
        place = tuple(int(one) for one in rng.integers(0, size, 2))
        colour = tuple(int(one) for one in rng.integers(60, 220, 3))
        cv2.circle(image, place, int(rng.integers(8, 22)), colour, -1)
    return image


def cut_out(seed: int) -> Image:
    """One cell with texture on black, as in C-NMC."""
    rng = np.random.default_rng(seed)
    chromatin = cv2.resize(rng.integers(90, 220, (10, 10)).astype(np.uint8), (160, 160), interpolation=cv2.INTER_CUBIC)
    texture = (chromatin[..., None] * np.array([0.8, 0.6, 1.0])).astype(np.uint8)
    mask = cv2.circle(np.zeros((160, 160), np.uint8), (80, 80), int(rng.integers(45, 60)), 1, -1)
    return texture * mask[..., None]


def recompressed(image: Image, quality: int) -> Image:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1), np.uint8)


CHANGES: dict[str, Callable[[Image], Image]] = {
    "jpeg": lambda image: recompressed(image, 60),
    "half size": lambda image: np.asarray(cv2.resize(image, (80, 80), interpolation=cv2.INTER_AREA), np.uint8),
    "brighter": lambda image: np.minimum(image.astype(np.int16) + 15, 255).astype(np.uint8),
    "stain": lambda image: shift(image, "hed_minus_20"),
    "hue": lambda image: shift(image, "hue_plus_20"),
    "mirrored": lambda image: image[:, ::-1],
    "upside down": lambda image: image[::-1],
    "turned": lambda image: np.rot90(image),
    "turned and mirrored": lambda image: np.rot90(image)[::-1],
}


@pytest.mark.parametrize(
    ("picture", "change"),
    [(field, change) for change in sorted(CHANGES)]
    # Brightening would fill the black that cut-out cells stand on.
    + [(cut_out, change) for change in sorted(CHANGES) if change != "brighter"],
)
def test_a_changed_copy_is_found_and_nothing_else(picture: Callable[[int], Image], change: str) -> None:
    images = [picture(seed) for seed in range(12)]
    images.append(CHANGES[change](images[4]))
    pairs = alike(np.array([perceptual_hash(np.ascontiguousarray(image)) for image in images]))
    assert [(pair.first, pair.second) for pair in pairs] == [(4, 12)]


def test_likeness_of_an_image_with_itself_is_one_and_pairs_are_sorted() -> None:
    prints = np.array([perceptual_hash(one) for one in (field(1), field(2), field(1), recompressed(field(2), 30))])
    pairs = alike(prints)
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 2), (1, 3)]
    assert pairs[0].likeness == pytest.approx(1, abs=1e-5)
    assert pairs[1].likeness < pairs[0].likeness


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (300, 1, 3), (64, 64, 3)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_blank_and_tiny_images_resemble_nothing(shape: tuple[int, int, int], value: int) -> None:
    blank = perceptual_hash(np.full(shape, value, np.uint8))
    assert blank.shape == (32, 32)
    assert not blank.any()
    assert alike(np.array([blank, blank])) == []


def test_no_images_have_no_pairs() -> None:
    assert alike(np.zeros((0, 32, 32), np.float32)) == []


def test_families_join_chains_of_pairs() -> None:
    assert families(6, [Pair(0, 3, 0.9), Pair(3, 5, 0.9), Pair(1, 2, 0.9)]) == [[0, 3, 5], [1, 2]]


@settings(max_examples=50)
@given(st.integers(0, 30), st.data())
def test_components_partition_and_hold_their_pairs(count: int, data: st.DataObject) -> None:
    number = st.integers(0, max(0, count - 1))
    pairs = data.draw(st.lists(st.tuples(number, number), max_size=20)) if count else []
    parts = components(count, pairs)
    assert sorted(one for part in parts for one in part) == list(range(count))
    home = {one: index for index, part in enumerate(parts) for one in part}
    assert all(home[first] == home[second] for first, second in pairs)
    assert len(parts) >= count - len(pairs)
