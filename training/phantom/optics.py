"""From dye to picture: absorption, refraction at edges, blur, light, sensor, compression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.phantom.canvas import DYES, PINK, PURPLE, Canvas
from training.phantom.shapes import Plane, noise
from training.phantom.slide import Camera, Illumination, SlideLook

# The objective focuses green best; red and blue are a little softer (longitudinal chromatic aberration).
_CHROMATIC = (1.12, 1.0, 1.2)


@dataclass(frozen=True, slots=True)
class Capture:
    """How one field was taken: extra blur (Gaussian sigma, um), and exposure (1 = right, 1.5 = washed out)."""

    defocus_um: float = 0.0
    exposure: float = 1.0


def photograph(
    canvas: Canvas, slide: SlideLook, capture: Capture, size: tuple[int, int], seeds: list[np.random.SeedSequence]
) -> NDArray[np.float32]:
    """What the sensor gets of a canvas: float32 RGB (height, width, 3), about 0..255; `size` is (height, width)."""
    ground, sensor = (np.random.default_rng(seed) for seed in seeds)
    light = transmit(canvas, slide, ground) * _refraction(canvas, slide.camera.refraction)[..., None]
    light = _blurred(light, slide.camera.blur_um, capture.defocus_um, canvas.um_per_px)
    light = _shrunk(light, size)
    light = (1 - slide.camera.flare) * light + slide.camera.flare * light.mean(axis=(0, 1))
    light *= _lamp(slide.illumination, size) * (_dust(slide.camera, size) * np.float32(capture.exposure))[..., None]
    return _exposed(light, slide.camera, sensor)


def transmit(canvas: Canvas, slide: SlideLook, rng: np.random.Generator) -> NDArray[np.float32]:
    """Light left after the dyes, 0..1, (rows, columns, 3), by Lambert and Beer."""
    haze = np.clip(1 + 0.5 * noise(rng, canvas.shape, 14 / canvas.um_per_px), 0, 3) * np.float32(slide.smear.haze)
    grit = np.float32(0.006) * noise(rng, canvas.shape, 0.6 / canvas.um_per_px)
    light = np.empty((*canvas.shape, 3), np.float32)
    for channel in range(3):
        density = haze * np.float32(slide.stain.density(PINK)[channel])
        density += grit * np.float32(slide.stain.density(PURPLE)[channel])
        for dye in DYES:
            density += canvas.dyes[dye] * np.float32(slide.stain.density(dye)[channel])
        light[..., channel] = np.exp(-density)
    return light


def _refraction(canvas: Canvas, strength: float) -> Plane:
    """Bright and dark rims where the thickness bends (transport of intensity; Teague 1983, J Opt Soc Am 73:1434)."""
    soft = cv2.GaussianBlur(canvas.thickness, (0, 0), max(0.16 / canvas.um_per_px, 0.6))
    bend = cv2.Laplacian(soft, cv2.CV_32F, ksize=3) / np.float32(4 * canvas.um_per_px**2)
    return np.asarray(1 + np.clip(np.float32(strength) * bend, -0.25, 0.25), np.float32)


def _blurred(light: NDArray[np.float32], blur_um: float, defocus_um: float, um_per_px: float) -> NDArray[np.float32]:
    for channel, softer in enumerate(_CHROMATIC):
        sigma = float(np.hypot(blur_um * softer, defocus_um)) / um_per_px
        light[..., channel] = cv2.GaussianBlur(
            light[..., channel], (0, 0), max(sigma, 0.3), borderType=cv2.BORDER_REFLECT
        )
    return light


def _shrunk(light: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    if light.shape[:2] == size:
        return light
    return np.asarray(cv2.resize(light, size[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _lamp(illumination: Illumination, size: tuple[int, int]) -> NDArray[np.float32]:
    """Light that would reach each pixel without a smear: (height, width, 3), 0..255."""
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in size)
    fall = 1 - np.float32(illumination.vignette / 2) * (y[:, None] ** 2 + x[None, :] ** 2)
    tilt = np.float32(illumination.tilt[0]) * x[None, :] + np.float32(illumination.tilt[1]) * y[:, None]
    return np.asarray((fall + tilt)[..., None] * np.array(illumination.white, np.float32), np.float32)


def _dust(camera: Camera, size: tuple[int, int]) -> Plane:
    """Shadows of specks on the sensor: the same in every field of a slide."""
    rng = np.random.default_rng(camera.dust)
    shadow = np.ones(size, np.float32)
    y, x = (np.arange(side, dtype=np.float32) / np.float32(size[1]) for side in size)
    for _ in range(int(rng.integers(0, 4))):
        at_x, at_y, radius = rng.uniform(0, 1), rng.uniform(0, size[0] / size[1]), rng.uniform(0.006, 0.02)
        away = np.hypot(x[None, :] - np.float32(at_x), y[:, None] - np.float32(at_y)) / np.float32(radius)
        shadow -= np.float32(rng.uniform(0.03, 0.14)) * np.exp(-(away**3))
    return shadow


def _exposed(light: NDArray[np.float32], camera: Camera, rng: np.random.Generator) -> NDArray[np.float32]:
    """Add shot noise, a little smeared by colour interpolation; `camera.noise` is its grey levels at full light."""
    grain = rng.standard_normal(light.shape, dtype=np.float32)
    grain = np.float32(1.1) * np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.45), np.float32)
    spread = np.float32(camera.noise) * np.sqrt(np.clip(light / 255, 0.05, 1))
    return np.asarray(light + spread * grain, np.float32)


def digitise(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Round to the sensor's 8 bits; what is too bright is lost."""
    return np.clip(np.rint(light), 0, 255).astype(np.uint8)


def compress(pixels: NDArray[np.uint8], quality: int | None) -> NDArray[np.uint8]:
    """Leave the traces of JPEG of this quality on RGB pixels; none where it is None."""
    if quality is None:
        return pixels
    done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])
