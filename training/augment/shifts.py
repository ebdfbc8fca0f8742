"""The same picture as another laboratory, camera or archive might have delivered it: fixed changes for evaluation.

A model that reads morphology keeps its answer under all of them. Nothing here is random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from leukdesk.domain.errors import DataError
from training.augment.acquisition import CORNERS, blurred, cover_corner, recompressed
from training.augment.colour import rotate_hue, to_grey
from training.augment.pipeline import suggestion
from training.augment.pixels import Image
from training.augment.stain import restain

_CORNER = (0.24, 0.30)  # height and width as shares: the scale bar of taleqani-all with some room


def _corners_masked(image: Image) -> Image:
    for corner in CORNERS:
        image = cover_corner(image, corner, _CORNER, "median")
    return image


SHIFTS: Mapping[str, Callable[[Image], Image]] = {
    "hue_plus_20": partial(rotate_hue, degrees=20.0),
    "hue_minus_20": partial(rotate_hue, degrees=-20.0),
    "hed_plus_20": partial(restain, gains=(1.2, 1.2, 1.2)),  # every dye 20 % stronger
    "hed_minus_20": partial(restain, gains=(0.8, 0.8, 0.8)),
    "hed_balance": partial(restain, gains=(1.2, 0.8, 1.0)),  # more haematoxylin-like, less eosin-like
    "grey": to_grey,
    "corner_masked": partial(cover_corner, corner="bottom-right", size=_CORNER, fill="median"),
    "corners_masked": _corners_masked,
    "blur": lambda image: blurred(image, max(image.shape[:2]) / 150),  # sigma 1.5 px at 224 px
    "jpeg_30": partial(recompressed, quality=30),
}


def shift(image: Image, name: str) -> Image:
    """The image (uint8 RGB) under the named shift; `DataError` where there is none of that name."""
    if name not in SHIFTS:
        advice = suggestion(name, SHIFTS)
        raise DataError("there is no shift of that name", reason="shift", subject=name, advice=advice)
    return SHIFTS[name](image)


def shift_names() -> tuple[str, ...]:
    """All shifts, in the order of reports."""
    return tuple(SHIFTS)
