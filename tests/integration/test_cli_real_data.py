"""The command line on real smears: one row for each image, and both engines of one mind."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.command_line import in_own_process

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


def rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["path"]: row for row in csv.DictReader(stream)}


def test_a_whole_data_set_has_one_row_for_each_image(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "taleqani-all"
    answer = in_own_process("classify", folder, "--recursive", "--out", tmp_path / "r.csv")
    assert answer.status == 0, answer.err
    found = rows(tmp_path / "r.csv")
    assert set(found) == {str(path) for path in folder.rglob("*.jpg")}
    assert all(row["label"] and not row["error"] for row in found.values())


def test_the_engines_agree_on_real_smears(real_data: Path, tmp_path: Path) -> None:
    images = [
        path for folder in sorted((real_data / "taleqani-all").iterdir()) for path in sorted(folder.glob("*.jpg"))[:25]
    ]
    images += sorted((real_data / "bccd" / "JPEGImages").iterdir())[:25]
    answers = {}
    for engine in ("litert", "tensorflow"):
        answer = in_own_process("classify", *images, "--engine", engine, "--out", tmp_path / f"{engine}.csv")
        assert answer.status == 0, answer.err
        answers[engine] = rows(tmp_path / f"{engine}.csv")
    for path, one in answers["litert"].items():
        other = answers["tensorflow"][path]
        assert (one["label"], one["quality"]) == (other["label"], other["quality"])
        for name in (column for column in one if column.startswith("p_")):
            assert float(one[name]) == pytest.approx(float(other[name]), abs=1e-4)
