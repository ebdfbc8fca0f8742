"""Heatmap, models, progress, theme, keys and messages, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeBench
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPlainTextEdit, QPushButton
from window_desk import Desk

from leukdesk.app.theme.tokens import DARK, LIGHT
from leukdesk.app.viewmodels.faces import RowState
from leukdesk.bundles.library import Installed
from leukdesk.domain.errors import BundleError, BundleReason, FetchError
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.settings import Settings, load

LEFT = Qt.MouseButton.LeftButton


def words_of(dialog: QDialog) -> str:
    return "\n".join(one.text() for one in dialog.findChildren(QLabel))


def dialogs(desk: Desk) -> list[QDialog]:
    return [one for one in desk.window.findChildren(QDialog) if one.isVisible()]


# -- heatmap


def test_space_shows_the_heatmap_with_its_legend_and_hides_it(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    stage = desk.analyse.stage
    assert not stage.legend.isVisible()
    desk.bot.keyClick(stage.canvas, Qt.Key.Key_Space)
    desk.until(lambda: stage.legend.isVisible())
    assert desk.model.finding is not None
    assert desk.model.finding.prediction.label in stage.legend.accessibleName()
    assert desk.analyse.inspector.heatmap.switch.isChecked()
    desk.bot.keyClick(stage.canvas, Qt.Key.Key_Space)
    assert not stage.legend.isVisible()
    assert not desk.analyse.inspector.heatmap.switch.isChecked()


def test_h_hides_what_lies_over_the_image_without_switching_it_off(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    stage = desk.analyse.stage
    desk.bot.mouseClick(desk.analyse.inspector.heatmap.switch, LEFT)
    desk.until(lambda: stage.legend.isVisible())
    desk.bot.keyClick(desk.window, Qt.Key.Key_H)
    assert not stage.legend.isVisible()
    assert desk.model.heatmap.shown
    desk.bot.keyClick(desk.window, Qt.Key.Key_H)
    assert stage.legend.isVisible()


def test_any_class_can_be_explained(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    controls, stage = desk.analyse.inspector.heatmap, desk.analyse.stage
    assert not controls.classes.isEnabled()
    desk.bot.mouseClick(controls.switch, LEFT)
    names = [controls.classes.itemText(at) for at in range(controls.classes.count())]
    assert names == ["The predicted class", "Benign", "Early", "Pre", "Pro"]
    controls.classes.setFocus()
    desk.bot.keyClick(controls.classes, Qt.Key.Key_End)
    desk.until(lambda: stage.legend.isVisible() and "Pro" in stage.legend.accessibleName())


def test_opacity_follows_the_arrow_keys(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    desk.bot.mouseClick(desk.analyse.inspector.heatmap.switch, LEFT)
    slider = desk.analyse.inspector.heatmap.opacity
    slider.setFocus()
    before = desk.model.heatmap.opacity
    desk.bot.keyClick(slider, Qt.Key.Key_Left)
    assert desk.model.heatmap.opacity == pytest.approx(before - 0.01)
    assert desk.model.place == 0  # the arrow was the slider's


def test_the_heatmap_stays_on_from_image_to_image(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    desk.bot.keyClick(desk.analyse.stage.canvas, Qt.Key.Key_Space)
    desk.bot.keyClick(desk.analyse.stage.canvas, Qt.Key.Key_Right)
    desk.until(lambda: desk.analyse.stage.legend.isVisible())


# -- models


def test_the_picker_changes_the_model_for_all_images_and_for_next_time(
    desk: Desk, smears: list[Path], user_folder: Path
) -> None:
    desk.start(*smears)
    picker = desk.analyse.models
    assert [picker.itemText(at) for at in range(picker.count())] == [
        "fake-stage 1.0",
        "fake-other 1.0",
        "phantom-demo 1.0",
    ]
    picker.setFocus()
    desk.bot.keyClick(picker, Qt.Key.Key_Down)
    desk.until(lambda: desk.session.engine.wanted == "fake-other-1.0" and not desk.session.engine.loading)
    desk.finish()
    assert desk.analyse.inspector.facts.values["model"].text() == "fake-other 1.0"
    desk.until(lambda: load(user_folder / "config" / "settings.json").active_model == "fake-other-1.0")


def test_the_models_place_says_what_is_installed_and_what_was_refused(desk: Desk) -> None:
    error = BundleError(
        "model.tflite was changed", reason=BundleReason.WRONG_HASH, subject="x", advice="Import it again."
    )
    desk.bench.refused = [Installed(Path("broken-1.0"), error=error)]
    desk.start()
    desk.window.commands.go_models.trigger()
    assert desk.window.models.isVisible()
    words = ["\n".join(label.text() for label in card.findChildren(QLabel)) for card in desk.window.models.cards]
    assert "In use" in words[0]
    assert "a demonstration" in words[2]
    assert "Model.tflite was changed." in words[3]
    assert "Import it again." in words[3]
    desk.bot.mouseClick(desk.window.models.cards[1].use, LEFT)
    desk.until(lambda: desk.session.engine.wanted == "fake-other-1.0" and not desk.session.engine.loading)


def test_without_a_model_the_window_says_so_and_still_shows_images(desk: Desk, smears: list[Path]) -> None:
    desk.bench.failing = True
    desk.session.open(smears)
    desk.until(lambda: desk.analyse.banner.isVisible() and desk.model.picture is not None)
    assert "no such model is installed" in desk.analyse.banner.accessibleName()
    assert desk.window.status.engine.text() == "No model"
    assert desk.analyse.inspector.verdict.decision.text() == "No model"
    assert desk.model.state is RowState.WAITING


# -- progress


def test_a_run_can_be_stopped_and_gone_on_with(desk: Desk, smears: list[Path]) -> None:
    desk.bench.go.clear()
    desk.session.open(smears)
    status = desk.window.status
    desk.until(lambda: status.progress.bar.isVisible() and desk.model.batch.running)
    assert status.progress.words.text() == "0 of 6 done"
    desk.bot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert not desk.model.batch.running
    desk.bench.go.set()
    assert desk.window.commands.resume.isEnabled()
    desk.window.commands.resume.trigger()
    desk.finish()
    assert not status.progress.bar.isVisible()
    assert status.progress.words.text() == "6 of 6 done"


# -- theme, keys, messages


def test_the_theme_is_changed_at_once_and_kept(desk: Desk, user_folder: Path) -> None:
    desk.start()
    ground = lambda: desk.window.grab().toImage().pixelColor(20, 400).name().upper()  # noqa: E731
    assert ground() == LIGHT.window
    next(one for one in desk.window.commands.themes.actions() if one.data() == "dark").trigger()
    assert ground() == DARK.window
    desk.until(lambda: load(user_folder / "config" / "settings.json").theme == "dark")


def test_a_window_starts_in_the_theme_that_was_kept(desk_with: Callable[[Settings], Desk]) -> None:
    desk = desk_with(Settings(theme="dark"))
    desk.start()
    assert desk.session.theme.colours == DARK
    assert next(one for one in desk.window.commands.themes.actions() if one.isChecked()).data() == "dark"


def test_f1_lists_every_key(desk: Desk) -> None:
    desk.start()
    desk.bot.keyClick(desk.window, Qt.Key.Key_F1)
    desk.until(lambda: bool(dialogs(desk)))
    words = words_of(dialogs(desk)[0])
    for action in desk.window.commands.all():
        assert all(key.toString() in words for key in action.shortcuts())
    dialogs(desk)[0].accept()


def test_about_says_what_it_is_not(desk: Desk) -> None:
    desk.start()
    desk.window.commands.about.trigger()
    assert RESEARCH_USE in words_of(dialogs(desk)[0])
    dialogs(desk)[0].accept()


def test_a_message_can_be_read_copied_and_dismissed(desk: Desk) -> None:
    desk.bench.fetch_error = FetchError("there is no way to the server", reason="network", advice="Try again later.")
    desk.start()
    desk.until(lambda: desk.analyse.welcome.choices[desk.window.commands.fetch].isVisible())
    desk.bot.mouseClick(desk.analyse.welcome.choices[desk.window.commands.fetch], LEFT)
    banner = desk.analyse.banner
    desk.until(banner.isVisible)
    copy = next(one for one in banner.findChildren(QPushButton) if one.isVisible())
    desk.bot.mouseClick(copy, LEFT)
    assert "there is no way to the server" in QApplication.clipboard().text()
    desk.bot.mouseClick(banner.close_button, LEFT)
    assert not banner.isVisible()


def test_fetched_images_are_opened(desk: Desk, smears: list[Path]) -> None:
    desk.bench.fetched = smears[:2]
    desk.start()
    desk.until(lambda: desk.analyse.welcome.choices[desk.window.commands.fetch].isVisible())
    assert "uses the network" in desk.analyse.welcome.choices[desk.window.commands.fetch].accessibleName()
    desk.window.commands.fetch.trigger()
    desk.finish()
    assert desk.model.images.rowCount() == 2


# -- bugs


@pytest.mark.qt_no_exception_capture
def test_a_bug_in_a_slot_is_told_once_without_identifiers_and_work_goes_on(
    desk: Desk, smears: list[Path], user_folder: Path
) -> None:
    desk.start(*smears)

    def fail() -> None:
        raise FileNotFoundError(str(smears[0]))

    for _ in range(2):
        QTimer.singleShot(0, fail)
    desk.until(lambda: bool(dialogs(desk)))
    assert len(dialogs(desk)) == 1
    report = dialogs(desk)[0].findChildren(QPlainTextEdit)[0].toPlainText()
    assert "FileNotFoundError" in report
    assert "in fail" in report
    for identifier in (smears[0].name, str(smears[0].parent), str(Path.home()), str(Path(__file__).parent)):
        assert identifier not in report
    dialogs(desk)[0].accept()
    log = user_folder / "logs" / "leukdesk.log"
    desk.until(lambda: log.exists() and log.read_text(encoding="utf-8").count("FileNotFoundError") == 2)
    assert smears[0].name not in log.read_text(encoding="utf-8")
    desk.window.activateWindow()
    desk.until(lambda: not dialogs(desk) and desk.window.isActiveWindow())
    desk.bot.keyClick(desk.analyse.stage.canvas, Qt.Key.Key_Right)
    assert desk.model.path == smears[1]


def test_a_bug_on_a_lane_is_told_too(desk: Desk) -> None:
    def fail(self: FakeBench) -> list[Installed]:
        raise IndexError

    desk.bench.models = fail.__get__(desk.bench)  # type: ignore[method-assign]
    desk.session.open([])
    desk.until(lambda: bool(dialogs(desk)))
    assert "IndexError" in dialogs(desk)[0].findChildren(QPlainTextEdit)[0].toPlainText()
    dialogs(desk)[0].accept()


def test_a_model_of_other_classes_takes_over_while_an_image_is_shown(desk: Desk, smears: list[Path]) -> None:
    desk.start(smears[0])
    desk.session.engine.choose("phantom-demo-1.0")
    desk.until(lambda: desk.session.engine.card is not None and desk.session.engine.card.name == "phantom-demo")
    desk.finish()
    desk.until(lambda: desk.model.finding is not None and desk.model.finding.bundle.name == "phantom-demo")
