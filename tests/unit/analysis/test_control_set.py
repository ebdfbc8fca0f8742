"""A control set of real files: frozen, looked at again, run, and recorded for good."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from leukdesk.analysis.control_set import FEWEST, freeze, labelled
from leukdesk.control_log import ControlLog
from leukdesk.control_watch import ControlWatch
from leukdesk.domain.control import ControlRun, RunKind
from leukdesk.domain.drift import Rule
from leukdesk.domain.errors import Cancelled, DataError, EngineError
from leukdesk.domain.finding import BundleRef
from leukdesk.settings import Settings
from tests.findings import CountingPredictor

COLOURS = {name: at for at, name in enumerate(CountingPredictor().card.class_ids)}  # red, green, blue


def draw(folder: Path, each: int = 4, *, tint: int = 0) -> Path:
    """Images that the stand-in answers rightly: each class has its colour."""
    rng = np.random.default_rng(1)
    for label, channel in COLOURS.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(each):
            pixels = rng.integers(60, 100, (64, 64, 3), np.uint8)
            pixels[20:40, 20:40, channel] = 220
            pixels = np.clip(pixels.astype(int) + tint, 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / label / f"{number}.png"), pixels[..., ::-1])
    return folder


class Bench:
    """What `ControlWatch` needs of the workbench."""

    settings = Settings()

    def __init__(self) -> None:
        self.ref = BundleRef("toy", "1.0", "0" * 64)
        self.broken: tuple[int, ...] = ()

    def load(self, _name: str | None = None) -> SimpleNamespace:
        return SimpleNamespace(ref=self.ref)

    def open(self, _name: str | None = None, *, callers: int = 1) -> CountingPredictor:
        predictor = CountingPredictor(broken=self.broken)
        predictor.bundle = self.ref
        return predictor


class Desk:
    """A watch whose clock goes on by a day with every run."""

    def __init__(self, folder: Path) -> None:
        self.bench, self.now = Bench(), datetime(2026, 3, 1, 6, tzinfo=UTC)
        self.folder = folder
        self.watch = ControlWatch(self.bench, folder / "kept", by="me", clock=lambda: self.now)  # type: ignore[arg-type]
        self.images = draw(folder / "set")
        self.watch.choose(self.images)

    def run(self, photos: Path | None = None) -> set[Rule]:
        self.now += timedelta(days=1)
        return {one.rule for one in self.watch.run(photos).signals}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_run_is_kept_for_good(desk: Desk) -> None:
    assert desk.run() == set()
    (kept,) = desk.watch.look().runs
    run = kept.of
    assert isinstance(run, ControlRun)
    assert (run.images, run.right, run.kind, run.by) == (12, 12, RunKind.SET, "me")
    assert run.at.startswith("2026-03-02T06:00")
    assert ControlLog(desk.folder / "kept").runs() == [run]


def test_a_changed_and_a_missing_file_are_named_and_not_counted(desk: Desk) -> None:
    label = next(iter(COLOURS))
    (desk.images / label / "0.png").write_bytes((desk.images / label / "1.png").read_bytes() + b" ")
    (desk.images / label / "2.png").unlink()
    assert desk.run() == {Rule.FILES}
    run = desk.watch.look().runs[-1].of
    assert isinstance(run, ControlRun)
    assert (run.changed, run.missing, run.images) == ((f"{label}/0.png",), (f"{label}/2.png",), 10)


def test_photographs_of_another_look_raise_a_warning(desk: Desk) -> None:
    desk.run()
    assert desk.run(draw(desk.folder / "same")) == set()
    assert Rule.EARLY in desk.run(draw(desk.folder / "bright", tint=80))
    assert desk.watch.look().drifts


def test_a_new_base_line_begins_where_it_is_asked_for(desk: Desk) -> None:
    desk.run()
    desk.run(draw(desk.folder / "bright", tint=80))
    desk.watch.begin_anew("a new lamp")
    assert desk.run(desk.folder / "bright") == set()
    assert [bool(one.signals) for one in desk.watch.look().runs] == [False, False, False]


def test_it_is_due_once_a_day_and_for_each_model(desk: Desk) -> None:
    assert desk.watch.due()
    desk.run()
    assert not desk.watch.due()
    desk.bench.ref = replace(desk.bench.ref, version="2.0", sha256="1" * 64)
    assert desk.watch.due()
    desk.watch.give_up()
    assert not desk.watch.due()


def test_a_folder_that_is_gone_is_said_and_nothing_is_recorded(desk: Desk) -> None:
    desk.images.rename(desk.folder / "elsewhere")
    with pytest.raises(DataError, match="gone"):
        desk.run()
    seen = desk.watch.look()
    assert seen.trouble is not None
    assert seen.trouble.reason == "gone"
    assert seen.needs_looking_at
    assert seen.runs == ()


def test_a_failing_engine_and_a_cancelled_run_record_nothing(desk: Desk) -> None:
    desk.bench.broken = tuple(range(9))
    with pytest.raises(EngineError):
        desk.run()
    with pytest.raises(Cancelled):
        desk.watch.run(cancelled=lambda: True)
    assert desk.watch.look().runs == ()


def test_a_torn_line_and_lines_of_other_versions_are_passed_over(desk: Desk) -> None:
    desk.run()
    with (desk.folder / "kept" / "runs.jsonl").open("ab") as stream:
        stream.write(b'[1]\n{"kind": "later", "at": "x"}\n{"kind": "set", "at": "2026')
    desk.run()
    assert len(desk.watch.look().runs) == 2


def test_a_damaged_control_set_is_said(desk: Desk) -> None:
    (desk.folder / "kept" / "control.json").write_text("{")
    assert desk.watch.look().trouble is not None
    with pytest.raises(DataError, match="cannot be read"):
        desk.run()


def test_the_same_images_elsewhere_are_the_same_set(desk: Desk) -> None:
    first = ControlLog(desk.folder / "kept").control()
    assert first is not None
    assert first.digest == freeze(draw(desk.folder / "copy"), made="", by="").digest
    assert first.per_class == dict.fromkeys(sorted(COLOURS), 4)


def test_a_manifest_says_what_images_are(tmp_path: Path) -> None:
    draw(tmp_path)
    rows = [f"{label}/{at}.png,{label},g1" for label in COLOURS for at in (10, 2)]
    (tmp_path / "manifest.csv").write_text("\n".join(["path,class,group", *rows]))
    first = next(iter(sorted(COLOURS)))
    assert labelled(tmp_path)[:2] == [(f"{first}/2.png", first), (f"{first}/10.png", first)]


@pytest.mark.parametrize("what", ["nothing", "few", "gone", "flat"])
def test_what_cannot_be_a_control_set_is_refused(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "x"
    if what != "gone":
        folder.mkdir()
    if what == "few":
        draw(folder, 1)
        assert FEWEST > 3
    if what == "flat":
        (folder / "1.png").write_bytes(b"")
    with pytest.raises(DataError) as refused:
        freeze(folder, made="", by="")
    assert refused.value.advice


def test_no_image_of_a_class_of_the_model(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for label in COLOURS:
        (desk.images / label).rename(desk.images / f"not {label}")
    desk.watch.choose(desk.images)
    with pytest.raises(DataError, match="no image of the control set"):
        desk.run()


def test_what_is_kept_is_plain_json(desk: Desk) -> None:
    desk.run()
    (line,) = (desk.folder / "kept" / "runs.jsonl").read_text().splitlines()
    assert json.loads(line)["format"] == 1
