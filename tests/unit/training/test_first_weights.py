"""A run that begins with an installed bundle: which fit, what is kept, and that a kill changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from leukdesk import paths
from leukdesk.domain.errors import BundleError, DataError
from tests import toy_runs
from training.events import EventLog, read_events
from training.run import begin_run, open_run, run_data

BUNDLE = paths.shipped() / "models" / "phantom-demo-1.0"
RECIPE = paths.shipped() / "training" / "recipes" / "phantom-demo.toml"
CLASSES = ("blasts", "lymphocytes", "neutrophils")
SHORT = {"phases.0.epochs": 2, "batch": 8}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Groups of two; the columns of the manifest have names of their own."""
    root = tmp_path_factory.mktemp("images")
    return toy_runs.write_tinted(root, CLASSES, count=30, columns="path,what,slide")


def begun(folder: Path, images: Path, **options):
    columns = {"label_column": "what", "group_column": "slide"}
    return begin_run(folder, RECIPE, images, **({"bundle": BUNDLE, "changes": SHORT} | columns | options))


def test_a_killed_run_that_began_with_a_bundle_resumes_to_what_it_would_have_been(images, tmp_path):
    from training.train import Trainer

    whole = begun(tmp_path / "whole", images)
    Trainer(whole, run_data(whole), EventLog(whole.folder)).run()

    installed = shutil.copytree(BUNDLE, tmp_path / BUNDLE.name)
    killed = begun(tmp_path / "killed", images, bundle=installed)
    shutil.rmtree(installed)  # the run has its own copy of the weights
    process = subprocess.Popen(
        [sys.executable, "-m", "training", "resume", str(killed.folder)], stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if '"event": "epoch"' in line:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    Trainer(killed, run_data(killed), EventLog(killed.folder)).run()

    losses = [
        {one["epoch"]: (one["loss"], one["validation_loss"]) for one in read_events(run.folder) if "epochs" in one}
        for run in (whole, killed)
    ]
    assert losses[0].keys() == {0, 1}
    np.testing.assert_allclose(list(losses[1].values()), list(losses[0].values()), atol=1e-5)
    (said,) = [one for one in read_events(whole.folder) if one["event"] == "backbone"]
    assert (said["origin"], said["head"]) == ("phantom-demo-1.0", "kept")


def test_the_weights_are_those_of_the_bundle_and_the_run_says_which(images, tmp_path):
    from leukdesk.architectures import names
    from leukdesk.architectures.weights import collect_weights
    from leukdesk.bundles.load import load_bundle
    from training.first_weights import begin_network
    from training.train import new_network

    bundle = load_bundle(BUNDLE, names())
    run = begun(tmp_path / "run", images)
    said = json.loads((run.folder / "run.json").read_text())["start_from"]
    assert (said["name"], said["version"], said["sha256"]) == ("phantom-demo", "1.0", bundle.ref.sha256)
    network = new_network(run.recipe)
    begin_network(network, open_run(run.folder), EventLog(run.folder))
    for name, array in collect_weights(network).items():
        np.testing.assert_array_equal(array, bundle.weights()[name])


def test_other_classes_keep_the_features_and_get_a_new_head(images, tmp_path):
    from leukdesk.architectures import names
    from leukdesk.architectures.weights import collect_weights
    from leukdesk.bundles.load import load_bundle
    from training.first_weights import begin_network
    from training.train import new_network

    run = begun(tmp_path / "run", images, changes=SHORT | {"classes.0.id": "early", "class_map.blasts": "early"})
    network = new_network(run.recipe)
    begin_network(network, run, EventLog(run.folder))
    found, theirs = collect_weights(network), load_bundle(BUNDLE, names()).weights()
    same = {name for name in found if np.array_equal(found[name], theirs[name])}
    assert {name for name in found if name.startswith("features/")} <= same
    assert any(name not in same for name in found if name.startswith("head/"))
    assert read_events(run.folder)[-1]["head"] == "new"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_size": 96}, "sees 224 px, the recipe phantom-demo asks for 96 px"),
        ({"architecture": {"name": "cml1"}}, "is a compact_cnn"),
        ({"architecture.parameters": {"filters": [8.0, 8.0]}}, "filters"),
    ],
)
def test_a_bundle_that_does_not_fit_the_recipe_is_refused_and_leaves_no_run(images, tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        begun(tmp_path / "run", images, changes=changes)
    assert not (tmp_path / "run").exists()


def test_a_changed_bundle_and_two_beginnings_are_refused(images, tmp_path):
    spoilt = shutil.copytree(BUNDLE, tmp_path / BUNDLE.name)
    (spoilt / "weights.safetensors").write_bytes(b"0" * 100)
    with pytest.raises(BundleError, match=r"weights\.safetensors was changed"):
        begun(tmp_path / "run", images, bundle=spoilt)
    with pytest.raises(DataError, match="at once"):
        begun(tmp_path / "run", images, start_from=tmp_path)
    assert not (tmp_path / "run").exists()
