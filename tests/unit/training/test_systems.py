"""The table of systems: read from records alone; and which part of it the checks run."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.domain.errors import DataError
from training.__main__ import main
from training.evaluate import Rows, save_rows
from training.kept import read_kept
from training.record import STEPS, Record, read_records, write_record
from training.systems.catalogue import published_models
from training.systems.like_for_like import same_images
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


@given(st.lists(st.floats(1, 100), min_size=1, max_size=40), st.integers(1, 12))
def test_parts_by_weight_are_everything_once_and_no_part_outweighs_another_by_more_than_one_item(weights, count):
    parts = [part(list(enumerate(weights)), f"{number}/{count}", weights=weights) for number in range(count)]
    assert sorted(one for each in parts for one in each) == list(enumerate(weights))
    loads = [sum(weight for _, weight in each) for each in parts]
    assert max(loads) - min(loads) <= max(weights) + 1e-6


def test_the_number_of_the_run_decides_which_part_comes():
    items = list(range(26))
    assert part(items, "auto/8", {"GITHUB_RUN_NUMBER": "11"}) == part(items, "3/8")
    assert part(items, "auto/8", {"LEUKDESK_ROTATION": "1", "GITHUB_RUN_NUMBER": "11"}) == part(items, "1/8")
    assert part(items, "auto/8", {}) in [part(items, f"{number}/8") for number in range(8)]
    for wrong in ("8", "a/8", "1/0", "-1/8"):
        with pytest.raises(DataError, match="no rotation"):
            part(items, wrong)


def kept_rows(right):
    ids = tuple(f"{index}.png" for index in range(len(right)))
    scores = np.array([[0.9, 0.1] if one else [0.1, 0.9] for one in right])
    return Rows(ids, ("a",) * len(right), ("a", "b"), scores, tuple("gggghhhh"[: len(right)]))


def test_like_for_like_sets_the_reported_figure_beside_both_splits_and_colour_only(tmp_path, capsys):
    colour = {"colour only": {"accuracy": {"value": 0.8, "low": 0.7, "high": 0.9, "n": 422, "note": ""}}}
    by_group = record().split.model_copy(update={"kind": "grouped", "level": "grouped"})
    write_record(record(beside=colour), tmp_path / "runs")
    write_record(record(split=by_group), tmp_path / "runs")
    folder = tmp_path / "logs" / "nadim2024-sequential-cnn-system"
    save_rows(kept_rows([True] * 7 + [False]), folder / "test.csv")
    save_rows(kept_rows([True] + [False] * 7), folder / "colour-only.csv")
    command = ["systems", "--like-for-like", "--records", str(tmp_path / "runs")]
    assert main([*command, "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert len(table) == len(MODELS) + 1
    row = next(one for one in table if one["model"] == NADIM.recipe.model)
    assert row["reported"].startswith("accuracy 92.16 %")
    own, grouped = row["own_split"], row["by_group"]
    assert own["colour_only"]["value"] == 0.8
    assert own["against_colour_only"]["only_model_right"] == 6
    assert own["against_colour_only"]["tests"][0]["p"] == pytest.approx(2 * 0.5**6)
    assert grouped["colour_only"] is grouped["against_colour_only"] is None
    other = next(one for one in table if one["model"] == "DenseNet201")
    assert other["own_split"] is other["by_group"] is None
    assert main(command) == 0
    text = capsys.readouterr().out
    line = next(one for one in text.splitlines() if NADIM.recipe.model in one)
    assert "80.00 % (70.00 to 90.00), McNemar p 0.031" in line
    assert "not recorded" in line
    assert sum(one.count("not run") for one in text.splitlines()) == 2 * len(MODELS)


def test_models_judged_on_the_same_images_are_compared_and_no_others(tmp_path):
    save_rows(kept_rows([True] * 8), tmp_path / "one" / "test.csv")
    save_rows(kept_rows([True] * 3 + [False] * 5), tmp_path / "two" / "test.csv")
    save_rows(kept_rows([True] * 4), tmp_path / "other images" / "test.csv")
    (found,) = same_images(read_kept(tmp_path))
    assert (found.reference, found.model, found.only_reference_right) == ("one", "two", 5)
