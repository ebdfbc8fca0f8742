"""What all fields of one slide share: stain, light, camera, how the blood was spread. One slide is one patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from training.phantom.canvas import BLUE, PINK, PURPLE, RED

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Stain:
    """Optical density (natural logarithm) in red, green and blue of a typical amount of each dye."""

    name: str
    red: Rgb
    purple: Rgb
    blue: Rgb
    pink: Rgb

    def density(self, dye: str) -> Rgb:
        """The optical density of one dye of `canvas.DYES`."""
        return {RED: self.red, PURPLE: self.purple, BLUE: self.blue, PINK: self.pink}[dye]


@dataclass(frozen=True, slots=True)
class Illumination:
    """Light where there is no smear: colour (0..255), tilt across and down the field, fall-off to the corners."""

    white: Rgb
    tilt: tuple[float, float]
    vignette: float


@dataclass(frozen=True, slots=True)
class Camera:
    """Objective and sensor: blur (Gaussian sigma, um), refraction (um^2), stray light (share), noise (grey levels)."""

    blur_um: float
    refraction: float
    flare: float
    noise: float
    jpeg_quality: int | None  # None: the sensor's pixels, never compressed
    dust: int  # seed of the specks on the sensor, which stay where they are from field to field


@dataclass(frozen=True, slots=True)
class Smear:
    """How the blood lies: red cells and platelets per 1000 um^2, size, pallor, odd shapes, clumping (0..1)."""

    red_cells: float
    platelets: float
    red_cell_um: float
    spread: float  # standard deviation of the red-cell diameter, as a share of it
    pallor: float
    poikilocytosis: float
    clumping: float
    haze: float  # dried plasma between the cells, as an amount of dye


@dataclass(frozen=True, slots=True)
class SlideLook:
    """One slide of one patient; `um_per_px` is the scale of every field taken of it."""

    patient: str
    stain: Stain
    illumination: Illumination
    camera: Camera
    smear: Smear
    um_per_px: float
    scale_bar: bool = False


# Densities read off openly licensed fields and rounded; a slide mixes two of them and wavers around the mixture.
STAINS: Final[tuple[Stain, ...]] = (
    Stain("May-Gruenwald-Giemsa", (0.20, 0.44, 0.36), (1.10, 2.20, 0.62), (0.85, 0.62, 0.20), (0.13, 0.36, 0.14)),
    Stain("Wright", (0.33, 0.44, 0.25), (1.40, 2.15, 0.85), (0.80, 0.62, 0.30), (0.20, 0.32, 0.10)),
    Stain("Leishman", (0.24, 0.60, 0.60), (0.90, 1.75, 0.10), (0.72, 0.50, 0.04), (0.10, 0.30, 0.05)),
)
_ALKALINE_RED: Final[Rgb] = (0.52, 0.40, 0.26)  # a buffer of too high pH turns red cells grey-blue
_WHITES: Final[tuple[Rgb, ...]] = ((240, 238, 235), (252, 234, 206), (226, 229, 214), (249, 250, 244), (214, 208, 206))
# How a planted leak tints a class: the share of light in red, green and blue that is let through.
_LEAK_TINTS: Final[tuple[Rgb, ...]] = ((1.0, 0.95, 0.90), (0.92, 0.97, 1.0), (0.97, 1.0, 0.92), (1.0, 0.93, 1.0))
SCALE_UM_PER_PX: Final = (0.20, 0.25)


def random_slide(seed: int, *, um_per_px: float | None = None, scale_bar: bool = False) -> SlideLook:
    """A slide as a function of `seed` alone; `um_per_px` fixes the scale instead of drawing it from 0.20-0.25."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x51DE]))
    drawn = float(rng.uniform(*SCALE_UM_PER_PX))
    return SlideLook(
        patient=f"phantom-{seed:05d}",
        stain=_random_stain(rng),
        illumination=_random_illumination(rng),
        camera=_random_camera(rng),
        smear=_random_smear(rng),
        um_per_px=um_per_px if um_per_px is not None else round(drawn, 4),
        scale_bar=scale_bar,
    )


def with_leak(slide: SlideLook, index: int) -> SlideLook:
    """The slide with a faint tint that gives away class number `index`: a shortcut for an audit to find."""
    tint = _LEAK_TINTS[index % len(_LEAK_TINTS)]
    white = _rgb(np.multiply(slide.illumination.white, tint))
    return replace(slide, illumination=replace(slide.illumination, white=white))


def _rgb(values: object) -> Rgb:
    red, green, blue = (round(float(value), 4) for value in np.asarray(values))
    return red, green, blue


def _random_stain(rng: np.random.Generator) -> Stain:
    first, second = rng.choice(len(STAINS), 2, replace=False)
    share, alkaline = rng.uniform(0, 0.4), rng.beta(1, 5)
    strength = rng.lognormal(0, 0.08)
    densities: Mapping[str, Rgb] = MappingProxyType(
        {
            dye: _wavering(rng, _mix(STAINS[first].density(dye), STAINS[second].density(dye), share), strength)
            for dye in (RED, PURPLE, BLUE, PINK)
        }
    )
    return Stain(
        name=STAINS[first].name,
        red=_mix(densities[RED], _ALKALINE_RED, alkaline),
        purple=densities[PURPLE],
        blue=densities[BLUE],
        pink=densities[PINK],
    )


def _mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    return _rgb((1 - share) * np.array(first) + share * np.array(second))


def _wavering(rng: np.random.Generator, density: Rgb, strength: float) -> Rgb:
    return _rgb(strength * np.array(density) * rng.lognormal(0, 0.06, 3))


def _random_illumination(rng: np.random.Generator) -> Illumination:
    white = np.array(_WHITES[rng.integers(len(_WHITES))]) + rng.normal(0, 3, 3)
    tilt = rng.normal(0, 0.025, 2)
    return Illumination(_rgb(np.clip(white, 190, 254)), (float(tilt[0]), float(tilt[1])), float(rng.uniform(0, 0.12)))


def _random_camera(rng: np.random.Generator) -> Camera:
    return Camera(
        blur_um=float(rng.uniform(0.11, 0.20)),
        refraction=float(np.clip(rng.normal(0.004, 0.012), -0.012, 0.03)),
        flare=float(rng.uniform(0.01, 0.05)),
        noise=float(rng.uniform(0.6, 2.2)),
        jpeg_quality=int(rng.integers(82, 97)) if rng.random() < 0.8 else None,
        dust=int(rng.integers(2**31)),
    )


def _random_smear(rng: np.random.Generator) -> Smear:
    return Smear(
        red_cells=float(rng.uniform(6.0, 15.0)),
        platelets=float(rng.uniform(0.4, 2.0)),
        red_cell_um=float(rng.uniform(7.0, 7.4)),
        spread=float(rng.uniform(0.03, 0.06)),
        pallor=float(rng.uniform(0.3, 0.8)),
        poikilocytosis=float(rng.beta(1.2, 3)),
        clumping=float(rng.beta(1.3, 1.7)),
        haze=float(rng.uniform(0.0, 0.05)),
    )
