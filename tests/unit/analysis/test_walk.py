"""Finding images: what a user names is tried, what lies in folders is judged by its name."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.analysis.walk import find_images, natural_key
from leukdesk.domain.errors import ImageReason
from tests.other_user import without_rights

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs links or pipes as POSIX has them")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is also the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names: str) -> list[Path]:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"")
    return [Path(name) for name in names]


def test_images_are_known_by_name_and_the_rest_is_counted(folder: Path) -> None:
    images = touch("s/1.JPG", "s/2.jpeg", "s/3.Png", "s/4.bmp", "s/5.tif", "s/6.tiff")
    touch("s/notes.txt", "s/1.jpg.bak", "s/jpg", "s/.hidden.jpg", "s/._1.jpg", "s/Thumbs.db")
    walk = find_images([Path("s")], recursive=False)
    assert walk.images == images
    assert walk.skipped == 6
    assert walk.failures == []


def test_a_file_named_by_the_user_is_tried_whatever_it_is_called(folder: Path) -> None:
    paths = touch("notes.txt", ".hidden.jpg", "image")
    assert find_images(paths, recursive=False).images == paths


def test_folders_inside_are_entered_only_when_asked(folder: Path) -> None:
    touch("s/1.jpg", "s/in/2.jpg", "s/in/deeper/3.jpg", "s/.cache/4.jpg")
    flat = find_images([Path("s")], recursive=False)
    assert flat.images == [Path("s/1.jpg")]
    assert flat.folders == 2
    deep = find_images([Path("s")], recursive=True)
    assert deep.images == [Path("s/1.jpg"), Path("s/in/2.jpg"), Path("s/in/deeper/3.jpg")]


def test_order_is_that_of_the_arguments_and_natural_in_folders(folder: Path) -> None:
    touch("b/10.jpg", "b/9.jpg", "b/Field 2.jpg", "b/field 10.jpg", "b/a/1.jpg", "a/1.jpg")
    walk = find_images([Path("b"), Path("a")], recursive=True)
    assert [path.as_posix() for path in walk.images] == [
        *("b/9.jpg", "b/10.jpg", "b/a/1.jpg", "b/Field 2.jpg", "b/field 10.jpg", "a/1.jpg"),
    ]


def test_each_path_comes_once(folder: Path) -> None:
    touch("s/1.jpg", "s/2.jpg")
    paths = [Path("s/2.jpg"), Path("s"), folder / "s" / "1.jpg", Path("s/../s"), Path("none"), Path("none")]
    walk = find_images(paths, recursive=False)
    assert walk.images == [Path("s/2.jpg"), Path("s/1.jpg")]
    assert [failure.path for failure in walk.failures] == [Path("none")]


def test_what_is_not_there_fails_with_a_reason(folder: Path) -> None:
    touch("file.jpg")
    walk = find_images([Path("none.jpg"), Path("file.jpg/1.jpg"), Path("nul\x00l")], recursive=False)
    assert walk.images == []
    assert [failure.error.reason for failure in walk.failures] == [ImageReason.VANISHED] * 3


@POSIX
def test_links_are_followed_and_loops_end(folder: Path) -> None:
    touch("real/1.jpg", "s/2.jpg")
    Path("s/more").symlink_to(folder / "real")
    Path("real/back").symlink_to(folder / "s")
    Path("s/3.jpg").symlink_to(folder / "real" / "1.jpg")
    Path("s/gone.jpg").symlink_to("nowhere")
    Path("s/self.jpg").symlink_to("self.jpg")
    walk = find_images([Path("s")], recursive=True)
    found = [path.as_posix() for path in walk.images]
    assert found == ["s/2.jpg", "s/3.jpg", "s/gone.jpg", "s/more/1.jpg", "s/self.jpg"]
    assert walk.failures == []


@POSIX
def test_pipes_never_make_it_wait(folder: Path) -> None:
    Path("s").mkdir()
    for name in ("pipe", "s/pipe.jpg", "s/pipe.txt"):
        os.mkfifo(name)
    walk = find_images([Path("pipe"), Path("s"), Path("/dev/null")], recursive=False)
    assert walk.images == []
    assert walk.skipped == 1
    assert [failure.error.reason for failure in walk.failures] == [ImageReason.NOT_AN_IMAGE] * 3


@POSIX
def test_a_forbidden_folder_fails_and_the_rest_goes_on(folder: Path) -> None:
    touch("s/a/1.jpg", "s/shut/2.jpg", "s/z/3.jpg")
    folder.chmod(0o755)
    Path("s/shut").chmod(0)
    try:
        with without_rights():
            walk = find_images([Path("s"), Path("s/shut/2.jpg")], recursive=True)
    finally:
        Path("s/shut").chmod(0o755)
    assert walk.images == [Path("s/a/1.jpg"), Path("s/z/3.jpg")]
    assert {failure.error.reason for failure in walk.failures} == {ImageReason.PERMISSION}
    assert len(walk.failures) == 2


@POSIX
def test_very_deep_folders_are_walked(folder: Path) -> None:
    """Deeper than Python's stack; `d` is made and removed step by step, since recursion would fail there too."""
    depth = 1200
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("1.jpg").write_bytes(b"")
    try:
        os.chdir(folder)
        assert find_images([Path("d")], recursive=True).images == [Path(*["d"] * depth, "1.jpg")]
    finally:
        os.chdir(folder.joinpath(*["d"] * depth))
        Path("1.jpg").unlink()
        for _ in range(depth):
            os.chdir("..")
            Path("d").rmdir()


def test_names_of_any_script_are_found(folder: Path) -> None:
    names = ["s/血液 1.jpg", "s/Blutausstrich Nr. ½.jpg", "s/²³.png", "s/" + "x" * 250 + ".jpg"]
    assert sorted(find_images([touch(*names)[0].parent], recursive=False).images) == sorted(map(Path, names))


@given(st.lists(st.text(max_size=6), max_size=6))
def test_any_names_can_be_ordered(names: list[str]) -> None:
    assert Counter(sorted(names, key=natural_key)) == Counter(names)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.text("ab _-", max_size=3))
def test_numbers_in_names_count_as_numbers(one: int, other: int, prefix: str) -> None:
    assert (natural_key(f"{prefix}{one}.jpg") < natural_key(f"{prefix}{other}.jpg")) == (one < other)
