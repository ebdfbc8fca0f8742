"""Folders change while they are open: new files join, vanished ones are shown, and are found where they went."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from window_desk import Desk

from leukdesk.analysis.relink import find_again, look_again
from leukdesk.app.viewmodels.faces import RowState
from leukdesk.domain.finding import Finding

LEFT = Qt.MouseButton.LeftButton


def old(path: Path) -> Path:
    """Written to some time ago, as if nothing wrote to it any more."""
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def test_new_files_join_the_list_and_are_analysed(desk: Desk, smears: list[Path]) -> None:
    folder = smears[0].parent
    late = smears[5].read_bytes()
    smears[5].unlink()
    desk.start(folder)
    assert desk.model.images.rowCount() == 5
    (folder / "below").mkdir()
    smears[5].write_bytes(late)
    desk.until(lambda: desk.model.images.rowCount() == 6)
    desk.finish()
    assert desk.model.path == smears[0]
    assert desk.analyse.strip._count.text() == "Images: 6"


def test_vanished_files_are_shown_and_found_again_by_their_content(
    desk: Desk, smears: list[Path], tmp_path: Path
) -> None:
    desk.start(smears[0].parent)
    images, strip = desk.model.images, desk.analyse.strip
    desk.until(lambda: desk.model.files._watch is not None)
    moved = tmp_path / "moved" / "deep"
    moved.mkdir(parents=True)
    shutil.move(smears[1], moved / "another name.png")
    shutil.move(smears[2], moved / smears[3].name)  # the name of a file that is still there
    desk.until(lambda: images.missing == 2)
    assert strip.missing.text() == "Files missing: 2"
    assert images.face(1).verdict == "File missing"
    desk.bot.mouseClick(strip.relink, LEFT)
    desk.until(lambda: bool(desk.window.findChildren(QFileDialog)))
    dialog = desk.window.findChildren(QFileDialog)[0]
    dialog.filesSelected.emit([str(tmp_path / "moved")])
    dialog.reject()
    desk.until(lambda: images.missing == 0)
    assert [images.row(at).path for at in (1, 2)] == [moved / "another name.png", moved / smears[3].name]
    finding = images.row(1).outcome
    assert isinstance(finding, Finding)
    assert finding.source.path == moved / "another name.png"
    assert not strip.missing.isVisible()
    assert "Files found again: 2" in desk.analyse.banner.accessibleName()
    desk.model.select(1)
    desk.until(lambda: desk.model.picture is not None)


def test_a_file_that_comes_back_is_opened_again(desk: Desk, smears: list[Path], tmp_path: Path) -> None:
    away = tmp_path / "away.png"
    shutil.move(smears[0], away)
    desk.start(smears[0], smears[1])
    desk.model.files.look()
    desk.until(lambda: desk.model.images.missing == 1)
    assert desk.analyse.stage.trouble.isVisible()
    shutil.move(away, smears[0])
    desk.model.files.look()
    desk.until(lambda: desk.model.images.missing == 0)
    desk.finish()
    assert [desk.model.images.row(at).state for at in (0, 1)] == [RowState.DONE] * 2
    desk.until(lambda: desk.model.picture is not None)


def test_what_is_still_being_written_waits_and_what_was_cut_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    (folder / "new.png").touch()
    news = look_again([folder], {}, time.time())
    assert (news.came, news.unsettled) == ([], True)
    done = old(folder / "new.png")
    assert look_again([folder], {}, time.time()).came == [done]
    assert look_again([folder], {done: "failed"}, time.time() - 3_600).again == [done]
    assert look_again([folder], {done: "failed"}, time.time()).again == []
    assert look_again([folder], {done: "missing"}, time.time()).back == [done]
    assert look_again([folder], {tmp_path / "x.png": "", tmp_path / "y.png": "missing"}, 0).gone == [tmp_path / "x.png"]


def test_a_file_that_was_never_read_is_found_by_its_name_if_that_is_clear(tmp_path: Path) -> None:
    for name in ("a/one.png", "a/two.png", "b/two.png", "a/three.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    missing = {Path("/gone") / name: "" for name in ("one.png", "two.png", "three.png", "four.png")}
    found = find_again(missing, tmp_path, taken=[tmp_path / "a" / "three.png"])
    assert found == {Path("/gone/one.png"): tmp_path / "a" / "one.png"}
