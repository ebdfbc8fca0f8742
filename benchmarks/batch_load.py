"""Ten thousand files, one in twenty damaged, others awkward but good: each classified or listed with its reason.

Run: `python -m benchmarks.batch_load [--images 10000]`. Damaged are: cut short, empty, no image, a picture of more
pixels than may be opened, unreadable by this user, gone before their turn. Awkward but good: names that are not ASCII
or as long as a name may be, a suffix that belongs to another kind of image, content that another file has too (one row
for each path). Printed are wrong and missing rows, and how much the process grew after the first thousand: the goal is
100 MB.
"""

from __future__ import annotations

import argparse
import csv
import os
import struct
import sys
import tempfile
import time
import zlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import psutil

from benchmarks.batch_files import encoded, variant
from leukdesk.batches import Batches, BatchPlan
from leukdesk.bootstrap import Workbench
from leukdesk.domain.job import ItemState
from leukdesk.settings import Settings
from tests.other_user import without_rights

MODEL = "phantom-demo"
DAMAGED = ("truncated", "empty", "not_an_image", "too_large", "permission", "vanished")
AWKWARD = (
    "Zellkern-\u00e4\u00f6\u00fc-\u767d\u8840\u7403-{}.jpg",
    "n" * 240 + "{}.jpg",
    "a png of {}.jpg",
    "copy {}.jpg",
    "=1+{}.jpg",
)
SETTLED = 1_000  # images after which memory must not grow
GROWTH_MB = 100


@dataclass
class Result:
    """What came of it."""

    rows: int
    wrong: int  # rows that do not say what they should
    growth_mb: float
    images_per_s: float


def main() -> int:
    """Print what was found; 1 if a row is wrong or missing, or memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as scratch:
        expected = write(Path(scratch) / "smears", arguments.images)
        result = run(Path(scratch), expected)
    sys.stdout.write(f"{result}; by reason {dict(Counter(expected.values()))}\n")
    return int(bool(result.wrong or result.rows != len(expected) or result.growth_mb > GROWTH_MB))


def write(folder: Path, count: int) -> dict[str, str]:
    """The files, in folders of a hundred; by path, the reason each must be refused for, empty for the good ones."""
    small = [cv2.resize(variant(number, 448, 448), (224, 224), interpolation=cv2.INTER_AREA) for number in range(12)]
    jpegs, pngs = ([encoded(np.ascontiguousarray(one), kind) for one in small] for kind in (".jpg", ".png"))
    expected = {}
    for number in range(count):
        place = folder / f"slide {number // 100}"
        place.mkdir(parents=True, exist_ok=True)
        data = jpegs[number % 12] + number.to_bytes(4, "big")
        bad = DAMAGED[number // 20 % len(DAMAGED)] if number % 20 == 7 else ""
        path = place / f"field {number}.jpg"
        if number % 20 == 3:
            path = place / AWKWARD[number // 20 % len(AWKWARD)].format(number)
            data = pngs[number % 12] if "png" in path.name else jpegs[0] if "copy" in path.name else data
        path.write_bytes(damaged(data, bad))
        if bad == "permission":
            path.chmod(0)
        expected[str(path)] = bad
    return expected


def damaged(data: bytes, how: str) -> bytes:
    """The bytes of a file that must be refused for this reason, if they are what it is for."""
    if how == "truncated":
        return data[: len(data) // 2]
    if how == "not_an_image":
        return b"<html>not found</html>"
    if how == "too_large":
        return bomb()
    return b"" if how == "empty" else data


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 3600 megapixels."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def run(scratch: Path, expected: dict[str, str]) -> Result:
    """Classify all as a user without rights; files vanish after they were listed."""
    os.environ["LEUKDESK_DATA"] = str(scratch / "data")
    bench = Workbench(Settings(engine="litert"))
    batches, out = Batches(bench), scratch / "out.csv"
    with closing(bench):
        user = bench.history().users.local().id
        first = next(path for path, reason in expected.items() if not reason)
        warm = batches.create(user, BatchPlan([Path(first)], models=(MODEL,)))
        classify(batches, warm.id, user)  # so that all is imported while this user may still read Python's own files
        batches.export(warm.id, out)
        job = batches.create(user, BatchPlan([scratch / "smears"], recursive=True, models=(MODEL,)))
        for path in (path for path, reason in expected.items() if reason == "vanished"):
            Path(path).unlink()
        hand_over(scratch)
        with without_rights():
            growth, rate = classify(batches, job.id, user)
        batches.export(job.id, out)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = [(row["path"], row["label"], row["error"].partition(":")[0]) for row in csv.DictReader(stream)]
    wrong = sum(expected.get(path) != reason or bool(label) == bool(reason) for path, label, reason in rows)
    return Result(len(rows), wrong + len(rows) - len({row[0] for row in rows}), growth, rate)


def hand_over(scratch: Path) -> None:
    """Let anybody work with the history, which was made by a user with all rights."""
    scratch.chmod(0o755)
    for path in (scratch / "data", *(scratch / "data").rglob("*")):
        path.chmod(0o777)


def classify(batches: Batches, job_id: int, user: int) -> tuple[float, float]:
    """MB by which the process grew after the first thousand, and images a second."""
    process, begun, settled, most = psutil.Process(), time.monotonic(), 0, 0
    with batches.open(job_id, user) as batch:
        for event in batch.events():
            done = event.counts.get(ItemState.DONE, 0) + event.counts.get(ItemState.FAILED, 0)
            size = process.memory_info().rss
            settled = settled or (size if done >= min(SETTLED, event.total // 2) else 0)
            most = max(most, size if settled else 0)
    return (most - settled) / 1e6, event.total / (time.monotonic() - begun)


if __name__ == "__main__":
    sys.exit(main())
