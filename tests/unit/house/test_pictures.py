"""Committed pictures show phantoms, never a patient's cells."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp"})
FOLDERS = ("benchmarks", "docs", "leukdesk", "models", "packaging", "resources", "tests", "training")
ICONS = ("resources/icons/",)  # drawn, not photographed
MARK = "leukdesk-synthetic"


def pictures() -> list[Path]:
    files = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")))
    return [path for path in files if path.suffix.lower() in PICTURES and not shown(path).startswith(ICONS)]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_marked(path: Path) -> bool:
    """Whether the file says of itself that it is synthetic: PNG text, JPEG comment, TIFF description."""
    with Image.open(path) as image:
        if image.format == "PNG":
            return image.info.get(MARK) == "1"
        if image.format == "JPEG":
            return MARK.encode() in image.info.get("comment", b"")
        if image.format == "TIFF":
            return MARK in str(image.getexif().get(270, ""))  # 270: ImageDescription
    return False


def test_every_committed_picture_is_marked_synthetic() -> None:
    assert [shown(path) for path in pictures() if not is_marked(path)] == []


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp"])
def test_an_unmarked_picture_is_noticed(tmp_path: Path, suffix: str) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / f"photo{suffix}")
    assert not is_marked(tmp_path / f"photo{suffix}")


def real_hashes(folder: Path) -> Iterator[str]:
    for manifest in folder.glob("*/*manifest*.csv"):
        with manifest.open(encoding="utf-8", newline="") as stream:
            yield from (row["sha256"] for row in csv.DictReader(stream) if row.get("sha256"))


@pytest.mark.real_data
def test_no_committed_picture_is_a_real_one(real_data: Path) -> None:
    real = set(real_hashes(real_data))
    assert real
    assert [shown(path) for path in pictures() if hashlib.sha256(path.read_bytes()).hexdigest() in real] == []
