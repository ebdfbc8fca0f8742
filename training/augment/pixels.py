"""The one image type of augmentation, and drawing numbers from a range."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Image = NDArray[np.uint8]  # RGB of shape (height, width, 3)


def rng_for(seed: int, epoch: int, image_id: str) -> np.random.Generator:
    """The random numbers of one image in one epoch: the same three values give the same numbers on any machine.

    Nothing else feeds them, so a resumed run, another batch order or more workers change no augmented image.
    """
    digest = hashlib.blake2b(f"{seed}\0{epoch}\0{image_id}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def as_image(matrix: Any) -> Image:
    """What OpenCV returned, as the uint8 array it is (no copy, one channel axis kept)."""
    return np.asarray(matrix, dtype=np.uint8)


def between(rng: np.random.Generator, bounds: Sequence[float]) -> float:
    """A number drawn evenly between two bounds."""
    return float(bounds[0]) if bounds[0] == bounds[1] else float(rng.uniform(bounds[0], bounds[1]))
