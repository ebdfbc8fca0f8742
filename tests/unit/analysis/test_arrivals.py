"""New images of a watched folder: each once, when it is completely written."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from leukdesk.analysis.arrivals import Arrivals
from leukdesk.imaging.read import read_image


@pytest.fixture
def jpeg() -> bytes:
    pixels = np.random.default_rng(8).integers(0, 255, (64, 64, 3), np.uint8)
    return bytes(cv2.imencode(".jpg", pixels)[1])


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def watch(folder: Path, clock: Clock | None = None, *, recursive: bool = False) -> Arrivals:
    return Arrivals(folder, recursive, partial(read_image, limit_px=10_000), clock or Clock())


def names(arrivals: Arrivals, looks: int = 1) -> list[str]:
    return [path.name for _ in range(looks) for path in arrivals.look().complete]


def test_an_image_comes_once_and_only_when_it_is_whole(tmp_path: Path, jpeg: bytes) -> None:
    arrivals, file = watch(tmp_path), tmp_path / "field 1.jpg"
    assert names(arrivals) == []
    file.write_bytes(b"")
    assert names(arrivals, 4) == []
    file.write_bytes(jpeg[:500])
    assert names(arrivals, 5) == []
    assert arrivals.look().waited_for == (file,)
    file.write_bytes(jpeg)
    assert names(arrivals, 2) == []
    assert names(arrivals, 5) == ["field 1.jpg"]


def test_what_never_becomes_whole_is_handed_over_after_a_while(tmp_path: Path, jpeg: bytes) -> None:
    clock = Clock()
    arrivals = watch(tmp_path, clock)
    (tmp_path / "half.jpg").write_bytes(jpeg[:500])
    assert names(arrivals, 5) == []
    clock.at = 61.0
    assert names(arrivals, 3) == ["half.jpg"]


def test_what_is_no_image_at_all_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_bytes(b"these are words, and they stay words " * 20)
    assert names(watch(tmp_path), 4) == ["notes.jpg"]


def test_old_files_come_at_once_in_natural_order(tmp_path: Path, jpeg: bytes) -> None:
    for name in ("field 10.jpg", "field 9.jpg", "notes.txt", ".hidden.jpg"):
        (tmp_path / name).write_bytes(jpeg)
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    assert names(watch(tmp_path)) == ["field 9.jpg", "field 10.jpg"]


def test_a_name_that_is_used_again_is_a_new_image(tmp_path: Path, jpeg: bytes) -> None:
    arrivals = watch(tmp_path)
    (tmp_path / "live.jpg").write_bytes(jpeg)
    assert names(arrivals, 4) == ["live.jpg"]
    (tmp_path / "live.jpg").write_bytes(jpeg + b"more")
    assert names(arrivals, 4) == ["live.jpg"]


def test_a_folder_may_go_and_come_back(tmp_path: Path, jpeg: bytes) -> None:
    share, away = tmp_path / "share", tmp_path / "away"
    share.mkdir()
    (share / "1.jpg").write_bytes(jpeg)
    arrivals = watch(share)
    assert names(arrivals, 3) == ["1.jpg"]
    share.rename(away)
    assert arrivals.look().there is False
    (away / "2.jpg").write_bytes(jpeg)
    away.rename(share)
    assert names(arrivals, 4) == ["2.jpg"]


def test_folders_within_are_looked_into_if_asked(tmp_path: Path, jpeg: bytes) -> None:
    (tmp_path / "slide B").mkdir()
    (tmp_path / "slide B" / "1.jpg").write_bytes(jpeg)
    assert names(watch(tmp_path), 4) == []
    assert names(watch(tmp_path, recursive=True), 4) == ["1.jpg"]
