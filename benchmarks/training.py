"""Training images a second: our pipeline against `image_dataset_from_directory` + `fit`, and cached feature maps.

Run: `python -m benchmarks.training [--data DIR]`; without a folder it renders phantoms. The same network (MobileNetV2
at 224 px, all of it trained, then its head alone), the same batch size, the same images; the contestants take turns.
Ours reads with the decoder and preprocessing of the program, keeps the images in memory and augments on two threads;
theirs decodes anew in each epoch and does not augment. Beside images a second stand images a second of processor time,
which do not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from leukdesk.architectures import Network, build
from training.augment import named
from training.learning import feature_maps
from training.phantom import FIELD_CLASSES
from training.phantom_set import write_set
from training.pipeline import Batches, read_inputs

SIZE, BATCH, TURNS = 224, 32, 3
Spent = tuple[float, float]  # seconds by the clock and of processor time
Epoch = Callable[[], Spent]


def main() -> int:
    """Print one row a contestant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder per class")
    parser.add_argument("--images", type=int, default=384, help="at most so many")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = arguments.data or phantoms(Path(scratch), arguments.images)
        files = sorted(one for one in data.glob("*/*") if one.suffix in (".png", ".jpg"))
        files = files[:: max(1, len(files) // arguments.images)][: arguments.images]
        compare("whole network", {"leukdesk, augmented": ours(files), "leukdesk, plain": ours(files, augment=False),
                                  "directory + fit": theirs(data, len(files))})  # fmt: skip
        compare("head alone", {"cached feature maps": head(files, cached=True), "uncached": head(files, cached=False)})
    return 0


def compare(title: str, contestants: dict[str, tuple[Epoch, int]]) -> None:
    """Let each run an epoch to warm up, then TURNS in turn, another first each time; medians and ratios to the last."""
    for epoch, _ in contestants.values():
        epoch()
    spent: dict[str, list[Spent]] = {name: [] for name in contestants}
    order = list(contestants)
    for _ in range(TURNS):
        for name in order:
            spent[name].append(contestants[name][0]())
        order = [*order[1:], order[0]]
    rates = {name: rates_of(spent[name], count) for name, (_, count) in contestants.items()}
    base = list(rates.values())[-1]
    for name, (by_clock, by_processor) in rates.items():
        sys.stdout.write(
            f"{title:16}{name:24}{by_clock:9.1f} images/s{by_clock / base[0]:8.2f}"
            f"{by_processor:9.1f} images/s of processor time{by_processor / base[1]:8.2f}\n"
        )


def rates_of(spent: list[Spent], count: int) -> tuple[float, float]:
    """Images a second by the clock and of processor time, by the medians."""
    clock, processor = zip(*spent, strict=True)
    return count / statistics.median(clock), count / statistics.median(processor)


def ours(files: list[Path], *, augment: bool = True) -> tuple[Epoch, int]:
    """An epoch of the whole network from our pipeline."""
    model = trainable(network())
    inputs, pipeline = read_inputs(files, SIZE), named("morphology") if augment else None
    return lambda: timed(model, batches(inputs, len(files), pipeline)), len(files)


def theirs(data: Path, limit: int) -> tuple[Epoch, int]:
    """An epoch of the same network from Keras' own folder reader."""
    model = trainable(network())
    dataset = keras.utils.image_dataset_from_directory(
        data, label_mode="categorical", image_size=(SIZE, SIZE), batch_size=BATCH, verbose=False
    )
    steps = -(-limit // BATCH)
    return lambda: timed(model, dataset.take(steps)), steps * BATCH


def head(files: list[Path], *, cached: bool) -> tuple[Epoch, int]:
    """An epoch of the head alone, from feature maps or through the frozen features."""
    halves = network()
    halves.features.trainable = False
    inputs = read_inputs(files, SIZE)
    if not cached:
        model = trainable(halves)
        return lambda: timed(model, batches(inputs, len(files), None)), len(files)
    maps = feature_maps(halves, inputs)
    small = compiled(keras.Model(halves.head.input, halves.head.output[0]))
    return lambda: timed(small, batches(maps, len(files), None)), len(files)


def network() -> Network:
    """MobileNetV2 for the phantom classes, batch normalisation frozen as in our recipes."""
    halves = build("mobilenetv2", input_size=SIZE, classes=len(FIELD_CLASSES), parameters={"scaling": "imagenet"})
    for layer in halves.features.get_layer("backbone").layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    return halves


def trainable(halves: Network) -> keras.Model:
    """Features and head as one compiled model."""
    return compiled(keras.Model(halves.features.input, halves.head(halves.features.output)[0]))


def compiled(model: keras.Model) -> keras.Model:
    """With Adam and cross-entropy."""
    model.compile(
        keras.optimizers.Adam(1e-4), keras.losses.CategoricalCrossentropy(from_logits=True), jit_compile=False
    )
    return model


def batches(inputs: np.ndarray, count: int, pipeline: object) -> Batches:
    """One epoch with labels in turn: what they say does not matter for speed."""
    labels = np.arange(count) % len(FIELD_CLASSES)
    ids = [str(index) for index in range(count)]
    return Batches(
        inputs, labels, ids, classes=len(FIELD_CLASSES), batch=BATCH, seed=0, epoch=0, augment=pipeline, weights=None
    )


def timed(model: keras.Model, data: object) -> Spent:
    """What one epoch took."""
    begun, processor = time.perf_counter(), time.process_time()
    model.fit(data, epochs=1, verbose=0)
    return time.perf_counter() - begun, time.process_time() - processor


def phantoms(folder: Path, count: int) -> Path:
    """A folder per class of rendered fields."""
    per_slide = -(-count // (2 * len(FIELD_CLASSES)))
    write_set(folder, classes=tuple(FIELD_CLASSES), slides=2, per_slide=per_slide, size=SIZE, seed=0)
    return folder


if __name__ == "__main__":
    sys.exit(main())
