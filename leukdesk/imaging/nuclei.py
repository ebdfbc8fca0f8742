"""Where a field is stained like a nucleus: a classical mask, for audits and pictures, not a segmentation of cells."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Density = NDArray[np.float32]

_LIGHT = 0.95  # quantile of a channel that counts as unstained
_FLOOR = 0.12  # optical density: below it no field is stained like a nucleus, whatever Otsu's threshold says
_STEPS = 100.0  # of one unit of optical density


def nucleus_mask(pixels: NDArray[np.uint8]) -> Mask:
    """Mask bool (height, width) of uint8 RGB pixels (height, width, 3): where a Romanowsky stain is purple.

    The azure-eosin of nuclei takes much green light and little blue; haemoglobin takes blue as well, the blue of
    cytoplasm (and of bluish red cells) takes red more than green. So what counts is the optical density in green minus
    that in blue, above Otsu's threshold (1979), where green is taken at least as much as red. Densities are against
    each channel's own background, so that the lamp's colour is gone. On phantoms it overlaps the drawn nuclei by 0.9
    and more (intersection over union). Known failures: mauve red cells in a field without any nucleus, eosinophil and
    basophil granules, platelets; a grey image has no purple, and so an empty mask.
    """
    red, green, blue = (_density(pixels[:, :, channel]) for channel in range(3))
    purple = np.where(green >= red, green - blue, np.float32(0))
    stained = (purple > max(_otsu(purple), _FLOOR)).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    return np.asarray(cv2.morphologyEx(stained, cv2.MORPH_OPEN, kernel), np.bool_)


def _density(channel: NDArray[np.uint8]) -> Density:
    """Optical density (natural logarithm) against the channel's background, smoothed by 0.8 px."""
    counts = np.bincount(channel.ravel(), minlength=256)
    light = max(int(np.searchsorted(np.cumsum(counts), _LIGHT * channel.size)), 1)
    table = np.maximum(-np.log(np.maximum(np.arange(256), 1) / light), 0).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(table[channel], (0, 0), 0.8), np.float32)


def _otsu(values: Density) -> float:
    levels = np.clip(values * _STEPS, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(threshold) / _STEPS
