"""The nucleus mask finds what was drawn as a nucleus, and nothing where there is no purple."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leukdesk.imaging.nuclei import nucleus_mask
from training.phantom import random_slide, render_field


@pytest.mark.parametrize("kind", ["blast", "lymphocyte", "segmented"])
@pytest.mark.parametrize("slide", [101, 102, 103])
def test_the_nuclei_of_a_phantom_are_found(kind, slide):
    phantom = render_field(slide, slide=random_slide(slide), width=160, height=160, cells={kind: 1}, nuclei=True)
    found, drawn = nucleus_mask(phantom.pixels), phantom.nuclei > 0
    assert (found & drawn).sum() / (found | drawn).sum() > 0.8


def test_the_colour_of_the_lamp_does_not_matter():
    phantom = render_field(7, slide=random_slide(7), width=160, height=160, cells={"blast": 1})
    tinted = (phantom.pixels * np.array([1.0, 0.9, 0.75])).astype(np.uint8)
    plain, other = nucleus_mask(phantom.pixels), nucleus_mask(tinted)
    assert plain.any()
    assert (plain & other).sum() / (plain | other).sum() > 0.95


def test_a_grey_field_has_no_purple():
    phantom = render_field(7, slide=random_slide(7), width=160, height=160, cells={"blast": 1})
    grey = cv2.cvtColor(cv2.cvtColor(phantom.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert not nucleus_mask(grey).any()


def test_bluish_red_cells_are_no_nuclei():
    field = np.full((100, 100, 3), (245, 245, 240), np.uint8)
    cv2.circle(field, (30, 50), 15, (120, 160, 185), -1)
    assert not nucleus_mask(field).any()
    cv2.circle(field, (70, 50), 15, (110, 70, 200), -1)
    found = nucleus_mask(field)
    assert found[50, 70]
    assert not found[50, 30]


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_every_picture_has_a_mask_of_its_size(data):
    height, width = data.draw(st.integers(1, 24)), data.draw(st.integers(1, 24))
    found = nucleus_mask(data.draw(arrays(np.uint8, (height, width, 3))))
    assert found.shape == (height, width)
    assert found.dtype == np.bool_
