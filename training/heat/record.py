"""The record of heatmap energy: `docs/results/energy/<bundle>.json`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from training.record import Figure

RESAMPLES, SEED = 1000, 1


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EnergyOf(_Strict):
    """One set of pictures. `inside` and `area` are means over pictures, `more` their difference, all shares 0..1.

    `blank` pictures have no energy for the predicted class and are left out; `named` is the share of pictures that the
    program would give a class.
    """

    pictures: str
    source: str
    n: int
    units: int
    blank: int
    named: float
    inside: Figure
    area: Figure
    more: Figure


class EnergyRecord(_Strict):
    """`docs/results/energy/<bundle>.json`; `sha256` is the bundle's."""

    format: Literal[1] = 1
    bundle: str
    sha256: str
    resamples: int = RESAMPLES
    seed: int = SEED
    sets: tuple[EnergyOf, ...]
