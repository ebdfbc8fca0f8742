"""What an adaptation would have found, written as `leukdesk-train adapt` writes it; the real one has its own tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.gates import CLASSES, figures_on


def write_adaptation(
    run: Path,
    *,
    gain: Sequence[float] = (0.118, 0.021, 0.244),
    lost: Sequence[float] | None = (-0.008, -0.014, 0.003),
    classes: Sequence[str] = CLASSES,
    bundle: str = "all-stage",
    notes: Sequence[str] = ("few_groups", "few_images"),
    **also: Any,
) -> dict[str, Any]:
    """Write `adaptation.json` into the folder of a run; `lost` is None where originals were not asked."""
    sets = [figures_on("test", 24, 6, gain, classes, "all-stage", base=0.78)]
    sets += [figures_on("original", 570, 16, lost, classes, "all-stage")] if lost is not None else []
    for one in sets:
        one["baseline"] = None
    said = {
        "format": 1,
        "bundle": {"name": bundle, "release": "1.0", "sha256": "c" * 64},
        "images": {"train": 132, "validation": 40, "test": 24, "replayed": 76 if lost is not None else 0},
        "sets": sets,
        "notes": list(notes),
        **also,
    }
    (run / "adaptation.json").write_text(json.dumps(said), encoding="utf-8")
    return said
