"""One command from data to a sealed bundle with its records, twice the same."""

from __future__ import annotations

import json

import pytest

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from tests.toy_runs import write_images, write_recipe
from training.__main__ import main
from training.record import read_records
from training.run import Run


def test_one_command_trains_seals_and_records(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_recipe(tmp_path, name="toy-wide", extra="preparation = true")
    recipe = write_recipe(tmp_path, extra='start_from = "toy-wide"')
    data = write_images(tmp_path / "data")
    command = ["make", str(recipe), "--data", str(data), "--results", "docs/results", "--no-audit"]
    assert main([*command, "--release", "0.1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "models/toy-0.1"
    card = load_bundle(tmp_path / "models" / "toy-0.1", names()).card
    assert Run(tmp_path / "runs" / "toy-0.1").start_from == tmp_path / "runs" / "toy-0.1-first" / "best.safetensors"
    results = tmp_path / "docs" / "results"
    (record,) = read_records(results / "runs").values()
    assert record.bundle is not None
    assert (record.bundle["name"], record.works) == ("toy-0.1", True)
    assert {one.name for one in (results / "logs" / "toy-grouped").iterdir()} == {
        "calibration.json", "colour-only.csv", "evaluation.json", "events.jsonl", "test.csv", "validation.csv",
    }  # fmt: skip
    assert json.loads((results / "energy" / "toy-0.1.json").read_text())["bundle"] == "toy-0.1"
    assert "## toy-0.1" in (tmp_path / "docs" / "evaluation.md").read_text()

    # The same run under another version: nothing is trained again, and the weights are the same.
    assert main([*command, "--release", "0.2", "--out", "runs/toy-0.1", "--no-record"]) == 0
    assert (tmp_path / "runs/toy-0.1/events.jsonl").read_text().count('"event": "epoch"') == 1
    again = load_bundle(tmp_path / "models" / "toy-0.2", names()).card
    assert again.files["weights.safetensors"] == card.files["weights.safetensors"]


def test_a_first_stage_is_trained_before_the_second(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = write_images(tmp_path / "data")
    write_recipe(tmp_path, name="first", extra="preparation = true")
    second = write_recipe(tmp_path, name="second", extra='start_from = "first"')
    assert main(["make", str(second), "--data", str(data), "--release", "0.1", "--no-record"]) == 0
    assert (tmp_path / "models/second-0.1/bundle.json").is_file()
    assert not (tmp_path / "models/first-0.1").exists()
    begun = json.loads((tmp_path / "runs/second-0.1/run.json").read_text())["start_from"]
    assert begun["recipe"] == "first"
    assert (tmp_path / "runs/second-0.1-first/best.safetensors").is_file()


@pytest.mark.parametrize(
    ("recipe", "advice"), [("all-stage", "--data"), ("all-stag", "Known are"), ("absent.toml", "absent.toml")]
)
def test_what_is_missing_is_said_and_nothing_is_written(tmp_path, monkeypatch, capsys, recipe, advice):
    monkeypatch.chdir(tmp_path)
    assert main(["make", recipe, "--release", "1.0"]) == 2
    assert advice in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
