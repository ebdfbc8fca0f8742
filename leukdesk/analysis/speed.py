"""Measure how fast a model answers here, on inputs that are ready: what reading a file costs depends on the file."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.analysis.batch import BATCH

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.analysis.ports import Predictor

_SHARE_S = 1.0  # for each of the two ways of asking
_FEWEST = 5  # however slow


def measure_speed(predictor: Predictor, inputs: NDArray[np.uint8]) -> tuple[float, float]:
    """Milliseconds for one image alone (median), and images a second in batches; about two seconds of work.

    `inputs` (n, size, size, 3) are shown again and again. Raises `EngineError`.
    """
    single = inputs[:1]
    many = np.concatenate([inputs] * -(-BATCH // len(inputs)))[:BATCH]
    predictor.predict(single, explain=True)
    predictor.predict(many, explain=False)
    alone = _times(lambda: predictor.predict(single, explain=True))
    together = _times(lambda: predictor.predict(many, explain=False))
    return 1000 * median(alone), len(many) / median(together)


def _times(ask: object) -> list[float]:
    assert callable(ask)
    found: list[float] = []
    begun = time.perf_counter()
    while len(found) < _FEWEST or time.perf_counter() - begun < _SHARE_S:
        before = time.perf_counter()
        ask()
        found.append(max(time.perf_counter() - before, 1e-9))
    return found
