"""What an explanation costs: label + heatmaps of all classes against label alone, and against the usual Keras way.

Run: `python -m benchmarks.explain [MODEL...]`. Each row alternates the contestants image by image in one process, so
that whatever else the machine does falls on all of them alike; medians of the wall clock, in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from leukdesk import paths
from leukdesk.architectures import names
from leukdesk.bundles.library import find, installed
from leukdesk.bundles.load import load_bundle
from leukdesk.inference.export import export_litert
from leukdesk.inference.keras_engine import network_of

HEADER = f"{'bundle':24}{'label':>9} {'+maps':>9} {'ratio':>7} {'predict':>9} {'+eager CAM':>11} {'ratio':>7}\n"


def main() -> int:
    """Print one row a bundle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", help="bundles; all installed ones if none is named")
    parser.add_argument("--images", type=int, default=200)
    arguments = parser.parse_args()
    roots = paths.models_roots()
    chosen = arguments.models or [one.card.name for one in installed(roots, names()) if one.card]
    sys.stdout.write(
        f"{'bundle':24}{'label':>10}{'+maps':>10}{'ratio':>8}{'predict':>10}{'+eager CAM':>12}{'ratio':>8}\n"
    )
    for name in chosen:
        sys.stdout.write(measure(name, arguments.images) + "\n")
    return 0


def measure(name: str, images: int) -> str:
    """One row: milliseconds an image, and how many times our label + maps the eager way costs."""
    bundle = load_bundle(find(paths.models_roots(), names(), name), names())
    card = bundle.card
    network = network_of(card, bundle.weights())
    inputs = np.random.default_rng(0).integers(0, 256, (images, card.input_size, card.input_size, 3), np.uint8)
    label = interpreter(export_litert(network, input_size=card.input_size, label_only=True))
    full = interpreter(bundle.read("model.tflite"))
    model = tf.keras.Model(network.features.input, network.head(network.features.output)[0])
    fast = alternate([label, full], inputs)
    slow = alternate([lambda one: predict(model, one), lambda one: eager(model, network, one)], inputs[: images // 10])
    return (
        f"{name:24}{fast[0]:9.2f} {fast[1]:9.2f} {fast[1] / fast[0]:7.2f} {slow[0]:9.1f} {slow[1]:11.1f} "
        f"{slow[1] / fast[1]:7.0f}"
    )


def interpreter(graph: bytes, threads: int | None = None) -> Callable[[np.ndarray], object]:
    """One LiteRT interpreter, with all cores unless told."""
    from ai_edge_litert.interpreter import Interpreter

    running = Interpreter(model_content=graph, num_threads=threads or os.cpu_count())
    running.allocate_tensors()
    entry = running.get_input_details()[0]["index"]

    def run(one: np.ndarray) -> None:
        running.set_tensor(entry, one[None])
        running.invoke()

    return run


def predict(model: tf.keras.Model, one: np.ndarray) -> object:
    """The label as most programs get it."""
    return model.predict(one[None].astype(np.float32), verbose=0)


def eager(model: tf.keras.Model, network: object, one: np.ndarray) -> None:
    """The label, then Grad-CAM of each class by an eager tape."""
    predict(model, one)
    image = tf.constant(one[None].astype(np.float32))
    for index in range(model.output_shape[-1]):
        with tf.GradientTape() as tape:
            feature_map = network.features(image, training=False)
            tape.watch(feature_map)
            logit = network.head(feature_map, training=False)[0][:, index]
        weights = tf.reduce_mean(tape.gradient(logit, feature_map), axis=(1, 2), keepdims=True)
        tf.nn.relu(tf.reduce_sum(weights * feature_map, -1)).numpy()


def alternate(contestants: list[Callable[[np.ndarray], object]], inputs: np.ndarray) -> list[float]:
    """Median milliseconds of each contestant."""
    spent: list[list[float]] = [[] for _ in contestants]
    for one in [*inputs[:3], *inputs]:
        for times, contestant in zip(spent, contestants, strict=True):
            begun = time.perf_counter()
            contestant(one)
            times.append(1000 * (time.perf_counter() - begun))
    return [statistics.median(times[3:]) for times in spent]


if __name__ == "__main__":
    sys.exit(main())
