"""Keeping watch in the real window: a control set is chosen, run, drifts, and is run again while nobody works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton
from window_desk import Desk

from leukdesk import paths
from leukdesk.app.viewmodels.watch_words import chart_of
from leukdesk.control_log import ControlLog
from leukdesk.domain.control import ControlRun, RunKind


@pytest.fixture
def images(tmp_path: Path, smear_folder: Path) -> Path:
    """Smears in the folder of one class of the stand-in model, each more than once."""
    folder = tmp_path / "control"
    (folder / "Pre").mkdir(parents=True)
    for number in range(3):
        for one in sorted(smear_folder.glob("*.png")):
            shutil.copy(one, folder / "Pre" / f"{number} {one.name}")
    return folder


def open_page(desk: Desk) -> None:
    desk.start()
    desk.until(lambda: desk.session.casebook.user is not None or not desk.session.casebook.opening)
    desk.window.commands.go_models.trigger()
    desk.window.watch.button.click()
    desk.until(lambda: desk.session.watch.watched is not None)


def wait(desk: Desk, runs: int) -> None:
    def there() -> bool:
        watched = desk.session.watch.watched
        return watched is not None and len(watched.runs) == runs and not desk.session.watch.doing

    desk.until(there)


def test_from_an_empty_page_to_a_drift(desk: Desk, images: Path) -> None:
    open_page(desk)
    page, watch = desk.window.watch.view, desk.session.watch
    assert page.empty.isVisible()
    assert not page.run.isEnabled()
    watch.choose(images)
    desk.until(lambda: page.run.isEnabled())
    page.run.click()
    wait(desk, 1)
    assert page.chart.accessibleDescription().count("\n") == 0
    page.run.click()
    wait(desk, 2)
    assert page.state.chip.text() == "Nothing drifts"
    next((images / "Pre").iterdir()).unlink()
    page.run.click()
    wait(desk, 3)
    assert page.state.chip.text() == "Something drifts"
    assert desk.analyse.banner.isVisibleTo(desk.analyse)
    desk.window.go_to(0)
    desk.analyse.banner.button.click()
    assert page.isVisible()


def test_base_lines_begin_anew_for_a_reason(desk: Desk, images: Path) -> None:
    open_page(desk)
    watch = desk.session.watch
    watch.choose(images)
    desk.until(lambda: not watch.doing)
    watch.run()
    wait(desk, 1)
    desk.window.watch.view.anew.trigger()
    dialog = next(one for one in desk.window.findChildren(QDialog) if one.isVisible())
    begin = next(one for one in dialog.findChildren(QPushButton) if one.text() == "Begin anew")
    assert not begin.isEnabled()
    dialog.findChildren(QLineEdit)[0].setText("a new lamp")
    begin.click()
    desk.until(lambda: not watch.doing and bool(ControlLog(paths.watch_folder()).anew()))


def test_it_is_run_once_a_day_while_nobody_works(desk: Desk, images: Path) -> None:
    open_page(desk)
    watch = desk.session.watch
    watch.choose(images)
    desk.until(lambda: not watch.doing)
    watch._idle.passed.emit()
    assert watch.doing == "daily"
    wait(desk, 1)
    watch._idle.passed.emit()
    desk.until(lambda: not watch.doing)
    assert len(ControlLog(paths.watch_folder()).runs()) == 1


def test_a_folder_that_is_gone_is_said_on_the_page_and_when_it_is_asked_for(desk: Desk, images: Path) -> None:
    open_page(desk)
    page, watch = desk.window.watch.view, desk.session.watch
    watch.choose(images)
    desk.until(lambda: not watch.doing)
    page.banner.hide()
    shutil.rmtree(images)
    watch._idle.passed.emit()
    desk.until(lambda: page.state.error.isVisible())
    assert not page.banner.isVisible()  # nobody asked
    page.run.click()
    desk.until(lambda: page.banner.isVisible())
    assert page.state.chip.text() == "The control set cannot be run"


def test_a_run_can_be_given_up(desk: Desk, images: Path) -> None:
    open_page(desk)
    watch = desk.session.watch
    watch.choose(images)
    desk.until(lambda: not watch.doing)
    watch.run()
    watch.cancel()
    assert not watch.doing
    watch.look()
    desk.until(lambda: watch.watched is not None)
    assert ControlLog(paths.watch_folder()).runs() == []


def test_what_is_drawn_and_what_is_shown_can_be_chosen(desk: Desk, images: Path) -> None:
    open_page(desk)
    page, watch = desk.window.watch.view, desk.session.watch
    watch.choose(images)
    desk.until(lambda: not watch.doing)
    watch.run()
    wait(desk, 1)
    watch.run(images)
    wait(desk, 2)
    assert watch.watched is not None
    kinds = [one.of.kind for one in watch.watched.runs if isinstance(one.of, ControlRun)]
    assert kinds == [RunKind.SET, RunKind.PHOTOS]
    for at in range(page.quantity.count()):
        page.quantity.setCurrentIndex(at)
        page.quantity.activated.emit(at)
        chart = chart_of(watch.watched.runs, page.quantity.currentData())
        assert [one.hollow for one in chart.points] == [False, True]
        assert all(chart.written(one.value) in one.spoken for one in chart.points)
    page.sources.choose("days")
    page.sources.chosen.emit("days")
    assert not page.chart.isVisible()
