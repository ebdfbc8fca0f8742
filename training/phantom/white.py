"""Nucleated cells: lymphocytes, segmented neutrophils and blasts; drawing one returns its and its nucleus' coverage.

Morphology after Bain, "Blood Cells: A Practical Guide", and the ICSH nomenclature (Palmer et al. 2015).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from training.phantom.canvas import BLUE, PINK, PURPLE, Canvas
from training.phantom.shapes import Patch, Plane, carve, cover, ellipse, harmonics, melt, ridge, segment, star

_EDGE_UM = 0.35
Drawn = tuple[Plane, Plane]


def draw_lymphocyte(canvas: Canvas, patch: Patch, radius: float, rng: np.random.Generator) -> Drawn:
    """A round, dense, clumped nucleus that nearly fills the cell, and a thin sky-blue rim."""
    space = patch.warped(rng, 0.09, 2.2)
    body, _ = star(space, radius, harmonics(rng, rng.uniform(0.01, 0.06)))
    size = radius * rng.uniform(0.80, 0.90)
    nucleus = _round_nucleus(space, size, (radius - size) * 0.75, rng, amplitude=0.05, notch=0.35)
    nucleus = carve(nucleus, body + np.float32(0.12), 0.4)
    _cytoplasm(canvas, patch, body, nucleus, rng, blue=rng.uniform(0.34, 0.6), edge=0.25, hof=0.0)
    clumps = np.tanh(1.8 * patch.grain(rng, 1.7)) * 0.24 + patch.grain(rng, 0.6) * 0.07
    return cover(body, _EDGE_UM), _chromatin(canvas, patch, nucleus, rng.uniform(0.88, 1.05), clumps, rim=0.12)


def draw_blast(canvas: Canvas, patch: Patch, radius: float, rng: np.random.Generator, *, small: bool) -> Drawn:
    """A large cell of irregular outline: high nucleus:cytoplasm ratio, fine chromatin, nucleoli, a basophilic rim.

    A `small` one is hard: its chromatin is denser and coarser and it shows at most a hint of one nucleolus.
    """
    space = patch.warped(rng, rng.uniform(0.2, 0.4), 3.2)
    body, _ = star(space, radius, harmonics(rng, rng.uniform(0.05, 0.16), last=4))
    size = radius * rng.uniform(0.82, 0.9)
    nucleus = _round_nucleus(space, size, (radius - size) * 0.9, rng, amplitude=0.09, notch=0.5)
    nucleus = carve(nucleus, body + np.float32(0.15), 0.5)
    _cytoplasm(canvas, patch, body, nucleus, rng, blue=rng.uniform(0.5, 0.95), edge=0.5, hof=0.35)
    coarse = 0.16 if small else 0.075
    texture = patch.grain(rng, 0.6) * 0.12 + np.tanh(1.5 * patch.grain(rng, 1.4)) * coarse
    texture += np.float32(0.06) * patch.grain(rng, 4.5)
    number = int(rng.integers(0, 2)) if small else int(rng.integers(1, 4))
    spots = _nucleoli(patch, nucleus, size, number, rng)
    amount = rng.uniform(0.72, 0.9) if small else rng.uniform(0.5, 0.72)
    coverage = _chromatin(canvas, patch, nucleus, amount, texture + spots, rim=0.08)
    canvas.stain(patch, BLUE, coverage * (np.float32(0.1) - np.minimum(spots, 0) * np.float32(0.5)))
    return cover(body, _EDGE_UM), coverage


def draw_segmented(canvas: Canvas, patch: Patch, radius: float, rng: np.random.Generator) -> Drawn:
    """Three to five lobes joined by filaments in a pale pink, finely granular cytoplasm."""
    space = patch.warped(rng, 0.18, 2.0)
    body, relative = star(space, radius, harmonics(rng, rng.uniform(0.02, 0.09), last=5))
    nucleus = carve(_lobes(patch.warped(rng, 0.13, 1.2), radius, rng), body + np.float32(0.3), 0.4)
    inside = cover(body, _EDGE_UM + 0.1)
    granules = np.clip(patch.grain(rng, 0.38) - 0.55, 0, 2) * 0.55
    pale = 0.55 + 0.10 * patch.grain(rng, 1.0) + 0.18 * relative**4
    canvas.stain(patch, PINK, inside * (pale * np.float32(rng.uniform(0.75, 1.15)) + granules))
    canvas.stain(patch, PURPLE, inside * granules * np.float32(rng.uniform(0.04, 0.14)))
    canvas.thicken(patch, inside * np.float32(0.35))
    canvas.keep_clear(patch, body)
    clumps = np.tanh(1.8 * patch.grain(rng, 1.2)) * 0.24 + patch.grain(rng, 0.5) * 0.07
    return inside, _chromatin(canvas, patch, nucleus, rng.uniform(0.85, 1.02), clumps, rim=0.12)


def _round_nucleus(
    patch: Patch, radius: float, freedom: float, rng: np.random.Generator, *, amplitude: float, notch: float
) -> Plane:
    """A roundish nucleus off the centre by up to `freedom` um, sometimes (probability `notch`) indented."""
    towards, away = rng.uniform(0, 2 * np.pi), freedom * np.sqrt(rng.random())
    moved = patch.moved(away * np.cos(towards), away * np.sin(towards))
    distance, _ = star(moved, radius, harmonics(rng, amplitude, last=5))
    if rng.random() < notch:
        side, size = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.25, 0.5)
        deep = radius + size * rng.uniform(0.35, 0.75)
        bite, _ = star(moved.moved(deep * np.cos(side), deep * np.sin(side)), size, np.zeros(1, np.complex64))
        distance = carve(distance, -bite, 1.2)
    return distance


def _cytoplasm(
    canvas: Canvas,
    patch: Patch,
    body: Plane,
    nucleus: Plane,
    rng: np.random.Generator,
    *,
    blue: float,
    edge: float,
    hof: float,
) -> None:
    """Basophilic cytoplasm around a nucleus: mottled, deeper at the border by `edge`, paler at the nucleus by `hof`."""
    inside = cover(body, _EDGE_UM) * (1 - np.float32(0.85) * cover(nucleus, _EDGE_UM))
    depth = 1 + np.float32(edge) * ridge(body + np.float32(0.3), 0.55) + np.float32(0.16) * patch.grain(rng, 0.8)
    depth = depth * (1 - np.float32(hof) * ridge(nucleus, 0.7))
    canvas.stain(patch, BLUE, inside * depth * np.float32(blue))
    canvas.stain(patch, PINK, inside * np.float32(rng.uniform(0.1, 0.35)))
    canvas.thicken(patch, inside * np.float32(0.45))
    canvas.keep_clear(patch, body)


def _chromatin(canvas: Canvas, patch: Patch, nucleus: Plane, amount: float, texture: Plane, *, rim: float) -> Plane:
    """Stain the nucleus: `texture` is the relative deviation from `amount`, `rim` what the membrane adds."""
    coverage = cover(nucleus, _EDGE_UM)
    depth = np.clip(1 + texture + np.float32(rim) * ridge(nucleus + np.float32(0.25), 0.3), 0.3, 1.7)
    dome = np.clip(0.86 - nucleus / np.float32(12.0), 0.8, 1.12)
    canvas.stain(patch, PURPLE, coverage * depth * dome * np.float32(amount))
    canvas.thicken(patch, coverage * np.float32(0.3))
    return coverage


def _nucleoli(patch: Patch, nucleus: Plane, radius: float, number: int, rng: np.random.Generator) -> Plane:
    """Pale round bodies with a darker collar, as a relative change of the chromatin."""
    change = np.zeros(patch.shape, np.float32)
    for _ in range(number):
        angle, away = rng.uniform(0, 2 * np.pi), radius * np.sqrt(rng.uniform(0.0, 0.36))
        size = rng.uniform(0.75, 1.35)
        spot = ellipse(
            patch.moved(away * np.cos(angle), away * np.sin(angle)), size, size * rng.uniform(0.7, 1), rng.uniform(0, 3)
        )
        change += np.float32(0.18) * ridge(spot - np.float32(0.1), 0.28) - np.float32(0.45) * cover(spot, 0.5)
    return change * (nucleus < -0.5)


def _lobes(patch: Patch, radius: float, rng: np.random.Generator) -> Plane:
    """Lobes strung along a bent line, neighbours joined by threads of chromatin."""
    number = int(rng.choice((3, 4, 5), p=(0.5, 0.38, 0.12)))
    centres = _lobe_centres(radius, number, rng)
    sizes = radius * rng.uniform(0.82, 1.2, number) * {3: 0.30, 4: 0.265, 5: 0.235}[number]
    nucleus: Plane | None = None
    for (x, y), size in zip(centres, sizes, strict=True):
        lobe = ellipse(
            patch.moved(x, y), size * rng.uniform(1.0, 1.3), size * rng.uniform(0.8, 1), rng.uniform(0, np.pi)
        )
        nucleus = lobe if nucleus is None else melt(nucleus, lobe, 0.35)
    assert nucleus is not None
    for start, end in pairwise(centres):
        nucleus = melt(nucleus, segment(patch, start, end, rng.uniform(0.16, 0.36)), 0.5)
    return nucleus


def _lobe_centres(radius: float, number: int, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Points on a horseshoe, a little disordered (um from the cell's centre)."""
    turn = rng.uniform(0, 2 * np.pi)
    arc = rng.uniform(1.4, 1.85) * np.pi * (number - 1) / number
    angles = turn + np.linspace(-arc / 2, arc / 2, number) * rng.choice((-1, 1)) + rng.normal(0, 0.12, number)
    away = radius * rng.uniform(0.44, 0.60, number)
    shift = rng.normal(0, 0.06 * radius, 2)
    return [
        (float(r * np.cos(a) + shift[0]), float(r * np.sin(a) + shift[1])) for a, r in zip(angles, away, strict=True)
    ]
