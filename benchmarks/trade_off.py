"""What a network costs: parameters, size of `model.tflite`, milliseconds an image without and with heatmaps.

Run: `python -m benchmarks.trade_off [--record] [ARCHITECTURE...]`. Networks are untrained, since weights change neither
size nor speed; each is exported as a bundle would be and runs on one core, as in the program's batches. Milliseconds
are of processor time, so that they hardly depend on what else the machine does, and all contestants take turns image by
image. `--record` writes docs/results/measurements/trade-off.json, from which `leukdesk-train page` makes its table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks.explain import interpreter
from leukdesk import paths
from leukdesk.architectures import build
from leukdesk.inference.export import export_litert

# What ships, its two rivals of the same size, a small network, and a large one.
ARCHITECTURES = ("mobilenetv2", "efficientnet_lite0", "efficientnetb0", "sequential_cnn", "resnet50")
SIZE, CLASSES = 224, 4
RECORD = paths.shipped() / "docs" / "results" / "measurements" / "trade-off.json"


def main() -> int:
    """Print one row an architecture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("architectures", nargs="*", default=ARCHITECTURES)
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--record", action="store_true", help=f"also write {RECORD.name}")
    arguments = parser.parse_args()
    rows = measured(arguments.architectures, arguments.images)
    sys.stdout.write(f"{'architecture':22}{'parameters':>12}{'tflite MB':>11}{'label ms':>10}{'+maps ms':>10}\n")
    for one in rows:
        size = one["tflite_bytes"] / 1e6
        sys.stdout.write(f"{one['architecture']:22}{one['parameters']:12}{size:11.1f}")
        sys.stdout.write(f"{one['label_ms']:10.2f}{one['maps_ms']:10.2f}\n")
    if arguments.record:
        facts = {
            "machine": machine(),
            "images": arguments.images,
            "input_size": SIZE,
            "rows": rows,
        }
        RECORD.parent.mkdir(parents=True, exist_ok=True)
        RECORD.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 0


def measured(architectures: tuple[str, ...], images: int) -> list[dict[str, Any]]:
    """Facts and milliseconds of each."""
    rows, contestants = [], []
    for name in architectures:
        network = build(name, input_size=SIZE, classes=CLASSES, parameters={})
        graph = export_litert(network, input_size=SIZE)
        label = export_litert(network, input_size=SIZE, label_only=True)
        contestants += [interpreter(label, threads=1), interpreter(graph, threads=1)]
        parameters = network.features.count_params() + network.head.count_params()
        rows.append({"architecture": name, "parameters": parameters, "tflite_bytes": len(graph)})
    inputs = np.random.default_rng(0).integers(0, 256, (images, SIZE, SIZE, 3), np.uint8)
    spent = [round(one, 2) for one in in_turn(contestants, inputs)]
    for row, label, maps in zip(rows, spent[::2], spent[1::2], strict=True):
        row |= {"label_ms": label, "maps_ms": maps}
    return rows


def in_turn(contestants: list[Callable[[np.ndarray], object]], inputs: np.ndarray) -> list[float]:
    """Median milliseconds of processor time an image; three images to warm up."""
    spent: list[list[float]] = [[] for _ in contestants]
    for one in [*inputs[:3], *inputs]:
        for times, contestant in zip(spent, contestants, strict=True):
            begun = time.thread_time()
            contestant(one)
            times.append(1000 * (time.thread_time() - begun))
    return [statistics.median(times[3:]) for times in spent]


def machine() -> str:
    """The processor in words."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"one core of {model or platform.processor() or platform.machine()}"


if __name__ == "__main__":
    sys.exit(main())
