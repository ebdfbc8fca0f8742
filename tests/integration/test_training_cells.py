"""Labelled cells of signed cases as a folder that training reads: what a model learns from is what it sees in use."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from leukdesk.analysis.cells import analyse_cells_in_file, cell_crop
from leukdesk.analysis.keep_cells import keep_cells
from leukdesk.bootstrap import Workbench
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.marked_cell import FieldReading, reading_of
from leukdesk.domain.review import UNIDENTIFIED
from leukdesk.history.history import History
from leukdesk.imaging.preprocess import to_input
from leukdesk.imaging.read import read_image
from leukdesk.imaging.regions import ArrayRegions
from leukdesk.settings import Settings
from tests.bundle_factory import make_card
from tests.command_line import Answer, in_process
from tests.findings import CountingPredictor
from training.datasets import load_dataset
from training.datasets.crops import crop_um
from training.phantom import random_slide, render_field, write_phantom
from training.planning.compose import Wishes, compose
from training.splits import holdout

LIMIT = 20_000_000
ROOT = Path(__file__).resolve().parents[2]


class Bench:
    """Cases of phantom fields whose cells a person labelled in turn."""

    def __init__(self, folder: Path) -> None:
        self._bench = Workbench(Settings())
        self.history: History = self._bench.history()
        self.user = self.history.users.local().id
        self.predictor = CountingPredictor(make_card(scope="cell", um_per_px=0.16, input_size=224))  # as wbc-type has
        self.folder = folder

    def field(self, seed: int, um_per_px: float = 0.2) -> Path:
        path = self.folder / f"field-{seed}.png"
        cells, finer = {"lymphocyte": 2, "segmented": 2}, 0.2 / um_per_px
        slide = random_slide(seed, um_per_px=um_per_px)
        size = {"width": round(420 * finer), "height": round(340 * finer)}
        write_phantom(render_field(seed, slide=slide, cells=cells, **size), path)
        return path

    def case(self, accession: str, patient: str, path: Path, label: str, *, sign: bool = True) -> FieldReading:
        """All cells labelled, the first one as unidentified if the case stays open."""
        case = self.history.cases.open(self.user, CaseDetails(accession, patient))
        reading = reading_of(analyse_cells_in_file(path, self.predictor, limit_px=LIMIT, explain=False))
        keys = [one.key for one in reading.cells if one.said is not None]
        reading = reading.named(keys, label)
        keep_cells(
            [reading if sign else reading.named(keys[:1], UNIDENTIFIED)],
            self.history.findings, self.history.reviews,
            user=self.user, case_id=case.id, temperature=1.0, written={},
        )  # fmt: skip
        if sign:
            self.history.reviews.sign(self.user, case.id)
        return reading

    def close(self) -> None:
        self._bench.close()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("LEUKDESK_DATA", str(tmp_path / "data"))
    return Bench(tmp_path)


def export(capsys: pytest.CaptureFixture[str], *words: object) -> Answer:
    return in_process(capsys, "history", "export", *words)


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("um_per_px", [0.2, 0.12], ids=["coarser than the model", "finer"])
def test_crops_are_what_the_model_sees_and_say_where_they_come_from(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str], um_per_px: float
) -> None:
    path = bench.field(301, um_per_px)
    reading = bench.case("24-0001", "P-1", path, "lymphocyte")
    bench.close()
    out = tmp_path / "set"
    answer = export(capsys, "--for-training", out, "--cells", "--model", "wbc-type")
    assert answer.status == 0, answer.err
    image, card, field = read_image(path, limit_px=LIMIT), bench.predictor.card, reading.analysis.field
    rows = rows_of(out)
    assert len(rows) == len(field.countable) == 4
    for row in rows:
        cell = field.cells[int(row["cell"]) - 1]
        crop = read_image(out / row["path"], limit_px=LIMIT)
        seen = cell_crop(ArrayRegions(image.pixels), cell, field, card)
        assert np.array_equal(to_input(crop.pixels, card.input_size), seen)
        assert (row["class"], row["image_sha256"], row["sha256"]) == (
            "lymphocyte", image.source.sha256, crop.source.sha256,
        )  # fmt: skip
        assert (float(row["left"]), float(row["width"])) == pytest.approx((cell.box.left, cell.box.width), abs=0.06)
        assert float(row["um_per_px"]) * crop.source.width == pytest.approx(card.input_size * 0.16, rel=0.01)
    told = "".join(str(one.relative_to(out)) for one in out.rglob("*")) + (out / "manifest.csv").read_text()
    assert "P-1" not in told
    assert "24-0001" not in told
    assert "field-301" not in told


def test_only_signed_cases_and_a_split_parts_no_patient(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = bench.field(300)
    for number in range(4):
        path = bench.field(310 + number)
        bench.case(f"24-000{number}", f"P-{number // 2}", path, ("lymphocyte", "neutrophil")[number % 2])
    bench.case("24-0010", "P-2", shared, "lymphocyte")
    bench.case("24-0011", "P-3", shared, "neutrophil")
    bench.case("24-0020", "P-4", bench.field(320), "lymphocyte", sign=False)
    bench.close()
    out = tmp_path / "set"
    answer = export(capsys, "--for-training", out, "--cells")
    assert answer.status == 3, "cells of the image in two cases have two labels"
    assert answer.err.count("two labels") == 4
    data = load_dataset(out)
    assert data.per_class() == {"lymphocyte": 8, "neutrophil": 8}
    assert len({one.group for one in data.samples}) == 2
    split = holdout(data, method="grouped", validation=0.0, test=0.5)
    groups = [set(split.groups(ids)) for ids in split.sides().values()]
    assert split.level == "grouped"
    assert sum(map(len, groups)) == len(set.union(*groups)) == 2
    named = export(capsys, "24-0020", "--for-training", tmp_path / "none", "--cells")
    assert "24-0020: it is not signed" in named.err
    assert "0 cells written" in named.err


def test_files_that_changed_are_left_out_and_wrong_words_are_refused(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bench.field(301)
    bench.case("24-0001", "P-1", path, "lymphocyte")
    bench.close()
    path.write_bytes(b"something else")
    answer = export(capsys, "--for-training", tmp_path / "set", "--cells")
    assert answer.status == 3
    assert "other content" in answer.err
    assert export(capsys, "24-0001", "--out", tmp_path / "a.csv", "--cells").status == 2
    field = export(capsys, "--for-training", tmp_path / "other", "--cells", "--model", "all-stage")
    assert "judges whole fields" in field.err


def test_a_model_trained_on_them_cuts_cells_out_as_wide(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.case("24-0001", "P-1", bench.field(301), "lymphocyte")
    bench.close()
    export(capsys, "--for-training", tmp_path / "set", "--cells", "--model", "wbc-type")
    side = crop_um(tmp_path / "set")
    assert side == pytest.approx(224 * 0.16)
    classes = {"lymphocyte": 9, "neutrophil": 9}
    made = compose(str(ROOT / "models" / "wbc-type-1.1"), classes, Wishes(changes={"input_size": 112}), crop_um=side)
    assert made.recipe.um_per_px == pytest.approx(0.32)
    assert crop_um(tmp_path) is None
