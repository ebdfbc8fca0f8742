"""A run from the command to a bundle the program predicts with: killed, resumed, stopped, judged, published."""

from __future__ import annotations

import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests import toy_runs

PHASES = """
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
EXTRA = """
average_weights = 0.5
augmentation = [{ op = "flip_horizontal", p = 0.5 }, { op = "rot90" }]
"""
RECIPE = toy_runs.RECIPE.split("[[phases]]")[0].replace("[[classes]]", f"{EXTRA}[[classes]]", 1) + PHASES


def train(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "training", *arguments]


def events(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """96 images of two classes in groups, and a recipe."""
    root = toy_runs.write_images(tmp_path_factory.mktemp("toy"), count=96)
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


def test_a_run_killed_at_a_random_moment_resumes_to_what_it_would_have_been(toy, whole_run, tmp_path):
    """The moment is drawn anew each time from the time that the same run takes; a failure says which it was."""
    root, recipe = toy
    out = tmp_path / "killed"
    process = subprocess.Popen(
        train("train", str(recipe), "--data", str(root), "--out", str(out)), stdout=subprocess.PIPE, text=True
    )
    at = {one["event"]: one["time"] for one in events(whole_run)}
    moment = random.uniform(0, at["trained"] - at["reading"])
    next(line for line in process.stdout if '"reading"' in line)
    time.sleep(moment)
    process.kill()
    process.stdout.close()
    assert process.wait() in (-signal.SIGKILL, 0)  # 0: this time it was quicker
    resumed = subprocess.run(train("resume", str(out)), capture_output=True)
    assert resumed.returncode == 0, resumed.stderr.decode()[-2000:]
    expected, found = per_epoch(whole_run), {one[0]: one for one in per_epoch(out)}
    assert len(expected) == 4
    for epoch, loss, validation_loss in expected:
        assert found[epoch][1] == pytest.approx(loss, abs=1e-5), f"killed {moment:.2f} s after it began to read"
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


def test_a_full_disk_is_told_and_the_run_goes_on_once_there_is_room(toy, tmp_path):
    root, _ = toy
    recipe = tmp_path / "wide.toml"
    recipe.write_text(RECIPE.replace("[8.0, 16.0]", "[32.0, 96.0]"))
    out = tmp_path / "run"

    def nearly_full() -> None:
        # a file cannot grow beyond this: the kernel then fails the write as a full disk does
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    command = train("train", str(recipe), "--data", str(root), "--out", str(out))
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=nearly_full)
    assert done.returncode == 2, done.stderr[-2000:]
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(out.glob("*.part"))
    assert subprocess.run(train("resume", str(out)), capture_output=True).returncode == 0
    assert len(per_epoch(out)) == 4


def test_a_full_disk_while_sealing_leaves_no_bundle(whole_run, tmp_path):
    def nearly_full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    models = tmp_path / "models"
    command = train("publish", str(whole_run), "--name", "toy", "--release", "1.0", "--models", str(models))
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=nearly_full)
    assert done.returncode == 2, done.stderr[-2000:]
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert not models.exists() or list(models.iterdir()) == []


def test_cached_feature_maps_train_the_same_head(toy, tmp_path):
    root, _ = toy
    losses = []
    plain = RECIPE.replace("dropout = 0.2", "dropout = 0.0").replace(EXTRA, "").split("[[phases]]")[0]
    for name, phase in (("cached", 'train = "head"'), ("uncached", "train = 1\nbatch_norm = 'frozen'")):
        # the last weighted feature layer is a frozen normalisation, so both phases train the head alone
        recipe = tmp_path / f"{name}.toml"
        recipe.write_text(f"{plain}[[phases]]\nepochs = 2\nlearning_rate = 1e-2\naugment = false\n{phase}\n")
        out = tmp_path / name
        done = subprocess.run(
            train("train", str(recipe), "--data", str(root), "--out", str(out)), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        losses.append([one[1:] for one in per_epoch(out)])
    np.testing.assert_allclose(losses[0], losses[1], atol=1e-5)


def one_class(root: Path) -> None:
    for file in root.glob("blue*"):
        file.unlink()


def one_image(root: Path) -> None:
    for file in [*root.glob("blue*"), *sorted(root.glob("red*"))[1:]]:
        file.unlink()


def nothing(root: Path) -> None:
    for file in root.iterdir():
        file.unlink()


def single_pixels(root: Path) -> None:
    for file in root.glob("*.png"):
        # each another colour: files of the same content would be refused for that first
        cv2.imwrite(str(file), np.full((1, 1, 3), hash(file.name) % 251, np.uint8))


def a_shared_file(root: Path) -> None:
    (root / "blue-01.png").write_bytes((root / "red-00.png").read_bytes())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (one_class, "class"),
        (one_image, "has the classes red; the recipe has red, blue"),
        (nothing, "no labelled images"),
        (single_pixels, "px"),
        (a_shared_file, "two classes"),
    ],
)
def test_data_that_cannot_be_learned_from_says_so_and_leaves_no_run(toy, tmp_path, spoil, message):
    _, recipe = toy
    flat = toy_runs.write_images(tmp_path / "flat")
    (flat / "manifest.csv").unlink()
    spoil(flat)
    root = tmp_path / "data"
    for file in flat.iterdir():
        (root / file.name.split("-")[0]).mkdir(parents=True, exist_ok=True)
        file.rename(root / file.name.split("-")[0] / file.name)
    root.mkdir(exist_ok=True)
    out = tmp_path / "run"
    done = subprocess.run(
        train("train", str(recipe), "--data", str(root), "--out", str(out)), capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr[-2000:]
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_images_of_mixed_sizes_train(toy, tmp_path):
    _, recipe = toy
    root = toy_runs.write_images(tmp_path / "mixed")
    for number, file in enumerate(sorted(root.glob("*.png"))):
        image = cv2.imread(str(file))
        cv2.imwrite(str(file), cv2.resize(image, (32 + number, 60 - number // 2)))
    out = tmp_path / "run"
    done = subprocess.run(
        train("train", str(recipe), "--data", str(root), "--out", str(out)), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]


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
