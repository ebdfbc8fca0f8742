"""A technician says what a pixel measures and how the laboratory stains; images are judged by it at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from window_desk import Desk

from leukdesk import paths, settings
from leukdesk.app.views.calibration_dialog import CalibrationDialog
from leukdesk.domain.optics import OpticsProfile
from leukdesk.domain.quality import QualityFlag

LEFT = Qt.MouseButton.LeftButton


def dialog(desk: Desk) -> CalibrationDialog:
    desk.window.commands.calibrate.trigger()
    desk.until(lambda: bool(desk.window.findChildren(CalibrationDialog)))
    return desk.window.findChildren(CalibrationDialog)[0]


def scale(desk: Desk) -> float | None:
    return desk.model.finding.source.um_per_px if desk.model.finding is not None else None


def test_a_profile_is_measured_kept_and_used_for_one_image(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears[:2])
    stated = scale(desk)
    asked = dialog(desk)
    desk.bot.mouseClick(asked.add, LEFT)
    assert asked.trouble.isVisible()
    desk.bot.keyClicks(asked.objective, "100x oil")
    desk.bot.keyClicks(asked.length, "10")
    desk.bot.keyClicks(asked.pixels, "125")
    assert asked.scale.text() == "0.08"
    desk.bot.mouseClick(asked.add, LEFT)
    assert not asked.trouble.isVisible()
    desk.finish()
    assert scale(desk) == stated  # the file knows better than a profile of the whole folder
    asked.scope.setCurrentIndex(1)
    asked.used.setCurrentIndex(1)
    asked.used.activated.emit(1)
    desk.until(lambda: scale(desk) == 0.08)
    desk.until(lambda: desk.model.picture is not None and desk.model.picture.source.um_per_px == 0.08)
    asked.accept()
    assert desk.analyse.inspector.facts.values["scale"].text() == "0.0800 µm/px"
    desk.model.select(1)
    desk.finish()
    assert scale(desk) not in (None, 0.08)
    kept = settings.load(paths.settings_file())
    assert kept.optics == (OpticsProfile("100x oil", "", 0.08),)
    assert set(kept.optics_of) == {str(smears[0].parent), str(smears[0])}


def test_a_profile_that_is_removed_is_used_nowhere(desk: Desk, smears: list[Path]) -> None:
    desk.session.preferences.set_optics([OpticsProfile("40x", "", 0.5)])
    desk.session.preferences.set_optics_of(smears[0], "40x")
    desk.start(*smears[:2])
    assert scale(desk) == 0.5
    asked = dialog(desk)
    assert asked.used.currentData() == "40x"
    desk.bot.mouseClick(asked.remove, LEFT)
    desk.until(lambda: scale(desk) not in (None, 0.5))
    assert desk.session.preferences.settings.optics_of == {}


def test_another_stain_than_the_models_is_an_objection(desk: Desk, smears: list[Path]) -> None:
    predictor = desk.bench.predictors["fake-stage-1.0"]
    predictor.card = predictor.card.model_copy(update={"stain": "Wright-Giemsa"})
    desk.start(*smears[:2])
    asked = dialog(desk)
    asked.stain.setCurrentIndex(asked.stain.findData("Leishman"))
    asked.stain.activated.emit(asked.stain.currentIndex())
    desk.until(lambda: desk.model.finding is not None and QualityFlag.STAIN in desk.model.finding.quality.flags)
    desk.finish()
    assert "Another stain" in [chip.text() for chip in desk.analyse.inspector.facts.chips]
