"""Two models on one folder in the Models place: who disagrees comes first, and an image is opened from the table."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from window_desk import Desk

LEFT = Qt.MouseButton.LeftButton


def test_two_models_are_compared_on_a_folder_and_an_image_opened(
    desk: Desk, smears: list[Path], broken: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "known"
    for number, path in enumerate(smears):
        at = folder / ("benign", "Early")[number % 2]
        at.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, at)
    shutil.copy(broken, folder / "Early")
    desk.start()
    desk.window.commands.go_models.trigger()
    desk.bot.mouseClick(desk.window.models.compare, LEFT)
    view, comparing = desk.window.models_comparing.view, desk.session.comparing
    assert (view.first.currentText(), view.second.currentText()) == ("fake-stage-1.0", "fake-other-1.0")
    assert not view.begin.isEnabled()
    view.take_folder(folder)
    view.second.setCurrentText("fake-stage-1.0")
    assert not view.begin.isEnabled()  # with itself
    view.second.setCurrentText("fake-other-1.0")
    desk.bot.mouseClick(view.begin, LEFT)
    desk.until(lambda: view.table.isVisible() and not comparing.running)
    assert comparing.found is not None
    assert (comparing.found.agreed, len(comparing.found.labelled), comparing.whole) == (6, 6, True)
    said = "\n".join(one.text() for one in view.findChildren(QLabel))
    for words in ("agree on 6 of 6", "could not be classified: 1", "±0.0 points (", "McNemar p = 1"):
        assert words in said
    table = comparing.table
    assert table.rowCount() == 7
    assert table.index(0, 0).data() == "broken.jpg"  # they agree on all others
    known = [table.index(row, 3).data() for row in range(1, 7)]
    assert sorted(known) == ["Benign"] * 3 + ["Early"] * 3
    for row in range(1, 7):
        assert table.index(row, 1).data()[0] in "✓✗"
    desk.until(lambda: table.index(1, 0).data(Qt.ItemDataRole.DecorationRole) is not None)

    view.table.activated.emit(table.index(1, 0))
    desk.until(lambda: desk.model.path == table.path(1))
    assert desk.window.places.currentWidget() is desk.analyse

    desk.window.commands.go_models.trigger()
    view.take_folder(tmp_path / "empty")
    (tmp_path / "empty").mkdir()
    desk.bot.mouseClick(view.begin, LEFT)
    desk.until(view.banner.isVisible)
    assert "no image in it" in view.banner.accessibleName()
    desk.bot.mouseClick(view.back, LEFT)
    assert desk.window.models.cards[0].isVisible()
