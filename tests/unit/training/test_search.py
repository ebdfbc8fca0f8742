"""The search: values within the ranges, the same ones however often it is cut off, and the test set left alone."""

from __future__ import annotations

import json
from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from leukdesk.domain.errors import Cancelled, DataError
from tests.toy_runs import write_images, write_recipe
from training.published import Range
from training.recipe import load_recipe
from training.search import search

RANGES = """
[search]
trials = 2
[[search.ranges]]
key = "phases.0.learning_rate"
low = 1e-4
high = 1e-2
log = true
[[search.ranges]]
key = "batch"
choices = [8, 16]
"""


@pytest.fixture
def toy(tmp_path):
    return write_recipe(tmp_path, extra=RANGES), write_images(tmp_path / "images", count=24)


def trials(out: Path) -> list[dict]:
    events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    return [one for one in events if one["event"] == "trial"]


def storage_of(out: Path) -> JournalStorage:
    return JournalStorage(JournalFileBackend(str(out / "study.journal")))


def test_a_search_in_two_parts_finds_what_one_in_a_piece_finds(toy, tmp_path):
    recipe, images = toy
    whole = search(recipe, images, tmp_path / "whole", trials=3)
    search(recipe, images, tmp_path / "parts", trials=2)
    parts = search(recipe, images, tmp_path / "parts", trials=3)
    assert parts.values == whole.values
    assert [one["values"] for one in trials(tmp_path / "parts")] == [
        one["values"] for one in trials(tmp_path / "whole")
    ]
    losses = [one["validation_loss"] for one in trials(tmp_path / "whole")]
    assert [one["validation_loss"] for one in trials(tmp_path / "parts")] == pytest.approx(losses, abs=1e-5)
    assert whole.loss == min(losses)


def test_values_lie_in_their_ranges_and_the_best_become_a_recipe(toy, tmp_path):
    recipe, images = toy
    found = search(recipe, images, tmp_path / "out")
    tried = trials(tmp_path / "out")
    assert len(tried) == 2  # as the recipe says
    for one in tried:
        assert 1e-4 <= one["values"]["phases.0.learning_rate"] <= 1e-2
        assert one["values"]["batch"] in (8, 16)
    best = load_recipe(found.file)
    assert best.batch == found.values["batch"]
    assert best.phases[0].learning_rate == found.values["phases.0.learning_rate"]
    assert not list((tmp_path / "out").rglob("test.csv"))
    splits = {json.loads(one.read_text())["sha256"] for one in (tmp_path / "out").rglob("split.json")}
    assert len(splits) == 1


def test_a_trial_that_was_cut_off_goes_on_with_its_values(toy, tmp_path):
    recipe, images = toy
    out = tmp_path / "out"
    (out / "trials" / "0000").mkdir(parents=True)  # a run's folder that was only just made
    study = optuna.create_study(storage=storage_of(out), study_name="search", direction="minimize")
    killed = study.ask()
    values = {
        "phases.0.learning_rate": killed.suggest_float("phases.0.learning_rate", 1e-4, 1e-2, log=True),
        "batch": killed.suggest_categorical("batch", [8, 16]),
    }
    study.ask()  # another, cut off before its values were chosen
    search(recipe, images, out, trials=2)
    assert [one["values"] for one in trials(out)] == [values]
    states = [one.state.name for one in optuna.load_study(storage=storage_of(out), study_name="search").trials]
    assert states == ["COMPLETE", "FAIL"]


def test_a_stop_file_ends_the_search_between_trials(toy, tmp_path, monkeypatch):
    recipe, images = toy
    out = tmp_path / "out"
    original = optuna.Study.tell

    def tell_then_stop(self, *arguments, **options):
        (out / "stop").touch()
        return original(self, *arguments, **options)

    monkeypatch.setattr(optuna.Study, "tell", tell_then_stop)
    with pytest.raises(Cancelled):
        search(recipe, images, out, trials=3)
    assert len(trials(out)) == 1


def test_a_recipe_without_ranges_or_another_recipe_is_refused(toy, tmp_path):
    recipe, images = toy
    with pytest.raises(DataError, match="names no ranges"):
        search(write_recipe(tmp_path, name="plain"), images, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    out = tmp_path / "out"
    out.mkdir()
    (out / "recipe.toml").write_text(recipe.read_text().replace("batch = 8", "batch = 9"))
    with pytest.raises(DataError, match="another recipe"):
        search(recipe, images, out)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"low": 1}, {"low": 2, "high": 1}, {"low": 0, "high": 1, "log": True}, {"choices": [1], "low": 1, "high": 2}],
)
def test_a_range_without_sense_is_no_range(wrong):
    with pytest.raises(ValueError, match=r"needs|below|above"):
        Range.model_validate({"key": "batch", **wrong})
