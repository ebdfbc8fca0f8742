"""Train a recipe: phases of epochs, a checkpoint after each, best weights kept, clean stop and exact resume."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from leukdesk.architectures import Network, build
from leukdesk.architectures.weights import flat_layers
from leukdesk.domain.errors import Cancelled
from training import checkpoint
from training.devices import data_parallel
from training.events import memory_mb
from training.first_weights import begin_network
from training.learning import (
    Asked,
    class_weights,
    feature_maps,
    make_loss,
    make_optimizer,
    negative_log_likelihood,
    set_trainable,
)
from training.normalisation import measure_statistics
from training.pipeline import Batches, read_inputs
from training.run import Run

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.events import EventLog
    from training.recipe import Recipe
    from training.run import RunData


class Trainer:
    """One run in one folder. `run()` trains to the end, or goes on from the last checkpoint if there is one."""

    def __init__(self, run: Run, data: RunData, log: EventLog) -> None:
        self._recipe, self._folder, self._log = run.recipe, run.folder, log
        self._augment = run.augmentation
        self._train, self._validation = data.part("train"), data.part("validation")
        self._stop = _StopWish(run.folder)
        self._best: dict[str, Any] = {"epoch": -1, "loss": math.inf}
        self._network: Network
        self._asked: Asked
        self._optimizer: Any = None
        self._phase = -1
        self._cache: NDArray[np.float32] | None = None  # feature maps of a phase that trains the head alone
        self._inputs: NDArray[np.uint8]
        self._validation_inputs: NDArray[np.uint8]

    def run(self) -> Path:
        """Train; returns the file of the best weights. Raises `Cancelled` where a stop was asked for."""
        keras.utils.set_random_seed(self._recipe.seed)
        with data_parallel(self._recipe, self._log):
            return self._train_all()

    def _train_all(self) -> Path:
        self._network = new_network(self._recipe)
        self._asked = Asked(self._network)
        state = checkpoint.read_state(self._folder)
        if state is None:
            begin_network(self._network, Run(self._folder), self._log)
        self._log("reading", images=len(self._train.files) + len(self._validation.files))
        self._inputs = read_inputs(self._train.files, self._recipe.input_size)
        self._validation_inputs = read_inputs(self._validation.files, self._recipe.input_size)
        first = self._resume(state) if state else 0
        with self._stop:
            for epoch in range(first, self._recipe.epochs):
                if self._out_of_patience(epoch):
                    self._log("early_stop", epoch=epoch, best_epoch=self._best["epoch"])
                    break
                self._run_epoch(epoch)
        self._log("trained", best_epoch=self._best["epoch"], validation_loss=self._best["loss"])
        return self._folder / "best.safetensors"

    def _resume(self, state: dict[str, Any]) -> int:
        checkpoint.load_checkpoint_weights(self._folder, self._network)
        self._best = state["best"]
        done = int(state["epoch"]) + 1
        if done < self._recipe.epochs and self._recipe.phase_of(done)[0] == state["phase"]:
            self._begin_phase(done)
            checkpoint.load_checkpoint_optimizer(self._folder, self._optimizer)
        self._log("resumed", epoch=done)
        return done

    def _out_of_patience(self, epoch: int) -> bool:
        patience = self._recipe.patience
        in_last_phase = self._recipe.phase_of(epoch)[0] == len(self._recipe.phases) - 1
        return bool(patience and in_last_phase and epoch - self._best["epoch"] > patience)

    def _begin_phase(self, epoch: int) -> None:
        index, phase = self._recipe.phase_of(epoch)
        set_trainable(self._network, phase)
        steps = phase.epochs * -(-len(self._train.files) // self._recipe.batch)
        self._optimizer = make_optimizer(self._recipe, phase, steps)
        features, head = self._network.features, self._network.head
        self._cache = feature_maps(self._network, self._inputs) if phase.cached else None
        start, until = (head.input, head.output[0]) if phase.cached else (features.input, head(features.output)[0])
        self._model = keras.Model(start, until, name="training")
        self._model.compile(self._optimizer, make_loss(self._recipe), jit_compile=False)
        self._optimizer.build(self._model.trainable_variables)
        self._phase = index

    def _run_epoch(self, epoch: int) -> None:
        if self._recipe.phase_of(epoch)[0] != self._phase:
            self._begin_phase(epoch)
        augment = self._augment if self._recipe.phase_of(epoch)[1].augment else None
        seed_layers(self._network, self._recipe.seed, epoch)
        progress = _Progress(self._log, self._recipe, epoch, self._stop)
        batches = Batches(
            self._inputs if self._cache is None else self._cache,
            self._train.labels,
            self._train.image_ids,
            classes=len(self._recipe.classes),
            batch=self._recipe.batch,
            seed=self._recipe.seed,
            epoch=epoch,
            augment=augment,
            weights=class_weights(self._recipe, self._train.labels),
            empty=self._recipe.empty_share,
        )
        history = self._model.fit(batches, epochs=1, verbose=0, shuffle=False, callbacks=[progress])
        if self._stop():
            self._log("stopped", epoch=epoch)
            raise Cancelled
        self._end_epoch(epoch, float(history.history["loss"][0]), progress.seconds)

    def _end_epoch(self, epoch: int, loss: float, seconds: float) -> None:
        raw = [variable.numpy() for variable in self._averaged()]
        self._optimizer.finalize_variable_values(self._averaged())
        measure_statistics(self._network, self._inputs, batch=self._recipe.batch, seed=self._recipe.seed, epoch=epoch)
        logits = self._asked(self._validation_inputs)[0]
        validation_loss = negative_log_likelihood(logits, self._validation.labels)
        accuracy = float((logits.argmax(-1) == self._validation.labels).mean())
        if validation_loss < self._best["loss"]:
            self._best = {"epoch": epoch, "loss": validation_loss, "accuracy": accuracy}
            checkpoint.save_weights(self._network, self._folder / "best.safetensors")
        for variable, value in zip(self._averaged(), raw, strict=True):
            variable.assign(value)
        state = {"epoch": epoch, "phase": self._phase, "best": self._best}
        checkpoint.save_checkpoint(self._folder, self._network, self._optimizer, state)
        self._log(
            "epoch",
            epoch=epoch,
            epochs=self._recipe.epochs,
            loss=round(loss, 6),
            validation_loss=round(validation_loss, 6),
            validation_accuracy=round(accuracy, 6),
            seconds=round(seconds, 2),
            images_per_s=round(len(self._train.files) / seconds, 1),
            eta_s=round(seconds * (self._recipe.epochs - epoch - 1)),
            memory_mb=memory_mb(),
        )

    def _averaged(self) -> list[Any]:
        """Variables that hold a moving average beside their value: none unless the recipe asks for it."""
        return list(self._model.trainable_variables) if self._recipe.average_weights else []


def new_network(recipe: Recipe) -> Network:
    """The recipe's architecture, untrained."""
    return build(
        recipe.architecture.name,
        input_size=recipe.input_size,
        classes=len(recipe.classes),
        parameters=recipe.architecture.parameters,
    )


def seed_layers(network: Network, seed: int, epoch: int) -> None:
    """Make dropout a function of (seed, epoch), so that a resumed run draws what an uninterrupted one draws."""
    layers = [*flat_layers(network.features), *flat_layers(network.head)]
    for index, layer in enumerate(layers):
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            draw = np.random.default_rng([seed, epoch, index]).integers(0, 2**31 - 1, size=2)
            generator.state.assign(draw.astype("uint32"))


class _StopWish:
    """True once SIGTERM or SIGINT came, or a file `stop` stands in the run's folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "stop"
        self._file.unlink(missing_ok=True)  # here: one that comes while the images are read is meant
        self._wished = False
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        return self._wished or self._file.exists()

    def __enter__(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._wish)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _wish(self, *_: object) -> None:
        self._wished = True


class _Progress(keras.callbacks.Callback):  # type: ignore[misc]  # keras ships no types
    """Says how far an epoch is, at most every two seconds, and ends it where a stop is wished."""

    def __init__(self, log: EventLog, recipe: Recipe, epoch: int, stop: Callable[[], bool]) -> None:
        super().__init__()
        self._log, self._recipe, self._epoch, self._stop = log, recipe, epoch, stop
        self._begun = self._said = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the epoch began."""
        return time.monotonic() - self._begun

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._stop():
            self.model.stop_training = True
        if time.monotonic() - self._said < 2:
            return
        self._said = time.monotonic()
        steps = self.params["steps"]
        left = steps - batch - 1 + steps * (self._recipe.epochs - self._epoch - 1)
        self._log(
            "step",
            epoch=self._epoch,
            step=batch + 1,
            steps=steps,
            loss=round(float((logs or {}).get("loss", math.nan)), 6),
            images_per_s=round((batch + 1) * self._recipe.batch / self.seconds, 1),
            eta_s=round(self.seconds / (batch + 1) * left),
            memory_mb=memory_mb(),
        )
