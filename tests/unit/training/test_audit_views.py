"""The views of an audit change what they say they change, and nothing else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leukdesk.imaging.nuclei import nucleus_mask
from training.audit.views import (
    BACKGROUND,
    NUCLEI,
    VIEWS,
    nuclei_of,
    seen_as,
    transplanted,
    without_background,
    without_nuclei,
    words,
)
from training.augment import shift_names

PURPLE, PLASMA, RED_CELL = (110, 60, 190), (240, 238, 235), (205, 160, 165)


def field(*, nucleus=(64, 64), plasma=PLASMA):
    """A nucleus of radius 14 px and a red cell on plain plasma, 128 px wide."""
    image = np.full((128, 128, 3), plasma, np.uint8)
    cv2.circle(image, (20, 100), 12, RED_CELL, -1)
    if nucleus:
        cv2.circle(image, nucleus, 14, PURPLE, -1)
    return image


def test_the_nucleus_is_found_with_a_margin_and_the_red_cell_is_not():
    mask = nuclei_of(field())
    assert mask[64, 64]
    assert mask[64, 64 + 15]
    assert not mask[64, 64 + 19]
    assert not mask[100, 20]


def test_specks_of_stain_are_no_nuclei():
    image = np.full((224, 224, 3), PLASMA, np.uint8)
    image[10:12, 10:12] = PURPLE
    assert not nuclei_of(image).any()
    image[100:110, 100:110] = PURPLE
    assert nuclei_of(image)[105, 105]
    assert not nuclei_of(image)[11, 11]


def test_painting_over_leaves_no_purple_and_the_rest_as_it_is():
    image = field()
    painted = without_nuclei(image)
    assert not nucleus_mask(painted).any()
    outside = ~nuclei_of(image)
    assert (painted[outside] == image[outside]).all()


def test_blanking_leaves_the_nucleus_and_nothing_of_the_tint_around_it():
    image, tinted = field(), field(plasma=(236, 220, 190))
    blanked = without_background(image)
    assert (blanked[64, 64] == PURPLE).all()
    assert (blanked[100, 20] == blanked[0, 0]).all()
    assert (blanked[0, 0] == without_background(tinted)[0, 0]).all()


def test_a_field_without_nuclei_is_not_painted_and_wholly_blanked():
    image = field(nucleus=None)
    assert (without_nuclei(image) == image).all()
    assert np.ptp(without_background(image)) == 0


def test_transplanted_nuclei_stand_on_the_other_background_without_its_nuclei():
    guest, host = field(nucleus=(40, 40)), field(nucleus=(90, 40), plasma=(220, 225, 240))
    mixed = transplanted(guest, host)
    assert (mixed[40, 40] == PURPLE).all()
    assert (mixed[0, 0] == host[0, 0]).all()
    found = nucleus_mask(mixed)
    assert found[40, 40]
    assert not found[40, 90]


def test_every_shift_and_both_masks_are_views_with_words_of_their_own():
    assert tuple(VIEWS) == (*shift_names(), NUCLEI, BACKGROUND)
    assert len({words(name) for name in VIEWS}) == len(VIEWS)
    assert not [name for name in VIEWS if "_" in words(name)]


@pytest.mark.parametrize("name", VIEWS)
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_a_view_keeps_number_size_and_type_and_is_the_same_again(name, data):
    inputs = data.draw(arrays(np.uint8, (2, 32, 32, 3)))
    seen = seen_as(inputs, name)
    assert seen.shape == inputs.shape
    assert seen.dtype == np.uint8
    assert (seen == seen_as(inputs, name)).all()
