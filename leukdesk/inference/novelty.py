"""How unlike the training images an input is (out-of-distribution score)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.domain.errors import BundleError, BundleReason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from leukdesk.domain.card import Novelty

ARRAYS = ("mean", "projection", "class_means")


class NoveltyScore:
    """Squared Mahalanobis distance to the nearest class mean (Lee et al. 2018, arXiv:1807.03888), scaled so that the
    validation median is 0 and the limit of what the bundle accepts is 1."""

    def __init__(self, novelty: Novelty, arrays: Mapping[str, NDArray[Any]], *, classes: int) -> None:
        """`arrays`: mean (D,), projection (D, k), class_means (classes, k); `BundleError` for anything else."""
        if set(arrays) != set(ARRAYS):
            raise _unfit(f"novelty.safetensors holds {sorted(arrays)}, not {sorted(ARRAYS)}")
        self._mean, self._projection, self._means = (np.asarray(arrays[name], np.float32) for name in ARRAYS)
        fits = self._mean.shape == self._projection.shape[:1] and self._means.shape == (
            classes,
            self._projection.shape[-1],
        )
        if not fits:
            raise _unfit("the shapes in novelty.safetensors do not fit each other")
        self._novelty = novelty

    def __call__(self, embedding: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores (n,) of embeddings (n, D); each is the same, to the last bit, whatever it came together with."""
        # No BLAS: its threads would spin for tens of ms after each product, and take the cores from the engine.
        projected = np.empty((len(embedding), self._projection.shape[1]), np.float32)
        for row, one in zip(projected, embedding, strict=True):
            np.einsum("d,dk->k", one - self._mean, self._projection, out=row)
        distances = ((projected[:, None, :] - self._means[None]) ** 2).sum(-1).min(-1)
        scores = (distances.astype(np.float64) - self._novelty.median) / (self._novelty.limit - self._novelty.median)
        return np.asarray(scores)


def _unfit(what: str) -> BundleError:
    return BundleError(what, reason=BundleReason.BAD_WEIGHTS, advice="Get the bundle again from where it came from.")
