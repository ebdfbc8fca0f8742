"""The Models place: a model comes in, is used, is left again and removed, with the mouse and by the real shelf."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile_archives import HOSTILE, NAME, pack, sound
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot
from window_desk import Desk
from window_fixtures import WAIT_MS
from window_walk import shown_dialog

from leukdesk import model_shelf, settings
from leukdesk.app.main import Session, workbench
from leukdesk.app.views.import_model_dialog import ImportModelDialog
from leukdesk.app.views.model_card import ModelCard
from leukdesk.app.views.remove_model_dialog import RemoveModelDialog
from leukdesk.app.workers.pictures import Pictures
from leukdesk.bootstrap import Workbench
from leukdesk.bundles.load import load_bundle
from leukdesk.bundles.signature import encode_signature, sign
from leukdesk.settings import Settings

LEFT = Qt.MouseButton.LeftButton


def drop(window: object, path: Path) -> None:
    """Drop a file on the Models place."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    where, no_key = QPointF(50, 50), Qt.KeyboardModifier.NoModifier
    event = QDropEvent(where, Qt.DropAction.CopyAction, data, LEFT, no_key)
    window.models.dropEvent(event)  # type: ignore[attr-defined]


def test_a_choice_is_recorded_and_the_way_back_is_taken(desk: Desk) -> None:
    desk.start()
    desk.window.commands.go_models.trigger()
    models = desk.window.models
    assert not models.go_back.isVisible()
    desk.bot.mouseClick(models.cards[1].use, LEFT)
    desk.until(lambda: desk.bench.deeds == [("fake-other-1.0", "activated")])
    desk.bot.mouseClick(models.cards[0].deeds["verify"], LEFT)
    desk.until(lambda: models.banner.isVisible())
    assert "the answers are right" in models.banner.accessibleName()
    assert "remove" not in models.cards[0].deeds


def test_a_hostile_file_that_is_dropped_is_refused_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    craft, _ = HOSTILE["climbs out"]
    craft(sound(tmp_path), tmp_path / "model.zip")
    desk.start()
    desk.window.commands.go_models.trigger()
    drop(desk.window, tmp_path / "model.zip")
    desk.until(lambda: desk.window.models.banner.isVisible())
    assert "leads out of its own folder" in desk.window.models.banner.accessibleName()
    assert desk.window.models.bring_in.isEnabled()
    assert desk.model.images.rowCount() == 0


def test_a_model_that_is_opened_as_a_file_is_imported_after_asking(desk: Desk, tmp_path: Path) -> None:
    craft, _ = HOSTILE["climbs out"]
    file = tmp_path / "model.leukdesk"
    craft(sound(tmp_path), file)
    desk.session.open([file])
    models = desk.window.models
    desk.until(lambda: desk.window.places.currentWidget() is models and bool(desk.session.engine.installed))
    dialog = shown_dialog(desk)
    assert isinstance(dialog, ImportModelDialog)
    dialog.reject()
    desk.until(lambda: not models.findChildren(ImportModelDialog))
    assert not models.banner.isVisible()

    desk.window.open_paths([file])
    again = shown_dialog(desk)
    assert isinstance(again, ImportModelDialog)
    desk.bot.mouseClick(again.bring_in, LEFT)
    desk.until(models.banner.isVisible)
    assert "leads out of its own folder" in models.banner.accessibleName()
    assert desk.model.images.rowCount() == 0


def test_several_models_at_once_are_not_imported(desk: Desk, tmp_path: Path) -> None:
    desk.start()
    desk.window.open_paths([tmp_path / "a.leukdesk", tmp_path / "b.leukdesk"])
    assert "one at a time" in desk.window.models.banner.accessibleName()


def test_export_and_import_ask_for_a_file(desk: Desk) -> None:
    desk.start()
    desk.window.commands.go_models.trigger()
    for button in (desk.window.models.cards[0].deeds["export"], desk.window.models.bring_in):
        desk.bot.mouseClick(button, LEFT)
        dialog = shown_dialog(desk)
        assert isinstance(dialog, QFileDialog)
        dialog.reject()
        desk.until(lambda dialog=dialog: not desk.window.findChildren(QFileDialog))


@pytest.fixture
def real(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A window with the real workbench; a trusted signature stands for the rebuilding, which other tests do."""
    monkeypatch.delenv("LEUKDESK_MODELS", raising=False)
    monkeypatch.setattr(model_shelf, "find_spec", lambda _: None)
    chosen = Settings(theme="light")
    session = Session(qapp, chosen, workbench(chosen), Pictures(4_000_000))
    yield session
    session.window.close()
    session.close()
    session.window.deleteLater()


def signed(folder: Path, archive: Path) -> None:
    """An archive that was signed with a key of this user."""
    keys, bundle = Workbench(Settings()).shelf.keys, sound(folder, synthetic=False)
    keys.make("Lab A")
    pack(bundle, archive.with_name("unsigned.zip"))
    signature = sign(keys.private()[1], "Lab A", load_bundle(bundle, ("compact_cnn",)).ref.sha256)
    (bundle / "signature.json").write_bytes(encode_signature(signature))
    pack(bundle, archive)


@pytest.mark.slow
def test_import_use_go_back_remove(real: Session, qtbot: QtBot, tmp_path: Path, user_folder: Path) -> None:
    def until(condition: Callable[[], bool]) -> None:
        qtbot.waitUntil(condition, timeout=WAIT_MS)

    def in_use(name: str) -> bool:
        return engine.card is not None and engine.card.name == name and not engine.loading

    def card() -> ModelCard:
        return next(one for one in models.cards if one.key == NAME)

    signed(tmp_path / "elsewhere", tmp_path / "signed.zip")
    models, engine = real.window.models, real.engine
    real.open([])
    until(lambda: len(models.cards) == 3 and in_use("all-stage") and models.bring_in.isEnabled())
    real.window.commands.go_models.trigger()
    drop(real.window, tmp_path / "unsigned.zip")
    until(models.banner.isVisible)
    assert "no trusted key signed it" in models.banner.accessibleName()
    drop(real.window, tmp_path / "signed.zip")
    until(lambda: len(models.cards) == 4)
    assert "By Lab A, whose key is trusted here" in [one.text() for one in card().findChildren(QLabel)]
    assert in_use("all-stage")

    qtbot.mouseClick(card().use, LEFT)
    until(lambda: in_use("phantom-lab") and models.go_back.text() == "Go back to all-stage-1.0")
    until(lambda: settings.load(user_folder / "config" / "settings.json").active_model == NAME)
    qtbot.mouseClick(models.go_back, LEFT)
    until(lambda: in_use("all-stage") and not models.go_back.isVisible())

    qtbot.mouseClick(card().deeds["remove"], LEFT)
    (dialog,) = models.findChildren(RemoveModelDialog)
    qtbot.mouseClick(dialog.remove, LEFT)
    until(lambda: len(models.cards) == 3)
    assert list((user_folder / "models").iterdir()) == []
    deeds = [json.loads(line)["deed"] for line in (user_folder / "activations.jsonl").read_text().splitlines()]
    assert deeds == ["activated", "rolled back"]
