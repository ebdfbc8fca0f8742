"""Which pretrained weights go with which architecture, and whether they lie on this machine. Needs no Keras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk import paths
from leukdesk.domain.errors import DataError

if TYPE_CHECKING:
    from training.recipe import Recipe

IMAGENET = "imagenet"


@dataclass(frozen=True, slots=True)
class Pretrained:
    """ImageNet weights of one architecture: a file stem, the input scaling they were trained with, where they are from.

    `application` is the class of `keras.applications` that fetches them; empty where they are shipped.
    """

    file: str
    scaling: str
    application: str = ""


def _of_keras(application: str, scaling: str) -> tuple[Pretrained, ...]:
    return (Pretrained(f"{application.lower()}-keras", scaling, application),)


PRETRAINED: Mapping[str, tuple[Pretrained, ...]] = {
    "mobilenet": _of_keras("MobileNet", "signed"),
    "mobilenetv2": (Pretrained("mobilenetv2-imagenet", "imagenet"), *_of_keras("MobileNetV2", "signed")),
    "vgg16": _of_keras("VGG16", "caffe"),
    "vgg16_eca": _of_keras("VGG16", "caffe"),
    "vgg19": _of_keras("VGG19", "caffe"),
    "resnet50": _of_keras("ResNet50", "caffe"),
    "resnet101": _of_keras("ResNet101", "caffe"),
    "densenet121": _of_keras("DenseNet121", "imagenet"),
    "densenet169": _of_keras("DenseNet169", "imagenet"),
    "densenet201": _of_keras("DenseNet201", "imagenet"),
    "inceptionv3": _of_keras("InceptionV3", "signed"),
    "efficientnetb0": _of_keras("EfficientNetB0", "imagenet_255"),
    "efficientnetb0_attention": _of_keras("EfficientNetB0", "imagenet_255"),
    "efficientnetb7": _of_keras("EfficientNetB7", "imagenet_255"),
    "efficientnet_lite0": (Pretrained("efficientnet_lite0-imagenet", "imagenet"),),
}


def pretrained(recipe: Recipe) -> Pretrained:
    """The ImageNet weights that fit the recipe; `DataError` where there are none for its network or its scaling."""
    name = recipe.architecture.name
    scaling = recipe.architecture.parameters.get("scaling")
    known = PRETRAINED.get(name, ())
    for one in known:
        if one.scaling == scaling:
            return one
    kinds = " or ".join(one.scaling for one in known)
    advice = f"Write scaling = {kinds} among its parameters." if known else 'Remove backbone = "imagenet".'
    raise DataError(
        f"there are no ImageNet weights of {name} for the scaling {scaling}", subject=recipe.name, advice=advice
    )


def local_file(one: Pretrained) -> Path | None:
    """Where these weights lie on this machine, shipped or in the user's cache; None where they do not."""
    folders = (paths.resources() / "backbones", paths.cache() / "backbones")
    files = (folder / f"{one.file}.safetensors" for folder in folders)
    return next((file for file in files if file.is_file()), None)


def backbone_is_here(recipe: Recipe) -> bool:
    """Whether what the recipe begins with need not be fetched: it lies here, or the recipe begins from nothing."""
    if not recipe.backbone:
        return True
    if recipe.backbone == IMAGENET:
        return local_file(pretrained(recipe)) is not None
    return (paths.resources() / "backbones" / f"{recipe.backbone}.safetensors").is_file()
