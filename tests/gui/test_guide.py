"""The user guide is in the program, tells the truth about it, and each of its flows works by mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QKeySequence, QTextDocument
from PySide6.QtWidgets import QApplication, QPushButton
from window_desk import Desk
from window_walk import shown_dialog

from leukdesk import paths
from leukdesk.app.viewmodels.case_list import ListState
from leukdesk.app.viewmodels.faces import percent
from leukdesk.app.viewmodels.guide import read_guide
from leukdesk.app.views.actions import plain
from leukdesk.app.views.case_dialog import CaseDialog
from leukdesk.app.views.guide_window import GuideWindow
from leukdesk.app.views.menus import sections
from leukdesk.domain.errors import DataError
from leukdesk.settings import Settings, load

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
KEY_ROW = re.compile(r"^\| `(\S+)` \| (.+?) \|$", re.MULTILINE)
MENU_PATH = re.compile(r"\*\*((?:File|Image|Case|View|Help) > [^*]+)\*\*")


def guide(desk: Desk) -> GuideWindow:
    desk.bot.keyClick(desk.window, Qt.Key.Key_F1, SHIFT)
    desk.until(lambda: bool(desk.window.findChildren(GuideWindow)))
    window = desk.window.findChildren(GuideWindow)[0]
    desk.until(lambda: window.pages.count() > 0)
    return window


# -- the guide itself


def test_the_guide_opens_by_key_and_its_pages_are_turned(desk: Desk) -> None:
    desk.start()
    window = guide(desk)
    assert "For Research Use Only" in window.text.toPlainText()
    assert window.pages.count() == len(list(paths.guide().glob("*.md")))
    desk.bot.keyClick(window.pages, Qt.Key.Key_Down)
    assert window.text.toPlainText().startswith("Your first image in five minutes")
    window.text.anchorClicked.emit(QUrl("heatmaps.md"))
    assert window.pages.currentItem().text() == "Reading a heatmap honestly"
    window.text.anchorClicked.emit(QUrl("https://example.org"))
    assert window.pages.currentItem().text() == "Reading a heatmap honestly"
    window.close()


def test_every_picture_of_the_guide_is_shown_and_fits(desk: Desk) -> None:
    desk.start()
    window = guide(desk)
    kind = QTextDocument.ResourceType.ImageResource
    named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", "".join(page.text for page in read_guide(paths.guide()).pages))
    assert len(named) >= 10
    for name in named:
        picture = window.text.loadResource(kind, QUrl(name))
        assert not picture.isNull(), name
        assert picture.deviceIndependentSize().width() <= window.text.viewport().width()
    window.close()


def test_a_guide_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        read_guide(tmp_path)


def test_the_keys_that_the_guide_names_are_the_keys_of_the_program(desk: Desk) -> None:
    rows = KEY_ROW.findall((paths.guide() / "keys.md").read_text(encoding="utf-8"))
    held = {plain(one.text()): [key.toString() for key in one.shortcuts()] for one in desk.window.commands.all()}
    assert len(rows) >= 15
    assert [row for row in rows if QKeySequence(row[0]).toString() not in held.get(row[1], [])] == []


def test_the_menus_that_the_guide_names_are_there(desk: Desk) -> None:
    known = {
        f"{title.replace(' › ', ' > ')} > {plain(one.text())}"
        for title, actions in sections(desk.window.menuBar())
        for one in actions
    }
    text = "".join(page.text for page in read_guide(paths.guide()).pages)
    named = set(MENU_PATH.findall(text))
    assert len(named) >= 5
    assert named - known == set()


# -- its flows, one a page


def test_first_image(desk: Desk) -> None:
    desk.start()
    desk.bot.mouseClick(desk.analyse.welcome.choices[desk.window.commands.open_sample], LEFT)
    desk.finish()
    canvas = desk.analyse.stage.canvas
    whole = canvas.transform().m11()
    desk.bot.keyClick(desk.window, Qt.Key.Key_Plus)
    desk.until(lambda: canvas.transform().m11() > whole)
    desk.bot.keyClick(desk.window, Qt.Key.Key_0)
    desk.until(lambda: canvas.transform().m11() == pytest.approx(whole, rel=0.01))
    assert desk.model.finding is not None
    assert desk.analyse.inspector.verdict.percent.text() in ("", percent(desk.model.finding.prediction.probability))
    desk.bot.keyClick(desk.analyse.strip.view, Qt.Key.Key_Right)
    assert desk.model.path is not None
    assert desk.model.path.name == "phantom-02.png"
    desk.bot.keyClick(desk.window, Qt.Key.Key_T)
    assert "Truth" in desk.analyse.inspector.verdict.truth.accessibleName()


def test_heatmaps(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    stage, controls = desk.analyse.stage, desk.analyse.inspector.heatmap
    assert not stage.legend.isVisible()  # off when an image is opened
    desk.bot.keyClick(stage.canvas, Qt.Key.Key_Space)
    desk.until(stage.legend.isVisible)
    controls.classes.setFocus()
    desk.bot.keyClick(controls.classes, Qt.Key.Key_End)
    desk.until(lambda: "Pro" in stage.legend.accessibleName())
    desk.bot.keyClick(controls.opacity, Qt.Key.Key_Home)
    assert desk.model.heatmap.opacity == pytest.approx(controls.opacity.minimum() / 100)
    stage.canvas.setFocus()
    desk.bot.keyClick(stage.canvas, Qt.Key.Key_Space)
    assert not stage.legend.isVisible()


def test_many_images(desk: Desk, smears: list[Path], broken: Path) -> None:
    (smears[0].parent / "damaged.jpg").write_bytes(broken.read_bytes())
    desk.bench.go.clear()
    desk.session.open([smears[0].parent])
    desk.until(lambda: desk.model.batch.running)
    desk.bot.keyClick(desk.window, Qt.Key.Key_L)
    assert desk.window.commands.as_list.isChecked()
    desk.bot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert not desk.model.batch.running
    desk.bench.go.set()
    desk.window.commands.resume.trigger()
    desk.finish()
    desk.bot.keyClick(desk.window, Qt.Key.Key_F, SHIFT)
    desk.until(lambda: desk.model.error is not None)
    assert desk.analyse.stage.trouble.isVisible()


def test_settings(desk_with: Callable[[Settings], Desk], user_folder: Path) -> None:
    desk = desk_with(Settings(theme="light"))
    desk.start()
    file = user_folder / "config" / "settings.json"
    desk.bot.keyClick(desk.window, Qt.Key.Key_Comma, CTRL)
    view = desk.window.settings
    assert view.isVisible()
    assert view.folder.text() == str(user_folder)
    desk.bot.keyClick(view.theme, Qt.Key.Key_End)
    desk.bot.keyClick(view.text_size, Qt.Key.Key_End)
    desk.bot.keyClick(view.engine, Qt.Key.Key_Down)
    desk.bot.keyClick(view.threads, Qt.Key.Key_Down)
    desk.bot.keyClick(view.limit, Qt.Key.Key_End)
    desk.bot.keyClick(view.language, Qt.Key.Key_End)
    wanted = Settings(
        theme="high-contrast", text_size=200, engine="litert", threads=1, limit_px=256_000_000, language="en"
    )
    desk.until(lambda: load(file) == wanted)
    assert desk.session.theme.text_size == 200
    view.show_section("keys")
    desk.bot.mouseClick(view.reset, LEFT)
    desk.until(lambda: load(file) == Settings(welcomed=True))
    assert desk.session.theme.text_size == 100
    assert view.text_size.currentText().startswith("100")
    assert not view.reset.isEnabled()


def test_troubleshooting(desk: Desk, smears: list[Path], broken: Path) -> None:
    desk.start(broken)
    assert desk.analyse.stage.trouble.isVisible()
    copy = next(one for one in desk.analyse.stage.trouble.findChildren(QPushButton) if one.isVisible())
    desk.bot.mouseClick(copy, LEFT)
    assert str(broken) in QApplication.clipboard().text()
    assert desk.window.commands.quit.shortcut() == QKeySequence("Ctrl+Q")


def test_cases(desk: Desk, smears: list[Path]) -> None:
    desk.start()
    desk.bot.keyClick(desk.window, Qt.Key.Key_3, CTRL)
    cases, field = desk.window.cases, desk.window.cases.list.search.field
    desk.until(lambda: desk.session.desk.cases.state is ListState.EMPTY)
    desk.bot.keyClicks(field, "24-0117")
    desk.until(lambda: desk.session.desk.cases.state is ListState.NONE)
    desk.bot.keyClick(field, Qt.Key.Key_Return)
    dialog = shown_dialog(desk)
    assert isinstance(dialog, CaseDialog)
    assert dialog.accession.text() == "24-0117"
    desk.bot.keyClick(dialog.accession, Qt.Key.Key_Return, CTRL)
    desk.until(lambda: cases.case is not None)
    desk.window.open_paths(smears[:2])
    desk.until(lambda: desk.model.case is not None)
    desk.finish()
    assert desk.analyse.path.text().startswith("case 24-0117")
    desk.until(lambda: not desk.recorder.waiting)
    desk.bot.keyClick(desk.window, Qt.Key.Key_3, CTRL)
    desk.until(lambda: cases.page.images.model().rowCount() == 2)
    desk.bot.keyClick(cases.page.images, Qt.Key.Key_Escape)
    assert cases.pages.currentWidget() is cases.list
