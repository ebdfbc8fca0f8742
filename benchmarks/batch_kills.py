"""Kill one batch again and again while it runs, and go on with it: no item twice, none left out, the same final file.

Run: `python -m benchmarks.batch_kills [--kills 100] [--images 1500]`. A child does what `leukdesk classify --resume
--out` does and gets SIGKILL after a random time, also while it opens the history, begins, or writes the file. After
each kill, the items that were claimed and not recorded are counted: those alone are done again, and they may be no more
than one micro-batch (`--batch-size`). At the end the batch is let run out; every item must have its one finding, and
the file must be, byte for byte, that of a batch nobody interrupted.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert import interpreter as _imported_before_forking  # noqa: F401

from benchmarks.batch_files import encoded, variant
from leukdesk.analysis import batch_run, batch_work, walk  # noqa: F401 - as above
from leukdesk.batches import Batches, BatchPlan, RunOptions
from leukdesk.bootstrap import Workbench
from leukdesk.domain.job import ItemState
from leukdesk.history import opening  # noqa: F401 - as above
from leukdesk.inference import choose  # noqa: F401 - as above
from leukdesk.settings import Settings

MODEL = "phantom-demo"
LONGEST_S = 0.6
BAD_EVERY = 20


@dataclass
class Result:
    """What a number of kills came to."""

    kills: int = 0
    while_running: int = 0  # of them, with items claimed
    most_again: int = 0  # items that one kill left to be done again
    again: int = 0  # of all
    twice: int = 0  # items with more than one finding
    gaps: int = 0  # items without what they should have
    same_file: bool = False


def main() -> int:
    """Print what was found; 1 if anything was done twice, left out or written otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun = time.monotonic()
    cv2.setNumThreads(1)  # a pool of threads would not live in the children
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as scratch:
        write(Path(scratch) / "smears", arguments.images)
        result = run(Path(scratch), arguments.kills, arguments.batch_size, arguments.seed)
    sys.stdout.write(f"{result} in {time.monotonic() - begun:.0f} s\n")
    return int(bool(result.twice or result.gaps or result.most_again > arguments.batch_size or not result.same_file))


def write(folder: Path, count: int) -> None:
    """JPEGs of few phantoms that differ behind their end, one in twenty cut short."""
    folder.mkdir()
    small = [cv2.resize(variant(number, 448, 448), (128, 128), interpolation=cv2.INTER_AREA) for number in range(12)]
    files = [encoded(np.ascontiguousarray(one), ".jpg") for one in small]
    for number in range(count):
        data = files[number % len(files)] + number.to_bytes(4, "big")
        (folder / f"{number}.jpg").write_bytes(data[: len(data) // 2] if number % BAD_EVERY == 0 else data)


def run(scratch: Path, kills: int, batch_size: int, seed: int) -> Result:
    """Kill `kills` children, then let one finish, and compare with one that was left alone."""
    rng, result = random.Random(seed), Result()
    data, out = scratch / "killed", scratch / "killed.csv"
    for _ in range(kills):
        killed(lambda: work(scratch / "smears", data, out, batch_size), rng.uniform(0, LONGEST_S))
        result.kills += 1
        running = count_running(data)
        result.while_running += bool(running)
        result.most_again, result.again = max(result.most_again, running), result.again + running
    for place, file in ((data, out), (scratch / "whole", scratch / "whole.csv")):
        ended(lambda place=place, file=file: work(scratch / "smears", place, file, batch_size))
    result.same_file = out.read_bytes() == (scratch / "whole.csv").read_bytes()
    check_items(data, len(list((scratch / "smears").iterdir())), result)
    return result


def work(folder: Path, data: Path, out: Path, batch_size: int) -> None:
    """What `leukdesk classify FOLDER --resume --out FILE` does."""
    os.environ["LEUKDESK_DATA"] = str(data)
    bench = Workbench(Settings(engine="litert"))
    batches = Batches(bench)
    user = bench.history().users.local().id
    job = batches.resume(user, BatchPlan([folder], models=(MODEL,)))
    with batches.open(job.id, user, RunOptions(batch_size=batch_size)) as batch:
        for _ in batch.events():
            pass
    batches.export(job.id, out)
    bench.close()


def killed(work: Callable[[], None], life_s: float) -> None:
    """Let a child work for a time and kill it."""
    child = forked(work)
    time.sleep(life_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def ended(work: Callable[[], None]) -> None:
    """Let a child work to its end."""
    _, status = os.waitpid(forked(work), 0)
    if status:
        raise SystemExit("the batch did not end well")


def forked(work: Callable[[], None]) -> int:
    """A child that works and ends."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def count_running(data: Path) -> int:
    """Items that were claimed and are not recorded."""
    return sum(rows(data, "SELECT count(*) FROM job_items WHERE state = 'running'")[:1])


def check_items(data: Path, files: int, result: Result) -> None:
    """Each good file has one finding and no other has it; each bad one its reason."""
    ended_states = f"SELECT count(*) FROM job_items WHERE state IN ('{ItemState.DONE}', '{ItemState.FAILED}')"
    (found,) = rows(data, ended_states)
    (done,) = rows(data, f"SELECT count(DISTINCT finding) FROM job_items WHERE state = '{ItemState.DONE}'")
    (failed,) = rows(data, "SELECT count(*) FROM job_items WHERE state = 'failed' AND reason = 'truncated'")
    (predictions,) = rows(data, "SELECT count(*) FROM predictions")
    (jobs,) = rows(data, "SELECT count(*) FROM jobs")
    bad = -(-files // BAD_EVERY)
    result.twice = predictions - (files - bad) + jobs - 1
    result.gaps = abs(files - found) + abs(failed - bad) + abs(done - (files - bad))


def rows(data: Path, query: str) -> list[int]:
    """A query's first column, where there is a store yet."""
    path = data / "history" / "history.db"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return [row[0] for row in connection.execute(query)]
    except sqlite3.OperationalError:
        return []


if __name__ == "__main__":
    sys.exit(main())
