"""A batch on a cluster of two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leukdesk.batches import Batches, BatchPlan, RunOptions
from leukdesk.bootstrap import Workbench
from leukdesk.domain.errors import ClusterError, ImageError, ImageReason
from leukdesk.domain.job import ItemState, JobState
from leukdesk.settings import Settings

PHANTOMS = sorted((Path(__file__).resolve().parents[2] / "resources" / "sample").glob("*.png"))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("LEUKDESK_DATA", str(tmp_path / "data"))
    opened = Workbench(Settings(engine="litert"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    quiet = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(**quiet) as running:
        yield running


def test_heatmaps_reuse_and_cells_are_as_here(cluster: Any, bench: Workbench, tmp_path: Path) -> None:
    folder = tmp_path / "smears"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number:02}.png").write_bytes(PHANTOMS[number % len(PHANTOMS)].read_bytes() + bytes([number]))
    (folder / "bad.png").write_bytes(b"no image")
    batches, user = Batches(bench), bench.history().users.local().id

    def run(plan: BatchPlan, scheduler: str) -> tuple[int, bytes]:
        job = batches.create(user, plan)
        with batches.open(job.id, user, RunOptions(engine="litert", batch_size=4, scheduler=scheduler)) as run:
            assert list(run.events())[-1].state is JobState.FINISHED
        batches.export(job.id, tmp_path / "out.csv")
        return job.id, (tmp_path / "out.csv").read_bytes()

    there, here, at = tmp_path / "there", tmp_path / "here", cluster.scheduler_address
    first, table = run(BatchPlan([folder], models=("phantom-demo",), heatmaps=there), at)
    second, same = run(BatchPlan([folder], models=("phantom-demo",), heatmaps=here), "")
    drawn = {one.name: one.read_bytes() for one in there.iterdir()}
    assert (table, drawn) == (same, {one.name: one.read_bytes() for one in here.iterdir()})
    assert len(drawn) == 5

    (folder / "new.png").write_bytes(PHANTOMS[0].read_bytes() + b"new")
    again, _ = run(BatchPlan([folder], models=("phantom-demo",), reuse=True), at)
    before = {row.finding for job in (first, second) for row in batches.rows(job)}
    asked = [row.path.name for row in batches.rows(again) if row.finding not in before]
    assert asked == ["new.png"]

    cells = BatchPlan([folder], models=("wbc-type",), cells=True)
    found = run(cells, "")[1]
    assert run(cells, at)[1] == run(replace(cells, reuse=True), at)[1] == found
    assert bench.history().verify().intact


def test_nothing_is_lost_with_a_worker(cluster: Any, bench: Workbench, tmp_path: Path) -> None:
    folder = tmp_path / "smears"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number}.png").write_bytes(PHANTOMS[number % len(PHANTOMS)].read_bytes())
    (folder / "bad.png").write_bytes(b"no image")
    batches, user = Batches(bench), bench.history().users.local().id
    plan = BatchPlan([folder], models=("phantom-demo",))
    there, here = batches.create(user, plan), batches.create(user, plan)
    how = RunOptions(engine="litert", batch_size=16, scheduler=cluster.scheduler_address)
    with batches.open(there.id, user, how) as run:
        events = run.events()
        done = [next(events), next(events)]
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        done += events
    assert done[-1].state is JobState.FINISHED
    assert done[-1].counts == {ItemState.DONE: 60, ItemState.FAILED: 1}
    with batches.open(here.id, user) as run:
        list(run.events())
    for job in (there, here):
        batches.export(job.id, tmp_path / f"{job.id}.csv")
    assert (tmp_path / f"{there.id}.csv").read_bytes() == (tmp_path / f"{here.id}.csv").read_bytes()


def test_a_scheduler_that_does_not_answer_is_said(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("leukdesk.cluster.crew._REACH_S", 0.5)
    batches, user = Batches(bench), bench.history().users.local().id
    job = batches.create(user, BatchPlan(PHANTOMS[:1], models=("phantom-demo",)))
    with (
        pytest.raises(ClusterError, match="cannot be reached"),
        batches.open(job.id, user, RunOptions(scheduler="tcp://127.0.0.1:9")),
    ):
        pass
    assert batches.get(job.id).counts == {ItemState.WAITING: 1}


def test_errors_travel_whole() -> None:
    error = ImageError("the file is empty", reason=ImageReason.EMPTY, subject="a.png", advice="Copy it again.")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), back.reason) == (ImageError, str(error), "empty")
