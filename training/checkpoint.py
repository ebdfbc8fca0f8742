"""A run's state at an epoch boundary: enough to go on as if it had never stopped."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save

from leukdesk.architectures.registry import Network
from leukdesk.architectures.weights import assign_weights, collect_weights
from leukdesk.bundles.weights import encode_tensors
from leukdesk.domain.errors import OutputError


def write_atomically(path: Path, data: bytes) -> None:
    """Write, flush to the disk, then rename: a crash leaves the old file or the new one. Raises `OutputError`."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> OutputError:
    """What a full or read-only disk means for a run."""
    return OutputError(
        f"could not be written: {error.strerror}",
        subject=path,
        advice="Free some space or correct the permissions; a run then goes on with `leukdesk-train resume`.",
    )


def save_weights(network: Network, path: Path) -> None:
    """The network's weights under our names."""
    write_atomically(path, encode_tensors(collect_weights(network)))


def load_weights(network: Network, path: Path) -> None:
    """Fill the network from a file of `save_weights`."""
    assign_weights(network, load_file(path))


def save_checkpoint(folder: Path, network: Network, optimizer: Any, state: dict[str, Any]) -> None:
    """Weights, optimizer variables and state in one file, so that they can never be of different epochs."""
    tensors = {f"network/{name}": array for name, array in collect_weights(network).items()}
    for index, variable in enumerate(optimizer.variables):
        tensors[f"optimizer/{index:04d}"] = np.asarray(variable, order="C")
    data = save(tensors, metadata={"state": json.dumps(state)})
    write_atomically(folder / "checkpoint.safetensors", data)


def read_state(folder: Path) -> dict[str, Any] | None:
    """The state of the last checkpoint, None where there is none."""
    file = folder / "checkpoint.safetensors"
    if not file.is_file():
        return None
    from safetensors import safe_open

    with safe_open(file, framework="np") as tensors:
        state: dict[str, Any] = json.loads(tensors.metadata()["state"])
        return state


def load_checkpoint_weights(folder: Path, network: Network) -> None:
    """Fill the network from the last checkpoint."""
    tensors = load_file(folder / "checkpoint.safetensors")
    assign_weights(network, {name[8:]: array for name, array in tensors.items() if name.startswith("network/")})


def load_checkpoint_optimizer(folder: Path, optimizer: Any) -> None:
    """Fill a built optimizer from the last checkpoint."""
    tensors = load_file(folder / "checkpoint.safetensors")
    for index, variable in enumerate(optimizer.variables):
        variable.assign(tensors[f"optimizer/{index:04d}"])
