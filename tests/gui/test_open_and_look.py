"""A technician opens images, looks at them, and reads what the model says."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from window_desk import Desk

from leukdesk.app.viewmodels.faces import percent
from leukdesk.domain.vocabulary import RESEARCH_USE

LEFT = Qt.MouseButton.LeftButton


def drop(desk: Desk, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(desk.window, QDragEnterEvent(QPoint(300, 300), copy, data, LEFT, none))
    QApplication.sendEvent(desk.window, QDropEvent(QPointF(300, 300), copy, data, LEFT, none))


def test_an_empty_window_says_what_to_do_next(desk: Desk) -> None:
    desk.start()
    assert desk.analyse.welcome.isVisible()
    assert not desk.analyse.inspector.isVisible()
    assert desk.window.status.research.isVisible()
    assert desk.window.status.research.text() == RESEARCH_USE


def test_a_dropped_folder_is_opened_and_classified(desk: Desk, smears: list[Path]) -> None:
    desk.start()
    drop(desk, smears[0].parent)
    desk.finish()
    assert desk.analyse.inspector.isVisible()
    assert desk.analyse.path.text() == "smears  ›  field 1.png"
    assert desk.window.status.progress.words.text() == "6 of 6 done"


def test_dropping_text_does_nothing(desk: Desk) -> None:
    desk.start()
    data = QMimeData()
    data.setText("not a file")
    event = QDragEnterEvent(QPoint(1, 1), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(desk.window, event)
    assert not event.isAccepted()


def test_the_key_o_asks_for_images_and_opens_them(desk: Desk, smears: list[Path]) -> None:
    desk.start()
    desk.bot.keyClick(desk.window, Qt.Key.Key_O)
    desk.until(lambda: bool(desk.window.findChildren(QFileDialog)))
    dialog = desk.window.findChildren(QFileDialog)[0]
    dialog.filesSelected.emit([str(smears[2])])
    dialog.reject()
    desk.finish()
    assert desk.model.path == smears[2]


def test_the_inspector_says_class_per_cent_and_why(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    finding = desk.model.finding
    assert finding is not None
    verdict = desk.analyse.inspector.verdict
    assert verdict.answer.text() == finding.prediction.label
    assert verdict.percent.text() == percent(finding.prediction.probability)
    assert verdict.decision.text() == "Accepted"
    assert "for you to confirm" in verdict.sentence.text()
    spoken = [row.accessibleName() for row in desk.analyse.inspector.bars.rows if row.isVisible()]
    assert spoken == [f"{name} {percent(share)}" for name, share in finding.prediction.ranked()]


def test_facts_about_image_and_model_are_there(desk: Desk, smears: list[Path]) -> None:
    desk.start(smears[0])
    values = desk.analyse.inspector.facts.values
    assert values["image"].text() == "160 × 120 px · PNG · 8 bit"
    assert values["scale"].text().endswith("µm/px")
    assert values["model"].text() == "fake-stage 1.0"
    assert values["engine"].text() == "Fake CPU"
    assert [chip.text() for chip in desk.analyse.inspector.facts.chips] == ["No objection"]
    assert desk.window.status.engine.text() == "Fake CPU · no GPU used: this is a test"


def test_a_phantom_is_always_called_synthetic(desk: Desk, smears: list[Path]) -> None:
    desk.start(smears[0])
    chip = desk.analyse.stage.synthetic
    assert chip.isVisible()
    desk.bot.keyClick(desk.window, Qt.Key.Key_H)
    assert chip.isVisible()


def test_arrows_go_from_image_to_image_and_a_click_selects(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    view = desk.analyse.strip.view
    desk.bot.keyClick(desk.analyse.stage.canvas, Qt.Key.Key_Right)
    assert desk.model.path == smears[1]
    desk.bot.keyClick(view, Qt.Key.Key_Right)
    assert desk.model.path == smears[2]
    desk.bot.keyClick(view, Qt.Key.Key_Left)
    assert desk.model.path == smears[1]
    place = view.visualRect(desk.model.listed.index(3, 0)).center()
    desk.bot.mouseClick(view.viewport(), LEFT, pos=place)
    assert desk.model.path == smears[3]
    assert view.currentIndex().row() == 3


def test_list_and_filmstrip_are_one_selection(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    desk.model.select(4)
    desk.bot.keyClick(desk.window, Qt.Key.Key_L)
    view = desk.analyse.strip.view
    assert view.flow() == view.Flow.TopToBottom
    assert view.currentIndex().row() == 4
    desk.bot.keyClick(desk.window, Qt.Key.Key_L)
    assert view.flow() == view.Flow.LeftToRight
    assert view.currentIndex().row() == 4


def test_an_image_that_cannot_be_opened_says_why_and_what_to_do(desk: Desk, smears: list[Path], broken: Path) -> None:
    desk.start(broken, *smears)
    trouble = desk.analyse.stage.trouble
    assert trouble.isVisible()
    assert str(broken) in trouble.accessibleDescription()
    assert desk.analyse.inspector.verdict.decision.text() == "Failed"
    assert not desk.analyse.inspector.heatmap.isVisible()
    desk.bot.mouseClick(trouble.findChildren(QPushButton)[0], LEFT)
    assert str(broken) in QApplication.clipboard().text()
    desk.bot.keyClick(desk.analyse.strip.view, Qt.Key.Key_Right)
    desk.until(lambda: desk.model.picture is not None)
    assert desk.analyse.stage.canvas.isVisible()
    assert desk.window.status.progress.failed.text() == "1 failed"
    desk.bot.mouseClick(desk.window.status.progress.failed, LEFT)
    desk.until(lambda: desk.model.listed.rowCount() == 1)  # the ledger: only what failed, with the reason
    assert desk.model.path == broken
    assert "the file ends too early" in desk.model.images.face(desk.model.place).spoken
    desk.bot.mouseClick(desk.window.status.progress.failed, LEFT)
    desk.until(lambda: desk.model.listed.rowCount() > 1)


def test_the_sample_case_shows_where_the_model_is_wrong(desk: Desk, smear_folder: Path) -> None:
    desk.start(smear_folder)
    truth = desk.analyse.inspector.verdict.truth
    assert not truth.isVisible()
    desk.bot.keyClick(desk.window, Qt.Key.Key_T)
    assert truth.isVisible()
    verdicts = set()
    for place in range(6):
        desk.model.select(place)
        desk.finish()
        verdicts.add(truth.accessibleName())
    assert {one.split(". ")[1] for one in verdicts} == {"The model is right", "The model is wrong"}
    assert {one.split(". ")[0] for one in verdicts} == {"Truth: Blasts", "Truth: Lymphocytes", "Truth: Neutrophils"}


def test_opening_the_window_on_paths_and_on_nothing(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears[:2])
    assert desk.model.images.rowCount() == 2
