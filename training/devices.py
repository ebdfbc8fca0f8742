"""Which devices a run trains on: all local GPUs, through the framework's own data parallelism."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from training.events import EventLog
    from training.recipe import Recipe


@contextmanager
def data_parallel(recipe: Recipe, log: EventLog) -> Iterator[None]:
    """Build and train inside; says which devices are used. One device, or torch, runs as it is."""
    found = gpus()
    log("devices", backend=keras.backend.backend(), gpus=found, cores=os.cpu_count())
    if found and recipe.precision == "mixed":
        keras.mixed_precision.set_global_policy("mixed_float16")
    if len(found) > 1 and keras.backend.backend() == "jax":
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    with mirrored(found):
        yield


@contextmanager
def mirrored(devices: list[str]) -> Iterator[Any]:
    """TensorFlow's MirroredStrategy over several devices; nothing for one device or another backend."""
    if keras.backend.backend() != "tensorflow" or len(devices) < 2:
        yield None
        return
    import tensorflow as tf

    strategy = tf.distribute.MirroredStrategy(devices)
    with strategy.scope():
        yield strategy


def gpus() -> list[str]:
    """Names of the GPUs that Keras sees here, on any backend."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return [device.name.removeprefix("/physical_device:") for device in tf.config.list_physical_devices("GPU")]
    if keras.backend.backend() == "torch":
        import torch

        return [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    return list(keras.distribution.list_devices("gpu"))
