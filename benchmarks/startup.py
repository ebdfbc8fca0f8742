"""From process start to the painted window and to the first shown prediction, against importing TensorFlow first.

Run: `python -m benchmarks.startup [IMAGE]` on a display (`packaging/with-display.sh` brings one). The contestants take
turns in one run; medians over the runs after a first one that warms the disk cache. The goal is 0.3 s and 1 s, from a
package (`--package build/viewer/leukdesk/leukdesk`) 0.5 s to the painted window. Processor time says what a machine
that is busy otherwise cannot say by the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from leukdesk.paths import resources

EVENTS = ("painted", "prediction")
COLUMNS = ("painted", "prediction", "painted, CPU")
PLAIN = "import sys; from leukdesk.__main__ import main; sys.exit(main())"
CONTESTANTS = {
    "leukdesk": [sys.executable, "-c", PLAIN],
    "TensorFlow first": [sys.executable, "-c", f"import tensorflow; {PLAIN}"],
}
PATIENCE_S = 120


def main() -> int:
    """Print one row a contestant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", nargs="?", type=Path, default=resources() / "sample" / "phantom-01.png")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--package", type=Path, help="the `leukdesk` of a package, instead of TensorFlow first")
    arguments = parser.parse_args()
    contestants = CONTESTANTS
    if arguments.package:
        contestants = {"leukdesk": CONTESTANTS["leukdesk"], "package": [str(arguments.package)]}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in contestants}
    for number in range(arguments.runs + 1):
        for name, command in contestants.items():
            times = start(command, arguments.image)
            if number:
                found[name].append(times)
    sys.stdout.write(f"{'':20}{''.join(f'{one:>14}' for one in COLUMNS)}   seconds, median of {arguments.runs}\n")
    middle = {name: [statistics.median(one[key] for one in runs) for key in COLUMNS] for name, runs in found.items()}
    for name, values in middle.items():
        sys.stdout.write(f"{name:20}{''.join(f'{one:14.3f}' for one in values)}\n")
    ratios = [slow / fast for fast, slow in zip(*middle.values(), strict=True)]
    sys.stdout.write(f"{'ratio':20}{''.join(f'{one:14.1f}' for one in ratios)}\n")
    return 0


def start(command: list[str], image: Path) -> dict[str, float]:
    """Seconds from the start of the process to each event, and of processor time until the window was painted."""
    with tempfile.TemporaryDirectory() as scratch:
        trace = Path(scratch) / "trace.jsonl"
        environment = {**os.environ, "LEUKDESK_STARTUP_TRACE": str(trace), "LEUKDESK_DATA": scratch}
        begun = time.monotonic_ns()
        process = subprocess.Popen([*command, str(image)], env=environment, stderr=subprocess.DEVNULL)
        try:
            told = wait_for(trace, process)
            times = {event: (told[event]["ns"] - begun) / 1e9 for event in EVENTS}
            return {**times, "painted, CPU": told["painted"]["cpu_ns"] / 1e9}
        finally:
            process.terminate()
            process.wait(20)


def wait_for(trace: Path, process: subprocess.Popen[bytes]) -> dict[str, dict[str, int]]:
    """What was told of each event, once all have happened."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        lines = trace.read_text("utf-8").splitlines() if trace.exists() else []
        told = {one["event"]: one for one in map(json.loads, lines)}
        if all(event in told for event in EVENTS):
            return told
        time.sleep(0.02)
    raise SystemExit("the window did not show a prediction: is there a display?")


if __name__ == "__main__":
    sys.exit(main())
