"""The gate: its rules, and one run through all of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from tests.toy_runs import write_images, write_recipe
from training.__main__ import main
from training.evaluate import Rows, evaluate, load_rows
from training.evaluate.intervals import Interval
from training.gate.figures import figures_of
from training.gate.verdict import notes_on, paired_difference, verdict
from training.recipe import load_recipe
from training.run import split_of
from training.splits import read_split


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.05, 0.01, 0.09, "better"),
        (0.01, -0.01, 0.03, "no_worse"),
        (0.0, 0.0, 0.0, "no_worse"),
        (0.01, -0.03, 0.05, "too_few"),  # it may be three points worse: that settles nothing
        (0.01, -0.02, 0.05, "too_few"),
        (-0.01, -0.015, -0.001, "worse"),  # within the margin, but surely worse
        (-0.05, -0.09, -0.01, "worse"),
    ],
)
def test_the_interval_of_the_difference_decides(value: float, low: float, high: float, said: str) -> None:
    assert verdict(Interval(value, low, high, 400), groups=40) == said


@pytest.mark.parametrize(("images", "groups"), [(19, 19), (400, 5)])
def test_too_few_images_or_groups_say_nothing_however_large_the_difference(images: int, groups: int) -> None:
    assert verdict(Interval(0.5, 0.3, 0.7, images), groups=groups) == "too_few"


def test_without_a_difference_nothing_is_compared() -> None:
    assert verdict(None, groups=50) == "not_comparable"
    assert verdict(Interval(np.nan, np.nan, np.nan, 0), groups=0) == "not_comparable"


def test_the_paired_interval_counts_groups_not_images() -> None:
    rng = np.random.default_rng(0)
    by_group = rng.choice([-1.0, 0.0, 1.0], size=20, p=[0.1, 0.5, 0.4])
    gain, units = np.repeat(by_group, 20), np.repeat(np.arange(20), 20)
    grouped = paired_difference(gain, units, seed=1)
    alone = paired_difference(gain, np.arange(400), seed=1)
    assert grouped.value == alone.value == pytest.approx(by_group.mean())
    assert grouped.high - grouped.low > 3 * (alone.high - alone.low)


def test_models_that_never_differed_may_differ_on_other_groups() -> None:
    few, many = (paired_difference(np.zeros(n), np.arange(n), seed=0) for n in (30, 400))
    assert (few.value, many.value) == (0, 0)
    assert few.low == pytest.approx(-0.116, abs=1e-3)  # 30 of 30: Clopper and Pearson
    assert -0.01 < many.low < many.high < 0.01
    assert (verdict(few, groups=30), verdict(many, groups=400)) == ("too_few", "no_worse")
    assert paired_difference(np.ones(30), np.arange(30), seed=0).low == pytest.approx(1 - 2 * 0.116, abs=2e-3)


def test_groups_that_are_not_known_or_few_are_said() -> None:
    assert notes_on(groups=400, grouped=False) == ["no_groups"]
    assert notes_on(groups=8, grouped=True) == ["few_groups"]
    assert notes_on(groups=30, grouped=True) == []


def test_a_run_passes_through_the_gate_and_again_after_a_kill(tmp_path, capsys) -> None:
    data = write_images(tmp_path / "data", count=96)
    recipe, run, models, out = write_recipe(tmp_path), tmp_path / "run", tmp_path / "models", tmp_path / "run" / "gate"
    assert main(["train", str(recipe), "--data", str(data), "--out", str(run)]) == 0
    command = ["gate", str(run), "--name", "toy", "--models", str(models), "--no-audit", "--out", str(out)]
    assert main([*command, "--release", "1.0"]) == 0
    first = json.loads((out / "gate.json").read_text())
    assert (first["verdict"], first["active"], first["notes"][0]) == ("not_comparable", None, "no_active")

    # The same run under a later version, against the first: the same answers to every image.
    capsys.readouterr()
    assert main([*command, "--release", "1.1", "--against", str(models / "toy-1.0")]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["step"] for one in told if one["event"] == "gate"] == ["judge", "seal", "compare"]
    assert told[-1]["event"] == "gated"
    said = json.loads((out / "gate.json").read_text())
    (test,) = said["sets"]
    assert said["new"]["sha256"] == load_bundle(models / "toy-1.1", names()).ref.sha256
    assert said["active"]["release"] == "1.0"
    assert (test["name"], test["images"], test["classes"]) == ("test", 24, ["red", "blue"])
    assert test["difference"][0] == test["only_new_right"] == test["only_active_right"] == 0
    assert test["mcnemar_p"] == 1
    assert test["new"] == test["active"]
    low = test["new"]["accuracy"][1]
    assert 0 <= low <= test["new"]["accuracy"][0] <= 1
    assert test["baseline"]["accuracy"][0] > 0.9  # the classes are colours
    assert [one["id"] for one in test["per_class"]] == ["red", "blue"]
    assert sum(one["n"] for one in test["calibration"]["new"]) == 24
    assert "active_may_have_seen" not in said["notes"]  # the very same split

    # Killed before it was written, it goes on where it was: nothing is sealed or asked again.
    (out / "gate.json").unlink()
    capsys.readouterr()
    assert main([*command, "--release", "1.1", "--against", str(models / "toy-1.0")]) == 0
    assert '"answered"' not in capsys.readouterr().out
    assert json.loads((out / "gate.json").read_text()) == said

    other = write_images(tmp_path / "other", count=64)
    split_of(load_recipe(recipe), other).write(other / "split.json")
    _audited_and_beside_originals(command, out, other, said, capsys)
    assert main(["train", str(recipe), "--data", str(other), "--out", str(tmp_path / "another")]) == 0
    capsys.readouterr()
    taken = ["gate", str(tmp_path / "another"), *command[2:-1], str(tmp_path / "another/gate"), "--release", "1.1"]
    assert main(taken) == 2
    assert "another model of this name" in capsys.readouterr().err


def _audited_and_beside_originals(command, out, other, said, capsys) -> None:
    """The same gate once more, with the audit, and on the test images of a set whose split lies beside it."""
    models = command[command.index("--models") + 1]
    asked = [one for one in command if one != "--no-audit"]
    asked += ["--release", "1.1", "--against", f"{models}/toy-1.0", "--original"]
    capsys.readouterr()
    assert main([*asked, str(other)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    answered = {(one["set"], one["model"]) for one in told if one["event"] == "answered"}
    assert answered == {("original", "toy-1.0"), ("original", "toy-1.1")}
    assert [one["step"] for one in told if one["event"] == "gate"][-1] == "audit"
    again = json.loads((out / "gate.json").read_text())
    test, original = again["sets"]
    assert (test, again["verdict"]) == (said["sets"][0], said["verdict"])
    locked = len(read_split(other / "split.json").test)
    assert (original["name"], original["images"], original["baseline"]) == ("original", locked, None)
    assert original["difference"][0] == 0
    assert "worse_on_original" not in again["notes"]
    assert again["audit"] == "audit/audit.html"
    assert "Toy colours" in (out / "audit" / "audit.html").read_text("utf-8")
    kept = evaluate(load_rows(out / "audit" / "rows" / "model.csv"), seed=0, resamples=1)
    assert kept.overall["accuracy"].value == pytest.approx(test["new"]["accuracy"][0])
    assert main([*asked, str(out)]) == 2, "no images there"
    capsys.readouterr()


def rows(answers: str, classes: tuple[str, ...], truth: str) -> Rows:
    """One letter an image, as answered by a model that is sure."""
    scores = np.array([[float(one == answer) for one in classes] for answer in answers])
    return Rows(tuple(f"{i}.png" for i in range(len(truth))), tuple(truth), classes, scores)


def test_an_answer_only_one_model_can_give_is_wrong_on_images_both_know() -> None:
    both = ("a", "b", "c")
    found = figures_of("test", rows("aabb", both, "aabb"), rows("aacb", both, "aabb"), None, classes="ab", seed=0)
    assert found["only_new_right"] == 1
    assert found["difference"][0] == 0.25
    assert [one["id"] for one in found["per_class"]] == ["a", "b"]
    assert found["per_class"][1]["difference"][0] == 0.5
    assert found["baseline"] is None
    json.dumps(found, allow_nan=False)
