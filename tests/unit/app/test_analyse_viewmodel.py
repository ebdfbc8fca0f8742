"""The Analyse place without a window: open, select, run, stop, change the model, look at heatmaps and truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeBench, FakePredictor
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.faces import RowState
from leukdesk.app.workers.lanes import Lanes
from leukdesk.app.workers.pictures import Pictures
from leukdesk.domain.errors import KnownError


class Desk:
    """A view-model with what it needs around it."""

    def __init__(self, lanes: Lanes, qtbot: QtBot) -> None:
        self.bench, self.bot = FakeBench(), qtbot
        self.engine = Engine(lanes.inference, lambda: self.bench)
        self.model = AnalyseViewModel(lanes, self.engine, Pictures(1_000_000))
        self.problems: list[KnownError] = []
        self.model.problem.connect(self.problems.append)

    def open(self, *paths: Path) -> None:
        with self.bot.waitSignal(self.model.opened, timeout=WAIT_MS):
            self.model.begin(paths)

    def finish(self) -> None:
        count = self.model.images.rowCount
        self.bot.waitUntil(lambda: self.model.images.counts()[0] == count() > 0, timeout=WAIT_MS)

    def states(self) -> list[RowState]:
        return [self.model.images.row(at).state for at in range(self.model.images.rowCount())]


@pytest.fixture
def desk(lanes: Lanes, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(lanes, qtbot)
    yield made
    made.bench.go.set()
    lanes.close()


def test_a_folder_is_classified_in_natural_order_without_being_asked(desk: Desk, smears: list[Path]) -> None:
    desk.open(smears[0].parent)
    desk.finish()
    assert desk.states() == [RowState.DONE] * 6
    assert desk.bench.order == smears
    assert desk.model.path == smears[0]
    assert desk.model.title == "smears"


def test_the_selected_image_jumps_the_queue(desk: Desk, smears: list[Path]) -> None:
    desk.bench.go.clear()
    desk.open(smears[0].parent)
    desk.bot.waitUntil(lambda: RowState.RUNNING in desk.states(), timeout=WAIT_MS)
    desk.model.select(5)
    desk.bench.go.set()
    desk.finish()
    assert desk.bench.order.index(smears[5]) < 3
    assert sorted(desk.bench.order) == smears


def test_the_picture_does_not_wait_for_the_model(desk: Desk, smears: list[Path]) -> None:
    desk.bench.go.clear()
    desk.open(smears[0])
    desk.bot.waitUntil(lambda: desk.model.picture is not None, timeout=WAIT_MS)
    assert desk.model.finding is None
    assert desk.model.picture is not None
    assert desk.model.picture.source.synthetic


def test_stopping_keeps_what_is_done_and_going_on_does_the_rest(desk: Desk, smears: list[Path]) -> None:
    desk.bench.go.clear()
    desk.open(smears[0].parent)
    desk.bot.waitUntil(lambda: RowState.RUNNING in desk.states(), timeout=WAIT_MS)
    desk.model.batch.stop()
    assert desk.states() == [RowState.WAITING] * 6
    assert not desk.model.batch.progress.running
    desk.bench.go.set()
    desk.model.resume()
    desk.finish()
    assert desk.states() == [RowState.DONE] * 6


def test_one_bad_image_stops_nothing(desk: Desk, smears: list[Path], broken: Path) -> None:
    desk.open(broken, *smears)
    desk.finish()
    assert desk.states() == [RowState.FAILED] + [RowState.DONE] * 6
    assert desk.model.error is not None
    assert desk.model.error.subject == str(broken)
    assert desk.model.batch.progress.failed == 1
    desk.model.select(3)
    desk.model.select_next_failed()
    assert desk.model.path == broken


def test_what_does_not_exist_is_a_failed_row(desk: Desk, smears: list[Path], tmp_path: Path) -> None:
    desk.open(tmp_path / "gone.png", smears[0])
    desk.finish()
    assert desk.states() == [RowState.FAILED, RowState.DONE]


def test_another_model_looks_at_everything_again(desk: Desk, smears: list[Path]) -> None:
    desk.open(*smears)
    desk.finish()
    first = desk.engine.predictor
    desk.engine.choose("fake-other-1.0")
    desk.bot.waitUntil(lambda: desk.engine.predictor is not first, timeout=WAIT_MS)
    desk.finish()
    findings = [desk.model.images.finding(at) for at in range(6)]
    assert {one.bundle.name for one in findings if one} == {"fake-other"}
    desk.bot.waitUntil(lambda: isinstance(first, FakePredictor) and first.closed, timeout=WAIT_MS)


def test_a_model_that_is_not_there_is_told_and_the_old_one_stays(desk: Desk, smears: list[Path]) -> None:
    desk.open(smears[0])
    desk.finish()
    desk.engine.open("nothing")
    desk.bot.waitUntil(lambda: bool(desk.problems), timeout=WAIT_MS)
    assert desk.problems[0].subject == "nothing"
    assert desk.engine.card is not None
    assert desk.engine.wanted == "fake-stage-1.0"


def test_a_bug_fails_one_image_and_is_reported(desk: Desk, smears: list[Path], lanes: Lanes) -> None:
    crashes: list[object] = []
    lanes.inference.crashed.connect(crashes.append)
    predict = FakePredictor.predict
    predictor = desk.bench.predictors["fake-stage-1.0"]
    calls: list[int] = []

    def fail_once(*arguments: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise IndexError
        return predict(predictor, *arguments, **options)  # type: ignore[arg-type]

    predictor.predict = fail_once  # type: ignore[assignment, method-assign]
    desk.open(*smears)
    desk.finish()
    assert desk.states().count(RowState.FAILED) == 1
    assert [type(one) for one in crashes] == [IndexError]


def test_a_case_brings_its_model_and_its_truth_and_later_images_get_the_usual_one(
    desk: Desk, smear_folder: Path, smears: list[Path]
) -> None:
    desk.open(smear_folder)
    desk.finish()
    assert desk.model.title == "Test case (synthetic)"
    assert desk.engine.wanted == "phantom-demo-1.0"
    assert desk.model.has_truths
    assert desk.model.truth is None  # not before it is asked for
    desk.model.show_truth(True)
    assert desk.model.truth is not None
    assert desk.model.truth.truth == "blasts"
    desk.open(*smears)
    desk.bot.waitUntil(lambda: desk.engine.wanted == "fake-stage-1.0", timeout=WAIT_MS)
    assert not desk.model.has_truths


def test_images_of_a_case_named_one_by_one_are_the_case(desk: Desk, smear_folder: Path) -> None:
    desk.open(*sorted(smear_folder.glob("*.png")))
    assert desk.model.has_truths


def test_a_damaged_case_is_told_and_a_model_is_loaded_all_the_same(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text("{", encoding="utf-8")
    desk.model.begin([tmp_path])
    desk.bot.waitUntil(lambda: bool(desk.problems) and desk.engine.predictor is not None, timeout=WAIT_MS)
    assert "damaged" in desk.problems[0].what


def test_steps_stay_inside_the_list(desk: Desk, smears: list[Path]) -> None:
    desk.open(*smears)
    desk.model.step(-1)
    assert desk.model.place == 0
    for _ in range(10):
        desk.model.step(1)
    assert desk.model.place == 5


def test_heatmaps_are_off_until_asked_for_and_made_for_the_class_that_is_asked(desk: Desk, smears: list[Path]) -> None:
    desk.open(smears[0])
    desk.finish()
    heatmap = desk.model.heatmap
    assert not heatmap.shown
    assert heatmap.image is None
    heatmap.show(True)
    desk.bot.waitUntil(lambda: heatmap.image is not None and heatmap.bar is not None, timeout=WAIT_MS)
    assert desk.model.finding is not None
    assert heatmap.label == desk.model.finding.prediction.label
    first = heatmap.image
    heatmap.choose("Benign" if heatmap.label != "Benign" else "Pro")
    assert heatmap.image is None  # never the map of another class under this one's name
    desk.bot.waitUntil(lambda: heatmap.image is not None, timeout=WAIT_MS)
    assert heatmap.image != first
    heatmap.show(False)
    assert heatmap.image is None


def test_the_chosen_class_stays_from_image_to_image_and_goes_with_the_model(desk: Desk, smears: list[Path]) -> None:
    desk.open(*smears)
    desk.finish()
    desk.model.heatmap.choose("Pro")
    desk.model.select(2)
    assert desk.model.heatmap.label == "Pro"
    desk.engine.choose("phantom-demo-1.0")
    desk.bot.waitUntil(lambda: desk.engine.wanted == "phantom-demo-1.0" and not desk.engine.loading, timeout=WAIT_MS)
    assert desk.model.heatmap.chosen is None


def test_the_users_model_is_remembered_but_a_demonstration_is_not(desk: Desk, smears: list[Path]) -> None:
    chosen: list[str] = []
    desk.engine.chosen.connect(chosen.append)
    desk.open(smears[0])
    desk.engine.list_models()
    desk.bot.waitUntil(lambda: bool(desk.engine.installed), timeout=WAIT_MS)
    desk.engine.choose("phantom-demo-1.0")
    desk.engine.choose("fake-other-1.0")
    assert chosen == ["fake-other-1.0"]


def test_without_any_model_images_can_still_be_looked_at(lanes: Lanes, qtbot: QtBot, smears: list[Path]) -> None:
    desk = Desk(lanes, qtbot)
    desk.bench.failing = True
    desk.model.begin([smears[0]])
    qtbot.waitUntil(lambda: desk.model.picture is not None and bool(desk.problems), timeout=WAIT_MS)
    assert desk.engine.predictor is None
    assert desk.states() == [RowState.WAITING]
