"""The page of an adapted model: before and after, and the way on to the gate."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton
from window_desk import Desk

from leukdesk import paths
from leukdesk.app.views.adaptation_view import AdaptationView
from leukdesk.app.views.remove_run_dialog import RemoveRunDialog
from tests.adaptations import write_adaptation
from tests.run_files import lay_out

LEFT = Qt.MouseButton.LeftButton
KEY, TRAINED = "2026-11-21-100001", {"event": "trained", "best_epoch": 3, "validation_loss": 0.3}


def shown(view: AdaptationView) -> str:
    return "\n".join(one.text() for one in view.findChildren(QLabel) if one.isVisible())


def test_while_it_is_compared_the_page_says_how_far_that_is_and_how_long_it_takes(desk: Desk) -> None:
    folder = lay_out(KEY, "Stain B", 4, alive=True)
    with (folder / "events.jsonl").open("a") as log:
        for event in (TRAINED, {"event": "asking", "done": 300, "images": 1_200, "eta_s": 95.0}):
            log.write(json.dumps(event | {"time": 4e9}) + "\n")
    desk.start()
    desk.window.commands.go_train.trigger()
    page = desk.window.train.page
    desk.until(lambda: "Images compared: 25 % · about 2 min left" in page.words.text())
    assert "25 %" in desk.window.train.list.list.item(0).text()
    assert page.bar.isVisible()
    assert (page.bar.value(), page.bar.maximum()) == (250, 1_000)
    assert page.stop.isVisible()
    assert any(one.text() == "Comparing: 25 %, 2 min left" for one in desk.window.status.findChildren(QPushButton))


def test_a_first_stage_is_not_judged_but_leads_to_the_second(desk: Desk) -> None:
    folder = lay_out(KEY, "Wide", 4, end=TRAINED)
    recipe = folder / "recipe.toml"
    recipe.write_text("preparation = true\n" + recipe.read_text())
    desk.start()
    desk.window.commands.go_train.trigger()
    page = desk.window.train.page
    desk.until(page.next.isVisible)
    assert not page.judge.isVisible()
    assert "second" in page.ended.text()


def test_before_and_after_is_a_click_from_the_run_and_the_gate_one_further(desk: Desk) -> None:
    copies = paths.training_folder() / "images" / "2026-11-21-090000"
    copies.mkdir(parents=True)
    folder = lay_out(KEY, "Stain B", 4, end=TRAINED, data=copies)
    (folder / "adaptation.json").write_text("{}")
    desk.start()
    desk.window.commands.go_train.trigger()
    train, view = desk.window.train, desk.window.adaptations.view
    desk.until(train.page.adapted.isVisible)
    desk.bot.mouseClick(train.page.adapted, LEFT)
    desk.until(view.error.isVisible)
    assert "adaptation.json" in view.error.accessibleName()
    assert not view.judge.isVisible()
    desk.bot.mouseClick(view.back, LEFT)
    write_adaptation(folder, notes=("few_images", "no_change_kept", "no code of today"))
    desk.bot.mouseClick(train.page.adapted, LEFT)
    desk.until(view.judge.isVisible)
    assert not view.error.isVisible()
    said = shown(view)
    assert "Accuracy on your held-out images: +11.8 points (+2.1 … +24.4)" in said
    assert "about as good as before, −0.8 points" in said
    assert "fewer than 100 held-out images" in said
    assert "Nothing of what it learned was kept" in said
    desk.bot.mouseClick(view.judge, LEFT)
    assert train.pages.currentWidget() is desk.window.gating.view

    desk.window.train.show_run(KEY)
    desk.bot.mouseClick(train.page.remove, LEFT)
    dialog = next(one for one in desk.window.findChildren(QDialog) if one.isVisible())
    assert isinstance(dialog, RemoveRunDialog)
    assert any("copies of images of signed cases" in one.text() for one in dialog.findChildren(QLabel))
    desk.bot.mouseClick(dialog.remove, LEFT)
    desk.until(lambda: not desk.session.training.runs)
    assert not copies.exists()
