"""How long a run takes on this machine, measured: a few batches of each phase with the real network and real images."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from training.devices import data_parallel
from training.events import memory_mb
from training.learning import feature_maps, logits_of, make_loss, make_optimizer, set_trainable
from training.normalisation import IMAGES
from training.pipeline import Batches, read_inputs
from training.train import new_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network
    from training.planning.told import Told
    from training.recipe import Phase, Recipe
    from training.run import Part, RunData

_BATCHES = 4  # timed of each phase, after the first, which also builds the graph
_LONGEST_S = 12.0  # of each phase
_IMAGES = 32  # read, and shown to the network as in validation
_SPREAD = 0.8, 1.4  # of the middle: other work of the machine, and what a few batches do not show
_SMALLEST = 3.0, 2.0  # times so long at most, s, where a run is so short that its beginning counts most


@dataclass(frozen=True, slots=True)
class _Pace:
    """Seconds: the first batch of a phase, a batch, an image read, an image judged."""

    first: list[float]
    batch: list[float]
    read: float
    judged: float


def measure(recipe: Recipe, data: RunData, told: Told) -> dict[str, Any]:
    """Time a few batches; JSON values: `low_s`, `high_s`, `epochs`, `epoch_s` (of the last phase), `memory_mb`, `how`.

    The network is as the recipe makes it, without its first weights, which do not change how long a step takes.
    """
    began = time.monotonic()
    with data_parallel(recipe, lambda *_, **__: None):  # type: ignore[arg-type]  # no run's folder to log into
        pace = _pace(recipe, data.part("train"), told)
    train, held = (len(data.part(part).files) for part in ("train", "validation"))
    epochs = [_epoch_s(recipe, index, train, held, pace) for index in range(len(recipe.phases))]
    once = (train + held) * pace.read + sum(pace.first) + _cached_s(recipe, train, pace)
    whole = once + sum(one.epochs * seconds for one, seconds in zip(recipe.phases, epochs, strict=True))
    whole += (held + len(data.split.test)) * (pace.read + pace.judged)  # judged at the end
    least = _least_s(recipe, epochs, once) if recipe.patience else whole
    return {
        "low_s": round(_SPREAD[0] * least),
        "high_s": round(_SPREAD[1] * whole + _SMALLEST[1]),
        "epochs": recipe.epochs,
        "epoch_s": round(epochs[-1], 2),
        "memory_mb": _memory_mb(recipe, train + held),
        "measured_s": round(time.monotonic() - began, 1),
        "batches": _BATCHES,
        "device": _device(),
        "early_stop": bool(recipe.patience),
    }


def _pace(recipe: Recipe, part: Part, told: Told) -> _Pace:
    step = told.step("timing", len(recipe.phases) + 2)
    keras.utils.set_random_seed(recipe.seed)
    network = new_network(recipe)
    begun = time.monotonic()
    some = _some(part, max(_IMAGES, recipe.batch))
    inputs = read_inputs([part.files[one] for one in some], recipe.input_size)
    read = (time.monotonic() - begun) / len(some)
    step()
    ids, labels = [part.image_ids[one] for one in some], part.labels[some]
    first, batch = [], []
    for phase in recipe.phases:
        took = _phase(network, recipe, phase, inputs, labels, ids)
        first.append(took[0])
        batch.append(float(np.median(took[1:] or took)))
        step()
    judged = _judged(network, inputs)
    step()
    return _Pace(first, batch, read, judged)


def _some(part: Part, count: int) -> NDArray[np.int64]:
    """Places of images from all over the part."""
    order = np.random.default_rng(0).permutation(len(part.files))
    return np.asarray(order[:count], np.int64)


def _phase(
    network: Network,
    recipe: Recipe,
    phase: Phase,
    inputs: NDArray[np.uint8],
    labels: NDArray[np.int64],
    ids: list[str],
) -> list[float]:
    """Seconds of the first batch of a phase, and of those after it, as `training.train` runs them."""
    set_trainable(network, phase)
    features, head = network.features, network.head
    shown: NDArray[Any] = feature_maps(network, inputs) if phase.cached else inputs
    start, until = (head.input, head.output[0]) if phase.cached else (features.input, head(features.output)[0])
    model = keras.Model(start, until)
    optimizer = make_optimizer(recipe, phase, 1000)
    model.compile(optimizer, make_loss(recipe), jit_compile=False)
    optimizer.build(model.trainable_variables)
    again = np.resize(np.arange(len(labels)), recipe.batch * (1 + _BATCHES))  # the same images, as often as needed
    batches = Batches(
        shown[again],
        labels[again],
        [ids[one] for one in again],
        classes=len(recipe.classes),
        batch=recipe.batch,
        seed=recipe.seed,
        epoch=0,
        augment=recipe.augmented() if phase.augment else None,
        weights=None,
        empty=recipe.empty_share,
    )
    clock = _Clock()
    model.fit(batches, epochs=1, verbose=0, shuffle=False, callbacks=[clock])
    return clock.took


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]  # keras ships no types
    """Seconds between the ends of batches; ends where it has taken long enough."""

    def __init__(self) -> None:
        super().__init__()
        self.took: list[float] = []
        self._begun = self._last = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        now = time.monotonic()
        self.took.append(now - self._last)
        self._last = now
        if len(self.took) > 1 and now - self._begun > _LONGEST_S:
            self.model.stop_training = True


def _judged(network: Network, inputs: NDArray[np.uint8]) -> float:
    """Seconds that an image of validation takes."""
    logits_of(network, inputs[:2])
    begun = time.monotonic()
    logits_of(network, inputs)
    return (time.monotonic() - begun) / len(inputs)


def _epoch_s(recipe: Recipe, index: int, train: int, held: int, pace: _Pace) -> float:
    measured_anew = min(IMAGES, train) if recipe.phases[index].batch_norm == "adapt" else 0
    return -(-train // recipe.batch) * pace.batch[index] + (held + measured_anew) * pace.judged


def _cached_s(recipe: Recipe, train: int, pace: _Pace) -> float:
    """Feature maps are made once for a phase that trains the head alone."""
    return sum(phase.cached for phase in recipe.phases) * train * pace.judged


def _least_s(recipe: Recipe, epochs: list[float], once: float) -> float:
    """Where training ends early: the last phase stops as soon as it may."""
    *before, _ = recipe.phases
    last = min(recipe.patience + 2, recipe.phases[-1].epochs)
    return once + sum(one.epochs * took for one, took in zip(before, epochs, strict=False)) + last * epochs[-1]


def _memory_mb(recipe: Recipe, images: int) -> int:
    """What the process held when it was measured, and all images beside it."""
    return memory_mb() + round(images * recipe.input_size**2 * 3 / 1e6)


def _device() -> str:
    from training.devices import gpus

    found = gpus()
    return ", ".join(found) if found else f"CPU, {os.cpu_count()} cores"
