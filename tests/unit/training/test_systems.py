"""The table of systems: read from records alone; and which part of it the checks run."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.domain.errors import DataError
from training.__main__ import main
from training.record import STEPS, Record, read_records, write_record
from training.systems.catalogue import published_models
from training.systems.rotation import part
from training.systems.table import as_text, rows

MODELS = published_models()
NADIM = next(one for one in MODELS if one.recipe.name == "nadim2024-sequential-cnn")
KEYS = ["system", "model", "recipe", "status", "full_run", "reported", "measured", "evidence"]


def record(listed=NADIM, **changes):
    accuracy = {"value": 0.9, "low": 0.85, "high": 0.94, "n": 422, "note": ""}
    facts = {
        "recipe": listed.recipe.name,
        "recipe_sha256": listed.sha256,
        "system": listed.recipe.system,
        "model": listed.recipe.model,
        "architecture": listed.recipe.architecture.name,
        "full_run": "yes",
        "shortened": [],
        "data": {"name": "d", "folder": "d", "images": 9, "per_class": {}, "sha256": "0" * 64, "synthetic": False},
        "split": {
            "kind": "system",
            "method": "as nadim2024: random holdout",
            "level": "image-level, optimistic",
            "grouping": "group column",
            "sha256": "0" * 64,
            "images": {},
        },
        "training": {
            "epochs_planned": 40,
            "epochs": 30,
            "best_epoch": 21,
            "seconds": 9.5,
            "backbone": "none",
            "devices": "CPU",
        },
        "steps": dict.fromkeys(STEPS, "yes"),
        "metrics": {"accuracy": accuracy},
        "seeds": {},
        "library_versions": {},
        "hashes": {},
    }
    return Record.model_validate(facts | changes)


def row_of(records, model=NADIM.recipe.model, tmp_path=None):
    folder = tmp_path
    found = rows(MODELS, {one.file_name: one for one in records}, folder)
    return next(one for one in found if one.recipe == NADIM.recipe.name and one.model == model)


def test_without_records_nothing_was_run(tmp_path):
    found = rows(MODELS, {}, tmp_path)
    assert {one.status for one in found} == {"not run"}
    assert {one.measured for one in found} == {"nothing"}
    assert len(found) == len(MODELS) + 1  # and k-nearest neighbours
    assert len({(one.system, one.model) for one in found}) == len(found)


def test_a_row_works_when_every_step_was_done(tmp_path):
    row = row_of([record()], tmp_path=tmp_path)
    assert (row.status, row.full_run) == ("works", "yes")
    assert "accuracy 90.00 % (85.00 % to 94.00 %) of 422" in row.measured
    assert "image-level, optimistic" in row.measured
    assert row.evidence == "nadim2024-sequential-cnn-system.json"


@pytest.mark.parametrize("step", STEPS)
def test_a_row_with_a_step_missing_is_partial(step, tmp_path):
    row = row_of([record(steps=dict.fromkeys(STEPS, "yes") | {step: "no"})], tmp_path=tmp_path)
    assert row.status == "partial"


def test_a_record_of_an_earlier_form_of_the_recipe_is_no_proof(tmp_path):
    row = row_of([record(recipe_sha256="f" * 64)], tmp_path=tmp_path)
    assert row.status == "partial"
    assert "earlier form" in row.measured


def test_a_short_run_makes_it_work_and_measures_nothing(tmp_path):
    short = record(full_run="no", shortened=("1 epoch",))
    row = row_of([short], tmp_path=tmp_path)
    assert (row.status, row.full_run) == ("works", "no")
    assert row.measured.startswith("short run only")
    both = row_of([short, record(steps=dict.fromkeys(STEPS, "yes") | {"published": "no"})], tmp_path=tmp_path)
    assert (both.status, both.full_run) == ("works", "yes")
    assert both.measured.startswith("accuracy 90.00 %")
    assert both.evidence == "nadim2024-sequential-cnn-short.json, nadim2024-sequential-cnn-system.json"


def test_neighbours_stand_beside_the_network_they_are_compared_with(tmp_path):
    beside = {"k-NN, pixels": {"accuracy": {"value": 0.65, "low": 0.6, "high": 0.7, "n": 422, "note": ""}}}
    row = row_of([record(beside=beside)], model="k-nearest neighbours", tmp_path=tmp_path)
    assert (row.status, row.full_run) == ("works", "yes")
    assert row.measured.startswith("accuracy 65.00 %")
    assert row.reported.startswith("accuracy 65.42 %")
    assert row_of([record()], model="k-nearest neighbours", tmp_path=tmp_path).status == "not run"


def test_the_command_prints_the_table_and_all_of_it_as_json(tmp_path, capsys):
    write_record(record(), tmp_path)
    assert main(["systems", "--records", str(tmp_path), "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert [list(one) for one in table] == [KEYS] * (len(MODELS) + 1)
    assert [one["recipe"] for one in table if one["status"] == "works"] == ["nadim2024-sequential-cnn"]
    assert main(["systems", "--records", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "26 models: 1 works, 0 partial, 25 not run; 1 trained in full" in text
    assert all(one.recipe.model in text for one in MODELS)


def test_the_text_shows_the_first_of_several_figures():
    text = as_text(rows(MODELS, {}, NADIM.file))
    line = next(one for one in text.splitlines() if "DenseNet169 on C-NMC" in one)
    assert "85.41 %" in line
    assert "86.87" not in line


def test_records_read_back_as_written_and_damage_is_named(tmp_path):
    path = write_record(record(), tmp_path)
    assert read_records(tmp_path) == {path.name: record()}
    path.write_text(path.read_text()[:-20])
    with pytest.raises(DataError, match="not the record of a run"):
        read_records(tmp_path)
    assert read_records(tmp_path / "absent") == {}


@given(st.lists(st.integers(), max_size=40), st.integers(1, 12))
def test_all_parts_together_are_everything_once(items, count):
    parts = [part(items, f"{number}/{count}") for number in range(count)]
    assert sorted(one for each in parts for one in each) == sorted(items)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_number_of_the_run_decides_which_part_comes():
    items = list(range(26))
    assert part(items, "auto/8", {"GITHUB_RUN_NUMBER": "11"}) == part(items, "3/8")
    assert part(items, "auto/8", {"LEUKDESK_ROTATION": "1", "GITHUB_RUN_NUMBER": "11"}) == part(items, "1/8")
    assert part(items, "auto/8", {}) in [part(items, f"{number}/8") for number in range(8)]
    for wrong in ("8", "a/8", "1/0", "-1/8"):
        with pytest.raises(DataError, match="no rotation"):
            part(items, wrong)
