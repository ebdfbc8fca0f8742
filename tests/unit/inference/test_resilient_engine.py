"""A device that runs out of memory: smaller batches, then the CPU, never a lost image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.inference.engine import OutOfMemory, RawOutput
from leukdesk.inference.resilient import ResilientEngine


class Device:
    """An engine with room for `room` images; its answer is the first pixel of each input."""

    def __init__(self, name: str, room: int) -> None:
        self.name, self.room, self.batches = name, room, []

    def run(self, inputs: np.ndarray) -> RawOutput:
        if len(inputs) > self.room:
            raise OutOfMemory
        self.batches.append(len(inputs))
        first = inputs[:, 0, 0, :1].astype(np.float32)
        return RawOutput(first, first[:, None, None, :], first)

    def close(self) -> None:
        self.room = 0


def inputs(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)


@given(count=st.integers(1, 40), room=st.integers(0, 40))
def test_every_image_is_answered_in_order(count, room):
    gpu, cpu = Device("GPU", room), Device("CPU", 1000)
    engine = ResilientEngine(gpu, lambda: cpu)
    for _ in range(2):
        np.testing.assert_array_equal(engine.run(inputs(count)).logits[:, 0], np.arange(count))
    assert engine.name == ("CPU" if room == 0 else "GPU")
    assert bool(engine.notes) == (count > room)


def test_a_batch_that_did_not_fit_is_not_tried_again():
    gpu = Device("GPU", 8)
    engine = ResilientEngine(gpu, lambda: Device("CPU", 1000))
    engine.run(inputs(32))
    gpu.batches.clear()
    engine.run(inputs(32))
    assert gpu.batches == [8, 8, 8, 8]
    assert any("halved to 8" in note for note in engine.notes)


def test_when_the_cpu_fails_too_the_error_is_not_swallowed():
    engine = ResilientEngine(Device("GPU", 0), lambda: Device("CPU", 0))
    with pytest.raises(OutOfMemory):
        engine.run(inputs(1))
