"""Choose an engine for a bundle and open it, warmed up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

import numpy as np

from leukdesk.domain.errors import EngineError
from leukdesk.inference.engine import Engine
from leukdesk.inference.gpu import probe_gpu
from leukdesk.inference.litert import LiteRTEngine
from leukdesk.inference.novelty import NoveltyScore
from leukdesk.inference.predictor import BundlePredictor
from leukdesk.inference.resilient import ResilientEngine

if TYPE_CHECKING:
    from leukdesk.bundles.load import Bundle

EngineChoice = Literal["auto", "litert", "tensorflow"]


def open_predictor(
    bundle: Bundle, *, engine: EngineChoice = "auto", threads: int = 0, callers: int = 1
) -> BundlePredictor:
    """Load a verified bundle on the GPU where there is one, else on LiteRT, and run one blank input to warm it up.

    `threads` 0 takes all cores; `callers` is how many threads will call it at once, on the CPU. Slow (tens of ms to
    seconds): call it off the GUI thread. Raises `EngineError`, `BundleError`.
    """
    gpu = probe_gpu()
    threads = threads or os.cpu_count() or 1
    if engine == "tensorflow" or (engine == "auto" and gpu.usable):
        running: Engine = _tensorflow(bundle, threads)
    else:
        running = _litert(bundle, threads, callers)
    notes = () if running.name.endswith("GPU") else (f"no GPU used: {_reason(engine, gpu.usable, gpu.reason)}",)
    card = bundle.card
    running.run(np.zeros((1, card.input_size, card.input_size, 3), np.uint8))
    novelty = None
    if card.novelty is not None:
        novelty = NoveltyScore(card.novelty, bundle.novelty_arrays(), classes=len(card.classes))
    return BundlePredictor(card, bundle.ref, running, novelty, notes)


def _reason(engine: EngineChoice, usable: bool, reason: str) -> str:
    return f"{reason}, but LiteRT was asked for" if usable and engine == "litert" else reason


def _litert(bundle: Bundle, threads: int, callers: int = 1) -> LiteRTEngine:
    card = bundle.card
    return LiteRTEngine(
        bundle.graph(),
        input_size=card.input_size,
        classes=len(card.classes),
        threads=threads,
        callers=callers,
    )


def _tensorflow(bundle: Bundle, threads: int) -> ResilientEngine:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        from leukdesk.inference.keras_engine import KerasEngine, network_of
    except ImportError as error:
        raise EngineError(
            "TensorFlow is not installed here",
            reason="no_tensorflow",
            advice="Choose the engine LiteRT, or install TensorFlow.",
        ) from error
    network = network_of(bundle.card, bundle.weights())
    return ResilientEngine(
        KerasEngine(network, input_size=bundle.card.input_size), fallback=lambda: _litert(bundle, threads)
    )
