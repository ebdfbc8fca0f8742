"""The record of another laboratory's cells: `docs/results/elsewhere/<bundle>.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from training.record import Figure


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteOf(_Strict):
    """One set of cells. `named` is the share given a class, `right` that of the named, `best` were all named.

    `answers` counts, for each class the reader gave, what the program would say ("unidentified" where it names none).
    """

    source: str
    reader: str
    n: int
    named: Figure
    right: Figure
    best: Figure
    answers: Mapping[str, Mapping[str, int]]


class ElsewhereRecord(_Strict):
    """`docs/results/elsewhere/<bundle>.json`; `sha256` is the bundle's."""

    format: Literal[1] = 1
    bundle: str
    sha256: str
    sets: tuple[SiteOf, ...]
