"""A short run goes every step of a whole one, and its record says what was done and nothing that was not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from leukdesk.domain.errors import DataError
from leukdesk.imaging.read import read_image
from tests.toy_runs import write_images, write_recipe
from training.__main__ import main
from training.datasets import load_dataset
from training.evaluate import load_rows
from training.record import read_records, write_record
from training.recording import record_run
from training.run import Run, open_run, run_data
from training.systems.short import Shortening, short_run
from training.systems.tiny_data import write_slice, write_tiny_set

BESIDE = """
[[beside]]
model = "neighbours"
baseline = "k-NN, pixels"
reported = [{ value = 0.6542 }]
"""


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A short run of a toy recipe on phantoms: (its folder, its record)."""
    root = tmp_path_factory.mktemp("short")
    recipe = write_recipe(root, extra=BESIDE)
    return root / "out", short_run(recipe, root / "out", Shortening(images=6))


def test_a_short_run_goes_every_step(short):
    out, record = short
    assert record.works
    assert record.classified is not None
    assert record.classified.engine.startswith("LiteRT")
    assert record.classified.images == record.split.images["test"] >= 2
    assert record.classified.golden == 4
    assert record.classified.heatmaps
    assert record.classified.worst < 1e-4
    assert record.classified.golden_spread > 1e-3  # the network tells images apart, so that agreement says something
    assert (out / "models" / "toy-0.1" / "model.tflite").is_file()


def test_its_record_says_that_it_was_short_and_synthetic(short):
    _, record = short
    assert record.full_run == "no"
    assert record.file_name == "toy-short.json"
    assert "1 epoch a phase" in record.shortened
    assert record.data.synthetic
    assert record.data.per_class == {"red": 6, "blue": 6}
    assert record.training.epochs == 1
    assert "/" not in record.data.folder


def test_figures_of_the_record_are_those_of_the_saved_rows(short):
    out, record = short
    rows = load_rows(out / "run" / "test.csv", classes=("red", "blue"))
    accuracy = record.metrics["accuracy"]
    assert accuracy.value == pytest.approx(float((rows.truth == rows.predicted).mean()))
    assert accuracy.n == len(rows)
    assert record.hashes["test_rows"] == rows.sha256()
    assert set(record.beside) == {"k-NN, pixels"}
    assert record.beside["k-NN, pixels"]["accuracy"].n == len(rows)


def test_the_bundle_of_a_short_run_says_that_it_is_none_to_use(short):
    out, _ = short
    card = json.loads((out / "models" / "toy-0.1" / "bundle.json").read_text())
    assert card["synthetic"]
    assert "mean nothing" in card["intended_use"]


def test_a_record_of_a_run_without_its_bundle_is_partial(short, tmp_path):
    out, record = short
    run = open_run(out / "run")
    alone = record_run(run, run_data(run), models=tmp_path, resamples=20)
    assert alone.steps == {"trained": "yes", "evaluated": "yes", "published": "no", "classified": "no"}
    assert not alone.works
    assert alone.metrics["accuracy"].value == record.metrics["accuracy"].value


def test_a_bundle_of_another_run_is_not_taken_for_this_ones(short, tmp_path):
    out, _ = short
    copy = tmp_path / "run"
    shutil.copytree(out / "run", copy)
    events = (copy / "events.jsonl").read_text().replace(published(out)["sha256"], "0" * 64)
    (copy / "events.jsonl").write_text(events)
    run = Run(copy)
    assert record_run(run, run_data(run), models=out / "models", resamples=20).steps["published"] == "no"


def published(out: Path) -> dict:
    lines = (out / "run" / "events.jsonl").read_text().splitlines()
    return next(one for one in map(json.loads, lines) if one["event"] == "published")


def test_a_run_of_real_images_is_recorded_in_full_with_its_baselines(tmp_path, capsys):
    images = write_images(tmp_path / "toy-images")
    out, models = tmp_path / "run", tmp_path / "models"
    recipe = str(write_recipe(tmp_path, extra=BESIDE))
    assert main(["train", recipe, "--data", str(images), "--out", str(out), "--split", "random"]) == 0
    publish = ["publish", str(out), "--name", "toy", "--release", "1.0", "--models", str(models)]
    assert main(publish) == 0
    assert main(["record", str(out), "--models", str(models), "--records", str(tmp_path / "records")]) == 0
    assert "classified: yes" in capsys.readouterr().out
    (record,) = read_records(tmp_path / "records").values()
    assert record.works
    assert record.full_run == "yes"
    assert record.file_name == "toy-random.json"
    assert record.split.level == "image-level, optimistic"
    assert {"majority", "colour only", "corner only", "k-NN, pixels"} <= set(record.beside)
    card = json.loads((models / "toy-1.0" / "bundle.json").read_text())
    assert card["training_data"]["split"] == "random holdout (image-level, optimistic)"
    assert record.beside["colour only"]["accuracy"].value == 1.0  # the classes are colours
    assert str(tmp_path) not in (tmp_path / "records" / "toy-random.json").read_text()


def test_a_network_of_one_sigmoid_trains_and_is_published_as_two_classes(tmp_path):
    recipe = write_recipe(tmp_path)
    network = 'architecture = { name = "simple_cnn" }'  # whose default is a single logit
    lines = [network if one.startswith("architecture") else one for one in recipe.read_text().splitlines()]
    recipe.write_text("\n".join(lines))
    record = short_run(recipe, tmp_path / "out", Shortening(images=6))
    assert record.works
    assert len(load_rows(tmp_path / "out" / "run" / "test.csv").classes) == 2


def test_a_second_stage_begins_with_a_short_first_one(tmp_path):
    write_recipe(tmp_path, name="first")
    second = write_recipe(tmp_path, name="second", extra='start_from = "first"')
    record = short_run(second, tmp_path / "out", Shortening(images=6))
    assert record.works
    assert record.training.backbone == "an earlier run"
    assert len(record.hashes["first_stage"]) == 64


def test_a_slice_of_real_images_takes_some_of_every_group(tmp_path):
    images = write_images(tmp_path / "images")
    write_slice(tmp_path / "slice", load_dataset(images), per_class=6)
    found = load_dataset(tmp_path / "slice")
    assert found.per_class() == {"blue": 6, "red": 6}
    assert len({one.group for one in found.samples}) == 12  # one of each group of four
    with pytest.raises(DataError, match="2 images"):
        write_slice(tmp_path / "few", load_dataset(images), per_class=2)


def test_a_tiny_set_is_marked_as_synthetic_and_every_slide_shows_every_class(tmp_path):
    write_tiny_set(tmp_path / "tiny", ("all", "hem"), per_class=6)
    found = load_dataset(tmp_path / "tiny")
    assert found.per_class() == {"all": 6, "hem": 6}
    assert all(read_image(one.path, limit_px=10**6).source.synthetic for one in found.samples)
    slides = {label: {one.group for one in found.samples if one.label == label} for label in found.classes}
    assert slides["all"] == slides["hem"]
    assert len(slides["all"]) == 6


def test_a_folder_that_is_there_is_not_touched(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(DataError, match="is there already"):
        short_run(write_recipe(tmp_path), tmp_path / "out", Shortening())
    assert main(["short", "no-such-recipe", "--out", str(tmp_path / "new")]) == 2
    assert not (tmp_path / "new").exists()


def test_a_short_run_that_disagrees_with_the_program_does_not_count(short):
    _, record = short
    assert record.classified is not None
    other = record.classified.model_copy(update={"worst": 2e-4})
    assert not other.agrees
    assert not record.classified.model_copy(update={"heatmaps": False}).agrees


def test_a_record_replaces_the_one_before(short, tmp_path):
    _, record = short
    write_record(record, tmp_path)
    path = write_record(record.model_copy(update={"notes": ("again",)}), tmp_path)
    assert read_records(tmp_path)[path.name].notes == ("again",)
    assert [one.name for one in tmp_path.iterdir()] == ["toy-short.json"]
