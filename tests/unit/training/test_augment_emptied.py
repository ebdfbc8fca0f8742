"""Images that lose their nuclei: what is taken away, what stays, and what the network is asked for then."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from leukdesk.imaging.nuclei import nucleus_mask
from training.augment import Pipeline, emptied
from training.calibrate import choose_accept_threshold
from training.phantom import random_slide, render_field
from training.pipeline import Batches


def phantom(index=0, cells=None):
    field = render_field(index, slide=random_slide(index), width=224, height=224, cells=cells or {"blast": 3})
    return np.ascontiguousarray(field.pixels)


def test_the_nuclei_are_gone_and_the_rest_is_as_it_was():
    image = phantom()
    changed = emptied(image, np.random.default_rng(0))
    before = nucleus_mask(image)
    assert before.mean() > 0.01
    assert nucleus_mask(changed)[before].mean() < 0.02
    far = ~cv2.dilate(before.astype(np.uint8), np.ones((45, 45), np.uint8)).astype(bool)
    assert far.any()
    assert (changed[far] == image[far]).all()


def test_the_image_given_stays_as_it_is_and_the_draw_decides_alone():
    image = phantom(1)
    kept = image.copy()
    first, second = (emptied(image, np.random.default_rng(3)) for _ in range(2))
    assert (image == kept).all()
    assert (first == second).all()


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_without_a_nucleus_nothing_is_emptied(grey):
    assert emptied(np.full((64, 64, 3), grey, np.uint8), np.random.default_rng(0)) is None


def batches(images, *, empty, epoch=0, weights=None):
    labels = np.arange(len(images)) % 2
    names = [f"{index}.png" for index in range(len(images))]
    return Batches(
        images, labels, names, classes=2, batch=4, seed=1, epoch=epoch, augment=Pipeline(), weights=weights, empty=empty
    )


def test_emptied_images_are_asked_for_no_class_and_the_others_for_their_own():
    images = np.stack([phantom(index) for index in range(4)])
    originals = {one.tobytes() for one in images}
    seen = set()
    for epoch in range(6):
        for image, target in zip(*batches(images, empty=0.5, epoch=epoch)[0], strict=True):
            is_empty = image.tobytes() not in originals
            assert (target.tolist() == [0.5, 0.5]) == is_empty
            seen.add(is_empty)
    assert seen == {True, False}


def test_a_share_of_zero_leaves_all_images_and_targets():
    image = phantom()
    found, target = batches(image[None], empty=0.0)[0]
    assert (found[0] == image).all()
    assert target.tolist() == [[1.0, 0.0]]


def test_the_threshold_rises_until_images_of_no_class_are_refused():
    sure, right = np.linspace(0.9, 1.0, 200), np.ones(200, bool)
    assert choose_accept_threshold(sure, right).threshold == 0
    empty = np.linspace(0.2, 0.6, 100)
    chosen = choose_accept_threshold(sure, right, empty=empty, in_scope=0.97)
    assert 0.59 < chosen.threshold < 0.9
    assert (empty < chosen.threshold).mean() >= 0.98
    assert chosen.coverage == 1


def test_the_threshold_never_costs_more_images_in_scope_than_it_may():
    sure, right = np.linspace(0.5, 1.0, 200), np.ones(200, bool)
    chosen = choose_accept_threshold(sure, right, empty=np.full(50, 0.99), in_scope=0.97)
    assert 0.97 <= chosen.coverage < 0.98
