"""PatchCamelyon comes as HDF5 (Veeling et al. 2018): check the files, and write patches as class folders."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from leukdesk.domain.errors import DataError, OutputError

SIDES = ("train", "valid", "test")
CLASSES = ("normal", "tumour")
_PATCHES = {"train": 262144, "valid": 32768, "test": 32768}


def check_files(folder: Path, md5: Mapping[str, str]) -> tuple[str, ...]:
    """One line for each of the six files, packed (by MD5) or unpacked (by the shape of its content); "ok" ends it."""
    return tuple(_check(folder / packed, expected) for packed, expected in md5.items())


def export(folder: Path, out: Path, *, per_class: int, seed: int = 0) -> int:
    """Write up to `per_class` patches of each class and side as `out/<side>/<class>/<number>.png`; returns how many.

    Chosen at random by `seed`; numbers are positions in the HDF5 file. Raises `DataError` (no files) and `OutputError`.
    """
    import cv2
    import h5py

    written = 0
    rng = np.random.default_rng(seed)
    for side in SIDES:
        with h5py.File(_unpacked(folder, side, "x")) as patches, h5py.File(_unpacked(folder, side, "y")) as labels:
            truth = labels["y"][:].reshape(-1)
            for number, label in enumerate(CLASSES):
                target = out / side / label
                chosen = rng.permutation(np.flatnonzero(truth == number))[:per_class]
                for index in np.sort(chosen):
                    patch = cv2.cvtColor(patches["x"][int(index)], cv2.COLOR_RGB2BGR)
                    _write(target / f"{int(index):06}.png", cv2.imencode(".png", patch)[1].tobytes())
                written += len(chosen)
    return written


def _check(packed: Path, expected: str) -> str:
    if packed.is_file():
        with packed.open("rb") as stream:
            actual = hashlib.file_digest(stream, "md5").hexdigest()
        return f"{packed.name}: {'ok' if actual == expected else 'damaged, download it again'}"
    unpacked = packed.with_suffix("")
    if not unpacked.is_file():
        return f"{unpacked.name}: missing"
    side, part = unpacked.stem.split("_")[-2:]
    shape = _shape(unpacked, part)
    wanted = (_PATCHES[side], *((96, 96, 3) if part == "x" else (1, 1, 1)))
    return f"{unpacked.name}: {'ok' if shape == wanted else f'holds {shape} instead of {wanted}'}"


def _shape(path: Path, part: str) -> Any:
    import h5py

    try:
        with h5py.File(path) as content:
            return tuple(content[part].shape)
    except (OSError, KeyError) as error:
        raise DataError("is no PatchCamelyon file", subject=path, advice="Download it again and unpack it.") from error


def _unpacked(folder: Path, side: str, part: str) -> Path:
    path = folder / f"camelyonpatch_level_2_split_{side}_{part}.h5"
    if not path.is_file():
        raise DataError("is not there", subject=path, advice="Download and unpack (gunzip) the six files first.")
    return path


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        advice = "Check the free space and the permissions of the folder."
        raise OutputError(f"could not be written: {error.strerror}", subject=path, advice=advice) from error
