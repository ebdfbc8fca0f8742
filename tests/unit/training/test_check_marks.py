"""Burnt-in marks: scale bars and dust are found where they stand, cells are not taken for marks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.datasets import load_dataset
from training.datasets.burnt_in import find_marks
from training.datasets.check import check_dataset

View = NDArray[np.uint8]


def view(seed: int) -> View:
    """Grey cells at random places, slightly out of focus, with noise."""
    rng = np.random.default_rng(seed)
    image = np.full((224, 224), 220, np.uint8)
    for _ in range(20):
        place = tuple(int(one) for one in rng.integers(0, 224, 2))
        cv2.circle(image, place, int(rng.integers(6, 20)), int(rng.integers(80, 190)), -1)
    noisy = cv2.GaussianBlur(image, (0, 0), 1.2).astype(np.int16) + rng.integers(-3, 4, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def with_bar(image: View, text: str = "50 um") -> View:
    marked = image.copy()
    cv2.line(marked, (170, 214), (214, 214), 0, 2)
    cv2.putText(marked, text, (172, 208), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 0, 1)
    return marked


def test_a_scale_bar_is_found_where_it_stands() -> None:
    (mark,) = find_marks([with_bar(view(seed)) for seed in range(40)], ["a", "b"] * 20)
    left, top, right, bottom = mark.box
    assert mark.share == 1
    assert 0.6 < left < 0.8 < top < 0.95
    assert right > 0.95
    assert bottom > 0.95


def test_a_bar_in_one_class_only_tells_the_class() -> None:
    views = [with_bar(view(seed)) if seed % 2 else view(seed) for seed in range(60)]
    mark = find_marks(views, ["normal", "blast"] * 30)[0]
    assert mark.per_class == {"blast": 1.0, "normal": 0.0}
    assert mark.tells > 0.7
    assert mark.majority == 0.5


def test_different_texts_tell_the_class_though_every_image_has_one() -> None:
    views = [with_bar(view(seed), "50 um" if seed % 2 else "92 px") for seed in range(60)]
    mark = find_marks(views, ["normal", "blast"] * 30)[0]
    assert mark.share == 1
    assert mark.tells > 0.9


def test_dust_in_some_images_is_found() -> None:
    views = [view(seed) for seed in range(60)]
    for image in views[:20]:
        image[40:43, 100:102] = 20
    (mark,) = find_marks(views, ["a"] * 60)
    assert mark.box[0] < 100 / 224 < mark.box[2]
    assert mark.box[1] < 41 / 224 < mark.box[3]
    assert 0.15 < mark.share < 0.4


def test_cells_alone_are_no_marks() -> None:
    assert find_marks([view(seed) for seed in range(80)], ["a", "b"] * 40) == []


def test_cells_cut_out_on_black_are_no_marks() -> None:
    views = []
    for seed in range(60):
        mask = cv2.circle(np.zeros((224, 224), np.uint8), (112, 112), 70, 1, -1)
        views.append(view(seed) * mask)
    assert find_marks(views, ["a", "b"] * 30) == []


def test_few_images_have_no_marks() -> None:
    assert find_marks([with_bar(view(seed)) for seed in range(9)], ["a"] * 9) == []
    assert find_marks([], []) == []


@pytest.mark.real_data
@pytest.mark.slow
def test_the_scale_bars_of_taleqani_are_found(real_data: Path) -> None:
    report = check_dataset(load_dataset(real_data / "taleqani-all"))
    mark = report.marks[0]
    assert mark.share > 0.9
    assert mark.box[0] > 0.75
    assert mark.box[1] > 0.75
    assert mark.tells > mark.majority + 0.1
    assert report.separation["saturation"] > 0.6
    assert not report.errors
