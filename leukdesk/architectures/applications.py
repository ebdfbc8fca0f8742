"""Backbones of `keras.applications`, without weights (training fills them from a local cache), with a linear head."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras

from leukdesk.architectures.parts import backbone_features, described_features, linear_head

Halves = tuple[keras.Model, keras.Model]


def _application(constructor: str, size: int, outputs: int, *, scaling: str, dropout: float, **options: Any) -> Halves:
    features = application_features(constructor, size, scaling, **options)
    return features, linear_head(features, outputs, dropout)


def mobilenetv2(
    size: int, outputs: int, *, scaling: str, alpha: float, dropout: float, texture: str
) -> tuple[keras.Model, keras.Model, Any]:
    """MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381); `texture` names the layer whose map describes the image."""
    backbone = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(size, size, 3), alpha=alpha, name="backbone"
    )
    features, described = described_features(backbone, size, scaling, texture)
    return features, linear_head(features, outputs, dropout), described


def application_features(constructor: str, size: int, scaling: str, **options: Any) -> keras.Model:
    """A headless `keras.applications` network behind its input scaling, with random weights."""
    make = getattr(keras.applications, constructor)
    backbone = make(include_top=False, weights=None, input_shape=(size, size, 3), name="backbone", **options)
    return backbone_features(backbone, size, scaling)


mobilenet = partial(_application, "MobileNet")  # Howard et al. 2017, arXiv:1704.04861
vgg16 = partial(_application, "VGG16")  # Simonyan & Zisserman 2014, arXiv:1409.1556
vgg19 = partial(_application, "VGG19")
resnet50 = partial(_application, "ResNet50")  # He et al. 2015, arXiv:1512.03385
resnet101 = partial(_application, "ResNet101")
densenet121 = partial(_application, "DenseNet121")  # Huang et al. 2016, arXiv:1608.06993
densenet169 = partial(_application, "DenseNet169")
densenet201 = partial(_application, "DenseNet201")
inceptionv3 = partial(_application, "InceptionV3")  # Szegedy et al. 2015, arXiv:1512.00567
efficientnetb0 = partial(_application, "EfficientNetB0")  # Tan & Le 2019, arXiv:1905.11946
efficientnetb7 = partial(_application, "EfficientNetB7")
