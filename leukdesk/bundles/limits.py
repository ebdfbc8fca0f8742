"""How large a bundle may be. Checked before anything of that size is read or allocated."""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

MANIFEST_BYTES: Final = 1 * MIB
SIGNATURE_BYTES: Final = 64 * 1024
# The largest published network (VGG19 with its dense layers, 144 M float32 parameters) takes 575 MB.
NETWORK_BYTES: Final = 1024 * MIB
NOVELTY_BYTES: Final = 256 * MIB
OTHER_BYTES: Final = 16 * MIB
FOLDER_BYTES: Final = 2560 * MIB
ENTRIES: Final = 512  # files and folders together
TENSORS: Final = 10_000
TENSOR_HEADER_BYTES: Final = 4 * MIB
TENSOR_DIMENSIONS: Final = 8

_BY_NAME: Final = {
    "bundle.json": MANIFEST_BYTES,
    "signature.json": SIGNATURE_BYTES,
    "weights.safetensors": NETWORK_BYTES,
    "model.tflite": NETWORK_BYTES,
    "novelty.safetensors": NOVELTY_BYTES,
}


def most_bytes(name: str) -> int:
    """The largest size accepted of one file of a bundle."""
    return _BY_NAME.get(name, OTHER_BYTES)
