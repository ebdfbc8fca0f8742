"""What is shown of the open images: narrowed down, sorted, following what happens, without losing a row."""

from __future__ import annotations

from pathlib import Path

import pytest
from findings import make_finding, make_prediction, make_quality
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.viewmodels.faces import KINDS, Row, RowState, Vocabulary
from leukdesk.app.viewmodels.image_list import ImageList
from leukdesk.app.viewmodels.ordering import SortBy, Wish, arranged, label_of
from leukdesk.app.viewmodels.shown_images import ShownImages
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.app.workers.lanes import Lanes
from leukdesk.app.workers.pictures import Pictures
from leukdesk.domain.errors import ImageError
from leukdesk.domain.finding import Decision, Failure, Finding
from leukdesk.domain.quality import QualityFlag


def row(name: str, share: float = 0.9, decision: Decision = Decision.ACCEPTED, *flags: QualityFlag) -> Row:
    path = Path(name)
    prediction = make_prediction(share, (1 - share) / 2)
    found = make_finding(path, prediction=prediction, quality=make_quality(*flags), decision=decision)
    return Row(path, RowState.DONE, found)


ROWS = [
    row("image 10.png", 0.99),
    row("image 9.png", 0.6, Decision.UNIDENTIFIED),
    Row(Path("Broken.png"), RowState.FAILED, Failure(Path("Broken.png"), ImageError("no"))),
    row("dark.png", 0.8, Decision.REJECTED, QualityFlag.DARK),
    Row(Path("later.png")),
    row("small.png", 0.7, Decision.ACCEPTED, QualityFlag.SMALL),
    Row(Path("gone.png"), missing=True),
]


def names(wish: Wish) -> list[str]:
    return [ROWS[place].path.stem for place in arranged(ROWS, wish, Vocabulary())]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(sort=SortBy.NAME), "Broken,dark,gone,image 9,image 10,later,small"),
        (Wish(sort=SortBy.PROBABILITY), "image 9,small,image 10,Broken,dark,later,gone"),
        (Wish(sort=SortBy.PROBABILITY, descending=True), "image 10,small,image 9,Broken,dark,later,gone"),
        (Wish(sort=SortBy.QUALITY, descending=True), "dark,small,image 10,image 9,Broken,later,gone"),
        (Wish(sort=SortBy.STATE), "gone,Broken,dark,image 9,image 10,small,later"),
        (Wish(descending=True), "gone,small,later,dark,Broken,image 9,image 10"),
        (Wish(text="IMAGE"), "image 10,image 9"),
        (Wish(kinds=frozenset({"failed", "missing"})), "Broken,gone"),
        (Wish(flags=frozenset({"ok"})), "image 10,image 9"),
        (Wish(flags=frozenset({"dark", "small"}), sort=SortBy.NAME), "dark,small"),
        (Wish(text="e", kinds=frozenset({"accepted"})), "image 10"),
    ],
)
def test_what_is_shown_and_in_which_order(wish: Wish, expected: str) -> None:
    assert names(wish) == expected.split(",")


def test_labels_are_those_of_accepted_answers() -> None:
    labels = {label_of(one) for one in ROWS}
    assert len(labels) == 2
    assert "" in labels
    (label,) = labels - {""}
    assert names(Wish(labels=frozenset({label}))) == ["image 10", "small"]


wishes = st.builds(
    Wish,
    text=st.sampled_from(["", "a", "png"]),
    kinds=st.frozensets(st.sampled_from(KINDS), max_size=3),
    flags=st.frozensets(st.sampled_from(["ok", "dark"]), max_size=2),
    sort=st.sampled_from(SortBy),
    descending=st.booleans(),
)


@given(st.lists(st.sampled_from(ROWS), max_size=30), wishes)
@settings(max_examples=60)
def test_each_row_that_is_admitted_is_shown_once(rows: list[Row], wish: Wish) -> None:
    assert sorted(arranged(rows, wish, Vocabulary())) == [at for at, one in enumerate(rows) if wish.admits(one)]


@pytest.fixture
def images(lanes: Lanes) -> ImageList:
    made = ImageList(Thumbnails(lanes.thumbnails, Pictures(1_000), 48))
    made.fill([Path(f"{number}.png") for number in range(12)])
    return made


@pytest.fixture
def shown(images: ImageList, lanes: Lanes) -> ShownImages:
    made = ShownImages(images, lanes.pictures)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def test_places_and_rows_belong_together(images: ImageList, shown: ShownImages, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.rearranged, timeout=WAIT_MS):
        shown.arrange(Wish(text="1"))
    assert [shown.place(at) for at in range(shown.rowCount())] == [1, 10, 11]
    assert [shown.row_of(place) for place in (1, 10, 11, 2)] == [0, 1, 2, None]
    with qtbot.waitSignal(shown.dataChanged) as changed:
        images.mark(10, RowState.RUNNING)
    assert changed.args[0].row() == 1
    shown.show_all()
    assert shown.rowCount() == 12


def test_outcomes_move_rows_and_new_files_join_them(images: ImageList, shown: ShownImages, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.rearranged, timeout=WAIT_MS):
        shown.arrange(Wish(kinds=frozenset({"accepted"})))
    assert shown.rowCount() == 0
    found = make_finding(Path("3.png"))
    assert isinstance(found, Finding)
    images.mark(3, RowState.DONE, found)
    qtbot.waitUntil(lambda: shown.rowCount() == 1, timeout=WAIT_MS)
    shown.show_all()
    images.append([Path("99.png"), Path("3.png")])
    assert shown.rowCount() == 13


def test_another_folder_is_shown_whole_and_in_the_chosen_order(
    images: ImageList, shown: ShownImages, qtbot: QtBot
) -> None:
    shown.arrange(Wish(text="1", sort=SortBy.NAME, descending=True))
    images.fill([Path("a 9.png"), Path("a 10.png")])
    qtbot.waitUntil(lambda: [shown.place(at) for at in range(shown.rowCount())] == [1, 0], timeout=WAIT_MS)
    assert not shown.wish.narrows
