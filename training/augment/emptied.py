"""Pictures of a smear without its nuclei, made from the training images: what a model must not name.

A network that may learn from the background will: slides differ in tint, light and red cells. Shown its own training
images without their nuclei and asked for no class in particular, it cannot (outlier exposure, Hendrycks et al. 2019,
arXiv:1812.04606, with outliers that differ from the classes in nothing but the nuclei).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging.nuclei import nucleus_mask

if TYPE_CHECKING:
    from training.augment.pixels import Image

Mask = NDArray[np.bool_]

MARGIN = 4 / 224  # of the longer side: with the rim of cytoplasm, so that no purple is left at the edge
WIDEST = 16 / 224  # as far as cytoplasm reaches around the nucleus of a single cell
_SMALLEST = 5e-4  # of the picture: less is no nucleus but platelets, stain or the letters of a scale bar
_SHARES = (0.003, 0.6)  # of a picture that can be emptied: less is no certain nucleus, more leaves no background
_TRIES = 6


def nuclei_of(image: Image, margin: float = MARGIN) -> Mask:
    """The nuclei with a margin, bool (height, width); specks too small to be one are left out."""
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(nucleus_mask(image).astype(np.uint8))
    large = statistics[:, cv2.CC_STAT_AREA] >= _SMALLEST * labels.size
    large[0] = False
    mask = large[labels] if count > 1 else np.zeros(labels.shape, np.bool_)
    reach = max(1, round(margin * max(mask.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), np.bool_)


def emptied(image: Image, rng: np.random.Generator) -> Image | None:
    """The image with its nuclei, and more or less around them, replaced by other parts of itself.

    None where no nucleus is sure to be found, or nothing else is in the picture. The replacement is not the smooth one
    that the audit paints with (`training.audit.views.without_nuclei`), so that an audit is not passed by knowing paint.
    """
    mask = nuclei_of(image, float(rng.uniform(MARGIN, WIDEST)))
    if not _SHARES[0] <= mask.mean() <= _SHARES[1]:
        return None
    result, left = image.copy(), mask.copy()
    height, width = mask.shape
    for _ in range(_TRIES):
        by = (int(rng.integers(height // 5, height - height // 5)), int(rng.integers(width // 5, width - width // 5)))
        usable = left & ~np.roll(mask, by, (0, 1))
        result[usable] = np.roll(image, by, (0, 1))[usable]
        left &= ~usable
    if left.any():
        result = np.asarray(cv2.inpaint(result, left.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)
    return result
