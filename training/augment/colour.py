"""Operations on brightness and colour. All keep the shape (height, width, 3), round once and clip to 0..255."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.augment.pixels import Image, as_image, between

if TYPE_CHECKING:
    from collections.abc import Sequence

# ITU-R BT.601 luma, as in cv2.COLOR_RGB2GRAY and Pillow's "L".
_LUMA = np.array([0.299, 0.587, 0.114])


def brightness(image: Image, rng: np.random.Generator, *, delta: Sequence[float]) -> Image:
    """Add one number, drawn as a share of full scale (tf.image.random_brightness)."""
    return _levels(image, 1.0, 255 * between(rng, delta))


def contrast(image: Image, rng: np.random.Generator, *, factor: Sequence[float]) -> Image:
    """Stretch about the image's mean luminance (torchvision's adjust_contrast)."""
    gain = between(rng, factor)
    mean = float(np.dot(cv2.mean(image)[:3], _LUMA))
    return _levels(image, gain, mean * (1 - gain))


def linear_contrast(image: Image, rng: np.random.Generator, *, factor: Sequence[float]) -> Image:
    """Stretch about the middle of the scale, 127 + factor * (value - 127) (imgaug's LinearContrast)."""
    gain = between(rng, factor)
    return _levels(image, gain, 127 * (1 - gain))


def saturation(image: Image, rng: np.random.Generator, *, factor: Sequence[float]) -> Image:
    """Blend with the image's own luminance: 0 is grey, 1 unchanged, above 1 more colourful."""
    return _saturate(image, between(rng, factor))


def multiply(image: Image, rng: np.random.Generator, *, factor: Sequence[float], per_channel: float) -> Image:
    """Multiply by one factor; with probability `per_channel` by one for each channel."""
    separate = rng.random() < per_channel
    gains = [between(rng, factor) for _ in range(3 if separate else 1)] * (1 if separate else 3)
    return as_image(cv2.transform(image, np.diag(gains)))


def hue(image: Image, rng: np.random.Generator, *, degrees: Sequence[float]) -> Image:
    """Turn every hue of the HSV colour circle by the same number of degrees (in steps of 360/256)."""
    return rotate_hue(image, between(rng, degrees))


def grey(image: Image, rng: np.random.Generator) -> Image:
    """The luminance on all three channels; what is left is shape, texture and staining strength."""
    return to_grey(image)


def colour_jitter(
    image: Image,
    rng: np.random.Generator,
    *,
    brightness: Sequence[float],
    contrast: Sequence[float],
    saturation: Sequence[float],
    hue: Sequence[float],
) -> Image:
    """Brightness (a factor), contrast, saturation (factors) and hue (degrees) at once, in this order."""
    gain, stretch = between(rng, brightness), between(rng, contrast)
    mean = gain * float(np.dot(cv2.mean(image)[:3], _LUMA))
    levelled = _levels(image, gain * stretch, mean * (1 - stretch))
    return rotate_hue(_saturate(levelled, between(rng, saturation)), between(rng, hue))


def rotate_hue(image: Image, degrees: float) -> Image:
    """The image with every HSV hue turned by `degrees`; unchanged where that is less than one step of 360/256."""
    steps = round(degrees * 256 / 360) % 256
    if steps == 0:
        return image
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV_FULL)
    hsv[..., 0] += np.uint8(steps)  # wraps at 256, as the circle does
    return as_image(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL))


def to_grey(image: Image) -> Image:
    """Luminance (BT.601) on all three channels."""
    return as_image(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))


def _saturate(image: Image, factor: float) -> Image:
    matrix = factor * np.eye(3) + (1 - factor) * np.tile(_LUMA, (3, 1))
    return as_image(cv2.transform(image, matrix))


def _levels(image: Image, gain: float, offset: float) -> Image:
    """gain * value + offset through a table of the 256 values."""
    values = np.arange(256) * gain + offset
    return as_image(cv2.LUT(image, np.clip(np.rint(values), 0, 255).astype(np.uint8)))
