"""The CPU engine: LiteRT (XNNPACK) on the bundle's `model.tflite`. Never imports TensorFlow."""

from __future__ import annotations

import queue
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.domain.errors import EngineError
from leukdesk.inference.engine import RawOutput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class LiteRTEngine:
    """A pool of interpreters with batch 1, one thread each: two of one thread beat one of two on batches.

    A single input uses one interpreter with all threads, which answers soonest. Where `callers` call at once, as the
    threads of a batch do, each runs its inputs itself, on an interpreter of one thread: nothing is handed over.
    """

    name = "LiteRT CPU"

    def __init__(self, model: bytes, *, input_size: int, classes: int, threads: int, callers: int = 1) -> None:
        """Load `model` (the bytes of a `model.tflite`); `EngineError` unless its tensors are those of our graph."""
        self._model = model
        self._shape = (1, input_size, input_size, 3)
        self._classes = classes
        self._single: queue.SimpleQueue[_Session] = queue.SimpleQueue()
        self._pool: queue.SimpleQueue[_Session] = queue.SimpleQueue()
        self._threads, self._callers = threads, callers
        if callers > 1:
            for _ in range(callers):
                self._pool.put(self._session(1))
        else:
            self._single.put(self._session(threads))
        self._workers: ThreadPoolExecutor | None = None

    def run(self, inputs: NDArray[np.uint8]) -> RawOutput:
        """See `Engine.run`; the batch is spread over the threads."""
        if inputs.shape[1:] != self._shape[1:] or inputs.dtype != np.uint8:
            raise ValueError(f"inputs must be uint8 of shape (n, {self._shape[1:]}), not {inputs.dtype} {inputs.shape}")
        if self._callers > 1:
            with _borrowed(self._pool) as session:
                rows = [session.run(one) for one in inputs]
        elif len(inputs) == 1:
            rows = [self._run_single(inputs[0])]
        else:
            rows = list(self._executor().map(self._run_pooled, inputs))
        logits, maps, embedding = zip(*rows, strict=True)
        return RawOutput(np.concatenate(logits), np.concatenate(maps), np.concatenate(embedding))

    def close(self) -> None:
        """Stop the threads; the engine cannot be used afterwards."""
        if self._workers is not None:
            self._workers.shutdown(wait=True)

    def _executor(self) -> ThreadPoolExecutor:
        if self._workers is None:
            for _ in range(self._threads):
                self._pool.put(self._session(1))
            self._workers = ThreadPoolExecutor(self._threads, thread_name_prefix="litert")
        return self._workers

    def _session(self, threads: int) -> _Session:
        return _Session(self._model, self._shape, self._classes, threads)

    def _run_single(self, one: NDArray[np.uint8]) -> _Row:
        with _borrowed(self._single) as session:
            return session.run(one)

    def _run_pooled(self, one: NDArray[np.uint8]) -> _Row:
        with _borrowed(self._pool) as session:
            return session.run(one)


_Row = tuple["NDArray[np.float32]", "NDArray[np.float32]", "NDArray[np.float32]"]


@contextmanager
def _borrowed(sessions: queue.SimpleQueue[_Session]) -> Iterator[_Session]:
    session = sessions.get()
    try:
        yield session
    finally:
        sessions.put(session)


class _Session:
    """One interpreter; not shared between threads while it runs."""

    def __init__(self, model: bytes, shape: tuple[int, ...], classes: int, threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_content=model, num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise _unusable("LiteRT cannot read model.tflite") from error
        self._input = self._interpreter.get_input_details()[0]
        if tuple(self._input["shape"]) != shape or self._input["dtype"] is not np.uint8:
            raise _unusable(f"model.tflite does not take uint8 {shape}")
        self._outputs = _graph_outputs(self._interpreter.get_output_details(), classes)

    def run(self, one: NDArray[np.uint8]) -> _Row:
        self._interpreter.set_tensor(self._input["index"], one[None])
        self._interpreter.invoke()
        logits, maps, embedding = (self._interpreter.get_tensor(index) for index in self._outputs)
        return logits, maps, embedding


def _graph_outputs(details: list[dict[str, Any]], classes: int) -> tuple[int, int, int]:
    """Tensor indices of (logits, maps, embedding). Conversion keeps the order of `graph.OUTPUTS`, not the names."""
    shapes = [tuple(one["shape"]) for one in details]
    fits = (
        len(shapes) == 3
        and shapes[0] == (1, classes)
        and len(shapes[1]) == 4
        and shapes[1][-1] == classes
        and len(shapes[2]) == 2
    )
    if not fits:
        raise _unusable(f"model.tflite returns {shapes}, not logits, maps and embedding of {classes} classes")
    return details[0]["index"], details[1]["index"], details[2]["index"]


def _unusable(what: str) -> EngineError:
    return EngineError(what, reason="unusable_graph", advice="Publish or fetch the bundle again.")
