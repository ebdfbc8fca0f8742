"""How fast each model is on this computer: measured when asked, and kept by the computer and the model's hash.

Joins rooms as `bootstrap` does. Everything blocks: call it off the GUI thread.
"""

from __future__ import annotations

import hashlib
import os
import platform
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leukdesk import paths
from leukdesk.bundles.lines import add_line, read_lines, stamp
from leukdesk.domain.speed import Speed

if TYPE_CHECKING:
    from leukdesk.bootstrap import Workbench

_FILE = "speeds.jsonl"


@dataclass(frozen=True, slots=True)
class _Kept:
    at: str
    machine: str
    sha256: str
    engine: str
    ms: str
    per_second: str


def measure(bench: Workbench, name: str) -> Speed:
    """Measure a model on its golden samples and keep what was found. Raises `BundleError`, `EngineError`."""
    import numpy as np

    from leukdesk.analysis.speed import measure_speed

    bundle = bench.load(name)
    with closing(bench.open(name)) as predictor:
        ms, per_second = measure_speed(predictor, np.stack([one.input for one in bundle.golden()]))
        speed = Speed(ms, per_second, predictor.engine, stamp()[0])
    kept = _Kept(speed.at, machine(), bundle.ref.sha256, speed.engine, f"{ms:.3f}", f"{per_second:.3f}")
    add_line(paths.cache() / _FILE, kept, "the speed")
    return speed


def known() -> dict[str, Speed]:
    """What was measured last on this computer, by the SHA-256 of the model."""
    found = {}
    for one in read_lines(paths.cache() / _FILE, _Kept):
        if one.machine == machine():
            try:
                found[one.sha256] = Speed(float(one.ms), float(one.per_second), one.engine, one.at)
            except ValueError:  # somebody wrote into the file
                continue
    return found


def machine() -> str:
    """Digits that differ between computers, since a user's folder may be shared by several."""
    said = f"{platform.node()} {platform.machine()} {platform.processor()} {os.cpu_count()}"
    return hashlib.sha256(said.encode()).hexdigest()[:12]
