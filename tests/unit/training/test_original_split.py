"""The images a bundle was made with are seen through its own split, also where nobody names the file."""

from __future__ import annotations

import pytest

from leukdesk import paths
from leukdesk.bundles.load import read_card
from leukdesk.domain.errors import DataError
from tests import toy_runs
from training.original_split import notes_on_split, open_original
from training.recipe import load_recipe
from training.run import split_of
from training.splits import Split
from training.systems import catalogue


@pytest.fixture
def data(tmp_path):
    return toy_runs.write_images(tmp_path / "data")


@pytest.fixture
def split(data, tmp_path) -> Split:
    return split_of(load_recipe(toy_runs.write_recipe(tmp_path)), data)


def card_of(split, name="toy"):
    """That of a bundle which was made with this split."""
    card = read_card(paths.shipped() / "models" / "phantom-demo-1.0", {"compact_cnn"})
    training_data = card.training_data.model_copy(update={"split_sha256": split.sha256})
    return card.model_copy(update={"name": name, "training_data": training_data})


def test_the_file_that_is_named_or_lies_beside_the_images_is_taken(data, split, tmp_path):
    with pytest.raises(DataError, match="needs its split") as told:
        open_original(data, None, None)
    assert "split.json" in told.value.advice
    split.write(tmp_path / "named.json")
    assert open_original(data, tmp_path / "named.json", None).split == split
    split.write(data / "split.json")
    assert open_original(data, None, None).split == split


def test_another_split_than_the_model_s_own_is_told(data, split, tmp_path):
    split.write(tmp_path / "named.json")
    original = open_original(data, tmp_path / "named.json", card_of(split))
    assert notes_on_split(original, card_of(split)) == notes_on_split(original, None) == []
    shipped = read_card(paths.shipped() / "models" / "phantom-demo-1.0", {"compact_cnn"})
    assert notes_on_split(original, shipped) == ["original_split_differs"]


def test_the_split_of_a_run_of_this_computer_is_found_by_its_hash(data, split, user_folder):
    kept = paths.training_folder() / "2026-11-21-100001"
    kept.mkdir(parents=True)
    (kept / "split.json").write_text("[]")
    split.write(paths.training_folder() / "2026-11-21-100002" / "split.json")
    assert open_original(data, None, card_of(split)).split == split


def test_a_shipped_recipe_makes_its_split_again_of_the_same_images_only(
    data, split, tmp_path, user_folder, monkeypatch
):
    monkeypatch.setattr(catalogue, "RECIPES", tmp_path)
    assert open_original(data, None, card_of(split)).split == split
    with pytest.raises(DataError, match="needs its split"):
        open_original(data, None, card_of(split, name="another"))
    fewer = toy_runs.write_images(tmp_path / "fewer", count=32)
    with pytest.raises(DataError, match="needs its split"):
        open_original(fewer, None, card_of(split))
