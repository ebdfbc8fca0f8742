"""Thumbnails on disk: the same picture, found by content, the user's alone, bounded, and never in the way."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from smear_files import LIMIT_PX, saved, smear

from leukdesk.domain.errors import ImageError
from leukdesk.imaging import thumbnail_store
from leukdesk.imaging.thumbnail import read_thumbnail
from leukdesk.imaging.thumbnail_store import ThumbnailStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "thumbnails"


@pytest.fixture
def field(tmp_path: Path) -> Path:
    path = tmp_path / "Müller 1970-01-01.bmp"
    path.write_bytes(saved(Image.fromarray(smear(300, 400)), "BMP"))
    return path


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_what_is_kept_looks_the_same_and_is_found_under_another_name(folder: Path, field: Path) -> None:
    store = ThumbnailStore(folder)
    made = store.read(field, 160, limit_px=LIMIT_PX)
    assert np.array_equal(made, read_thumbnail(field, 160, limit_px=LIMIT_PX))
    before = names(folder)
    moved = field.rename(field.with_name("other.bmp"))
    again = ThumbnailStore(folder).read(moved, 160, limit_px=LIMIT_PX)
    assert again.shape == made.shape
    assert np.abs(again.astype(int) - made).mean() < 3
    assert names(folder) == before
    assert len(before) == 1


def test_nobody_else_may_look_and_no_name_is_told(folder: Path, field: Path) -> None:
    ThumbnailStore(folder).read(field, 160, limit_px=LIMIT_PX)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (kept,) = folder.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "ller" not in kept.name
    assert len(kept.stem) == 64


def test_another_content_under_the_same_name_is_made_anew(folder: Path, field: Path) -> None:
    store = ThumbnailStore(folder)
    store.read(field, 160, limit_px=LIMIT_PX)
    Image.new("RGB", (400, 300), (10, 200, 10)).save(field)
    assert store.read(field, 160, limit_px=LIMIT_PX)[0, 0].tolist() == [10, 200, 10]


@pytest.mark.parametrize("damage", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut"])
def test_a_damaged_one_is_made_anew(folder: Path, field: Path, damage: bytes) -> None:
    made = ThumbnailStore(folder).read(field, 160, limit_px=LIMIT_PX)
    (kept,) = folder.iterdir()
    kept.write_bytes(damage)
    assert np.array_equal(ThumbnailStore(folder).read(field, 160, limit_px=LIMIT_PX), made)
    assert kept.stat().st_size > 1_000


def test_the_oldest_go_when_there_are_too_many(folder: Path, tmp_path: Path) -> None:
    store = ThumbnailStore(folder, limit_bytes=15_000)
    for number in range(12):
        path = tmp_path / f"{number}.bmp"
        path.write_bytes(saved(Image.fromarray(smear(200, 200 + number)), "BMP"))
        before = set(folder.iterdir()) if folder.exists() else set()
        store.read(path, 160, limit_px=LIMIT_PX)
        for new in set(folder.iterdir()) - before:
            os.utime(new, (number, number))
    assert sum(one.stat().st_size for one in folder.iterdir()) <= 15_000
    assert max(one.stat().st_mtime for one in folder.iterdir()) == 11
    assert min(one.stat().st_mtime for one in folder.iterdir()) > 3


def test_small_files_are_not_kept_and_large_ones_are_told_by_their_ends(
    folder: Path, field: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small.png"
    small.write_bytes(saved(Image.new("RGB", (64, 64)), "PNG"))
    ThumbnailStore(folder).read(small, 160, limit_px=LIMIT_PX)
    assert not folder.exists()
    monkeypatch.setattr(thumbnail_store, "_WHOLE", 100_000)
    ThumbnailStore(folder).read(field, 160, limit_px=LIMIT_PX)
    ThumbnailStore(folder).read(field, 160, limit_px=LIMIT_PX)
    assert len(names(folder)) == 1


def test_a_place_that_cannot_be_written_costs_no_thumbnail(tmp_path: Path, field: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be", encoding="utf-8")
    store = ThumbnailStore(tmp_path / "cache" / "thumbnails")
    for _ in range(2):
        assert max(store.read(field, 160, limit_px=LIMIT_PX).shape) == 160


def test_forgetting_leaves_nothing_and_a_bad_file_is_refused_as_ever(folder: Path, field: Path, tmp_path: Path) -> None:
    store = ThumbnailStore(folder)
    store.read(field, 160, limit_px=LIMIT_PX)
    store.clear()
    assert names(folder) == []
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff\xe0" + bytes(100_000))
    with pytest.raises(ImageError) as refused:
        store.read(bad, 160, limit_px=LIMIT_PX)
    assert refused.value.subject == str(bad)
    with pytest.raises(ImageError):
        store.read(tmp_path / "absent.png", 160, limit_px=LIMIT_PX)
