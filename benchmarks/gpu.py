"""Images a second on a GPU: shipped bundles without and with heatmaps, and training. Without a GPU: "not run".

Run: `python -m benchmarks.gpu [--record]`, on whatever backend Keras has (`KERAS_BACKEND=tensorflow`, `jax`, `torch`).
Heatmaps come from the program's own graph, which is TensorFlow's; on another backend that row says so.
`--record` writes docs/results/measurements/gpu.json, from which `leukdesk-train page` makes its table, and only where
there is a GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from leukdesk import paths
from leukdesk.architectures import Network, build, names
from leukdesk.architectures.weights import assign_weights
from leukdesk.bundles.load import Bundle, load_bundle
from training.devices import gpus
from training.pipeline import Batches

BATCH, TURNS, TRAINING_IMAGES, SIZE, CLASSES = 128, 7, 2048, 224, 4
TRAINED = ("mobilenetv2", "resnet50")
RECORD = paths.shipped() / "docs" / "results" / "measurements" / "gpu.json"


def main() -> int:
    """Print one row a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help=f"also write {RECORD.name}")
    arguments = parser.parse_args()
    devices = gpus()
    if not devices:
        sys.stdout.write(
            "bundles with and without heatmaps, and training, on a GPU: not run (Keras sees no GPU here)\n"
        )
        return 0
    rows = []
    for what, rate in measurements():
        rows.append({"what": what, "images_per_s": rate})
        sys.stdout.write(f"{what:60}{'not run' if rate is None else f'{rate:10.0f} images/s'}\n")
    if arguments.record:
        facts = {"device": device(devices), "backend": backend(), "rows": rows}
        RECORD.parent.mkdir(parents=True, exist_ok=True)
        RECORD.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 0


def measurements() -> Iterator[tuple[str, float | None]]:
    """(what, images a second); None where this backend cannot."""
    for folder in sorted(one.parent for one in (paths.shipped() / "models").glob("*/bundle.json")):
        bundle = load_bundle(folder, names())
        network = filled(bundle)
        yield f"{folder.name}, label, batches of {BATCH}", labels(network)
        yield f"{folder.name}, label and heatmaps, batches of {BATCH}", maps(network, bundle.card.input_size)
    for name in TRAINED:
        yield f"training all of {name}, batches of {BATCH}", training(name)


def filled(bundle: Bundle) -> Network:
    """The bundle's network on whatever backend this is."""
    card = bundle.card
    network = build(
        card.architecture.name,
        input_size=card.input_size,
        classes=len(card.classes),
        parameters=card.architecture.parameters,
    )
    assign_weights(network, bundle.weights())
    return network


def labels(network: Network) -> float:
    """Images a second through the network alone."""
    model = keras.Model(network.features.input, network.head(network.features.output)[0])
    inputs = pictures(BATCH, model.input_shape[1]).astype(np.float32)
    return rate(lambda: model.predict_on_batch(inputs), BATCH)


def maps(network: Network, size: int) -> float | None:
    """Images a second through the program's own graph, which also gives the maps of all classes."""
    if keras.backend.backend() != "tensorflow":
        return None
    from leukdesk.inference.keras_engine import KerasEngine

    engine, inputs = KerasEngine(network, input_size=size), pictures(BATCH, size)
    return rate(lambda: engine.run(inputs), BATCH)


def training(name: str) -> float:
    """Images a second of an epoch from our pipeline, plain, after one to warm up."""
    halves = build(name, input_size=SIZE, classes=CLASSES, parameters={})
    model = keras.Model(halves.features.input, halves.head(halves.features.output)[0])
    model.compile(keras.optimizers.Adam(1e-4), keras.losses.CategoricalCrossentropy(from_logits=True))
    inputs = pictures(TRAINING_IMAGES, SIZE)
    names_of = [str(index) for index in range(TRAINING_IMAGES)]
    batches = Batches(
        inputs,
        np.arange(TRAINING_IMAGES) % CLASSES,
        names_of,
        classes=CLASSES,
        batch=BATCH,
        seed=0,
        epoch=0,
        augment=None,
        weights=None,
    )
    return rate(lambda: model.fit(batches, epochs=1, verbose=0, shuffle=False), TRAINING_IMAGES, turns=3)


def pictures(count: int, size: int) -> np.ndarray:
    """Noise: what is in them does not matter for speed."""
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), np.uint8)


def rate(run: Callable[[], Any], images: int, *, turns: int = TURNS) -> float:
    """Images a second, by the median of several turns after one to warm up."""
    run()
    spent = []
    for _ in range(turns):
        begun = time.perf_counter()
        run()
        spent.append(time.perf_counter() - begun)
    return round(images / statistics.median(spent), 1)


def device(found: list[str]) -> str:
    """The GPUs in words, from the driver where it answers."""
    try:
        asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        told = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True).stdout.split("\n")
        return ", ".join(filter(None, told))
    except (OSError, subprocess.SubprocessError):
        return ", ".join(found)


def backend() -> str:
    """Keras' backend and its version."""
    from importlib.metadata import version

    return f"{keras.backend.backend()} {version(keras.backend.backend())}"


if __name__ == "__main__":
    sys.exit(main())
