"""Kill one batch again and again while it runs, and go on with it: no item twice, none left out, the same final file.

Run: `python -m benchmarks.batch_kills [--kills 100] [--images 4000] [--cells]`. A child does what `leukdesk classify
--resume --out` does (with `--cells` what that does) and gets SIGKILL at a random moment of its work: it tells of every
transaction, and is killed a random time after one of the first few. One in ten is killed a random time after its start
instead, also while it opens the history, begins, or writes the file. After each kill, the items that were claimed and
not recorded are counted: those alone are done again, and they may be no more than one micro-batch (`--batch-size`). At
the end the batch is let run out; every item must have its one finding, and the file must be, byte for byte, that of a
batch nobody interrupted.
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
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert import interpreter as _imported_before_forking  # noqa: F401

from benchmarks.batch_files import encoded, variant
from leukdesk.analysis import batch_run, batch_work, cell_work, walk  # noqa: F401 - as above
from leukdesk.batches import Batches, BatchPlan, RunOptions
from leukdesk.bootstrap import Workbench
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.job import ItemState
from leukdesk.history import opening  # noqa: F401 - as above
from leukdesk.inference import choose  # noqa: F401 - as above
from leukdesk.settings import Settings

MODEL, CELL_MODEL = "phantom-demo", "wbc-type"
LONGEST_S = 0.6  # a life that is ended whatever it does
ANY_TIME = 0.1  # of the kills
LAST_EVENT = 6  # the others come after one of the first so many transactions,
SOON_S, SOON_CELLS_S = 0.03, 0.5  # and so much later at most: about as long as the work between two of them
BAD_EVERY = 20
CASE = "24-0117"


@dataclass
class Result:
    """What a number of kills came to."""

    kills: int = 0
    at_work: int = 0  # of them, of a child that had claimed items and not recorded them all
    most_again: int = 0  # items that one kill left to be done again
    again: int = 0  # claims beyond the first of an item, of all kills
    twice: int = 0  # items with more than one finding
    gaps: int = 0  # items without what they should have
    same_file: bool = False


def main() -> int:
    """Print what was found; 1 if anything was done twice, left out or written otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--images", type=int, default=4000)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", action="store_true", help="a batch that looks for cells and keeps them in a case")
    arguments = parser.parse_args()
    begun = time.monotonic()
    cv2.setNumThreads(1)  # a pool of threads would not live in the children
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as scratch:
        write(Path(scratch) / "smears", arguments.images, 448 if arguments.cells else 128)
        result = run(Path(scratch), arguments.kills, arguments.batch_size, arguments.seed, cells=arguments.cells)
    sys.stdout.write(f"{result} in {time.monotonic() - begun:.0f} s\n")
    return int(bool(result.twice or result.gaps or result.most_again > arguments.batch_size or not result.same_file))


def write(folder: Path, count: int, side: int) -> None:
    """JPEGs of few phantoms, so many px wide, that differ behind their end, one in twenty cut short."""
    folder.mkdir()
    small = [cv2.resize(variant(number, 448, 448), (side, side), interpolation=cv2.INTER_AREA) for number in range(12)]
    files = [encoded(np.ascontiguousarray(one), ".jpg") for one in small]
    for number in range(count):
        data = files[number % len(files)] + number.to_bytes(4, "big")
        (folder / f"{number}.jpg").write_bytes(data[: len(data) // 2] if number % BAD_EVERY == 0 else data)


def run(scratch: Path, kills: int, batch_size: int, seed: int, *, cells: bool) -> Result:
    """Kill `kills` children, then let one finish, and compare with one that was left alone."""
    rng, result = random.Random(seed), Result()
    data, out = scratch / "killed", scratch / "killed.csv"
    for _ in range(kills):
        before = count_claims(data)
        killed(partial(work, scratch / "smears", data, out, batch_size, cells=cells), rng, cells=cells)
        result.kills += 1
        running = count_running(data)
        result.at_work += bool(running) and count_claims(data) > before  # else they are those of the child before
        result.most_again = max(result.most_again, running)
    for place, file in ((data, out), (scratch / "whole", scratch / "whole.csv")):
        ended(partial(work, scratch / "smears", place, file, batch_size, cells=cells, tell=lambda: None))
    result.same_file = out.read_bytes() == (scratch / "whole.csv").read_bytes()
    check_items(data, len(list((scratch / "smears").iterdir())), result, cells=cells)
    return result


def work(folder: Path, data: Path, out: Path, batch_size: int, *, cells: bool, tell: Callable[[], object]) -> None:
    """What `leukdesk classify FOLDER --resume --out FILE` does; with cells as with `--record` too."""
    os.environ["LEUKDESK_DATA"] = str(data)
    bench = Workbench(Settings(engine="litert"))
    batches = Batches(bench)
    history = bench.history()
    user = history.users.local().id
    plan, case = BatchPlan([folder], models=(MODEL,)), None
    if cells:
        plan = BatchPlan([folder], models=(CELL_MODEL,), cells=True)
        case = (history.cases.by_accession(CASE) or history.cases.open(user, CaseDetails(CASE))).id
    job = batches.resume(user, plan, case_id=case)
    with batches.open(job.id, user, RunOptions(batch_size=batch_size)) as batch:
        for _ in batch.events():
            tell()
    batches.export(job.id, out)
    bench.close()


def killed(work: Callable[..., None], rng: random.Random, *, cells: bool) -> None:
    """Let a child work for a time and kill it."""
    heard, told = os.pipe()
    child = forked(partial(work, tell=lambda: os.write(told, b".")))
    os.close(told)
    if rng.random() < ANY_TIME:
        time.sleep(rng.uniform(0, LONGEST_S))
    else:
        for _ in range(rng.randint(1, LAST_EVENT)):
            os.read(heard, 1)  # nothing where it has ended
        time.sleep(rng.uniform(0, SOON_CELLS_S if cells else SOON_S))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(heard)


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


def count_claims(data: Path) -> int:
    """How often items were claimed."""
    return sum(rows(data, "SELECT coalesce(sum(attempts), 0) FROM job_items")[:1])


def check_items(data: Path, files: int, result: Result, *, cells: bool) -> None:
    """Each good file has one finding (its cells are kept, each once) and no other has it; each bad one its reason."""
    ended_states = f"SELECT count(*) FROM job_items WHERE state IN ('{ItemState.DONE}', '{ItemState.FAILED}')"
    (found,) = rows(data, ended_states)
    (done,) = rows(data, f"SELECT count(DISTINCT finding) FROM job_items WHERE state = '{ItemState.DONE}'")
    (failed,) = rows(data, "SELECT count(*) FROM job_items WHERE state = 'failed' AND reason = 'truncated'")
    (predictions,) = rows(data, "SELECT count(*) FROM predictions")
    (jobs,) = rows(data, "SELECT count(*) FROM jobs")
    result.again = count_claims(data) - files
    bad = -(-files // BAD_EVERY)
    if cells:  # an image may have many or none; of each, its fields are kept once
        (done,) = rows(data, "SELECT count(*) FROM job_fields")
        (predictions,) = rows(data, "SELECT count(*) - count(DISTINCT image_id * 1000 + number) FROM predictions")
        predictions += files - bad
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
