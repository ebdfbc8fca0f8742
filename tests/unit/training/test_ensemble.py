"""Ensembles: the mean of saved probabilities, of runs with one split, whatever the order of rows and classes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leukdesk.domain.errors import DataError
from tests.toy_runs import write_images, write_recipe
from training.ensemble import Ensemble, judge_ensemble, load_ensemble, mean_rows
from training.evaluate import Rows, load_rows, save_rows
from training.run import begin_run, run_data
from training.systems.catalogue import RECIPES, shipped_recipes

CLASSES = ("red", "blue")


def rows(scores, labels=None):
    scores = np.asarray(scores, np.float64)
    ids = tuple(f"{number:03d}.png" for number in range(len(scores)))
    return Rows(ids, tuple(labels or ["red"] * len(scores)), CLASSES, scores / scores.sum(axis=1, keepdims=True))


SCORES = arrays(np.float64, (5, 2), elements=st.floats(0.01, 1))
WEIGHTS = st.lists(st.floats(0.1, 10), min_size=3, max_size=3)


@given(st.lists(SCORES, min_size=3, max_size=3), WEIGHTS, st.permutations(range(5)))
def test_the_mean_is_weighted_and_does_not_depend_on_the_order_of_rows_or_classes(scores, weights, order):
    members = [rows(one) for one in scores]
    mean = mean_rows(members, weights)
    by_hand = sum(w * one.scores for w, one in zip(weights, members, strict=True)) / sum(weights)
    np.testing.assert_allclose(mean.scores, by_hand, atol=1e-12)
    shuffled = [members[0], members[1].take(order), members[2].with_classes(("blue", "red"))]
    np.testing.assert_allclose(mean_rows(shuffled, weights).scores, mean.scores, atol=1e-12)


def test_members_of_other_images_or_labels_are_refused():
    first = rows([[1, 2], [2, 1]])
    with pytest.raises(DataError, match="in one table of rows"):
        mean_rows([first, rows([[1, 2]])], [1, 1])
    with pytest.raises(DataError, match="The rows say"):
        mean_rows([first, rows([[1, 2], [2, 1]], ["red", "blue"])], [1, 1])


def judged_run(folder, name, images, *, seed, split_seed=3):
    """A run that was begun and whose test rows are random, as if it had been trained."""
    changes = {"split.seed": split_seed}
    run = begin_run(folder / f"run-{name}", write_recipe(folder, name=name), images, changes=changes)
    data = run_data(run)
    part = data.part("test")
    labels = tuple(data.classes[index] for index in part.labels)
    scores = np.random.default_rng(seed).dirichlet((1, 1), len(labels))
    save_rows(Rows(part.image_ids, labels, data.classes, scores, part.groups), run.rows("test"))
    return run


ENSEMBLE = Ensemble.model_validate(
    {"name": "pair", "title": "A pair", "members": [{"recipe": "one", "weight": 3}, {"recipe": "two"}]}
)


def test_an_ensemble_is_evaluated_from_the_saved_rows_of_its_members(tmp_path):
    images = write_images(tmp_path / "images")
    one, two = (judged_run(tmp_path, name, images, seed=number) for number, name in enumerate(("one", "two")))
    judged = judge_ensemble(ENSEMBLE, [two.folder, one.folder], tmp_path / "out", resamples=50)
    saved = load_rows(tmp_path / "out" / "test.csv", classes=CLASSES)
    expected = 0.75 * load_rows(one.rows("test")).scores + 0.25 * load_rows(two.rows("test")).scores
    np.testing.assert_allclose(saved.scores, expected, atol=1e-12)
    document = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert [member["weight"] for member in document["members"]] == [0.75, 0.25]
    assert {each["model"] for each in document["comparisons"]} == {"one", "two"}
    assert document["split"]["level"] == "grouped"
    accuracy = float((saved.truth == saved.predicted).mean())
    assert judged.evaluation.overall["accuracy"].value == pytest.approx(accuracy)
    assert f"{accuracy:.1%}" in judged.summary


def test_members_trained_on_another_split_are_refused(tmp_path):
    images = write_images(tmp_path / "images")
    one = judged_run(tmp_path, "one", images, seed=0)
    two = judged_run(tmp_path, "two", images, seed=0, split_seed=4)
    with pytest.raises(DataError, match="another split"):
        judge_ensemble(ENSEMBLE, [one.folder, two.folder], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_each_member_needs_one_judged_run(tmp_path):
    images = write_images(tmp_path / "images")
    one = judged_run(tmp_path, "one", images, seed=0)
    with pytest.raises(DataError, match="one run each of one, two"):
        judge_ensemble(ENSEMBLE, [one.folder], tmp_path / "out")
    two = judged_run(tmp_path, "two", images, seed=0)
    two.rows("test").unlink()
    with pytest.raises(DataError, match="not evaluated"):
        judge_ensemble(ENSEMBLE, [one.folder, two.folder], tmp_path / "out")


@pytest.mark.parametrize("file", sorted((RECIPES / "ensembles").glob("*.toml")), ids=lambda file: file.stem)
def test_shipped_ensembles_have_members_that_ship_with_the_same_classes(file):
    known = {one.recipe.name: one.recipe for one in shipped_recipes()}
    members = [known[one.recipe] for one in load_ensemble(file).members]
    assert len({one.class_ids for one in members}) == 1
    assert len({(one.split, one.system) for one in members}) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "cannot be read"),
        ('name = "a"\ntitle = "A"\nmembers = [{ recipe = "one" }]', "members"),
        ('name = "a"\ntitle = "A"\nmembers = [{ recipe = "one" }, { recipe = "one" }]', "twice"),
        ('name = "a"\ntitle = "A"\nmembers = [{ recipe = "one", weight = 0 }, { recipe = "two" }]', "weight"),
    ],
)
def test_a_wrong_ensemble_says_what_to_mend(tmp_path, text, message):
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(DataError, match=message):
        load_ensemble(file)
