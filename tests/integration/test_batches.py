"""Batches by the shipped demonstration model on phantoms: kept in the history, paused, gone on with, exported."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from leukdesk.batches import Batches, BatchPlan, RunOptions
from leukdesk.bootstrap import Workbench
from leukdesk.domain.job import ItemState, JobState
from leukdesk.settings import Settings

MODEL = "phantom-demo"
PHANTOMS = sorted((Path(__file__).resolve().parents[2] / "resources" / "sample").glob("*.png"))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("LEUKDESK_DATA", str(tmp_path / "data"))
    opened = Workbench(Settings())
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty sound images, some of the same content, and two that are not."""
    made = tmp_path / "smears"
    made.mkdir()
    for number in range(30):
        (made / f"{number}.png").write_bytes(PHANTOMS[number % len(PHANTOMS)].read_bytes())
    (made / "half.png").write_bytes(PHANTOMS[0].read_bytes()[:2000])
    (made / "empty.png").write_bytes(b"")
    return made


def exported(batches: Batches, job_id: int, folder: Path) -> list[dict[str, str]]:
    batches.export(job_id, folder / "out.csv")
    with (folder / "out.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_batch_is_paused_gone_on_with_and_exported(bench: Workbench, folder: Path, tmp_path: Path) -> None:
    batches, user = Batches(bench), bench.history().users.local().id
    job = batches.create(user, BatchPlan([folder, tmp_path / "gone"], models=(MODEL,)))
    assert job.counts == {ItemState.WAITING: 32, ItemState.FAILED: 1}
    with batches.open(job.id, user, RunOptions(batch_size=8)) as run:
        seen = []
        for event in run.events():
            seen.append(event)
            run.pause()
    assert (seen[0].counts, seen[0].total) == (job.counts, 33)
    assert seen[-1].state is JobState.PAUSED
    assert 0 <= seen[-1].counts.get(ItemState.DONE, 0) <= 8
    with batches.open(job.id, user, RunOptions(batch_size=8)) as run:
        seen = list(run.events())
    assert (seen[-1].state, seen[-1].left) == (JobState.FINISHED, 0)
    assert seen[-1].counts == {ItemState.DONE: 30, ItemState.FAILED: 3}
    assert sum(seen[-1].decisions.values()) == 30
    assert seen[-2].decisions == seen[-1].decisions
    assert seen[-2].classes == seen[-1].classes
    rows = exported(batches, job.id, tmp_path)
    assert [Path(row["path"]).name for row in rows[:4]] == ["gone", "0.png", "1.png", "2.png"]
    assert {Path(row["path"]).name: row["error"].split(":")[0] for row in rows if row["error"]} == {
        "gone": "vanished",
        "half.png": "truncated",
        "empty.png": "empty",
    }
    assert [job.id] == [one.id for one in batches.all()]
