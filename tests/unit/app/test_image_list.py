"""The list of open images: states, thumbnails on demand, bounded memory."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.viewmodels.faces import ClassLook, RowState, Vocabulary
from leukdesk.app.viewmodels.image_list import FaceRole, ImageList
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.app.workers.lanes import Lanes
from leukdesk.app.workers.pictures import Pictures
from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.finding import Failure

DECORATION = Qt.ItemDataRole.DecorationRole
STATES = st.sampled_from(RowState)


def error(path: Path) -> ImageError:
    return ImageError("there is no such file", reason=ImageReason.VANISHED, subject=path)


@pytest.fixture
def thumbnails(lanes: Lanes) -> Thumbnails:
    return Thumbnails(lanes.thumbnails, Pictures(1_000_000), 48)


@pytest.fixture
def images(thumbnails: Thumbnails) -> ImageList:
    made = ImageList(thumbnails)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def test_rows_start_waiting_after_what_could_not_be_found(images: ImageList) -> None:
    gone = Path("gone.png")
    images.fill([Path("a.png"), Path("b.png")], [Failure(gone, error(gone))])
    assert [images.row(at).state for at in range(3)] == [RowState.FAILED, RowState.WAITING, RowState.WAITING]
    assert images.counts() == (1, 1)


def test_only_the_row_that_changed_is_painted_again(images: ImageList, qtbot: QtBot) -> None:
    images.fill([Path(f"{number}.png") for number in range(5)])
    with qtbot.waitSignal(images.dataChanged) as changed:
        images.mark(3, RowState.RUNNING)
    first, last, *_ = changed.args
    assert (first.row(), last.row()) == (3, 3)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 9), STATES), max_size=60))
def test_counts_are_those_of_the_rows(qapp: object, steps: list[tuple[int, RowState]]) -> None:
    lanes = Lanes()
    images = ImageList(Thumbnails(lanes.thumbnails, Pictures(1_000_000), 48))
    images.fill([Path(f"{number}.png") for number in range(10)])
    for place, state in steps:
        images.mark(place, state)
    states = [images.row(at).state for at in range(10)]
    failed = states.count(RowState.FAILED)
    assert images.counts() == (failed + states.count(RowState.DONE), failed)


def test_starting_over_forgets_every_outcome(images: ImageList) -> None:
    images.fill([Path("a.png"), Path("b.png")])
    images.mark(0, RowState.FAILED, Failure(Path("a.png"), error(Path("a.png"))))
    images.start_over()
    assert [images.row(at).outcome for at in range(2)] == [None, None]
    assert images.counts() == (0, 0)


def test_failed_images_are_visited_in_a_circle(images: ImageList) -> None:
    images.fill([Path(f"{number}.png") for number in range(6)])
    assert images.next_failed(0) is None
    for place in (1, 4):
        images.mark(place, RowState.FAILED)
    assert [images.next_failed(after) for after in (-1, 1, 4, 5)] == [1, 4, 1, 1]


def test_names_paths_and_words_for_readers(images: ImageList, smears: list[Path]) -> None:
    images.use(Vocabulary({"Pre": ClassLook("Pre-B", "#009E73")}))
    images.fill(smears)
    index = images.index(0)
    assert index.data(Qt.ItemDataRole.DisplayRole) == "field 1.png"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == str(smears[0])
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "field 1.png, Waiting"
    assert index.data(FaceRole).state is RowState.WAITING
    assert QModelIndex().isValid() is False
    assert images.data(QModelIndex()) is None


def test_a_thumbnail_comes_when_it_is_asked_for(images: ImageList, smears: list[Path], qtbot: QtBot) -> None:
    images.fill(smears)
    index = images.index(2)
    assert index.data(DECORATION) is None
    qtbot.waitUntil(lambda: isinstance(index.data(DECORATION), QImage), timeout=WAIT_MS)
    picture = index.data(DECORATION)
    assert max(picture.width(), picture.height()) == 48


def test_an_image_that_cannot_be_read_is_not_tried_again(
    thumbnails: Thumbnails, broken: Path, smears: list[Path], qtbot: QtBot
) -> None:
    made: list[Path] = []
    thumbnails.made.connect(made.append)
    for _ in range(2):
        assert thumbnails.of(broken) is None
        qtbot.waitUntil(partial(made.__contains__, broken), timeout=WAIT_MS)
    thumbnails.of(smears[0])
    qtbot.waitUntil(partial(made.__contains__, smears[0]), timeout=WAIT_MS)
    assert made == [broken, smears[0]]


def test_memory_for_thumbnails_is_bounded(lanes: Lanes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leukdesk.app.viewmodels.thumbnails._KEPT", 10)
    drawn: list[Path] = []

    class Drawing(Pictures):
        def thumbnail(self, path: Path, size: int) -> QImage:
            drawn.append(path)
            return QImage(size, size, QImage.Format.Format_RGB32)

    store = Thumbnails(lanes.thumbnails, Drawing(1), 16)
    made: list[Path] = []
    store.made.connect(made.append)
    paths = [Path(f"{number}.png") for number in range(30)]
    for path in paths:
        store.of(path)
        qtbot.waitUntil(partial(made.__contains__, path), timeout=WAIT_MS)
    assert [path for path in paths if store.of(path) is not None] == paths[-10:]
