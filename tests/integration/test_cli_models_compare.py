"""`leukdesk models compare`: the demonstration beside a copy of it whose first two classes were swapped."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from leukdesk.bundles.seal import seal
from tests.command_line import in_process
from training.phantom import random_slide, render_field, write_phantom

SHIPPED = Path(__file__).resolve().parents[2] / "models"


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A folder of two models whose first and second class stand the other way round, and a folder per class."""
    (demo,) = SHIPPED.glob("phantom-demo-*")
    models = tmp_path / "models"
    shutil.copytree(demo, models / demo.name)
    card = load_bundle(demo, names()).card
    turned = (card.classes[1], card.classes[0], *card.classes[2:])
    other = models / "turned-1.0"
    shutil.copytree(demo, other)
    (other / "bundle.json").unlink()
    seal(other, card.model_copy(update={"name": "turned", "version": "1.0", "classes": turned, "files": {}}))
    monkeypatch.setenv("LEUKDESK_MODELS", str(models))
    images = tmp_path / "images"
    for number, (label, kind) in enumerate([("blasts", "blast"), ("Lymphocytes", "lymphocyte")] * 2):
        (images / label).mkdir(parents=True, exist_ok=True)
        field = render_field(number, slide=random_slide(number), width=224, height=224, cells={kind: 3})
        write_phantom(field, images / label / f"{number}.png")
    return models, images


def test_disagreements_come_first_and_it_is_said_who_is_right(
    two: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "found.csv"
    (two[1] / "blasts" / "broken.png").write_bytes(b"none")
    answer = in_process(capsys, "models", "compare", "phantom-demo", "turned", two[1], "--out", table)
    assert answer.status == 3  # one image is none
    lines = answer.out.splitlines()
    assert "They agree on 0 of 4 images" in lines[1]
    assert any(line.startswith("A is right about 4 of 4, 100.0%") for line in lines)
    assert any(line.startswith("B minus A: -100.0 points") and "McNemar p = 0.12" in line for line in lines)
    assert "1 images could not be classified." in lines
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [one["agree"] for one in rows] == ["no"] * 4 + [""]
    assert {one["truth"] for one in rows[:4]} == {"blasts", "lymphocytes"}
    assert rows[-1]["error"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("phantom-demo", "phantom-demo-1.0"), "compared with itself"),
        (("phantom-demo", "absent"), "no such model"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    two: tuple[Path, Path], capsys: pytest.CaptureFixture[str], words: tuple[str, str], said: str
) -> None:
    answer = in_process(capsys, "models", "compare", *words, two[1])
    assert answer.status == 2
    assert said in answer.err


def test_an_empty_folder_is_refused(two: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    answer = in_process(capsys, "models", "compare", "phantom-demo", "turned", tmp_path / "empty")
    assert answer.status == 2
    assert "no image in it" in answer.err
