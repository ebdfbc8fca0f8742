"""The case history at size, against plain sqlite3 doing the same work on the same file.

Run: `python -m benchmarks.history [--cases 100000] [--keep DIR] [--record FILE]`. It makes a history of 100 000 cases
with ten findings each (kept in DIR, and used again from there), then takes turns: the product's call, and the
statements it comes down to through the sqlite3 module alone. Medians and 95th percentiles; the goals are 50 ms (p95)
for a search and for opening a case, and 10 ms for recording one finding with its audit event. Wall time counts, and
beside it processor time: on a machine with other work, the second one is the program's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from leukdesk.domain.audit import Act
from leukdesk.domain.case import CaseDetails, CaseQuery, Specimen
from leukdesk.domain.finding import BundleRef
from leukdesk.domain.recorded import NewFinding
from leukdesk.history.cases import details_row
from leukdesk.history.engine import SQLITE_PRAGMAS
from leukdesk.history.findings import record_findings
from leukdesk.history.history import DATABASE, History
from leukdesk.history.opening import open_history
from leukdesk.history.tables import cases
from leukdesk.history.words import asked
from tests.findings import make_finding, make_prediction

FINDINGS = 10
TOGETHER = 500  # cases in one transaction while making the history
BUNDLES = (BundleRef("all-stage", "1.0", "a" * 64), BundleRef("peripheral", "2.1", "b" * 64))
ANSWERS = [
    make_finding(prediction=make_prediction(*shares), bundle=bundle)
    for shares in ((0.9, 0.05), (0.2, 0.7), (0.05, 0.15))
    for bundle in BUNDLES
]
TEXTS = (
    *("24-0", "P00", "blasts", "neutro", "2024-05", "all-stage", "local", "lymph 24", "24-000123", "P0012", "zzz"),
    "",
)
GOALS_MS = {"search": 50, "open a case": 50, "record a finding": 10}


def main() -> int:
    """Make or open the history, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="keep the history here, and use it again")
    parser.add_argument("--record", type=Path, help="write the figures here as JSON")
    parser.add_argument("--times", type=int, default=200)
    arguments = parser.parse_args()
    with place(arguments.keep) as folder:
        history = open_history(folder)
        try:
            fill(history, arguments.cases)
            rows = measure(history, arguments.times)
            if arguments.record is not None:
                keep_record(arguments.record, history, rows)
        finally:
            history.close()
    return 0


@contextmanager
def place(keep: Path | None) -> Iterator[Path]:
    """The folder to keep, or one that is gone afterwards."""
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "history"


def fill(history: History, count: int) -> None:
    """Bring the history to `count` cases with ten findings each, as the product writes them."""
    there, rng = history.cases.search(CaseQuery(), limit=1).total, random.Random(1)
    begun, user = time.monotonic(), history.users.local().id
    for first in range(there, count, TOGETHER):
        with history.ledger.writing() as transaction:
            for number in range(first, min(first + TOGETHER, count)):
                row = details_row(entered(number)) | {"case_id": transaction.next}
                case_id = transaction.append(Act.CASE_OPENED, user, case_id=row["case_id"], rows={cases: [row]})
                record_findings(transaction, user, case_id, [finding(rng) for _ in range(FINDINGS)])
        if sys.stderr.isatty() or first % 10_000 == 0:
            sys.stderr.write(f"{first + TOGETHER} cases, {time.monotonic() - begun:.0f} s\n")
    size = (history.folder / DATABASE).stat().st_size / 1e6
    events = history.trail.head().seq
    sys.stdout.write(f"{count} cases, {count * FINDINGS} predictions, {events} events, {size:.0f} MB\n")


def entered(number: int) -> CaseDetails:
    """A case as a laboratory would enter it; a patient has three of them."""
    day = date(2024, 1, 1) + timedelta(days=number // 150)
    kind = Specimen.MARROW if number % 4 == 0 else Specimen.BLOOD
    return CaseDetails(f"{day:%y}-{number:06d}", f"P{number // 3:05d}", kind, "MGG", "100x", 0.07, day)


def finding(rng: random.Random) -> NewFinding:
    """One of three answers by one of two models, of an image that nobody has seen."""
    name, answer = f"{rng.getrandbits(256):064x}", rng.choice(ANSWERS)
    path = Path(f"/microscope/{name[:2]}/field-{name[:8]}.jpg")
    return NewFinding(replace(answer, source=replace(answer.source, path=path, sha256=name)), 1.2, 250_000)


def keep_record(path: Path, history: History, rows: list[dict[str, object]]) -> None:
    """What was measured, and how busy the machine was with other work."""
    load, cores = os.getloadavg()[1], len(os.sched_getaffinity(0))
    size = {"cases": history.cases.search(CaseQuery(), limit=1).total, "events": history.trail.head().seq}
    made = {"measured": date.today().isoformat(), "cores": cores, "load of five minutes": round(load, 1)}
    path.write_text(json.dumps(made | size | {"unit": "ms", "rows": rows}, indent=1) + "\n", encoding="utf-8")


def measure(history: History, times: int) -> list[dict[str, object]]:
    """Product and plain sqlite3 in turns."""
    plain = sqlite3.connect(history.folder / DATABASE, isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        plain.execute(f"PRAGMA {pragma}")
    rng, user = random.Random(2), history.users.local().id
    total = history.cases.search(CaseQuery(), limit=1).total
    ids = [one.id for one in history.cases.search(CaseQuery(), limit=total).cases]
    sys.stdout.write(f"{'ms':26}{'product':>22}{'plain sqlite3':>24}\n{'':26}{'p50':>8}{'p95':>8}{'cpu':>6}")
    sys.stdout.write(f"{'p50':>10}{'p95':>8}{'cpu':>6}{'goal':>8}\n")
    pages = history.cases

    def find(text: object) -> object:
        return pages.search(CaseQuery(str(text)))

    rows = [report("search", times, lambda: rng.choice(TEXTS), find, partial(search, plain))]
    for one in TEXTS:
        rows += [report(f"  {one!r}", max(5, times // 20), partial(str, one), find, partial(search, plain))]
    rows += [report("open a case", times, lambda: rng.choice(ids), history.trail.case, partial(open_case, plain))]

    def write(pair: tuple[int, NewFinding]) -> object:
        return history.findings.record(user, pair[0], [pair[1]])

    drawn = partial(draw_finding, rng, ids)
    rows += [report("record a finding", times, drawn, write, lambda pair: record(plain, *pair))]
    plain.close()
    return rows


def draw_finding(rng: random.Random, ids: list[int]) -> tuple[int, NewFinding]:
    """A case, and what is found of another image in it."""
    return rng.choice(ids), finding(rng)


def report(
    name: str, times: int, draw: Callable[[], object], *contestants: Callable[[Any], object]
) -> dict[str, object]:
    """One line of the table, which is returned as well."""
    wall: list[list[float]] = [[], []]
    used: list[list[float]] = [[], []]
    for _ in range(times + 3):
        drawn = draw()
        for number, contestant in enumerate(contestants):
            begun, busy = time.perf_counter(), time.process_time()
            contestant(drawn)
            wall[number].append(1000 * (time.perf_counter() - begun))
            used[number].append(1000 * (time.process_time() - busy))
    line = f"{name:26}"
    row: dict[str, object] = {"what": name.strip(), "goal": GOALS_MS.get(name)}
    for number, who in enumerate(("product", "plain sqlite3")):
        kept = sorted(wall[number][3:])
        figures = statistics.median(kept), kept[int(0.95 * (len(kept) - 1))], statistics.median(used[number][3:])
        row[who] = dict(zip(("p50", "p95", "cpu"), (round(one, 2) for one in figures), strict=True))
        line += f"{statistics.median(kept):{8 + 2 * number}.1f}{kept[int(0.95 * (len(kept) - 1))]:8.1f}"
        line += f"{statistics.median(used[number][3:]):6.1f}"
    sys.stdout.write(f"{line}{GOALS_MS.get(name, ''):>8}\n")
    sys.stdout.flush()
    return row


def search(plain: sqlite3.Connection, text: str) -> list[tuple[object, ...]]:
    """The newest fifty that match, and how many there are."""
    words = " AND ".join(f'"{one}"*' for one in asked(text))
    rows = "SELECT case_id FROM case_index ORDER BY case_id DESC LIMIT 50"
    counted, given = "SELECT count(*) FROM case_index", ()
    if words:
        given = (words,)
        rows = "SELECT rowid FROM case_words WHERE case_words MATCH ? ORDER BY rowid DESC LIMIT 50"
        counted = "SELECT count(*) FROM case_words WHERE case_words MATCH ?"
    plain.execute(counted, given).fetchone()
    page = (
        "SELECT i.*, c.*, o.at, h.at FROM case_index i JOIN cases c ON c.event = i.version "
        "JOIN events o ON o.seq = i.case_id JOIN events h ON h.seq = i.changed "
        f"WHERE i.case_id IN ({rows}) ORDER BY i.case_id DESC"
    )
    return plain.execute(page, given).fetchall()


def open_case(plain: sqlite3.Connection, case: object) -> list[list[tuple[object, ...]]]:
    """The rows of a case, its events, and the patient's other cases."""
    statements = (
        "SELECT * FROM cases WHERE case_id = ?",
        "SELECT * FROM images i JOIN events e ON e.seq = i.event WHERE i.case_id = ?",
        "SELECT * FROM predictions p JOIN bundles b ON b.event = p.bundle_id JOIN events e ON e.seq = p.event "
        "LEFT JOIN cells c ON c.event = p.event AND c.number = p.number "
        "WHERE p.image_id IN (SELECT event FROM images WHERE case_id = ?)",
        "SELECT * FROM labels WHERE image_id IN (SELECT event FROM images WHERE case_id = ?)",
        "SELECT * FROM comments WHERE case_id = ?",
        "SELECT * FROM sign_offs WHERE case_id = ?",
        "SELECT * FROM amendments WHERE case_id = ?",
        "SELECT * FROM answers WHERE case_id = ? ORDER BY probability",
        "SELECT * FROM events e LEFT JOIN details d ON d.event = e.seq WHERE e.case_id = ? ORDER BY e.seq",
        "SELECT * FROM case_index WHERE patient = (SELECT patient FROM case_index WHERE case_id = ?)",
    )
    return [plain.execute(statement, (case,)).fetchall() for statement in statements]


def record(plain: sqlite3.Connection, case: int, new: NewFinding) -> None:
    """One event, its rows, and the case's entry in lists, chained and committed as the product does it."""
    found, source = new.finding.prediction, new.finding.source
    plain.execute("BEGIN IMMEDIATE")
    seq, before = plain.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    bundle = plain.execute("SELECT event FROM bundles WHERE sha256 = ?", (new.finding.bundle.sha256,)).fetchone()[0]
    seq, salt = seq + 1, random.randbytes(16)
    probabilities = json.dumps(found.probabilities)
    content = hashlib.sha256(salt + json.dumps([str(source), probabilities]).encode()).digest()
    digest = hashlib.sha256(json.dumps([seq, content.hex(), before.hex()]).encode()).digest()
    event = (seq, time.time_ns() // 1000, 2, "finding.recorded", case, seq, content, before, digest)
    image = (seq, case, source.sha256, str(source.path), 1, "PNG", 1, 1, 8, 1, None, 1)
    said = (
        seq,
        0,
        seq,
        bundle,
        1.2,
        "engine",
        found.label,
        found.probability,
        probabilities,
        0.0,
        "accepted",
        "",
        "{}",
    )
    rows = {"events": event, "details": (seq, salt, "", "{}"), "images": image, "predictions": said}
    rows["answers"] = (seq, 0, case, found.label, found.probability, 1, "")
    for table, row in rows.items():
        plain.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
    counted = plain.execute(
        "SELECT model_label, count(*) FROM answers WHERE case_id = ? GROUP BY 1", (case,)
    ).fetchall()
    labels = json.dumps(dict(counted))
    plain.execute(
        "UPDATE case_index SET changed = ?, images = images + 1, labels = ? WHERE case_id = ?", (seq, labels, case)
    )
    plain.execute("COMMIT")


if __name__ == "__main__":
    sys.exit(main())
