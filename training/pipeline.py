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
from training.augment import Pipeline, rng_for

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
    """Training batches of one epoch: (float32 (b, ...), one-hot (b, C)), with class weights where there are any.

    `inputs` are images, uint8 (n, s, s, 3), or cached feature maps, float32 (n, rows, columns, channels), which come
    without `augment`.
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
    ) -> None:
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        cv2.setNumThreads(1)
        self._inputs, self._labels, self._ids = inputs, labels, image_ids
        self._one_hot = np.eye(classes, dtype=np.float32)
        self._batch, self._seed, self._epoch, self._augment = batch, seed, epoch, augment
        self._weights = weights
        self._order = np.random.default_rng([seed, epoch]).permutation(len(labels))

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        chosen = self._order[index * self._batch : (index + 1) * self._batch]
        images = self._images(chosen)
        labels = self._labels[chosen]
        if self._weights is None:
            return images, self._one_hot[labels]
        return images, self._one_hot[labels], self._weights[labels]

    def _images(self, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
        if self._augment is None:
            return np.asarray(self._inputs[chosen], np.float32)
        images = [
            self._augment(self._inputs[one], rng_for(self._seed, self._epoch, self._ids[one]))
            for one in chosen.tolist()
        ]
        return np.stack(images).astype(np.float32)
