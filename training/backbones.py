"""What a network's features begin with: shipped weights, Keras' own ImageNet weights, an earlier run, or nothing."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from leukdesk import paths
from leukdesk.architectures.weights import flat_layers, layer_variables
from leukdesk.bundles.weights import encode_tensors
from leukdesk.domain.errors import DataError
from training.backbone_files import IMAGENET, Pretrained, local_file, pretrained
from training.checkpoint import write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures.registry import Network
    from training.events import EventLog
    from training.recipe import Recipe

_HOST = "https://storage.googleapis.com/"
_TIMEOUT_S = 5.0
_PX = 224  # at which weights are fetched; convolutions do not depend on it

Tensors = Mapping[str, "NDArray[Any]"]


def begin_features(network: Network, recipe: Recipe, start_from: Path | None, log: EventLog) -> None:
    """Fill a new network's features with what the recipe begins with, and say so. Raises `DataError`."""
    if start_from is not None:
        load_features(network, start_from)
        log("backbone", origin="an earlier run", recipe=recipe.start_from)
    elif recipe.backbone == IMAGENET:
        _begin_imagenet(network, recipe, log)
    elif recipe.backbone:
        load_backbone(network, recipe.backbone)
        log("backbone", origin=recipe.backbone)


def load_backbone(network: Network, name: str) -> None:
    """Fill a network's features from `resources/backbones/<name>.safetensors`; `DataError` where it does not fit."""
    file = paths.resources() / "backbones" / f"{name}.safetensors"
    if not file.is_file():
        raise DataError("there is no such backbone", subject=name, advice=f"Put {file.name} into {file.parent}.")
    _assign(network, _read(file), file.name)


def load_features(network: Network, weights: Path) -> None:
    """Fill a network's features with those another run trained; its head, and its input size, may be others."""
    half = {name.removeprefix("features/"): one for name, one in _read(weights).items() if name.startswith("features/")}
    _assign(network, half, weights.name)


def _begin_imagenet(network: Network, recipe: Recipe, log: EventLog) -> None:
    one = pretrained(recipe)
    if (file := local_file(one)) is not None:
        _assign(network, _read(file), file.name)
        log("backbone", origin=one.file)
        return
    problem = fetch(one)
    if problem:
        log("backbone", origin="none", problem=problem)
        log("notice", text=f"{problem}: {one.application} is trained from scratch, which needs far more images.")
        return
    _begin_imagenet(network, recipe, log)


def fetch(one: Pretrained) -> str:
    """Fetch weights through Keras into the user's cache; what went wrong, in words, or "" where nothing did."""
    if problem := unreachable(_HOST):
        return problem
    try:
        model = getattr(keras.applications, one.application)(
            include_top=False, weights="imagenet", input_shape=(_PX, _PX, 3)
        )
    except Exception as error:
        if type(error) is not Exception:  # which is all that Keras says of a failed download
            raise
        return f"The ImageNet weights could not be fetched ({error})"
    target = paths.cache() / "backbones" / f"{one.file}.safetensors"
    write_atomically(target, encode_tensors(without_normalisation(model)))
    return ""


def unreachable(url: str) -> str:
    """Why nothing can be fetched from there, in words; "" where a server answers."""
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S):
            return ""
    except urllib.error.HTTPError:
        return ""  # it answers, if only to say that there is no such page
    except OSError:
        return "There are no ImageNet weights on this machine and no network to fetch them"


def without_normalisation(model: Any) -> dict[str, NDArray[np.float32]]:
    """A Keras backbone's weights by our names, its input normalisation replaced by one that changes nothing.

    EfficientNet keeps mean and variance of the input as weights; ours stand in the scaling (`imagenet_255`), where a
    network loaded from a file cannot forget to apply them.
    """
    arrays = {name: np.asarray(variable, np.float32) for name, variable in layer_variables(model)}
    weighted = [layer for layer in flat_layers(model) if layer.weights]
    for index, layer in enumerate(weighted):
        if isinstance(layer, keras.layers.Normalization):
            arrays |= {f"{index:04d}/mean": np.zeros(3, np.float32), f"{index:04d}/variance": np.ones(3, np.float32)}
    return arrays


def _read(file: Path) -> dict[str, NDArray[Any]]:
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise DataError("cannot be read as weights", subject=file, advice="Delete it and train again.") from error


def _assign(network: Network, tensors: Tensors, subject: str) -> None:
    """Put tensors into the features; layers behind the backbone (`vgg16_eca`) keep what they have."""
    variables = dict(layer_variables(network.features))
    fit = tensors and all(name in variables and tuple(variables[name].shape) == tensors[name].shape for name in tensors)
    layers_behind = {name.split("/")[0] for name in variables.keys() - tensors.keys()}
    if not fit or any(layer <= max(tensors).split("/")[0] for layer in layers_behind):
        raise DataError("does not fit the architecture", subject=subject, advice="Choose another backbone.")
    for name, tensor in tensors.items():
        variables[name].assign(tensor)
