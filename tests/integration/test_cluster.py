"""A batch on a cluster of two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from pathlib import Path

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


def test_nothing_is_lost_with_a_worker(bench: Workbench, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    folder = tmp_path / "smears"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number}.png").write_bytes(PHANTOMS[number % len(PHANTOMS)].read_bytes())
    (folder / "bad.png").write_bytes(b"no image")
    batches, user = Batches(bench), bench.history().users.local().id
    plan = BatchPlan([folder], models=("phantom-demo",))
    there, here = batches.create(user, plan), batches.create(user, plan)
    quiet = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(**quiet) as cluster:
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
