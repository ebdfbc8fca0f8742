"""Batches by the shipped demonstration model on phantoms: kept in the history, paused, gone on with, exported."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leukdesk.analysis.batch_work import Task
from leukdesk.batches import Batches, BatchPlan, RunOptions
from leukdesk.bootstrap import Workbench
from leukdesk.cluster.station import Order, do_tasks
from leukdesk.domain.batch import BatchEvent
from leukdesk.domain.card import Card
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.errors import BundleError
from leukdesk.domain.finding import Decision
from leukdesk.domain.image import SmearImage
from leukdesk.domain.job import ItemState, JobState
from leukdesk.domain.optics import Acquisition
from leukdesk.history.erasure import WhyErased
from leukdesk.settings import Settings
from tests.command_line import in_process
from tests.second_demo import KEYS, two_demos

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
    assert {key: sum(decided.values()) for key, decided in seen[-1].decisions.items()} == {"phantom-demo-1.0": 30}
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


def test_command_line_and_window_write_the_same_bytes(
    bench: Workbench, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batches, user = Batches(bench), bench.history().users.local().id
    job = batches.create(user, BatchPlan([folder], models=(MODEL,)))
    run_out(batches, job.id, user)
    for kind in ("csv", "json", "xlsx"):
        batches.export(job.id, tmp_path / f"window.{kind}")
    bench.close()
    for words in ((), ("--record", "24-1"), ("--resume", "--jobs", "1", "--batch-size", "5")):
        for kind in ("csv", "json", "xlsx"):
            out = tmp_path / f"line.{kind}"
            answer = in_process(capsys, "classify", folder, "--model", MODEL, "--out", out, *words)
            assert answer.status == 3, "two files are bad"
            assert out.read_bytes() == (tmp_path / f"window.{kind}").read_bytes(), (words, kind)
    assert len([one for one in batches.all() if one.case_id is None]) == 1, "--resume found the window's batch"


def test_resume_takes_what_came_since_and_does_nothing_twice(bench: Workbench, folder: Path) -> None:
    batches, user = Batches(bench), bench.history().users.local().id
    plan = BatchPlan([folder], models=(MODEL,))
    job = batches.create(user, plan)
    run_out(batches, job.id, user)
    before = len(bench.history().findings.images(None))
    (folder / "new.png").write_bytes(PHANTOMS[0].read_bytes() + b"new")
    (folder / "half.png").write_bytes(PHANTOMS[1].read_bytes() + b"whole now")
    again = batches.resume(user, plan)
    assert (again.id, again.counts[ItemState.WAITING]) == (job.id, 1)
    assert batches.retry_failed(job.id).counts[ItemState.WAITING] == 3
    assert run_out(batches, job.id, user).counts == {ItemState.DONE: 32, ItemState.FAILED: 1}
    assert len(bench.history().findings.images(None)) == before + 2
    items = bench.history().jobs.items(job.id)
    assert {item.attempts for item in items if item.path.name not in ("half.png", "empty.png")} == {1}
    assert batches.resume(user, BatchPlan([folder], models=("all-stage",))).id != job.id


def test_what_was_found_before_is_used_again_when_asked(
    bench: Workbench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = bench.history()
    batches, user = Batches(bench), history.users.local().id
    first = batches.create(user, BatchPlan([folder], models=(MODEL,)))
    run_out(batches, first.id, user)
    case = history.cases.open(user, CaseDetails("24-7"))
    again = batches.create(user, BatchPlan([folder], models=(MODEL,), reuse=True), case_id=case.id)
    monkeypatch.setattr("leukdesk.inference.predictor.BundlePredictor._predictions", None)
    seen = []
    with batches.open(again.id, user) as run:
        for event in run.events():
            seen += event.latest
    seen.sort(key=lambda row: row.number)  # they come as they are done
    assert seen == list(batches.rows(again.id))
    unlike = [(replace(one, number=0, finding=0), replace(other, number=0, finding=0))
              for one, other in zip(seen, batches.rows(first.id), strict=True)]  # fmt: skip
    assert all(one == other for one, other in unlike)
    assert len(history.findings.images(case.id)) == len(PHANTOMS)
    assert history.verify().intact


def test_several_models_and_their_mean(bench: Workbench, folder: Path, tmp_path: Path) -> None:
    for path in list(folder.iterdir())[2:]:
        path.unlink()
    batches, user = Batches(bench), bench.history().users.local().id
    job = batches.create(user, BatchPlan([folder, tmp_path / "gone.png"], models=(MODEL, "all-stage")))
    run_out(batches, job.id, user)
    rows = exported(batches, job.id, tmp_path)
    assert [row["model"] for row in rows] == [MODEL, "all-stage"] * 3
    assert {row["path"] for row in rows[:2]} == {str(tmp_path / "gone.png")}
    assert sum(bool(row["p_blasts"]) for row in rows) == sum(bool(row["p_Pro"]) for row in rows)
    with pytest.raises(BundleError, match="same classes"):
        batches.create(user, BatchPlan([folder], models=(MODEL, "all-stage"), ensemble=True))


def test_an_ensemble_answers_with_the_mean_and_is_gone_on_with(
    bench: Workbench, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEUKDESK_MODELS", str(two_demos(tmp_path / "models")))
    batches, user = Batches(bench), bench.history().users.local().id
    apart = batches.create(user, BatchPlan([folder], models=KEYS))
    joined = batches.create(user, BatchPlan([folder], models=KEYS, ensemble=True, heatmaps=tmp_path / "heat"))
    ended = run_out(batches, apart.id, user)
    assert {key: sum(decided.values()) for key, decided in ended.decisions.items()} == dict.fromkeys(KEYS, 30)
    with batches.open(joined.id, user, RunOptions(batch_size=8)) as run:
        for _ in run.events():
            run.pause()
    assert batches.get(joined.id).counts[ItemState.WAITING] > 0
    assert batches.resume(user, BatchPlan([folder], models=KEYS)).id == apart.id, "the same models, but not as one"
    assert run_out(batches, joined.id, user).counts == {ItemState.DONE: 30, ItemState.FAILED: 2}
    assert len(list((tmp_path / "heat").rglob("*.png"))) == 30
    each, mean = list(batches.rows(apart.id)), list(batches.rows(joined.id))
    for one, other, both in zip(each[::2], each[1::2], mean, strict=True):
        assert one.path == other.path == both.path
        for name, value in both.probabilities.items():
            assert value == pytest.approx((one.probabilities[name] + other.probabilities[name]) / 2, abs=1e-6)
    stated = tuple((key, bench.load(key).ref.sha256) for key in KEYS)
    order = Order(stated, bench.settings.limit_px, explain=False, engine="litert", ensemble=True)
    (there,) = do_tasks(
        order, [Task(0, folder / "0.png", 0)], [Acquisition()], 1
    ).worked  # what a cluster's worker answers
    assert there.outcome.finding.prediction.probability == next(r for r in mean if r.path.name == "0.png").probability
    (card,) = batches.cards(joined).values()
    assert card.title == "Mean of phantom-demo 1.0+second 1.0"
    batches.export(joined.id, tmp_path / "window.csv")
    words = ["--model", KEYS[0], "--model", KEYS[1], "--ensemble", "--record", "24-1", "--out", tmp_path / "line.csv"]
    bench.close()
    assert in_process(capsys, "classify", folder, *words).status == 3
    assert (tmp_path / "line.csv").read_bytes() == (tmp_path / "window.csv").read_bytes()


def test_images_are_copied_or_linked_into_folders_by_class(bench: Workbench, folder: Path, tmp_path: Path) -> None:
    batches, user = Batches(bench), bench.history().users.local().id
    job = batches.create(user, BatchPlan([folder], models=(MODEL,)))
    run_out(batches, job.id, user)
    (folder / "0.png").write_bytes(b"other content")
    for link in (False, True):
        target = tmp_path / f"sorted-{link}"
        done = batches.sort_into(job.id, target, link=link)
        assert (done.images, len(done.left_out)) == (29, 3)
        for row in batches.rows(job.id):
            name = row.label if row.decision is Decision.ACCEPTED else str(row.decision)
            place = target / name / row.path.name
            assert place.exists() == (bool(row.label) and row.path.name != "0.png")
            assert not place.exists() or place.is_symlink() == link


def test_a_case_that_is_erased_leaves_no_name_in_its_batch(bench: Workbench, folder: Path) -> None:
    history = bench.history()
    batches, user = Batches(bench), history.users.local().id
    case = history.cases.open(user, CaseDetails("24-8"))
    job = batches.create(user, BatchPlan([folder], models=(MODEL,)), case_id=case.id)
    run_out(batches, job.id, user)
    history.erase(user, case.id, WhyErased.REQUEST)
    assert str(folder) not in str(history.jobs.get(job.id)) + str(history.jobs.items(job.id))
    assert (batches.all(), list(batches.rows(job.id))) == ([], [])


def test_a_picture_that_leukdesk_itself_fails_at_stops_nothing(
    bench: Workbench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import leukdesk.analysis.batch_work as work

    fit, bad = work.fit, folder / "3.png"

    def failing(image: SmearImage, card: Card) -> object:
        if image.source.path == bad:
            raise ZeroDivisionError
        return fit(image, card)

    monkeypatch.setattr(work, "fit", failing)
    batches, user = Batches(bench), bench.history().users.local().id
    job = batches.create(user, BatchPlan([folder], models=(MODEL,)))
    assert run_out(batches, job.id, user).counts == {ItemState.DONE: 29, ItemState.FAILED: 3}
    (row,) = [row for row in batches.rows(job.id) if row.path == bad]
    assert row.error == "bug"


def run_out(batches: Batches, job_id: int, user: int) -> BatchEvent:
    with batches.open(job_id, user) as run:
        return list(run.events())[-1]
