"""Whether TensorFlow could use a GPU here, found out without importing TensorFlow."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gpu:
    """`usable`, and in a sentence why or why not."""

    usable: bool
    reason: str


def probe_gpu() -> Gpu:
    """Ask the driver, then look for the CUDA libraries that TensorFlow needs."""
    if sys.platform == "win32":
        return Gpu(False, "TensorFlow has no GPU support on native Windows; inside WSL 2 it has")
    if sys.platform == "darwin":
        return Gpu(False, "no CUDA on macOS")
    devices = _cuda_devices()
    if isinstance(devices, str):
        return Gpu(False, devices)
    if importlib.util.find_spec("tensorflow") is None:
        return Gpu(False, "a GPU is there, but TensorFlow is not installed")
    if not _has_cuda_libraries():
        return Gpu(False, "a GPU is there, but TensorFlow's CUDA libraries are not: install leukdesk[gpu]")
    return Gpu(True, f"{devices} NVIDIA GPU{'s' if devices > 1 else ''}")


def why_no_gpu() -> str:
    """The reason in words, empty where a GPU can be used."""
    gpu = probe_gpu()
    return "" if gpu.usable else gpu.reason


def _cuda_devices() -> int | str:
    """Number of CUDA devices, or why there are none."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return "no NVIDIA driver found"
    if driver.cuInit(0) != 0:
        return "the NVIDIA driver does not answer"
    count = ctypes.c_int(0)
    if driver.cuDeviceGetCount(ctypes.byref(count)) != 0 or count.value == 0:
        return "no NVIDIA GPU found"
    return count.value


def _has_cuda_libraries() -> bool:
    if importlib.util.find_spec("nvidia") is not None and importlib.util.find_spec("nvidia.cudnn") is not None:
        return True
    try:
        ctypes.CDLL("libcudnn.so.9")
    except OSError:
        return False
    return True
