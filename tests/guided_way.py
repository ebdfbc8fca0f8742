"""The guided pages walked with clicks, the real trainer behind them, to a run of the toy recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QTreeWidget
from window_desk import Desk

from leukdesk.app.viewmodels.train_choice import Step
from leukdesk.app.views.train_data_step import DataStep
from leukdesk.app.views.train_recipe_step import RecipeStep
from leukdesk.app.views.train_setup_view import TrainSetupView
from leukdesk.app.views.train_split_step import SplitStep
from leukdesk.app.views.train_start_step import StartStep
from leukdesk.app.views.train_step import TrainStep
from tests import toy_runs

LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 60_000  # for a command of the trainer beside other work
BEGUN_WITH = "phantom-demo"
RECIPE = toy_runs.RECIPE.replace("epochs = 1", "epochs = 40")
One = TypeVar("One", bound=TrainStep)


def walked(desk: Desk, data: Path, title: str) -> str:
    """Start a run of these images (red and blue, in groups) and give its key."""
    keys: list[str] = []
    desk.session.training.begun.connect(keys.append)
    desk.bot.mouseClick(desk.window.train.begin, LEFT)
    view = desk.window.train.pages.currentWidget()
    assert isinstance(view, TrainSetupView)
    _choose_data(desk, _page(view, DataStep), data)
    _next(desk, view, Step.CHECK)
    _next(desk, view, Step.SPLIT)
    desk.bot.waitUntil(lambda: bool(desk.session.train_setup.choice.division), timeout=WAIT_MS)
    assert "images to learn from" in _page(view, SplitStep).said.text()
    _next(desk, view, Step.RECIPE)
    _choose_recipe(desk, view, _page(view, RecipeStep))
    _next(desk, view, Step.LOOK)
    _next(desk, view, Step.START)
    desk.bot.keyClicks(_page(view, StartStep).title, title)
    desk.bot.mouseClick(view.next, LEFT)  # nobody need wait for the estimate
    desk.until(lambda: bool(keys) and desk.session.training.run(keys[0]) is not None)
    return keys[0]


def _choose_data(desk: Desk, page: DataStep, data: Path) -> None:
    desk.bot.mouseClick(page.folder, LEFT)
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    dialog.filesSelected.emit([str(data)])  # as its own button does
    dialog.close()


def _choose_recipe(desk: Desk, view: TrainSetupView, page: RecipeStep) -> None:
    """Begin with a recipe that ships, keep the data's own classes, and put another text in its place."""
    setup = desk.session.train_setup
    desk.bot.waitUntil(lambda: any(one.name == BEGUN_WITH for one in setup.sources), timeout=WAIT_MS)
    _click_source(desk, page.sources)
    desk.bot.waitUntil(lambda: not setup.doing, timeout=WAIT_MS)  # its classes are others: that is told
    desk.bot.mouseClick(page.classes.own, LEFT)
    desk.bot.waitUntil(lambda: bool(setup.choice.recipe) and not setup.doing, timeout=WAIT_MS)
    assert 'id = "red"' in page.text.edit.toPlainText()
    desk.bot.mouseClick(page.text.open, LEFT)
    page.text.edit.setPlainText(RECIPE)
    desk.bot.waitUntil(lambda: setup.choice.edited and not setup.doing, timeout=WAIT_MS)
    assert page.text.problems == []
    assert view.next.isEnabled()


def _click_source(desk: Desk, sources: QTreeWidget) -> None:
    flags = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchRecursive
    (item,) = [one for one in sources.findItems(f"{BEGUN_WITH}:", flags) if one.parent() is not None]
    item.parent().setExpanded(True)
    sources.scrollToItem(item)
    desk.bot.mouseClick(sources.viewport(), LEFT, pos=sources.visualItemRect(item).center())
    assert sources.currentItem() is item


def _page(view: TrainSetupView, kind: type[One]) -> One:
    return next(one for one in view.way if isinstance(one, kind))


def _next(desk: Desk, view: TrainSetupView, step: Step) -> None:
    desk.bot.waitUntil(view.next.isEnabled, timeout=WAIT_MS)
    desk.bot.mouseClick(view.next, LEFT)
    assert desk.session.train_setup.step is step
