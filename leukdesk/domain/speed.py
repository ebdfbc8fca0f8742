"""How fast a model answers on one computer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speed:
    """`ms` for one image alone, heatmaps included (median); `per_second` images in batches, reading them left out."""

    ms: float
    per_second: float
    engine: str
    at: str  # UTC, ISO 8601
