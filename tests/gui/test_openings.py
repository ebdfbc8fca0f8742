"""A technician drops, pastes and reopens images, and opens archives; nothing stays behind that should not."""

from __future__ import annotations

import configparser
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QMimeDatabase, Qt, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from test_open_and_look import drop
from window_desk import Desk

from leukdesk import paths, settings
from leukdesk.app.workers.private_folder import PrivateFolder
from leukdesk.domain.vocabulary import ARCHIVE_SUFFIXES, IMAGE_SUFFIXES
from leukdesk.settings import Settings

LEFT = Qt.MouseButton.LeftButton
ROOT = Path(__file__).resolve().parents[2]


def zipped(smears: list[Path], target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in smears:
            archive.write(path, path.name)
        archive.writestr("notes.txt", "text")
    return target


def left_behind() -> list[Path]:
    return [one for one in (paths.cache() / "unpacked").rglob("*") if one.is_file()]


def recent(desk: Desk) -> list[str]:
    menu = desk.window.menuBar().findChild(QMenu, "recent")
    assert menu is not None
    return [one.toolTip() for one in menu.actions() if one.text() and not one.objectName()]


def test_a_dropped_archive_is_opened_and_gone_afterwards(desk: Desk, smears: list[Path], tmp_path: Path) -> None:
    desk.start()
    archive = zipped(smears, tmp_path / "slide 7.zip")
    drop(desk, archive)
    desk.finish()
    assert desk.analyse.path.text() == "slide 7.zip  ›  field 1.png"
    assert desk.model.images.rowCount() == 6
    assert desk.model.skipped == 1
    assert len(left_behind()) == 6
    assert recent(desk) == [str(archive)]
    drop(desk, smears[0])
    desk.until(lambda: desk.model.path == smears[0] and not left_behind())
    drop(desk, archive)
    desk.until(lambda: len(left_behind()) == 6)
    desk.session.close()
    assert left_behind() == []


def test_a_hostile_archive_is_refused_in_a_banner_and_what_was_open_stays(
    desk: Desk, smears: list[Path], tmp_path: Path
) -> None:
    desk.start(smears[0])
    hostile = tmp_path / "hostile.tar"
    with tarfile.open(hostile, "w") as archive:
        archive.addfile(tarfile.TarInfo("../../outside.png"))
    drop(desk, hostile)
    desk.until(lambda: desk.analyse.banner.isVisible())
    assert "leads out of its own folder" in desk.analyse.banner.accessibleName()
    assert desk.model.path == smears[0]
    drop(desk, hostile, smears[1])
    desk.until(lambda: desk.model.images.rowCount() == 2)
    desk.finish()
    assert desk.model.images.row(0).path == hostile
    assert desk.analyse.stage.trouble.isVisible()
    assert recent(desk)[:2] == [str(hostile), str(smears[1])]


def test_a_picture_from_the_clipboard_is_opened(desk: Desk) -> None:
    desk.start()
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(QColor("#c080c0"))
    QApplication.clipboard().setImage(picture)
    desk.bot.keyClick(desk.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    desk.finish()
    assert desk.model.path is not None
    assert desk.model.path.name.startswith("Pasted image 20")
    assert desk.model.picture is not None
    assert (desk.model.picture.source.width, desk.model.picture.source.height) == (64, 48)
    assert recent(desk) == []  # it will be gone


@pytest.mark.parametrize("as_text", [False, True])
def test_files_from_the_clipboard_are_opened(desk: Desk, smears: list[Path], as_text: bool) -> None:
    desk.start()
    data = QMimeData()
    if as_text:
        data.setText(f"{smears[1]}\n{QUrl.fromLocalFile(str(smears[2])).toString()}\n")
    else:
        data.setUrls([QUrl.fromLocalFile(str(one)) for one in smears[1:3]])
    QApplication.clipboard().setMimeData(data)
    desk.window.commands.paste.trigger()
    desk.finish()
    assert [desk.model.images.row(at).path for at in range(2)] == smears[1:3]


def test_nothing_to_paste_says_so(desk: Desk) -> None:
    desk.start()
    QApplication.clipboard().setText("a note")
    desk.window.commands.paste.trigger()
    assert "no image to paste" in desk.analyse.banner.accessibleName()


def test_what_was_open_is_offered_again_and_forgotten_when_asked(
    desk_with: Callable[[Settings], Desk], smears: list[Path], tmp_path: Path
) -> None:
    gone = tmp_path / "gone.png"
    desk = desk_with(Settings(theme="light", recent=(str(gone),)))
    desk.start()
    assert recent(desk) == [str(gone)]
    assert "gone.png" in [one.text() for one in desk.analyse.welcome.findChildren(QPushButton)]
    desk.window.commands.open_sample.trigger()
    desk.until(lambda: desk.model.images.rowCount() > 0)
    desk.window.open_paths(smears)
    desk.until(lambda: recent(desk) == [str(smears[0].parent), str(gone)])
    desk.until(lambda: settings.load(paths.settings_file()).recent == (str(smears[0].parent), str(gone)))
    menu = desk.window.menuBar().findChild(QMenu, "recent")
    menu.actions()[1].trigger()
    desk.until(lambda: desk.model.path == gone)
    assert desk.analyse.stage.trouble.isVisible()
    desk.window.commands.forget_recent.trigger()
    assert recent(desk) == []
    assert not desk.window.commands.forget_recent.isEnabled()
    desk.until(lambda: settings.load(paths.settings_file()).recent == ())


def test_folders_of_windows_that_died_are_swept(tmp_path: Path) -> None:
    dead, strange = tmp_path / "4194304-00c0ffee", tmp_path / "somebody's"
    for folder in (dead, strange):
        folder.mkdir()
        (folder / "image.png").touch()
    mine = PrivateFolder(lambda: tmp_path)
    kept = mine.make()
    mine.sweep()
    assert not dead.exists()
    assert strange.exists()
    assert kept.stat().st_mode & 0o777 == 0o700
    mine.close()
    assert [one.name for one in tmp_path.iterdir()] == [strange.name]


def test_the_file_manager_is_told_what_leukdesk_opens() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(ROOT / "packaging" / "leukdesk.desktop", encoding="utf-8")
    desktop = entry["Desktop Entry"]
    assert desktop["Exec"] == "leukdesk %F"
    known = set(desktop["MimeType"].strip(";").split(";"))
    database = QMimeDatabase()
    for suffix in {*IMAGE_SUFFIXES, *ARCHIVE_SUFFIXES}:
        kind = database.mimeTypeForFile(f"field{suffix}", QMimeDatabase.MatchMode.MatchExtension)
        assert {kind.name(), *kind.aliases()} & known, suffix
