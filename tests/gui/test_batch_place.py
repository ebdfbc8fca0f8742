"""A technician classifies a folder in the Batch place, with the real engine and the shipped demonstration model."""

from __future__ import annotations

import csv
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk import paths
from leukdesk.analysis import batch_work
from leukdesk.app.main import Session, workbench
from leukdesk.app.views.batch_view import BatchView
from leukdesk.app.views.send_to_case import SendToCase
from leukdesk.app.views.widgets.grid import Shape
from leukdesk.app.workers.pictures import Pictures
from leukdesk.domain.job import ItemState, JobState
from leukdesk.settings import Settings
from tests.history_template import lay_out
from tests.second_demo import two_demos

MODEL = "phantom-demo-1.0"
LEFT = Qt.MouseButton.LeftButton
MANY = 100  # images: more than are classified before a window that closes has stopped


class Bench:
    """A window with everything real behind it."""

    def __init__(self, application: QApplication, bot: QtBot) -> None:
        self.closed = False
        lay_out(paths.history_folder())
        settings = Settings(theme="light", active_model=MODEL, welcomed=True, threads=1)
        self.session = Session(application, settings, workbench(settings), Pictures(4_000_000))
        self.window, self.desk, self.bot = self.session.window, self.session.batches, bot
        self.view: BatchView = self.window.batch
        self.session.open([])
        self.until(lambda: bool(self.session.engine.installed) and not self.session.engine.loading)
        self.session.casebook.begin_if_new()
        self.until(lambda: self.session.casebook.user is not None)
        self.window.commands.go_batch.trigger()

    def until(self, condition: Callable[[], bool]) -> None:
        self.bot.waitUntil(condition, timeout=WAIT_MS)

    def classify(self, *sources: Path) -> None:
        self.view.add_sources(list(sources))
        self.bot.mouseClick(self.view.setup.start, LEFT)

    def finish(self) -> None:
        self.until(lambda: self.desk.standing is not None and self.desk.standing.state is JobState.FINISHED)
        self.until(lambda: not self.desk.busy and not self.desk.loading)
        self.bot.wait(50)

    def groups(self) -> dict[str, int]:
        return dict(self.desk.items.groups)

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        self.window.close()
        self.session.close()
        self.window.deleteLater()


@pytest.fixture
def open_bench(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[], Bench]]:
    made: list[Bench] = []

    def make() -> Bench:
        made.append(Bench(qapp, qtbot))
        return made[-1]

    yield make
    for one in made:
        one.close()


def sources(smears: list[Path], broken: Path) -> list[Path]:
    return [smears[0].parent, broken]


def test_a_folder_is_classified_grouped_and_its_failures_listed(
    open_bench: Callable[[], Bench], smears: list[Path], broken: Path
) -> None:
    bench = open_bench()
    bench.classify(*sources(smears, broken))
    bench.finish()
    bench.until(lambda: bench.desk.items.rowCount() == 7)
    assert sum(bench.groups().values()) == 7
    assert bench.groups()["failed"] == 1
    work = bench.view.work
    assert work.progress.words.text() == "7 of 7 done"
    bench.bot.mouseClick(work.progress.failed, LEFT)
    bench.until(lambda: bench.desk.items.rowCount() == 1)
    assert work.gallery.view.shape is Shape.LIST
    face, _ = bench.desk.items.seen(0)
    assert (face.name, face.verdict) == ("broken.jpg", "Failed")
    assert face.why
    bench.bot.mouseClick(work.gallery.all, LEFT)
    bench.until(lambda: bench.desk.items.rowCount() == 7)


def test_rows_of_a_class_are_sorted_and_narrowed_down_by_the_counts(
    open_bench: Callable[[], Bench], smears: list[Path], broken: Path
) -> None:
    bench = open_bench()
    bench.classify(*sources(smears, broken))
    bench.finish()
    bench.until(lambda: bench.desk.items.rowCount() == 7)
    items, groups = bench.desk.items, bench.view.work.side.groups
    largest = max((one for one in bench.groups() if one != "failed"), key=lambda one: bench.groups()[one])
    row = next(one for one in groups.rows if one.shown.key == largest)
    assert row.shown.count == bench.groups()[largest]
    bench.bot.mouseClick(row, LEFT)
    bench.until(lambda: items.rowCount() == row.shown.count)
    most = [items.row(at).probability for at in range(items.rowCount())]
    assert most == sorted(most, reverse=True)
    order = bench.view.work.gallery.order
    order.setCurrentIndex(1)
    order.activated.emit(1)
    bench.until(lambda: [items.row(at).probability for at in range(items.rowCount())] == sorted(most))


def test_several_models_answer_each_or_as_one(
    open_bench: Callable[[], Bench], smears: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEUKDESK_MODELS", str(two_demos(tmp_path / "models")))
    bench = open_bench()
    setup, items = bench.view.setup, bench.desk.items
    assert not setup.ensemble.isVisible(), "there is one model alone so far"
    bench.bot.mouseClick(setup.models["second-1.0"], LEFT)
    assert setup.ensemble.isVisible()
    assert not setup.ensemble.isChecked()
    bench.classify(*smears)
    bench.finish()
    bench.until(lambda: items.rowCount() == 6)
    assert bench.desk.standing.counts == {ItemState.DONE: 12}
    assert bench.view.work.side.models.count() == 2
    bench.bot.mouseClick(bench.view.work.new, LEFT)
    bench.bot.mouseClick(setup.ensemble, LEFT)
    bench.classify(*smears)
    bench.until(lambda: bench.desk.options.members == ("phantom-demo-1.0", "second-1.0"))
    bench.finish()
    bench.until(lambda: items.rowCount() == 6)
    assert bench.desk.standing.counts == {ItemState.DONE: 6}
    assert bench.view.work.side.who.text() == "Mean of phantom-demo-1.0, second-1.0"
    assert items.vocabulary.look(items.row(0).label).colour != ""


def test_a_double_click_opens_the_image_in_the_analyse_place(
    open_bench: Callable[[], Bench], smears: list[Path]
) -> None:
    bench = open_bench()
    bench.classify(*smears[:2])
    bench.finish()
    bench.until(lambda: bench.desk.items.rowCount() == 2)
    view = bench.view.work.gallery.view
    bench.until(view.isVisible)
    place = view.visualRect(view.model().index(0, 0)).center()
    path = bench.desk.items.row(0).path
    bench.bot.mouseClick(view.viewport(), LEFT, pos=place)
    bench.bot.mouseDClick(view.viewport(), LEFT, pos=place)
    bench.until(lambda: bench.session.model.path == path)
    assert bench.window.places.currentWidget() is bench.window.analyse


def test_what_failed_is_tried_again_once_it_is_mended(
    open_bench: Callable[[], Bench], smears: list[Path], broken: Path
) -> None:
    bench = open_bench()
    bench.classify(*sources(smears, broken))
    bench.finish()
    broken.write_bytes(smears[0].read_bytes())
    bench.until(bench.view.work.retry.isVisible)
    bench.bot.mouseClick(bench.view.work.retry, LEFT)
    bench.until(lambda: bench.desk.standing.counts == {ItemState.DONE: 7} and not bench.desk.busy)
    bench.until(lambda: "failed" not in bench.groups() and bench.desk.items.rowCount() == 7)


def test_selected_images_are_sent_to_a_case_and_the_list_is_written(
    open_bench: Callable[[], Bench], smears: list[Path], tmp_path: Path
) -> None:
    bench = open_bench()
    bench.classify(smears[0].parent)
    bench.finish()
    bench.until(lambda: bench.desk.items.rowCount() == 6)
    gallery = bench.view.work.gallery
    gallery.view.selectAll()
    assert len(gallery.chosen()) == 6
    bench.bot.mouseClick(gallery.send_button, LEFT)
    dialog = bench.window.findChildren(SendToCase)[0]
    bench.bot.keyClicks(dialog.accession, "24-0117")
    bench.bot.keyClick(dialog.accession, Qt.Key.Key_Return)
    kept: list[int] = []
    bench.until(bench.view.banner.isVisible)
    bench.session.casebook.read(lambda one: len(one.findings.images(one.cases.by_accession("24-0117").id)), kept.append)
    bench.until(lambda: bool(kept))
    assert kept == [6]
    bench.desk.export(tmp_path / "out.csv")
    bench.until((tmp_path / "out.csv").exists)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 6
    bench.desk.sort_into_folders(tmp_path / "sorted", link=False)
    bench.until(lambda: len(list((tmp_path / "sorted").rglob("*.png"))) == 6)


def test_a_closed_window_pauses_and_the_next_one_goes_on_without_loss(
    open_bench: Callable[[], Bench], smears: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(MANY):
        (many / f"{number}.png").write_bytes(smears[number % 6].read_bytes())
    real, seen = batch_work.read_taken, itertools.count()

    def slow(path, taken, *, limit_px):  # type: ignore[no-untyped-def]
        if next(seen) > 16:
            time.sleep(0.1)
        return real(path, taken, limit_px=limit_px)

    monkeypatch.setattr(batch_work, "read_taken", slow)
    first = open_bench()
    first.classify(many)
    first.until(lambda: first.desk.standing is not None and first.desk.standing.counts.get(ItemState.DONE, 0) > 0)
    first.close()
    monkeypatch.setattr(batch_work, "read_taken", real)
    second = open_bench()
    second.until(lambda: len(second.desk.unfinished()) == 1)
    counts = second.desk.unfinished()[0].counts
    assert 0 < counts[ItemState.DONE] < MANY
    assert ItemState.RUNNING not in counts
    assert second.view.setup.earlier.lines[0].open.text() == "Go on…"
    assert second.window.analyse.banner.isVisibleTo(second.window.analyse)
    second.window.commands.go_analyse.trigger()
    second.bot.mouseClick(second.window.analyse.banner.button, LEFT)
    assert second.window.places.currentWidget() is second.view
    second.finish()
    second.until(lambda: second.desk.items.rowCount() == MANY)
    assert second.desk.standing.counts == {ItemState.DONE: MANY}


def test_a_watched_folder_is_followed_also_when_it_vanishes(
    open_bench: Callable[[], Bench], smears: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leukdesk.app.viewmodels.watching._EVERY_MS", 50)
    camera = tmp_path / "camera"
    camera.mkdir()
    bench = open_bench()
    items, work = bench.desk.items, bench.view.work
    bench.view.add_sources([camera])
    bench.bot.mouseClick(bench.view.setup.watch, LEFT)
    bench.until(work.unwatch.isVisible)
    whole = smears[0].read_bytes()
    (camera / "1.png").write_bytes(whole[: len(whole) // 2])
    bench.until(lambda: "not completely written" in work.progress.words.text())
    assert items.rowCount() == 0
    (camera / "1.png").write_bytes(whole)
    bench.until(lambda: items.rowCount() == 1)
    camera.rename(tmp_path / "away")
    bench.until(lambda: "is gone" in work.progress.words.text())
    (tmp_path / "away" / "2.png").write_bytes(smears[1].read_bytes())
    (tmp_path / "away").rename(camera)
    bench.until(lambda: items.rowCount() == 2)
    bench.bot.mouseClick(work.unwatch, LEFT)
    bench.until(lambda: not work.unwatch.isVisible())
    assert bench.desk.standing.counts == {ItemState.DONE: 2}


def test_a_watched_folder_is_watched_again_by_the_next_window(
    open_bench: Callable[[], Bench], smears: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leukdesk.app.viewmodels.watching._EVERY_MS", 50)
    camera = tmp_path / "camera"
    camera.mkdir()
    (camera / "1.png").write_bytes(smears[0].read_bytes())
    first = open_bench()
    first.view.add_sources([camera])
    first.bot.mouseClick(first.view.setup.watch, LEFT)
    first.until(lambda: first.desk.items.rowCount() == 1)
    first.close()
    (camera / "2.png").write_bytes(smears[1].read_bytes())
    second = open_bench()
    second.until(lambda: second.desk.watching.on)
    assert not second.desk.unfinished()
    second.until(second.view.banner.isVisible)
    words = [one.text() for one in second.view.banner.findChildren(QLabel)]
    assert "This folder is watched again: camera" in words
    second.bot.mouseClick(second.view.banner.button, LEFT)
    second.until(lambda: second.desk.items.rowCount() == 2)
    second.until(lambda: second.desk.standing.counts == {ItemState.DONE: 2})
    second.bot.mouseClick(second.view.work.unwatch, LEFT)
    second.close()
    third = open_bench()
    third.until(lambda: bool(third.desk.jobs))
    third.bot.wait(200)
    assert not third.desk.watching.on
