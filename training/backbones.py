"""Pretrained weights from the shipped cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safetensors import safe_open

from leukdesk import paths
from leukdesk.architectures.weights import layer_variables
from leukdesk.domain.errors import DataError

if TYPE_CHECKING:
    from leukdesk.architectures.registry import Network


def load_backbone(network: Network, name: str) -> None:
    """Fill a network's features from `resources/backbones/<name>.safetensors`; `DataError` where it does not fit."""
    file = paths.resources() / "backbones" / f"{name}.safetensors"
    if not file.is_file():
        raise DataError("there is no such backbone", subject=name, advice=f"Put {file.name} into {file.parent}.")
    variables = dict(layer_variables(network.features))
    with safe_open(file, framework="np") as tensors:
        if set(tensors.keys()) != set(variables):
            raise DataError("does not fit the architecture", subject=file.name, advice="Choose another backbone.")
        for key, variable in variables.items():
            variable.assign(tensors.get_tensor(key))
