"""`leukdesk classify --cells` on phantoms: from a folder to rows and a differential."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from leukdesk.domain.vocabulary import RESEARCH_USE
from tests.bundle_factory import forge
from tests.command_line import Answer, command, in_process

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "resources" / "sample"


@pytest.fixture
def cell_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The demonstration bundle under another name, as a model of single cells."""
    folder = tmp_path / "models" / "phantom-cells-1.0"
    shutil.copytree(ROOT / "models" / "phantom-demo-1.0", folder)
    forge(folder, name="phantom-cells", scope="cell", um_per_px=0.16)
    monkeypatch.setenv("LEUKDESK_MODELS", str(folder.parent))
    return "phantom-cells"


def classify(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    return in_process(capsys, "classify", "--cells", *arguments)


def test_cells_become_rows(cell_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "cells.csv"
    answer = classify(capsys, SAMPLE / "phantom-01.png", SAMPLE / "phantom-09.png", "--out", table)
    assert answer.status == 0
    assert answer.out == ""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    named = [row for row in rows if row["label"]]
    assert named
    for row in named:
        assert row["kind"] == "cell"
        assert row["model"] == cell_model
        assert float(row["right"]) > float(row["left"])
        assert 20 < float(row["area_um2"]) < 400
        assert 0 < float(row["nucleus_share"]) <= 1
        assert row["nucleus_rgb"].startswith("#")
        assert sum(float(row[name]) for name in row if name.startswith("p_")) == pytest.approx(1, abs=1e-6)
    assert [int(row["cell"]) for row in rows if row["path"].endswith("01.png")] == list(range(1, len(named) + 1))
    assert {row["use"] for row in rows} == {RESEARCH_USE}
    assert "white cells of 200" in answer.err


def test_cells_are_kept_in_a_case_once(
    cell_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEUKDESK_DATA", str(tmp_path / "data"))
    for name in ("cells.json", "again.xlsx"):
        answer = classify(capsys, SAMPLE / "phantom-01.png", "--record", "24-9", "--out", tmp_path / name)
        assert answer.status == 0
    rows = json.loads((tmp_path / "cells.json").read_text("utf-8"))
    assert in_process(capsys, "history", "export", "24-9", "--out", tmp_path / "case.json").status == 0
    kept = json.loads((tmp_path / "case.json").read_text("utf-8"))["findings"]
    expected = [(row["cell"], row["label"]) for row in rows if row["label"]]
    assert expected
    assert [(one["cell"], one["label"]) for one in kept] == expected


def test_the_differential_is_printed(cell_model: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = classify(capsys, SAMPLE, "--white-count", "8", "--target", "100", "--model", cell_model)
    assert answer.status == 0
    lines = answer.out.splitlines()
    order = [next(at for at, line in enumerate(lines) if line.startswith(name)) for name in ("Blasts  ", "Seg", "Lym")]
    assert order == sorted(order)
    assert "white cells of 100; 95 % limits: Wilson" in answer.out
    assert "x10^9/L" in answer.out
    assert "to be confirmed by hand" in answer.out


def test_json_has_the_same_rows(cell_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(SAMPLE / "phantom-02.png", tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.png").write_bytes(b"no image")
    answer = classify(capsys, tmp_path / "in", "--out", tmp_path / "r.json")
    assert answer.status == 3
    rows = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert rows[-1]["error"].startswith("not_an_image")
    assert rows[0]["scale"] == "stated"
    assert rows[0]["um_per_px"] > 0


def test_models_of_fields_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    answer = classify(capsys, SAMPLE, "--model", "phantom-demo")
    assert answer.status == 2
    assert "single cells" in answer.err


@pytest.mark.skipif(os.name == "nt", reason="kills as POSIX does")
def test_a_killed_run_is_gone_on_with_and_writes_the_same_bytes(
    cell_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEUKDESK_DATA", str(tmp_path / "data"))
    (tmp_path / "in").mkdir()
    for number in range(40):  # the tail makes each another content
        data = (SAMPLE / f"phantom-{number % 9 + 1:02}.png").read_bytes()
        (tmp_path / "in" / f"{number:02}.png").write_bytes(data + bytes([number]))
    (tmp_path / "in" / "bad.png").write_bytes(b"no image")
    words = ["--record", "24-9", "--resume", "--batch-size", "6", "--jobs", "1"]
    with subprocess.Popen(command("classify", "--cells", tmp_path / "in", *words), stderr=subprocess.PIPE) as running:
        while not in_state(tmp_path, "done") or not in_state(tmp_path, "running"):
            assert running.poll() is None, running.communicate()
            time.sleep(0.01)
        running.kill()
    done, under_way = in_state(tmp_path, "done"), in_state(tmp_path, "running")
    assert (done < 40, under_way <= 6) == (True, True)
    answer = classify(capsys, tmp_path / "in", *words, "--out", tmp_path / "resumed.csv")
    assert answer.status == 3, "one is no image"
    assert classify(capsys, tmp_path / "in", "--out", tmp_path / "whole.csv").status == 3
    assert (tmp_path / "resumed.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    with closing(sqlite3.connect(tmp_path / "data" / "history" / "history.db")) as kept:
        (again,) = kept.execute("SELECT sum(attempts) - count(*) FROM job_items").fetchone()
        assert again <= under_way, "only what was under way was done again"
        (twice,) = kept.execute(
            "SELECT count(*) - count(DISTINCT image_id || ' ' || number) FROM predictions"
        ).fetchone()
        assert twice == 0
        cases = dict(kept.execute("SELECT act, count(*) FROM events WHERE case_id IS NOT NULL GROUP BY act"))
    with (tmp_path / "resumed.csv").open(encoding="utf-8", newline="") as stream:
        named = {row["path"] for row in csv.DictReader(stream) if row["label"]}
    assert cases["finding.recorded"] == len(named)

    monkeypatch.setattr("leukdesk.analysis.cell_work.analyse_cells_in_file", None)
    shutil.move(tmp_path / "in" / "bad.png", tmp_path)
    answer = classify(capsys, tmp_path / "in", "--reuse", "--record", "24-10", "--out", tmp_path / "reused.csv")
    assert answer.status == 0, "nothing was looked for anew"
    lines = (tmp_path / "whole.csv").read_text("utf-8").splitlines()
    assert (tmp_path / "reused.csv").read_text("utf-8").splitlines() == [one for one in lines if "bad.png" not in one]
    assert in_process(capsys, "history", "export", "24-10", "--out", tmp_path / "case.json").status == 0
    kept = json.loads((tmp_path / "case.json").read_text("utf-8"))["findings"]
    assert len(kept) == sum(1 for row in csv.DictReader(lines) if row["label"])


def in_state(folder: Path, state: str) -> int:
    """Items of the only batch in a state; 0 while there is none."""
    place = folder / "data" / "history" / "history.db"
    try:
        with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as kept:
            return int(kept.execute("SELECT count(*) FROM job_items WHERE state = ?", (state,)).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("option", [("--heatmaps", "folder"), ("--ensemble",)])
def test_what_does_not_go_together_is_said(option: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    answer = classify(capsys, SAMPLE, *option)
    assert answer.status == 2
    assert option[0] in answer.err
