"""The registry: name -> parameters and a builder that is imported only when it is used.

To add an architecture: 1. write its builder in a file of this folder, 2. add one `Spec` here; the test parametrised by
`names()` then builds, explains, exports and compares it. A builder returns (features, head), and may add
the `texture` tensor of `Network`:

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
    """The two halves of a model; Grad-CAM is taken at the cut between them.

    `texture` is the symbolic mean over positions of an earlier map of `features`, (n, channels), or None. Where it is
    asked for it is the embedding that novelty is measured in: the last map keeps what tells the classes apart, an
    earlier one also what tells their images from others (docs/decisions/0008).
    """

    features: keras.Model
    head: keras.Model
    texture: Any = None


def _spec(builder: str, *, smallest: int = 32, single_logit: bool = False, **defaults: Parameter) -> Spec:
    return Spec(builder, MappingProxyType({"single_logit": single_logit, **defaults}), smallest)


def _application(name: str, *, scaling: str, smallest: int = 32) -> Spec:
    return _spec(f"applications:{name}", smallest=smallest, scaling=scaling, dropout=0.2)


ARCHITECTURES: Mapping[str, Spec] = MappingProxyType(
    {
        "mobilenet": _application("mobilenet", scaling="signed"),
        "mobilenetv2": _spec("applications:mobilenetv2", scaling="signed", alpha=1.0, dropout=0.2, texture=""),
        "vgg16": _application("vgg16", scaling="caffe"),
        "vgg19": _application("vgg19", scaling="caffe"),
        "resnet50": _application("resnet50", scaling="caffe"),
        "resnet101": _application("resnet101", scaling="caffe"),
        "densenet121": _application("densenet121", scaling="imagenet"),
        "densenet169": _application("densenet169", scaling="imagenet"),
        "densenet201": _application("densenet201", scaling="imagenet"),
        "inceptionv3": _application("inceptionv3", scaling="signed", smallest=75),
        "efficientnetb0": _application("efficientnetb0", scaling="none"),
        "efficientnetb7": _application("efficientnetb7", scaling="none"),
        "efficientnet_lite0": _spec("lite:efficientnet_lite0", scaling="imagenet", dropout=0.2),
        "efficientnetb0_attention": _spec(
            "attention:efficientnetb0_attention", scaling="none", heads=4, key_width=64, slope=0.1
        ),
        "vgg16_eca": _spec("attention:vgg16_eca", scaling="caffe", dropout=0.5, kernel=5),
        "cml1": _spec("sequential:cml1", dropout=0.3),
        "simple_cnn": _spec("sequential:simple_cnn", single_logit=True),
        "sequential_cnn": _spec("sequential:sequential_cnn", smallest=48, dropout=0.5),
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
    return Network(*builder(input_size, outputs, **full))


def _outputs(classes: int, *, single_logit: bool) -> int:
    if single_logit and classes != 2:
        raise BundleError(
            f"one logit tells two classes apart, not {classes}",
            reason=BundleReason.BAD_MANIFEST,
            advice="Set single_logit to false in the recipe.",
        )
    return 1 if single_logit else classes
