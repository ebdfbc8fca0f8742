"""Audits from images to page: a planted leak is caught, rows are kept, a bundle is audited as its run is."""

from __future__ import annotations

import json
import shutil

import pytest

from leukdesk.domain.errors import DataError
from tests.toy_runs import RECIPE, write_images, write_recipe
from training.__main__ import main
from training.audit.findings import LEAK, conclusion, findings, leaks
from training.audit.page import write_audit
from training.audit.permuted import dealt, train_permuted
from training.audit.result import accuracy
from training.audit.run_audit import audit
from training.audit.subject import subject_of_bundle, subject_of_run
from training.audit.views import VIEWS
from training.evaluate import evaluate, load_rows
from training.events import EventLog
from training.phantom_set import write_set
from training.run import begin_run, run_data
from training.splits import holdout
from training.train import Trainer

pytestmark = pytest.mark.slow

CHANGES = (
    ('"red"', '"blasts"'),
    ('"blue"', '"lymphocytes"'),
    ("input_size = 32", "input_size = 48"),
    ("filters = [8.0, 16.0], dropout = 0.2", "filters = [16.0, 32.0, 64.0], dropout = 0.0"),
    ("validation = 0.25, test = 0.25, seed = 3", "validation = 0.1, test = 0.3, seed = 1"),
    ("epochs = 1", "epochs = 30"),
    ("learning_rate = 5e-3", 'learning_rate = 3e-3\nschedule = "cosine"'),
)


def begun(folder, recipe, images, **changes):
    """A trained run, its data and its log."""
    run = begin_run(folder, recipe, images, changes=changes)
    data, log = run_data(run), EventLog(run.folder)
    Trainer(run, data, log).run()
    return run, data, log


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """168 fields of 12 slides; only the slide tells the class. With a recipe for a small network."""
    root = tmp_path_factory.mktemp("planted")
    classes = ("blasts", "lymphocytes")
    write_set(root / "images", classes=classes, slides=12, per_slide=14, size=96, seed=3, leak="slide")
    text = RECIPE
    for old, new in CHANGES:
        assert old in text
        text = text.replace(old, new)
    (root / "planted.toml").write_text(text, encoding="utf-8")
    return root


def audited(root, method):
    run, data, log = begun(root / method, root / "planted.toml", root / "images", **{"split.method": method})
    subject = subject_of_run(run, data, log)
    expected = load_rows(run.rows("test"), classes=subject.facts.classes)
    out = run.folder / "audit"
    out.mkdir()
    found = audit(subject, data, out, log=EventLog(out), expected=expected, imagenet=False, resamples=200)
    write_audit(found, out)
    return found, out


def test_a_planted_leak_is_caught_where_the_split_lets_it_through(planted):
    found, out = audited(planted, "random")
    assert accuracy(found.model).value > 0.9
    said = findings(found)
    assert leaks(said)
    caught = [one.sentence for one in said if one.about == LEAK and one.weight == "against"]
    assert any("k-NN, own features still reaches" in one for one in caught)
    assert "recognised again" in conclusion(said)
    record = json.loads((out / "audit.json").read_text("utf-8"))
    assert record["conclusion"] == conclusion(said)
    assert set(record["views"]) == set(VIEWS)
    kept = evaluate(load_rows(out / "rows" / "view-grey.csv"), seed=found.model.seed, resamples=200)
    assert record["views"]["grey"]["model"]["overall"]["accuracy"]["value"] == accuracy(kept).value
    assert record["views"]["grey"]["model"]["rows_sha256"] == kept.rows.sha256()


def test_by_slide_the_same_leak_is_worth_nothing_and_nothing_leaks(planted):
    found, _ = audited(planted, "grouped")
    reached = accuracy(found.model)
    assert reached.low <= 0.5 <= reached.high
    said = findings(found)
    assert not leaks(said)
    assert {one.weight for one in said if one.about == "colour"} == {"against"}
    assert "models that see none do as well" in conclusion(said)
    assert found.other_split is not None
    assert (
        accuracy(found.other_split.there["colour only"]).value > accuracy(found.other_split.here["colour only"]).value
    )


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A run of a second or two on noise that is redder or bluer."""
    root = tmp_path_factory.mktemp("toy")
    write_images(root / "images")
    return begun(root / "run", write_recipe(root), root / "images")


def test_a_run_and_its_bundle_are_audited_alike(toy, tmp_path, capsys):
    run, _, _ = toy
    scope = tmp_path / "scope" / "others"
    shutil.copytree(run.data_root, scope)
    (scope / "broken.png").write_bytes(b"no image")
    publish = ["publish", str(run.folder), "--name", "toy", "--as-version", "1.0", "--models", str(tmp_path)]
    assert main(publish) == 0
    assert main(["audit", str(run.folder), "--scope", str(scope)]) == 0
    of_bundle = ["audit", "--bundle", str(tmp_path / "toy-1.0"), "--data", str(run.data_root)]
    split = ["--split", str(run.folder / "split.json"), "--out", str(tmp_path / "bundle-audit")]
    assert main([*of_bundle, *split, "--scope", str(scope)]) == 0
    assert "fifteen colour statistics" in capsys.readouterr().out
    first, second = (
        json.loads((one / "audit.json").read_text("utf-8")) for one in (run.folder / "audit", tmp_path / "bundle-audit")
    )
    assert first["refusals"] == second["refusals"]
    assert first["refusals"][1]["decisions"]["unreadable"] == 1
    assert first["result"]["rows_sha256"] == second["result"]["rows_sha256"]
    assert first["permuted"] == second["permuted"]
    assert not second["notes"]


def test_a_bundle_on_another_split_says_so(toy, tmp_path):
    run, data, _ = toy
    models = tmp_path / "models"
    command = ["publish", str(run.folder), "--name", "toy", "--as-version", "1.1", "--models", str(models)]
    assert main(command) == 0
    holdout(data.dataset, method="random", validation=0.2, test=0.3, seed=9).write(tmp_path / "other.json")
    subject, _ = subject_of_bundle(models / "toy-1.1", run.data_root, tmp_path / "other.json")
    assert "not the split the bundle was trained with" in subject.facts.notes[0]


def test_rows_of_other_weights_are_refused(toy, tmp_path):
    run, data, log = toy
    subject = subject_of_run(run, data, log)
    rows = load_rows(run.rows("test"), classes=subject.facts.classes)
    other = type(rows)(rows.image_ids, rows.labels, rows.classes, rows.scores[:, ::-1], rows.groups)
    with pytest.raises(DataError, match="saved rows differ"):
        audit(subject, data, tmp_path, log=EventLog(tmp_path), expected=other, imagenet=False)


def test_the_real_training_on_dealt_labels_is_a_run_of_its_own(toy, tmp_path):
    run, data, _ = toy
    before = run.best.read_bytes()
    found = train_permuted(run, data, tmp_path / "permuted", seed=4)
    part = data.part("test")
    expected = [
        dealt(data.classes[label], group, data.classes, seed=4)
        for label, group in zip(part.labels, part.groups, strict=True)
    ]
    assert list(found.rows.labels) == expected
    assert run.best.read_bytes() == before
    assert (tmp_path / "permuted" / "best.safetensors").is_file()


def test_a_run_that_began_with_a_bundle_begins_with_it_on_dealt_labels_too(toy, tmp_path):
    run, _, _ = toy
    publish = ["publish", str(run.folder), "--name", "toy", "--as-version", "1.2", "--models", str(tmp_path)]
    assert main(publish) == 0
    adapted = begin_run(tmp_path / "adapted", run.folder / "recipe.toml", run.data_root, bundle=tmp_path / "toy-1.2")
    found = train_permuted(adapted, run_data(adapted), tmp_path / "permuted", seed=4)
    events = [json.loads(line) for line in (tmp_path / "permuted" / "events.jsonl").read_text("utf-8").splitlines()]
    assert found.rows.labels
    assert [one["origin"] for one in events if one["event"] == "backbone"] == ["toy-1.2"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name either a run or --bundle"),
        (["--bundle", "models/x"], "--data DIR, --split split.json and --out DIR"),
        (["nowhere"], "is not the folder of a run"),
    ],
)
def test_what_is_missing_is_said(arguments, said, capsys):
    assert main(["audit", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_an_empty_scope_folder_is_refused(toy, tmp_path, capsys):
    run, _, _ = toy
    assert main(["audit", str(run.folder), "--out", str(tmp_path / "out"), "--scope", str(tmp_path)]) == 2
    assert "there are no images" in capsys.readouterr().err
    assert not (tmp_path / "out" / "audit.html").exists()
