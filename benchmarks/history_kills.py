"""Kill a process that writes to the case history, again and again: nothing it acknowledged may be lost.

Run: `python -m benchmarks.history_kills [--kills 1000]`. A child opens the store, opens cases, records findings, labels
them and works off a batch, and says after each call what the chain's head is. It gets SIGKILL after a random time, also
while it opens or makes the store. Then the store is opened, the acknowledged head must be in the chain, SQLite's own
check and the chain's are made, and no item of the batch may be done twice or be lost.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select as rows_of

from leukdesk.domain.case import CaseDetails
from leukdesk.domain.job import ItemResult, ItemState
from leukdesk.domain.recorded import NewFinding
from leukdesk.history.history import History
from leukdesk.history.opening import look_through, open_history
from leukdesk.history.tables import events
from tests.findings import make_finding

LONGEST_S = 0.12
ITEMS = 200


@dataclass
class Result:
    """What a number of kills came to."""

    kills: int = 0
    acknowledged: int = 0  # calls that had returned
    lost: int = 0  # of them, not in the chain afterwards
    broken: int = 0  # stores that did not verify
    wrong_items: int = 0  # items of the batch that were done twice, or not


def main() -> int:
    """Print what was found; 1 if anything was lost or broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(dir=memory()) as folder:
        result = run(Path(folder) / "history", arguments.kills, arguments.seed, told=sys.stdout.write)
    sys.stdout.write(f"{result} in {time.monotonic() - begun:.0f} s\n")
    return int(bool(result.lost or result.broken or result.wrong_items))


def memory() -> str | None:
    """A folder in memory, where there is one: a kill loses no cache of the disk, and only costs its patience."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def run(folder: Path, kills: int, seed: int, told: Callable[[str], object] = lambda line: None) -> Result:
    """Kill `kills` children, and look after each."""
    rng, result, verified = random.Random(seed), Result(), 0
    for number in range(kills):
        heads = one_child(folder, seed * 1_000_000 + number, rng.uniform(0, LONGEST_S))
        result.kills += 1
        result.acknowledged += len(heads)
        verified = look(folder, heads, verified if (number + 1) % 100 and number + 1 < kills else 0, result)
        if not (number + 1) % 100:
            told(f"{result}\n")
    return result


def one_child(folder: Path, seed: int, life_s: float) -> list[tuple[int, str]]:
    """Let a child work for a time from its first moment, or its first acknowledgement, and kill it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        work(folder, seed, writing)
    os.close(writing)
    if seed % 4:  # else it may still be opening the store
        select.select([reading], [], [], 30)
    time.sleep(life_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as stream:
        lines = stream.read().split("\n")[:-1]
    return [(int(seq), digest) for seq, digest in map(str.split, lines)]


def work(folder: Path, seed: int, writing: int) -> None:
    """Write until killed."""
    try:
        rng, history = random.Random(seed), open_history(folder)
        user = history.users.local().id
        job = next(iter(history.jobs.all()), None) or history.jobs.create(user, map(Path, map(str, range(ITEMS))))
        history.jobs.resume(job.id)
        while True:
            case = history.cases.open(user, CaseDetails(f"{seed}-{rng.random()}"))
            history.findings.record(user, case.id, [finding(rng) for _ in range(rng.randint(1, 4))])
            acknowledge(history, writing)
            history.reviews.label(user, history.findings.images(case.id)[0].id, "blast")
            acknowledge(history, writing)
            items = history.jobs.claim(job.id, 2)
            history.jobs.record(user, job.id, [ItemResult(one.number, finding(rng)) for one in items])
            acknowledge(history, writing)
    finally:
        os._exit(1)


def acknowledge(history: History, writing: int) -> None:
    """Say to the parent that everything up to here has returned."""
    head = history.trail.head()
    os.write(writing, f"{head.seq} {head.hash}\n".encode())


def finding(rng: random.Random) -> NewFinding:
    """A finding of an image that nobody has seen."""
    return NewFinding(make_finding(f"{rng.random()}.png", sha256=f"{rng.getrandbits(256):064x}"))


def look(folder: Path, heads: list[tuple[int, str]], after: int, result: Result) -> int:
    """Open the store, and count what is wrong; returns how far it was verified."""
    history = open_history(folder)
    try:
        look_through(history.ledger.engine)
        with history.ledger.reading() as connection:
            chain = {row.seq: row.hash.hex() for row in connection.execute(rows_of(events.c.seq, events.c.hash))}
        result.lost += sum(chain.get(seq) != digest for seq, digest in heads)
        result.broken += not history.verify(after=after).intact
        for job in history.jobs.all():
            done = [one.finding for one in history.jobs.items(job.id, ItemState.DONE)]
            result.wrong_items += job.total != ITEMS or len(set(done)) != len(done) or None in done
            unfiled = history.findings.images(None)
            result.wrong_items += len(unfiled) != len(done)
        return history.trail.head().seq
    finally:
        history.close()


if __name__ == "__main__":
    sys.exit(main())
