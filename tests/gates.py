"""What a gate would have found, written as `leukdesk-train gate` writes it; the real one is in the training tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CLASSES = ("Benign", "Early", "Pre", "Pro")


def write_gate(
    out: Path,
    *,
    verdict: str = "better",
    difference: Sequence[float] | None = (0.041, 0.012, 0.07),
    classes: Sequence[str] = CLASSES,
    notes: Sequence[str] = (),
    new: str = "mine",
    active: str | None = "toy",
    folder: Path = Path("/nowhere/mine-1.1"),
    sha256: str = "b" * 64,
    audit: bool = False,
    original: bool = False,
) -> dict[str, Any]:
    """Write `out/gate.json`; returns what it says."""
    test = figures_on("test", 412, 31, difference, classes, active)
    sets = [test, *([figures_on("original", 640, 58, (-0.006, -0.015, 0.002), classes, active)] if original else [])]
    said = {
        "format": 1,
        "new": {"name": new, "release": "1.1", "sha256": sha256, "folder": str(folder)},
        "active": {"name": active, "release": "1.0", "sha256": "c" * 64, "folder": "/nowhere"} if active else None,
        "sets": sets,
        "verdict": verdict,
        "rules": {"margin": 0.02, "fewest_images": 20, "fewest_groups": 6},
        "notes": list(notes),
        "audit": "audit/audit.html" if audit else None,
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "gate.json").write_text(json.dumps(said), encoding="utf-8")
    if audit:
        (out / "audit").mkdir(exist_ok=True)
        (out / "audit" / "audit.html").write_text("<p>An audit", encoding="utf-8")
    return said


def figures_on(
    name: str,
    images: int,
    groups: int,
    difference: Sequence[float] | None,
    classes: Sequence[str],
    active: str | None,
    *,
    base: float = 0.89,
) -> dict[str, Any]:
    """What both models answered on one set of images."""
    asked = active is not None and difference is not None
    gain = difference[0] if difference is not None else 0.0
    return {
        "name": name,
        "images": images,
        "groups": groups,
        "grouped": True,
        "classes": list(classes),
        "new": _figures(base + gain, 0.03),
        "active": _figures(base, 0.05) if asked else None,
        "baseline": {"name": "colour", "accuracy": [0.61, 0.52, 0.69]} if name == "test" else None,
        "difference": list(difference) if asked and difference is not None else None,
        "mcnemar_p": 0.011 if asked else None,
        "only_new_right": 27 if asked else 0,
        "only_active_right": 10 if asked else 0,
        "per_class": [_class(one, place, asked) for place, one in enumerate(classes)],
        "calibration": {"new": _bins(0.01), "active": _bins(0.08) if asked else None},
    }


def _figures(accuracy: float, ece: float) -> dict[str, list[float]]:
    return {
        "accuracy": [accuracy, accuracy - 0.03, accuracy + 0.025],
        "macro_f1": [accuracy - 0.02, accuracy - 0.05, accuracy + 0.01],
        "ece": [ece, ece - 0.01, ece + 0.02],
    }


def _class(label: str, place: int, asked: bool) -> dict[str, Any]:
    change = (0.06, -0.03, 0.0, -0.09)[place % 4]
    low, high = (change - 0.035, change + 0.04)
    return {
        "id": label,
        "images": 130 - 7 * place,
        "new": [0.88 + change, 0.8 + change, min(1.0, 0.95 + change)],
        "active": [0.88, 0.8, 0.95] if asked else None,
        "difference": [change, low, high] if asked else None,
    }


def _bins(gap: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for at in range(15):
        some = at >= 6
        sure = (at + 0.5) / 15
        images = (3, 5, 9, 12, 20, 31, 48, 90, 194)[at - 6] if some else 0
        right = max(0.0, sure - gap * (1 + (at % 3)))
        found.append(
            {
                "low": at / 15,
                "high": (at + 1) / 15,
                "n": images,
                "confidence": sure if some else None,
                "accuracy": right if some else None,
            }
        )
    return found
