"""From files to batches: decoded once, augmented anew each epoch, in an order that depends on (seed, epoch) alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import keras
import numpy as np

from leukdesk.imaging.preprocess import to_input
from leukdesk.imaging.read import read_image
from training.augment import Pipeline, emptied, rng_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMIT_PX = 64_000_000


def read_inputs(files: Sequence[Path], size: int, *, threads: int = 2) -> NDArray[np.uint8]:
    """Decode and preprocess files exactly as the program does: uint8 (n, size, size, 3). Raises `ImageError`."""
    inputs = np.empty((len(files), size, size, 3), np.uint8)

    def fill(index: int) -> None:
        inputs[index] = to_input(read_image(files[index], limit_px=LIMIT_PX).pixels, size)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, range(len(files))))
    return inputs


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # keras ships no types
    """Training batches of one epoch: (inputs (b, ...), one-hot (b, C)), with class weights where there are any.

    `inputs` are images, uint8 (n, s, s, 3), or cached feature maps, float32 (n, rows, columns, channels), which come
    without `augment`. Images stay bytes, which the network makes floats of itself, so that the queue of batches takes a
    quarter of the memory. Of augmented images the share `empty` lose their nuclei and are asked for no class in
    particular: each class gets 1/C of the target.
    """

    def __init__(
        self,
        inputs: NDArray[Any],
        labels: NDArray[np.int64],
        image_ids: Sequence[str],
        *,
        classes: int,
        batch: int,
        seed: int,
        epoch: int,
        augment: Pipeline | None,
        weights: NDArray[np.float32] | None,
        empty: float = 0.0,
    ) -> None:
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        cv2.setNumThreads(1)
        self._inputs, self._labels, self._ids = inputs, labels, image_ids
        self._one_hot = np.eye(classes, dtype=np.float32)
        self._batch, self._seed, self._epoch, self._augment = batch, seed, epoch, augment
        self._weights, self._empty = weights, empty
        self._order = np.random.default_rng([seed, epoch]).permutation(len(labels))

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        chosen = self._order[index * self._batch : (index + 1) * self._batch]
        images, targets = self._images(chosen)
        if self._weights is None:
            return images, targets
        return images, targets, self._weights[self._labels[chosen]]

    def _images(self, chosen: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.float32]]:
        targets = self._one_hot[self._labels[chosen]]
        if self._augment is None:
            return self._inputs[chosen], targets
        images = []
        for place, one in enumerate(chosen.tolist()):
            rng = rng_for(self._seed, self._epoch, self._ids[one])
            image = self._inputs[one]
            without = emptied(image, rng) if self._empty and rng.random() < self._empty else None
            if without is not None:
                image, targets[place] = without, 1 / targets.shape[1]
            images.append(self._augment(image, rng))
        return np.stack(images), targets
