"""Ways to look at the test images again: shifted as by another laboratory, without their nuclei, without all else.

A model that reads nuclei keeps its answer under the shifts and without the background, and loses it without the nuclei.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment import nuclei_of, shift, shift_names

Image = NDArray[np.uint8]

NUCLEI, BACKGROUND = "nuclei_masked", "background_masked"
_BLANK = 230  # grey level of an empty background: the same for all images, so that it tells nothing of the slide
_SOFT = 1.5  # px over which pasted cells fade into their new surroundings

WORDS: Mapping[str, str] = {
    "hue_plus_20": "hue turned by +20 degrees",
    "hue_minus_20": "hue turned by -20 degrees",
    "hed_plus_20": "all stains 20 % stronger",
    "hed_minus_20": "all stains 20 % weaker",
    "hed_balance": "more blue stain, less red",
    "grey": "without colour",
    "corner_masked": "corner with the scale bar covered",
    "corners_masked": "all corners covered",
    "blur": "blurred",
    "jpeg_30": "JPEG of quality 30",
    NUCLEI: "nuclei painted over",
    BACKGROUND: "all but nuclei blanked",
}


def without_nuclei(image: Image) -> Image:
    """The nuclei painted over from what surrounds them (Telea 2004, doi 10.1080/10867651.2004.10487596)."""
    mask = nuclei_of(image).astype(np.uint8)
    return np.asarray(cv2.inpaint(image, mask, 3, cv2.INPAINT_TELEA), np.uint8)


def without_background(image: Image) -> Image:
    """Only the nuclei, on a plain light grey."""
    return np.where(nuclei_of(image)[..., None], image, np.uint8(_BLANK))


def transplanted(image: Image, host: Image) -> Image:
    """The nuclei of one image on the background of another of the same size, whose own nuclei are painted over."""
    weight = np.asarray(cv2.GaussianBlur(nuclei_of(image).astype(np.float32), (0, 0), _SOFT))[..., None]
    return np.asarray(np.rint(image * weight + without_nuclei(host) * (1 - weight)), np.uint8)


VIEWS: Mapping[str, Callable[[Image], Image]] = {
    **{name: partial(shift, name=name) for name in shift_names()},
    NUCLEI: without_nuclei,
    BACKGROUND: without_background,
}


def seen_as(inputs: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """All images (n, size, size, 3) under one view."""
    change = VIEWS[name]
    return np.stack([change(one) for one in inputs])


def words(name: str) -> str:
    """A view as the page calls it."""
    return WORDS.get(name, name.replace("_", " "))
