"""Every recipe that ships: valid, whole, with what its system states; and how recipes are changed and written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk import paths
from leukdesk.architectures import resolve
from leukdesk.architectures.registry import ARCHITECTURES
from leukdesk.domain.errors import DataError
from tests.toy_runs import write_images, write_recipe
from training.backbone_files import pretrained
from training.recipe import changed, fingerprint, load_recipe, read_document, recipe_of
from training.run import begin_run, run_data
from training.splits import system_names
from training.systems.catalogue import RECIPES, published_models, shipped_recipes
from training.toml_text import to_toml

SHIPPED = {one.recipe.name: one for one in shipped_recipes()}
EXPECTED = {
    "lubna2024": {"ResNet50", "ResNet101", "VGG19", "DenseNet201", "MobileNet", "EfficientNetB7", "CML-1"},
    "abed2022": {
        f"{model} on {data}" for model in ("DenseNet169", "VGG19", "simple CNN") for data in ("ALL_IDB", "C-NMC")
    },
    "raju2025": {"MobileNetV2", "VGG16", "VGG19", "ResNet50", "InceptionV3"},
    "nadim2024": {"sequential CNN", "ResNet50", "DenseNet121"},
    "samhitha2025": {"ResNet50", "EfficientNetB0", "InceptionV3", "EfficientNetB0 with self-attention"},
}


def test_every_model_of_every_system_has_a_recipe():
    found: dict[str, set[str]] = {}
    for one in published_models():
        found.setdefault(one.recipe.system, set()).add(one.recipe.model)
    assert found == EXPECTED


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_recipe_is_whole(name):
    one = SHIPPED[name]
    recipe = one.recipe
    assert one.file.stem == name
    resolve(recipe.architecture.name, recipe.architecture.parameters)
    assert recipe.input_size >= ARCHITECTURES[recipe.architecture.name].smallest
    recipe.augmented()
    assert len(recipe.title) <= 120
    for licence in (recipe.licence, *recipe.notices):
        assert (paths.resources() / "licences" / f"{licence}.txt").is_file()
    if recipe.split.method == "system":
        assert recipe.system in system_names()
    if recipe.backbone == "imagenet":
        pretrained(recipe)  # there are weights for its network and its input scaling


@pytest.mark.parametrize("name", sorted(one.recipe.name for one in published_models()))
def test_a_recipe_of_a_system_says_where_it_is_from(name):
    text = SHIPPED[name].file.read_text("utf-8")
    comments = "".join(line for line in text.splitlines() if line.startswith("#"))
    assert SHIPPED[name].recipe.system in comments
    assert "tated" in comments  # what is stated, and what is not
    assert name.startswith(SHIPPED[name].recipe.system + "-")


def test_a_second_stage_names_a_first_stage_of_the_same_network():
    second = {name: one.recipe for name, one in SHIPPED.items() if one.recipe.start_from}
    assert len(second) == 6
    for recipe in second.values():
        first = SHIPPED[recipe.start_from].recipe
        assert first.preparation
        assert first.architecture == recipe.architecture


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("lubna2024-resnet50", {"epochs": 100, "patience": 15, "input_size": 224, "augmentation": "lubna2024"}),
        ("abed2022-simple-cnn-c-nmc", {"epochs": 10, "input_size": 257, "optimizer": "adam"}),
        ("raju2025-mobilenetv2", {"epochs": 30, "patience": 5, "batch": 32, "input_size": 224}),
        ("raju2025-vgg16", {"batch": 64}),
        ("raju2025-inceptionv3", {"batch": 32, "input_size": 299}),
        ("nadim2024-sequential-cnn", {"batch": 64, "optimizer": "adam"}),
        ("samhitha2025-efficientnetb0-attention", {"epochs": 60, "augmentation": "samhitha2025"}),
    ],
)
def test_stated_values_stand_in_the_recipes(name, stated):
    recipe = SHIPPED[name].recipe
    assert {key: getattr(recipe, key) for key in stated} == stated


def test_reported_figures_that_contradict_each_other_are_all_there():
    found = [(one.figure, one.value) for one in SHIPPED["abed2022-densenet169-c-nmc"].recipe.reported]
    assert found == [("accuracy", 0.8541), ("accuracy", 0.8687), ("auroc", 0.81), ("auroc", 0.61)]


@pytest.mark.parametrize("name", [name for name, one in SHIPPED.items() if one.recipe.search])
def test_ranges_of_a_search_name_keys_that_a_recipe_has(name):
    one = SHIPPED[name]
    document = read_document(one.file)
    for each in one.recipe.search.ranges:
        for value in each.choices or (each.low, each.high):
            adapted = recipe_of(changed(document, {each.key: value}), "a test")
            resolve(adapted.architecture.name, adapted.architecture.parameters)


def test_the_last_twenty_layers_of_efficientnetb0_hold_twelve_with_weights():
    import keras

    layers = keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=(32, 32, 3)).layers[-20:]
    assert sum(bool(layer.weights) for layer in layers) == 12
    assert SHIPPED["samhitha2025-efficientnetb0-attention"].recipe.phases[0].train == 12


TEXT = st.text(st.characters(exclude_categories=["Cs"]))  # lone surrogates are no text
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_written_toml_reads_back_as_it_was(document):
    assert tomllib.loads(to_toml(document)) == document


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_recipe_written_by_us_is_the_same_recipe(name, tmp_path):
    copy = tmp_path / "copy.toml"
    copy.write_text(to_toml(read_document(SHIPPED[name].file), comment="a copy\nof two lines"), encoding="utf-8")
    assert load_recipe(copy) == SHIPPED[name].recipe


def test_changes_reach_into_lists_and_refuse_what_is_not_there():
    document = {"batch": 8, "phases": [{"epochs": 1}, {"epochs": 2}]}
    assert changed(document, {"phases.1.epochs": 5, "split.seed": 2}) == {
        "batch": 8,
        "phases": [{"epochs": 1}, {"epochs": 5}],
        "split": {"seed": 2},
    }
    assert document["phases"][1] == {"epochs": 2}
    for key in ("phases.2.epochs", "phases.x.epochs", "batch.size"):
        with pytest.raises(DataError, match="no such place"):
            changed(document, {key: 1})


def test_a_fingerprint_follows_what_is_computed_not_what_is_said():
    document = read_document(RECIPES / "raju2025-vgg16.toml")
    assert fingerprint({**document, "title": "other", "reported": []}) == fingerprint(document)
    assert fingerprint({**document, "batch": 63}) != fingerprint(document)


def test_a_run_takes_the_class_names_of_its_data_and_the_split_of_its_system(tmp_path):
    images = write_images(tmp_path / "images")
    recipe = write_recipe(tmp_path, extra='class_map = { red = "blast", blue = "normal" }')
    text = recipe.read_text().replace('id = "red"', 'id = "blast"').replace('id = "blue"', 'id = "normal"')
    recipe.write_text(text.replace('system = "toysystem"', 'system = "nadim2024"'))
    run = begin_run(tmp_path / "run", recipe, images, changes={"split.method": "system"})
    data = run_data(run)
    assert run.recipe.split.method == "system"
    assert data.split.method.startswith("as nadim2024")
    assert data.split.level == "image-level, optimistic"
    train = data.part("train")
    for image_id, label in zip(train.image_ids, train.labels, strict=True):
        assert data.classes[label] == {"red": "blast", "blue": "normal"}[image_id.split("-")[0]]
    assert "split.method" in (run.folder / "recipe.toml").read_text().splitlines()[0]


def test_a_split_like_a_system_that_has_none_says_which_have(tmp_path):
    images, recipe = write_images(tmp_path / "images"), write_recipe(tmp_path)
    with pytest.raises(DataError, match="toysystem") as caught:
        begin_run(tmp_path / "run", recipe, images, changes={"split.method": "system"})
    assert "nadim2024" in caught.value.advice
    assert not (tmp_path / "run").exists()
