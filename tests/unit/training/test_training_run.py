"""A run from the command to a bundle the program predicts with: killed, resumed, stopped, judged, published."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

RECIPE = """
name = "toy"
title = "Toy colours"
scope = "field"
architecture = { name = "compact_cnn", parameters = { filters = [8.0, 16.0], dropout = 0.2 } }
input_size = 32
batch = 8
augmentation = [{ op = "flip_horizontal", p = 0.5 }, { op = "rot90" }]
split = { method = "grouped", validation = 0.25, test = 0.25, seed = 3 }
average_weights = 0.5
data_name = "toy"
data_source = "made by a test"
data_licence = "Apache-2.0"
intended_use = "a test"
licence = "Apache-2.0"
[[classes]]
id = "red"
display = "Red"
colour = "#D55E00"
[[classes]]
id = "blue"
display = "Blue"
colour = "#0072B2"
[[phases]]
epochs = 1
learning_rate = 1e-2
train = "head"
[[phases]]
epochs = 3
learning_rate = 5e-3
schedule = "cosine"
batch_norm = "adapt"
"""


def train(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "training", *arguments]


def events(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """48 images of two classes in 12 groups, and a recipe."""
    root = tmp_path_factory.mktemp("toy")
    rng = np.random.default_rng(0)
    rows = ["path,class,group"]
    for index in range(96):
        label = ("red", "blue")[index % 2]
        image = rng.integers(90, 160, (32, 32, 3), np.uint8)
        image[..., 0 if label == "blue" else 2] += 60
        name = f"{label}-{index:02d}.png"
        cv2.imwrite(str(root / name), image)
        rows.append(f"{name},{label},{label}{index // 8}")
    (root / "manifest.csv").write_text("\n".join(rows))
    recipe = root / "toy.toml"
    recipe.write_text(RECIPE)
    return root, recipe


@pytest.fixture(scope="module")
def whole_run(toy, tmp_path_factory):
    """An uninterrupted run."""
    root, recipe = toy
    out = tmp_path_factory.mktemp("runs") / "whole"
    done = subprocess.run(train("train", str(recipe), "--data", str(root), "--out", str(out)), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return out


def per_epoch(folder: Path) -> list[tuple[int, float, float]]:
    return [(e["epoch"], e["loss"], e["validation_loss"]) for e in events(folder) if e["event"] == "epoch"]


def test_a_killed_run_resumes_to_what_it_would_have_been(toy, whole_run, tmp_path):
    root, recipe = toy
    out = tmp_path / "killed"
    process = subprocess.Popen(
        train("train", str(recipe), "--data", str(root), "--out", str(out)), stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if '"epoch": 1, "epochs"' in line:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    resumed = subprocess.run(train("resume", str(out)), capture_output=True)
    assert resumed.returncode == 0, resumed.stderr.decode()[-2000:]
    expected, found = per_epoch(whole_run), {one[0]: one for one in per_epoch(out)}
    assert len(expected) == 4
    for epoch, loss, validation_loss in expected:
        assert found[epoch][1] == pytest.approx(loss, abs=1e-5)
        assert found[epoch][2] == pytest.approx(validation_loss, abs=1e-5)


def test_sigterm_stops_cleanly_and_leaves_nothing_half_written(toy, tmp_path):
    root, _ = toy
    long = tmp_path / "long.toml"
    long.write_text(RECIPE.replace("epochs = 3", "epochs = 60"))
    out = tmp_path / "stopped"
    process = subprocess.Popen(
        train("train", str(long), "--data", str(root), "--out", str(out)), stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if '"event": "epoch"' in line:
            process.send_signal(signal.SIGTERM)
            break
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(60) == 4
    assert '"event": "stopped"' in rest
    assert not list(out.glob("*.part"))


def test_published_bundle_is_sealed_and_predicts(toy, whole_run, tmp_path):
    from leukdesk.architectures import names
    from leukdesk.bundles.load import load_bundle
    from leukdesk.inference.choose import open_predictor

    models = tmp_path / "models"
    command = train("publish", str(whole_run), "--name", "toy", "--as-version", "1.0", "--models", str(models))
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    bundle = load_bundle(models / "toy-1.0", names())
    assert bundle.card.class_ids == ("red", "blue")
    assert {metric.split for metric in bundle.card.metrics} == {"test"}
    red = np.full((32, 32, 3), 120, np.uint8)
    red[..., 0] += 60
    for engine in ("litert", "tensorflow"):
        predictor = open_predictor(bundle, engine=engine)
        found = predictor.predict(red[None])[0]
        assert found.label == "red"
        assert found.heatmap is not None
        predictor.close()
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 2
    assert "there is such a bundle already" in again.stderr
    assert [one.name for one in models.iterdir()] == ["toy-1.0"]


def test_the_test_set_is_predicted_once(whole_run):
    from training.evaluate import load_rows

    if not (whole_run / "test.csv").exists():
        subprocess.run(train("evaluate", str(whole_run)), check=True, capture_output=True)
    before = (whole_run / "test.csv").stat().st_mtime_ns
    subprocess.run(train("evaluate", str(whole_run)), check=True, capture_output=True)
    assert (whole_run / "test.csv").stat().st_mtime_ns == before
    assert len(load_rows(whole_run / "test.csv", classes=("red", "blue"))) > 10


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("batch = 8", "bach = 8", "bach"),
        ('op = "rot90"', 'op = "rot91"', "rot90"),
        ('name = "compact_cnn"', 'name = "compact_cnm"', "compact_cnm"),
        ('id = "blue"', 'id = "green"', "blue"),
    ],
)
def test_a_wrong_recipe_says_what_to_mend_and_leaves_no_run(toy, tmp_path, old, new, message):
    root, _ = toy
    recipe = tmp_path / "wrong.toml"
    recipe.write_text(RECIPE.replace(old, new))
    out = tmp_path / "run"
    done = subprocess.run(
        train("train", str(recipe), "--data", str(root), "--out", str(out)), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
