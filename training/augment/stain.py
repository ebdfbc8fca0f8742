"""Stain variation in optical density: more or less haematoxylin-like and eosin-like dye, with the colours they have.

Colour deconvolution: Ruifrok & Johnston 2001, Anal Quant Cytol Histol 23:291-299, with their vectors for haematoxylin,
eosin and DAB; the jitter: Tellez et al. 2018, doi 10.1109/TMI.2018.2820199. Romanowsky stains are no haematoxylin and
eosin, but azure B and eosin Y lie close enough to these vectors for jitter: the aim is other laboratories' colours, not
measured dye.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment.pixels import Image, as_image, between

if TYPE_CHECKING:
    from collections.abc import Sequence

_RGB_FROM_HED = np.array([[0.650, 0.704, 0.286], [0.072, 0.990, 0.105], [0.268, 0.570, 0.776]])
_RGB_FROM_HED /= np.linalg.norm(_RGB_FROM_HED, axis=1, keepdims=True)
_HED_FROM_RGB = np.linalg.inv(_RGB_FROM_HED)
# Optical density of the 256 values; half a grey level keeps black finite and white at exactly zero.
_DENSITY = -np.log((np.arange(256) + 0.5) / 255.5).astype(np.float32)


def stain(
    image: Image, rng: np.random.Generator, *, strength: Sequence[float], offset: Sequence[float], background: float
) -> Image:
    """Multiply each of the three stain concentrations by its own draw of `strength` and add its own draw of `offset`.

    `offset` is in optical density and tints the background too, so it is applied with probability `background` only.
    """
    gains = [between(rng, strength) for _ in range(3)]
    tinted = rng.random() < background
    return restain(image, gains, [between(rng, offset) for _ in range(3)] if tinted else (0.0, 0.0, 0.0))


def restain(image: Image, gains: Sequence[float], offsets: Sequence[float] = (0.0, 0.0, 0.0)) -> Image:
    """The image with the concentrations of haematoxylin, eosin and residual c turned into gain * c + offset."""
    matrix: NDArray[np.float64] = _RGB_FROM_HED.T @ np.diag(gains) @ _HED_FROM_RGB.T
    move = _RGB_FROM_HED.T @ np.asarray(offsets, dtype=np.float64)
    density = cv2.transform(cv2.LUT(image, _DENSITY), np.column_stack([-matrix, -move]).astype(np.float32))
    return as_image(cv2.convertScaleAbs(np.maximum(cv2.exp(density) * np.float32(255.5) - np.float32(0.5), 0)))
