"""The same cell as another laboratory would picture it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.augment import Pipeline, rng_for
from training.augment.site import background, relit

GREY_GREEN = (205.0, 207.0, 203.0)


def smear() -> NDArray[np.uint8]:
    """A nucleus in the middle of a cream background."""
    image = np.full((96, 96, 3), (255, 228, 203), np.uint8)
    cv2.circle(image, (48, 48), 14, (66, 24, 120), -1)
    return image


def apply(op: str, seed: int, **params: object) -> NDArray[np.uint8]:
    return Pipeline.from_spec([{"op": op, "params": params}])(smear(), rng_for(seed, 0, "a.png"))


def test_background_is_the_colour_between_the_cells() -> None:
    assert background(smear()).tolist() == [255, 228, 203]


def test_another_light_replaces_the_background_and_a_lower_density_pales_the_nucleus() -> None:
    result = relit(smear(), background(smear()), (0.4, 0.4, 0.4), GREY_GREEN)
    assert tuple(result[2, 2]) == GREY_GREEN
    share = (result[48, 48] + 1.0) / (np.asarray(GREY_GREEN) + 1)
    before = (smear()[48, 48] + 1.0) / (background(smear()) + 1)
    assert share == pytest.approx(before**0.4, abs=0.01)


def test_the_background_drawn_lies_within_the_recipe() -> None:
    for seed in range(20):
        found = background(apply("site", seed, light=[0.7, 0.9], tint=[0.9, 1.1], density=[0.5, 1.2]))
        assert np.all(found >= 255 * 0.7 * 0.9 - 1)
        assert np.all(found <= 255 * 0.9 * 1.1 + 1)


def test_a_cell_at_the_edge_of_its_field_has_its_mirror_image_beside_it() -> None:
    result = apply("field_edge", 3, distance=[0.2, 0.2])
    dark = cv2.connectedComponents((result[..., 0] < 160).astype(np.uint8))[0] - 1
    assert dark in (2, 4)  # mirrored at one side, or at two that meet
    assert tuple(result[48, 48]) == (66, 24, 120)
