"""The registry: name -> parameters and a builder that is imported only when it is used.

To add an architecture: 1. write its builder in a file of this folder, 2. add one `Spec` here; the test parametrised by
`names()` then builds, explains, exports and compares it. A builder returns (features, head):

- features: float32 RGB in 0..255, (n, size, size, 3) -> feature map (n, rows, columns, channels); it scales its input.
- head: feature map -> (logits (n, outputs), embedding (n, width)); outputs is the number of classes, or 1 where the
  parameter `single_logit` (every architecture has it) asks for one sigmoid, whose logit z is published as [0, z].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leukdesk.domain.card import Parameter
from leukdesk.domain.errors import BundleError, BundleReason

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True)
class Spec:
    """One architecture: where its builder is and what may be set. `smallest` is the least legal input size in px."""

    builder: str  # "module:function" in this folder
    defaults: Mapping[str, Parameter]
    smallest: int = 32


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The two halves of a model; Grad-CAM is taken at the cut between them."""

    features: keras.Model
    head: keras.Model


def _spec(builder: str, *, smallest: int = 32, **defaults: Parameter) -> Spec:
    return Spec(builder, MappingProxyType({"single_logit": False, **defaults}), smallest)


ARCHITECTURES: Mapping[str, Spec] = MappingProxyType(
    {
        "mobilenetv2": _spec("applications:mobilenetv2", scaling="signed", alpha=1.0, dropout=0.2),
        "compact_cnn": _spec("sequential:compact_cnn", filters=(16.0, 32.0, 64.0, 96.0), dropout=0.2),
    }
)


def names() -> tuple[str, ...]:
    """All architectures, sorted; costs nothing."""
    return tuple(sorted(ARCHITECTURES))


def resolve(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The full parameters of an architecture; refuses unknown names and wrong types with `BundleError`."""
    if name not in ARCHITECTURES:
        raise BundleError(
            f'the architecture "{name}" is not known to this version of leukdesk',
            reason=BundleReason.UNKNOWN_ARCHITECTURE,
            advice=f"Known are: {', '.join(names())}.",
        )
    defaults = ARCHITECTURES[name].defaults
    for key, value in parameters.items():
        if key not in defaults or not _same_kind(defaults[key], value):
            raise BundleError(
                f'"{key} = {value!r}" is no parameter of the architecture "{name}"',
                reason=BundleReason.UNKNOWN_ARCHITECTURE,
                advice=f"It has: {dict(defaults)}.",
            )
    return {**defaults, **parameters}


def _same_kind(default: Parameter, value: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, tuple):
        return isinstance(value, tuple | list) and all(isinstance(one, int | float) for one in value)
    return isinstance(value, type(default))


def build(name: str, *, input_size: int, classes: int, parameters: Mapping[str, Any]) -> Network:
    """Build an untrained network. Raises `BundleError` for an unknown architecture, parameter or too small an input."""
    full = resolve(name, parameters)
    outputs = _outputs(classes, single_logit=full.pop("single_logit"))
    spec = ARCHITECTURES[name]
    if input_size < spec.smallest:
        raise BundleError(
            f'the architecture "{name}" needs an input of at least {spec.smallest} px, not {input_size}',
            reason=BundleReason.BAD_MANIFEST,
            advice="Choose a larger input size in the recipe.",
        )
    module, function = spec.builder.split(":")
    builder = getattr(import_module(f"leukdesk.architectures.{module}"), function)
    features, head = builder(input_size, outputs, **full)
    return Network(features, head)


def _outputs(classes: int, *, single_logit: bool) -> int:
    if single_logit and classes != 2:
        raise BundleError(
            f"one logit tells two classes apart, not {classes}",
            reason=BundleReason.BAD_MANIFEST,
            advice="Set single_logit to false in the recipe.",
        )
    return 1 if single_logit else classes
