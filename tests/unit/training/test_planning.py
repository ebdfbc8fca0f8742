"""What is asked before a run: recipes, matching classes, the division and its warnings, a recipe's text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toy_runs import RECIPE, write_images, write_recipe

from leukdesk import paths
from leukdesk.domain.card import CardClass
from training.__main__ import main
from training.datasets.load import load_dataset
from training.planning.compose import Wishes, compose
from training.planning.matching import suggest
from training.planning.recipe_text import line_of, problems, written
from training.recipe import load_recipe
from training.run import split_of

TYPES = {"Neutrophils": 40, "LYT": 30, "promyelocyte": 20, "blast": 5}


def told(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> dict[str, object]:
    """The last JSON line of a command."""
    assert main([str(one) for one in arguments]) == status
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def bundle(name: str) -> Path:
    return paths.shipped() / "models" / name


def codes(found: dict[str, object]) -> set[str]:
    return {one["code"] for one in found["warnings"]}  # type: ignore[attr-defined]


def test_recipes_that_ship_say_what_they_are_for(capsys: pytest.CaptureFixture[str]) -> None:
    listed = told(capsys, "recipes", "--json")["recipes"]
    by_name = {one["name"]: one for one in listed}  # type: ignore[attr-defined]
    assert by_name["all-stage"]["backbone_is_here"]
    assert by_name["wbc-type"]["start_from"] == "wbc-type-narrow"
    assert not any(one["description"].startswith("Research use") for one in by_name.values())
    assert by_name["wbc-type-wide"]["preparation"]  # a first stage, no model itself
    assert not by_name["wbc-type"]["preparation"]


def test_classes_are_matched_by_name() -> None:
    ids = ("ig", "neutrophil", "lymphocyte", "erythroblast")
    classes = [CardClass(id=one, display=one.capitalize(), colour="#000000") for one in ids]
    names = ["Neutrophils", "LYT", "Segmented neutrophil", "promyelocyte", "nucleated red cell", "Lymphoblast", "x"]
    assert suggest(names, classes) == dict(
        zip(names, ["neutrophil", "lymphocyte", "neutrophil", "ig", "erythroblast", "", ""], strict=True)
    )


def test_a_bundle_becomes_a_recipe_of_the_classes_that_the_data_has() -> None:
    made = compose(str(bundle("wbc-type-1.1")), TYPES, Wishes())
    assert made.recipe.class_ids == ("ig", "neutrophil", "lymphocyte")
    assert made.recipe.class_map == {
        "Neutrophils": "neutrophil", "LYT": "lymphocyte", "promyelocyte": "ig", "blast": "",
    }  # fmt: skip
    assert made.recipe.architecture.name == "mobilenetv2"
    assert {one.code for one in made.notices} == {"left_out", "classes_missing"}
    assert problems(made.text) == []


def test_a_person_has_the_last_word_about_classes() -> None:
    wishes = Wishes({"blast": "monocyte", "LYT": ""}, changes={"split.seed": 7, "title": "Ours"})
    made = compose(str(bundle("wbc-type-1.1")), TYPES, wishes)
    assert (made.class_map["blast"], made.class_map["LYT"]) == ("monocyte", "")
    assert (made.recipe.split.seed, made.recipe.title) == (7, "Ours")


def test_classes_of_the_data_make_a_model_of_their_own() -> None:
    made = compose(str(bundle("wbc-type-1.1")), {"Klasse Ä": 9, "klasse-ä": 9}, Wishes(own_classes=True))
    assert len(set(made.recipe.class_ids)) == 2
    assert [one.display for one in made.recipe.classes] == ["Klasse Ä", "klasse-ä"]
    assert made.recipe.limits == ("Trained on images of one laboratory: those of others are answered less reliably.",)


def test_an_adaptation_keeps_all_classes_or_says_what_it_lacks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = write_images(tmp_path / "data", count=8)
    words = ("recipe", bundle("wbc-type-1.1"), "--data", data, "--json", "--class-map")
    mapped = json.dumps({"red": "ig", "blue": "platelet"})
    assert main([*map(str, words), mapped, "--adapt"]) == 2
    assert "too few images of ig (4), neutrophil (0)" in capsys.readouterr().err
    assert told(capsys, *words, mapped)["class_map"] == {"red": "ig", "blue": "platelet"}


def test_unlike_classes_are_refused_with_both_lists(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = write_images(tmp_path / "data", count=8)
    assert main(["recipe", str(bundle("wbc-type-1.1")), "--data", str(data), "--json"]) == 2
    assert "blue, red" in capsys.readouterr().err


def test_the_text_of_a_recipe_reads_back_as_it_was(tmp_path: Path) -> None:
    recipe = load_recipe(write_recipe(tmp_path))
    text = written(recipe.model_dump(mode="json", exclude_defaults=True), comment="by a test")
    (tmp_path / "again.toml").write_text(text, encoding="utf-8")
    assert load_recipe(tmp_path / "again.toml") == recipe


@pytest.mark.parametrize(
    ("change", "key", "line"),
    [
        (("epochs = 1", "epochs = 0"), "phases.0.epochs", "epochs = 0"),
        (("batch = 8", "bach = 8"), "bach", "bach = 8"),
        (('id = "blue"', 'id = "b/lue"'), "classes.1.id", 'id = "b/lue"'),
        (('"compact_cnn"', '"resnet51"'), "architecture", "architecture ="),
        (("batch = 8", 'augmentation = "nothing"'), "augmentation", 'augmentation = "nothing"'),
        (("batch = 8", "batch = "), "", "batch = "),
    ],
)
def test_a_wrong_line_is_named(change: tuple[str, str], key: str, line: str) -> None:
    text = RECIPE.replace(*change)
    (found,) = problems(text)
    assert found.key == key
    assert line in text.splitlines()[found.line - 1]


def test_a_missing_key_is_named_where_its_block_stands() -> None:
    text = RECIPE.replace('display = "Blue"\n', "")
    assert text.splitlines()[line_of(text, ("classes", 1, "display")) - 1] == "[[classes]]"


def test_a_division_is_told_with_what_may_mislead(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = write_images(tmp_path / "data")
    recipe = write_recipe(tmp_path)
    plan = told(capsys, "plan", recipe, "--data", data, "--json", "--no-timing")
    parts = plan["split"]["parts"]  # type: ignore[index]
    assert sum(sum(one.values()) for one in parts.values()) == 48
    assert plan["estimate"] is None
    assert {"few_train", "few_validation", "few_test", "few_groups"} <= codes(plan)
    torn = told(capsys, "plan", recipe, "--data", data, "--split", "random", "--json", "--no-timing")
    assert "random_split" in codes(torn)


def test_groups_that_are_not_known_or_of_two_classes_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = write_images(tmp_path / "data")
    manifest = data / "manifest.csv"
    lines = [line.rpartition(",")[0] for line in manifest.read_text().splitlines()]
    manifest.write_text("\n".join(lines))
    assert "no_groups" in codes(told(capsys, "plan", "--data", data, "--json"))
    rows = [f"{line},p{number // 4}" for number, line in enumerate(lines[1:])]
    manifest.write_text("\n".join([lines[0] + ",chart", *rows]))
    plan = told(capsys, "plan", "--data", data, "--group-column", "chart", "--json")
    assert "group_in_classes" in codes(plan)
    assert plan["data"]["groups"] == 12  # type: ignore[index]


def test_a_look_tells_columns_and_classes_also_where_the_class_is_called_otherwise(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = write_images(tmp_path / "data", count=8)
    manifest = data / "manifest.csv"
    manifest.write_text(manifest.read_text().replace("path,class,group", "path,diagnosis,group"))
    seen = told(capsys, "look", data, "--json")
    assert [one["name"] for one in seen["columns"]] == ["path", "diagnosis", "group"]  # type: ignore[attr-defined]
    assert "class column" in str(seen["problem"])
    assert told(capsys, "look", data, "--label-column", "diagnosis", "--json")["classes"] == {"blue": 4, "red": 4}


def test_a_check_tells_its_findings_and_plots(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = write_images(tmp_path / "data", count=12)
    (data / "red-00.png").write_bytes(b"no image")
    found = told(capsys, "check", data, "--json", "--out", tmp_path / "out")
    blocking = {one["code"] for one in found["findings"] if one["blocks"]}  # type: ignore[attr-defined]
    assert blocking == {"unreadable"}
    assert all(Path(one).is_file() for one in found["files"])  # type: ignore[attr-defined]


def test_classes_mapped_to_nothing_are_left_out(tmp_path: Path) -> None:
    data = write_images(tmp_path / "data")
    manifest = data / "manifest.csv"
    manifest.write_text(manifest.read_text().replace("red-00.png,red,red0", "red-00.png,smudge,red0"))
    file = write_recipe(tmp_path, extra='class_map = { smudge = "" }')
    assert len(load_dataset(data).classes) == 3
    assert sum(map(len, split_of(load_recipe(file), data).sides().values())) == 47


def test_the_time_is_measured_with_the_network_itself(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = write_images(tmp_path / "data")
    estimate = told(capsys, "plan", write_recipe(tmp_path), "--data", data, "--json")["estimate"]
    assert isinstance(estimate, dict)
    assert 0 <= estimate["low_s"] < estimate["high_s"] < 60
    assert estimate["memory_mb"] > 50
