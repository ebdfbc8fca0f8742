"""What is known of images: a table beside them, or folders named after classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from leukdesk.analysis.labels import Known, class_folders, read_labels
from leukdesk.domain.errors import DataError

CLASSES = [("Pre", "Pre-B"), ("Benign", "Benign")]


def images(folder: Path, *names: str) -> list[Path]:
    return [folder / name for name in names]


def test_folders_are_classes_by_id_or_by_the_name_on_the_screen(tmp_path: Path) -> None:
    found = images(tmp_path, "pre/1.png", "Pre-B/deeper/2.png", "other/3.png", "4.png")
    known = read_labels(tmp_path, found, CLASSES)
    assert known == {found[0]: Known("Pre"), found[1]: Known("Pre")}
    (tmp_path / "BENIGN").mkdir()
    (tmp_path / "other").mkdir()
    assert class_folders(tmp_path, CLASSES) == [tmp_path / "BENIGN"]
    assert class_folders(tmp_path / "absent", CLASSES) == []


def test_a_table_counts_before_folders_and_gives_groups(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("\ufeffPath;Class;Patient\nPre\\1.png;benign;p1\n2.png;;p2\n", "utf-8")
    first, second = images(tmp_path, "Pre/1.png", "2.png")
    assert read_labels(tmp_path, [first, second], CLASSES) == {first: Known("Benign", "p1")}


@pytest.mark.parametrize("table", [b"file,group\n1.png,a\n", b"path,class\n\xff.png,Pre\n"])
def test_a_table_that_says_nothing_is_refused(tmp_path: Path, table: bytes) -> None:
    (tmp_path / "manifest.csv").write_bytes(table)
    with pytest.raises(DataError, match="table of classes"):
        read_labels(tmp_path, [], CLASSES)
