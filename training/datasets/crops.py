"""How wide the crops of a data set are, where its manifest says so: what the card of a `cell` model must state."""

from __future__ import annotations

from pathlib import Path

from training.datasets.load import MANIFEST
from training.datasets.manifest import manifest_columns


def crop_um(data: Path) -> float | None:
    """Side of the crops in um; None where the manifest does not state one that holds for all. Raises `DataError`."""
    table = data if data.is_file() else data / MANIFEST
    if not table.is_file():
        return None
    stated = set(manifest_columns(table).get("crop_um", ()))
    try:
        (side,) = map(float, stated)
    except ValueError:  # none, several, or no number
        return None
    return side if side > 0 else None
