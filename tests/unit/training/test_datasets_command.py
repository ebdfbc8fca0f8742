"""The subcommands about images, as typed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from leukdesk.domain.errors import DataError, OutputError
from training.augment import named, rng_for
from training.datasets import load_dataset
from training.datasets.command import add_parsers
from training.splits import read_split


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers(required=True))
    arguments = parser.parse_args([str(word) for word in words])
    return int(arguments.func(arguments))


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    """Two classes of ten views; patients in a manifest, five a class."""
    root = tmp_path / "cells"
    lines = ["path,class,patient"]
    for number in range(20):
        label = "ALL" if number % 2 else "HEM"
        coarse = np.random.default_rng(number).integers(60, 250, (9, 9, 3)).astype(np.uint8)
        root.mkdir(exist_ok=True)
        cv2.imwrite(str(root / f"{number}.png"), cv2.resize(coarse, (64, 48), interpolation=cv2.INTER_CUBIC))
        lines.append(f"{number}.png,{label},P{number // 4}{label}")
    (root / "manifest.csv").write_text("\n".join(lines))
    return root


def test_check_of_a_sound_set(cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", cells, "--out", tmp_path / "report") == 0
    assert "20 images (ALL 10, HEM 10)" in capsys.readouterr().out
    assert (tmp_path / "report" / "report.html").is_file()
    assert json.loads((tmp_path / "report" / "report.json").read_text())["images"] == 20


def test_check_of_a_faulty_set_says_so_in_its_exit_code(cells: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cells / "3.png").write_bytes((cells / "3.png").read_bytes()[:200])
    assert run("check", cells) == 3
    assert "error: truncated, 1" in capsys.readouterr().out


def test_datasets_lists_in_words_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("datasets") == 0
    assert "CC BY 3.0" in capsys.readouterr().out
    assert run("datasets", "pbc", "--json") == 0
    (pbc,) = json.loads(capsys.readouterr().out)
    assert pbc["name"] == "pbc"
    assert pbc["per_class"]["platelet"] == 2348


def test_datasets_checks_a_download(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Im001_1.jpg").write_bytes(b"x")
    assert run("datasets", "all-idb1", "--check", tmp_path) == 3
    assert "blast: 1 of 49, 48 missing" in capsys.readouterr().out


def test_only_pcam_is_exported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="only pcam is exported"):
        run("datasets", "pbc", "--export", tmp_path)


def test_split_freezes_one_division(cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("split", cells, "--out", tmp_path / "split.json", "--validation", "0.2", "--seed", "5") == 0
    split = read_split(tmp_path / "split.json")
    split.verify(load_dataset(cells))
    assert (split.level, split.grouping, split.seed) == ("grouped", "patient", 5)
    assert "grouped holdout, grouped (groups: patient)" in capsys.readouterr().out


def test_split_freezes_folds_and_published_divisions(cells: Path, tmp_path: Path) -> None:
    assert run("split", cells, "--out", tmp_path / "cv", "--folds", "3", "--validation", "0.3") == 0
    folds = [read_split(path) for path in sorted((tmp_path / "cv").iterdir())]
    assert len(folds) == 3
    assert sorted(one for fold in folds for one in fold.test) == sorted(folds[0].facts)
    assert run("split", cells, "--out", tmp_path / "own.json", "--like", "nadim2024") == 0
    assert read_split(tmp_path / "own.json").level == "image-level, optimistic"


def test_preview_shows_what_training_will_see(cells: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    assert run("preview", "morphology", cells, "--out", out, "--images", "3", "--epochs", "2", "--size", "64") == 0
    sheet = cv2.cvtColor(cv2.imread(str(out)), cv2.COLOR_BGR2RGB)
    assert sheet.shape == (3 * (64 + 20), 3 * 68, 3)
    plain, first = sheet[16:80, :64], sheet[16:80, 68:132]
    augmented = [named("morphology")(plain, rng_for(0, 0, sample.image_id)) for sample in load_dataset(cells).samples]
    assert any(np.array_equal(first, one) for one in augmented)


def test_preview_takes_a_recipe(cells: Path, tmp_path: Path, repository: Path) -> None:
    recipe = repository / "training" / "recipes" / "phantom-demo.toml"
    assert run("preview", recipe, cells, "--out", tmp_path / "sheet.png", "--images", "1", "--epochs", "1") == 0
    assert (tmp_path / "sheet.png").is_file()


def test_preview_refuses_what_it_cannot_do(cells: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no augmentation list"):
        run("preview", "strong", cells, "--out", tmp_path / "sheet.png")
    with pytest.raises(DataError, match="1 to 100 images"):
        run("preview", "none", cells, "--out", tmp_path / "sheet.png", "--images", "0")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="could not be written"):
        run("preview", "none", cells, "--out", tmp_path / "file" / "sheet.png", "--size", "32")
