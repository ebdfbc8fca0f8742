"""The way to a training run, with a trainer that says what the test lets it say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeBench
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from training_desk import ESTIMATE, TEXT, WARNING, StandInDesk, finding
from window_desk import Desk

from leukdesk import paths
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.reviewed_images import ReviewedImages
from leukdesk.app.viewmodels.train_choice import Step
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.train_check_step import CheckStep
from leukdesk.app.views.train_data_step import DataStep
from leukdesk.app.views.train_look_step import LookStep
from leukdesk.app.views.train_recipe_step import RecipeStep
from leukdesk.app.views.train_setup_view import TrainSetupView
from leukdesk.app.views.train_split_step import SplitStep
from leukdesk.app.views.train_start_step import StartStep
from leukdesk.app.workers.lanes import Lane
from leukdesk.bundles.library import Installed
from leukdesk.bundles.load import read_card
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.errors import DataError
from leukdesk.domain.recorded import CellBox, CellFinding, NewCells, NewFinding
from leukdesk.domain.review import NOT_CLASSED
from leukdesk.domain.training import RunState, TrainingError, TrainingOrder
from leukdesk.domain.training_progress import RunProgress
from leukdesk.history.history import History
from leukdesk.training_runs import TrainingRun
from tests.findings import make_finding, make_prediction

DATA, ORIGINAL = Path("data of this site"), Path("images it was made with")


class Shelf:
    """One installed bundle."""

    def __init__(self) -> None:
        folder = paths.shipped() / "models" / "wbc-type-1.1"
        self.installed = (Installed(folder, card=read_card(folder, {"mobilenetv2"})),)


class Way:
    """The steps on screen, and the trainer's side of them."""

    def __init__(self, bot: QtBot, lane: Lane, folder: Path, reviewed: ReviewedImages, desk: StandInDesk) -> None:
        self.desk, self.bot, self.folder = desk, bot, folder
        self.setup = TrainSetup(desk, Shelf(), reviewed, lane, folder)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.view = TrainSetupView(self.setup, Theme(application, paths.resources() / "icons"))
        self.orders: list[TrainingOrder] = []
        self.setup.ordered.connect(self.orders.append)
        bot.addWidget(self.view)
        self.view.resize(1200, 700)
        self.view.show()

    def to(self, step: Step) -> None:
        """Go as far as a step, which is not answered yet."""
        answers: dict[Step, Callable[[], object]] = {
            Step.CHECK: self.desk.checked,
            Step.SPLIT: self.desk.divided,
            Step.RECIPE: self.choose,
            Step.LOOK: lambda: None,
        }
        self.setup.use_data(DATA)
        self.desk.looked()
        for before in Step:
            if before is step:
                return
            answers.get(before, lambda: None)()
            self.view.next.click()

    def choose(self) -> None:
        """Begin with the installed bundle."""
        self.desk.listed()
        self.setup.use_source(next(one for one in self.setup.sources if one.group == "bundle"))
        self.desk.written()

    def page(self, kind: type) -> object:
        return next(one for one in self.view.way if isinstance(one, kind))


@pytest.fixture
def reviewed(lane: Lane, tmp_path: Path) -> ReviewedImages:
    bench = FakeBench()
    return ReviewedImages(Casebook(lane, lambda: bench), lane, lambda: bench, tmp_path / "images")


@pytest.fixture
def way_here(qtbot: QtBot, lane: Lane, tmp_path: Path, desk: Desk) -> Way:
    """With the history of a window."""
    reviewed = ReviewedImages(desk.casebook, lane, lambda: desk.bench, tmp_path / "images")
    desk.start()
    desk.casebook.begin()
    desk.until(lambda: desk.casebook.user is not None)
    return Way(qtbot, lane, tmp_path / "setup", reviewed, StandInDesk())


@pytest.fixture
def lane(qapp: QApplication) -> Iterator[Lane]:
    made = Lane("trainer of a test")
    yield made
    made.close()


@pytest.fixture
def way(qtbot: QtBot, lane: Lane, tmp_path: Path, reviewed: ReviewedImages) -> Way:
    return Way(qtbot, lane, tmp_path / "setup", reviewed, StandInDesk())


def test_a_run_is_ordered_at_the_end_of_the_way(way: Way) -> None:
    way.to(Step.START)
    assert way.desk.last.words[0] == "plan"
    way.desk.divided(estimate=ESTIMATE)
    page = way.page(StartStep)
    assert isinstance(page, StartStep)
    assert "4 min to 7 min" in page.facts["time"].text()
    way.bot.keyClicks(page.title, "Ours")
    way.view.next.click()
    bundle = paths.shipped() / "models" / "wbc-type-1.1"
    assert way.orders == [TrainingOrder("Ours", TEXT, DATA, bundle=bundle)]
    assert way.setup.step is Step.DATA
    assert way.setup.choice.data is None


def test_nothing_is_gone_on_with_before_there_are_classes(way: Way) -> None:
    assert not way.view.next.isEnabled()
    way.setup.use_data(DATA)
    assert not way.view.next.isEnabled()
    columns = [{"name": "path"}, {"name": "diagnosis"}, {"name": "chart"}]
    way.desk.looked(columns=columns, classes={}, problem="There is no class column.")
    page = way.page(DataStep)
    assert isinstance(page, DataStep)
    assert page.problem.text() == "There is no class column."
    page.label_column.setCurrentIndex(page.label_column.findData("diagnosis"))
    page.label_column.activated.emit(0)
    assert way.desk.last.after("--label-column") == "diagnosis"
    way.desk.looked(columns=columns)
    assert way.view.next.isEnabled()
    assert page.label_column.currentData() == "diagnosis"


def test_what_training_would_refuse_blocks_and_what_misleads_warns(way: Way, tmp_path: Path) -> None:
    way.to(Step.CHECK)
    plot = QImage(60, 40, QImage.Format.Format_RGB32)
    plot.fill(QColor("white"))
    plot.save(str(tmp_path / "balance.png"))
    broken = finding("unreadable", "error", "unreadable, 2: copy them again", blocks=True)
    colour = finding("colour", "warning", "colour differs between classes")
    way.desk.checked(colour, broken, files=[tmp_path / "balance.png"])
    page = way.page(CheckStep)
    assert isinstance(page, CheckStep)
    assert page.notices.words() == [broken["words"], colour["words"]]
    assert not way.view.next.isEnabled()
    way.bot.waitUntil(page.plots["balance"].isVisible)
    page.again.click()
    way.desk.checked(colour)
    assert way.view.next.isEnabled()


def test_another_division_is_asked_for_and_told(way: Way) -> None:
    way.to(Step.SPLIT)
    way.desk.divided()
    page = way.page(SplitStep)
    assert isinstance(page, SplitStep)
    assert page.notices.words() == [WARNING["words"]]
    last = page.table.topLevelItem(page.table.topLevelItemCount() - 1)
    assert last is not None
    assert [last.text(column) for column in range(5)] == ["All classes", "46", "10", "14", "70"]
    page.method.setCurrentIndex(page.method.findData("random"))
    page.method.activated.emit(1)
    assert way.desk.last.after("--split") == "random"
    assert not way.view.next.isEnabled()


def test_classes_are_matched_by_the_trainer_and_changed_by_hand(way: Way) -> None:
    way.to(Step.RECIPE)
    way.choose()
    page = way.page(RecipeStep)
    assert isinstance(page, RecipeStep)
    assert {name: one.currentData() for name, one in page.classes.pickers.items()} == {
        "neutrophils": "neutrophil", "LYT": "lymphocyte", "unclear": "",
    }  # fmt: skip
    picker = page.classes.pickers["unclear"]
    picker.setCurrentIndex(picker.findData("monocyte"))
    picker.activated.emit(0)
    assert way.desk.last.after("--class-map") == '{"unclear": "monocyte"}'
    way.desk.written({"neutrophils": "neutrophil", "LYT": "lymphocyte", "unclear": "monocyte"})
    page.classes.own.click()
    assert "--own-classes" in way.desk.last.words


def test_an_installed_model_is_adapted_with_all_its_classes(way: Way) -> None:
    way.to(Step.RECIPE)
    way.desk.listed()
    way.setup.use_source(way.setup.sources[0])
    assert "--adapt" in way.desk.last.words
    way.desk.last.failed.emit(DataError("has too few images of ig (0)", advice="Label at least 9 images of each."))
    assert way.view.error.isVisible()
    assert not way.view.next.isEnabled()


def test_the_images_a_model_was_made_with_are_shown_again_where_they_are_named(way: Way) -> None:
    way.to(Step.RECIPE)
    way.desk.listed()
    page = way.page(RecipeStep)
    assert isinstance(page, RecipeStep)
    assert not page.original.isVisible()
    way.setup.use_source(way.setup.sources[0])
    way.desk.written()
    assert page.original.isVisible()
    assert not page.original.division.isVisible()
    page.original.take(ORIGINAL, None)
    assert way.desk.last.after("--original") == str(ORIGINAL)
    assert "--original-split" not in way.desk.last.words
    way.desk.last.failed.emit(DataError("needs its split", subject=ORIGINAL, advice="Name the split.json."))
    assert not way.view.next.isEnabled()
    page.original.take(ORIGINAL, ORIGINAL / "split.json")
    assert way.desk.last.after("--original-split") == str(ORIGINAL / "split.json")
    way.desk.written(replayed={"train": 57, "validation": 19})
    assert page.original.said.text().startswith("76 of them are shown again")
    way.view.next.click()
    way.view.next.click()
    bundle = way.setup.sources[0].bundle
    assert (way.desk.last.after("--original"), way.desk.last.after("--bundle")) == (str(ORIGINAL), str(bundle))
    way.desk.divided(estimate=ESTIMATE)
    way.view.next.click()
    (ordered,) = way.orders
    assert ordered.adapts
    assert (ordered.original, ordered.original_split, ordered.bundle) == (ORIGINAL, ORIGINAL / "split.json", bundle)
    assert TrainingOrder.from_mapping(ordered.as_mapping()) == ordered


def test_a_recipe_of_two_stages_begins_with_a_trained_run_of_its_first(way: Way) -> None:
    way.to(Step.RECIPE)
    way.desk.listed()
    two = next(one for one in way.setup.sources if one.name == "two-stage")
    page = way.page(RecipeStep)
    assert isinstance(page, RecipeStep)
    way.setup.use_source(two)
    way.desk.written(bundle="")
    assert page.first.isVisible()
    assert "No run of pcam is trained here yet" in page.first.lacks.text()
    assert not way.view.next.isEnabled()
    assert "first stage" in way.view.why.text()

    way.desk.runs = tuple(
        run_of(*one) for one in (("new", "pcam", 1), ("half", "pcam", 0), ("x", "y", 1), ("old", "pcam", 1))
    )
    way.setup.use_source(two)
    way.desk.written(bundle="")
    assert [page.first.run.itemText(at) for at in range(page.first.run.count())] == ["new", "old"]
    assert way.setup.choice.first == Path("/runs/new")
    page.first.run.setCurrentIndex(1)
    page.first.run.activated.emit(1)
    assert way.view.next.isEnabled()
    for _ in range(2):
        way.view.next.click()
    way.desk.divided(estimate=ESTIMATE)
    way.view.next.click()
    assert [(one.start_from, one.bundle) for one in way.orders] == [(Path("/runs/old"), None)]


def run_of(title: str, recipe: str, trained: int) -> TrainingRun:
    """A run as the desk lists it."""
    order = TrainingOrder(title, "", Path("/data"))
    progress = RunProgress(end="trained" if trained else "stopped")
    return TrainingRun(title, Path("/runs") / title, RunState.STOPPED, progress, order, recipe=recipe)


def test_a_wrong_recipe_is_told_with_its_line_and_blocks(way: Way) -> None:
    way.to(Step.RECIPE)
    way.choose()
    page = way.page(RecipeStep)
    assert isinstance(page, RecipeStep)
    page.text.open.click()
    page.text.edit.setPlainText(TEXT.replace("batch", "bach"))
    way.bot.waitUntil(lambda: "--check" in way.desk.last.words)
    way.desk.say(problems=[{"line": 2, "key": "bach", "words": "There is no such key."}])
    assert [one.text() for one in page.text.problems] == ["Line 2, bach: There is no such key."]
    assert not way.view.next.isEnabled()
    page.text.problems[0].click()
    assert page.text.edit.textCursor().selectedText() == "bach = 32"
    way.bot.waitUntil(lambda: "bach" in (way.folder / "recipe.toml").read_text())
    page.text.anew.click()
    way.desk.written()
    assert page.text.edit.toPlainText() == TEXT
    assert way.view.next.isEnabled()


def test_a_failure_is_told_in_place_and_tried_again(way: Way) -> None:
    way.to(Step.LOOK)
    assert way.desk.last.words[0] == "preview"
    way.desk.last.failed.emit(
        TrainingError("the disk is full", reason="disk", subject="preview.png", advice="Free it.")
    )
    assert way.view.error.isVisible()
    asked = len(way.desk.commands)
    way.view.again.click()
    assert len(way.desk.commands) == asked + 1
    assert not way.view.error.isVisible()
    way.desk.say(file=str(way.folder / "preview.png"))
    page = way.page(LookStep)
    assert isinstance(page, LookStep)
    assert way.setup.choice.preview is not None


def test_progress_is_told_and_work_can_be_given_up(way: Way) -> None:
    way.to(Step.CHECK)
    way.desk.last.told.emit({"event": "progress", "step": "checking", "done": 3, "total": 76})
    assert way.view.progress.words.text() == "3 of 76 done"
    command = way.desk.last
    way.view.cancel.trigger()
    assert command.cancelled
    assert not way.view.progress.isVisible()
    command.done.emit({"findings": []})  # too late
    assert not way.setup.choice.checked


def test_what_was_given_up_is_found_out_when_one_comes_back(way: Way) -> None:
    way.setup.use_data(DATA)
    way.view.leave.click()
    assert way.desk.last.cancelled
    way.setup.go(way.setup.step)
    assert way.desk.last.words[0] == "look"
    assert not way.desk.last.cancelled


def test_steps_remember_until_something_before_them_changes(way: Way) -> None:
    way.to(Step.RECIPE)
    way.choose()
    way.view.back.click()
    way.view.back.click()
    asked = len(way.desk.commands)
    way.view.steps.chosen.emit("3")
    assert len(way.desk.commands) == asked
    way.setup.use_split(seed=4)
    way.desk.divided()
    way.setup.go(Step.RECIPE)
    assert way.desk.last.words[:2] == ["recipe", way.setup.sources[0].name]
    assert "split.seed=4" in way.desk.last.words


def test_without_a_trainer_the_page_says_so(qtbot: QtBot, lane: Lane, tmp_path: Path, reviewed: ReviewedImages) -> None:
    missing = TrainingError("this leukdesk came without its trainer", reason="missing", advice="Install the full one.")
    way = Way(qtbot, lane, tmp_path, reviewed, StandInDesk(missing))
    assert way.view.missing.isVisible()
    assert not way.view.pages.isVisible()


def test_only_signed_cases_are_trained_on_and_only_what_people_said(
    way_here: Way, desk: Desk, smears: list[Path]
) -> None:
    def make(history: History) -> None:
        user = history.users.local().id
        for number, (path, sign) in enumerate(((smears[0], True), (smears[1], False))):
            case = history.cases.open(user, CaseDetails(f"24-000{number}", f"P-{number}"))
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            found = make_finding(path, make_prediction(0.9, 0.1), sha256=sha256, width=160, height=120)
            history.findings.record(user, case.id, [NewFinding(found, 1.0, 1)])
            (image,) = history.findings.images(case.id)
            history.reviews.label(user, image.id, "Early")
            if sign:
                history.reviews.sign(user, case.id)

    way, done = way_here, list[None]()
    desk.casebook.write(make, done.append)
    desk.until(lambda: bool(done))
    way.setup.use_reviewed()
    way.bot.waitUntil(lambda: way.setup.choice.reviewed or way.setup.error is not None)
    assert way.setup.error is None
    folder = way.setup.choice.data
    assert folder is not None
    assert len((folder / "manifest.csv").read_text().splitlines()) == 2


def test_single_cells_that_people_named_become_a_data_set(way_here: Way, desk: Desk, smears: list[Path]) -> None:
    def make(history: History) -> None:
        user, sha256 = history.users.local().id, hashlib.sha256(smears[0].read_bytes()).hexdigest()
        case = history.cases.open(user, CaseDetails("24-0001", "P-1"))
        found = make_finding(smears[0], make_prediction(0.9, 0.1), sha256=sha256, width=160, height=120, um_per_px=0.2)
        boxes = {number: CellFinding(CellBox(20.0 * number, 30, 18, 18), found) for number in (1, 2, 3)}
        image = history.findings.record_cells(user, case.id, NewCells(boxes))
        history.reviews.label_many(user, [(image, 1), (image, 2)], "Early")
        history.reviews.label_many(user, [(image, 3)], NOT_CLASSED)
        history.reviews.sign(user, case.id)

    way, done = way_here, list[None]()
    desk.casebook.write(make, done.append)
    desk.until(lambda: bool(done))
    step = way.page(DataStep)
    step.cells.click()
    way.bot.waitUntil(lambda: way.setup.choice.cells or way.setup.error is not None)
    assert way.setup.error is None
    assert "Single cells" in step.path.text()
    folder = way.setup.choice.data
    assert folder is not None
    assert len(list((folder / "Early").glob("*.png"))) == 2


@pytest.mark.parametrize("cells", [False, True])
def test_no_signed_case_is_an_error_that_says_what_to_do(way_here: Way, cells: bool) -> None:
    way = way_here
    way.setup.use_reviewed(cells=cells)
    way.bot.waitUntil(lambda: way.setup.error is not None)
    assert isinstance(way.setup.error, DataError)
    assert "no signed cases" in str(way.setup.error)
