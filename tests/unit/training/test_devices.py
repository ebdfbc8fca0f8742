"""Training on several devices at once gives what one device gives."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import json, sys
import numpy as np
import tensorflow as tf
if sys.argv[1] == "2":
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
import keras
from leukdesk.architectures import build
from training.devices import mirrored
from training.pipeline import Batches

devices = [device.name for device in tf.config.list_logical_devices("CPU")]
keras.utils.set_random_seed(0)
with mirrored(devices) as strategy:
    halves = build("compact_cnn", input_size=32, classes=2, parameters={"filters": (4.0, 8.0), "dropout": 0.0})
    for layer in halves.features.layers:  # statistics of a batch differ from those of its halves
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    model = keras.Model(halves.features.input, halves.head(halves.features.output)[0])
    model.compile(keras.optimizers.SGD(0.01), keras.losses.CategoricalCrossentropy(from_logits=True), jit_compile=False)
inputs = np.random.default_rng(0).integers(0, 256, (32, 32, 32, 3), np.uint8)
inputs[::2] //= 2
batches = Batches(
    inputs, np.arange(32) % 2, [str(one) for one in range(32)], classes=2, batch=8, seed=0, epoch=0, augment=None,
    weights=None,
)
model.fit(batches, epochs=2, verbose=0, shuffle=False)
weights = [np.asarray(one) for one in model.get_weights()]
print(json.dumps({
    "replicas": 1 if strategy is None else strategy.num_replicas_in_sync,
    "weights": [float(np.abs(one).sum()) for one in weights],
}))
"""


def trained(devices: int) -> dict:
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(devices)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_train_to_the_weights_of_one():
    one, two = trained(1), trained(2)
    assert (one["replicas"], two["replicas"]) == (1, 2)
    assert max(abs(a - b) for a, b in zip(one["weights"], two["weights"], strict=True)) < 1e-3
