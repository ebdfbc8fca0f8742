"""Site adaptation: few images refused, nothing of a test set learned from, and what is said before and after."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from leukdesk import paths
from leukdesk.domain.errors import DataError
from tests import toy_runs
from training.__main__ import main
from training.adapt import begin, pace
from training.adapt.begin import Order, begin_adaptation, require_enough
from training.adapt.draws import draw, without, write_local
from training.adapt.keep import between, keep_what_is_safe
from training.adapt.looks import LOOKS
from training.adapt.measure import deciding
from training.adapt.record import WAYS, AdaptationRecord
from training.adapt.share import LIMIT, choose_share, notes_on_kept
from training.adapt.summary import over_draws
from training.adapt_command import kept_in_words
from training.calibrate import choose_accept_threshold
from training.datasets import load_dataset
from training.evaluation_page.page import render
from training.evaluation_page.sources import read_sources
from training.events import EventLog
from training.replay import PREFIX, Original
from training.run import open_run, run_data
from training.splits import holdout

BUNDLE = paths.shipped() / "models" / "phantom-demo-1.0"
CLASSES = ("blasts", "lymphocytes", "neutrophils")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Images of a laboratory."""
    return toy_runs.write_tinted(tmp_path_factory.mktemp("site"), CLASSES, count=60)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Images that the bundle is said to be made with, and their split."""
    root = toy_runs.write_tinted(tmp_path_factory.mktemp("original"), CLASSES, count=48)
    holdout(load_dataset(root), validation=0.25, test=0.25).write(root / "split.json")
    return root


def order(site, out, original=None):
    split = None if original is None else original / "split.json"
    return Order(BUNDLE, site, out, original=original, original_split=split)


def require_progress_told(out):
    """How far judging and comparing is was told to its end."""
    events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    asking = [one for one in events if one["event"] == "asking"]
    assert [one["done"] for one in asking] == sorted(one["done"] for one in asking)
    assert asking[-1]["done"] == asking[-1]["images"]
    assert asking[0]["eta_s"] > asking[-1]["eta_s"] == 0


def test_what_adapting_did_is_told_on_images_that_neither_model_learned_from(
    site, original, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(begin, "EPOCHS", 1)
    monkeypatch.setattr(pace, "_EACH_S", 0)
    out, named = tmp_path / "run", ["--data", str(site), "--original", str(original)]
    composed = tmp_path / "changed.toml"  # as the window begins one: the recipe first, which a person may change
    assert main(["recipe", str(BUNDLE), *named, "--adapt", "--out", str(composed), "--json"]) == 0
    replayed = json.loads(capsys.readouterr().out.splitlines()[-1])["replayed"]
    composed.write_text(composed.read_text().replace("batch = 16", "batch = 12"))
    arguments = ["adapt", str(BUNDLE), *named, "--recipe", str(composed), "--out", str(out)]
    arguments += ["--original-split", str(original / "split.json")]
    assert main(arguments) == 0
    assert open_run(out).recipe.batch == 12
    said = json.loads((out / "adaptation.json").read_text())
    assert [one["name"] for one in said["sets"]] == ["test", "original"]
    local, locked = said["sets"]
    assert local["images"] == said["images"]["test"] == 12
    assert locked["images"] == len(Original.opened(original, original / "split.json").split.test)
    for one in said["sets"]:
        gained = one["new"]["accuracy"][0] - one["active"]["accuracy"][0]
        assert one["difference"][0] == pytest.approx(gained)
        assert one["difference"][1] <= one["difference"][0] <= one["difference"][2]
    assert {"few_groups", "few_images"} <= set(said["notes"])
    assert "nothing_replayed" not in said["notes"]
    assert sum(replayed.values()) == said["images"]["replayed"] > 0
    split, replay = Original.opened(original, original / "split.json").split, open_run(out).facts["replay"]
    guard = set(replay["guard"])
    assert guard == (set(split.train) | set(split.validation)) - set(replay["train"])
    assert said["kept"]["images"] == len(guard)
    assert said["kept"]["difference"][0] >= -said["kept"]["limit"]
    best = (out / "best.safetensors").read_bytes()
    again = keep_what_is_safe(open_run(out), EventLog(out))
    assert json.loads(json.dumps(again.to_json())) == said["kept"]
    assert (out / "best.safetensors").read_bytes() == best  # cut once, not each time it is judged
    first, trained = load_file(out / "first.safetensors"), load_file(out / "best.safetensors")
    assert all(np.array_equal(first[name], trained[name]) for name in first) == (said["kept"]["share"] == 0)
    require_progress_told(out)
    told = capsys.readouterr().err
    assert "held-out local images" in told
    assert f"{len(guard)} original images" in told
    before = {file.name: file.stat().st_mtime_ns for file in (*out.glob("rows/*.csv"), out / "test.csv")}
    assert main(arguments) == 0  # goes on with what is there: nothing is trained or asked twice
    assert {file.name: file.stat().st_mtime_ns for file in (*out.glob("rows/*.csv"), out / "test.csv")} == before


def test_original_images_are_shown_again_but_never_its_test_images_nor_for_judging(site, original, tmp_path):
    run = begin_adaptation(order(site, tmp_path / "run", original))
    data, split = run_data(run), Original.opened(original, original / "split.json").split
    for part in ("train", "validation"):
        again = [one.removeprefix(PREFIX) for one in data.part(part).image_ids if one.startswith(PREFIX)]
        assert again
        assert set(again) <= set(getattr(split, part))
        labels = [data.classes[one] for one in data.part(part).labels[-len(again) :]]
        assert {labels.count(one) for one in CLASSES} == {len(again) / 3}
    assert not any(one.startswith(PREFIX) for one in data.part("test").image_ids)
    assert run.recipe.accept_at_least > 0
    assert open_run(run.folder).facts["start_from"]["bundle"] == "phantom-demo-1.0"
    assert begin_adaptation(order(site, tmp_path / "run", original)).folder == run.folder
    with pytest.raises(DataError, match="another run"):
        begin_adaptation(order(original, tmp_path / "run"))


GROUPS = tuple(f"g{index % 40}" for index in range(800))


def forgetting(**lost):
    """What is right where a share of the change loses so many of 800 images, no two of a group."""
    return lambda share: np.arange(800) >= lost.get(f"s{round(100 * share)}", 0)


def of_one_group(share):
    """Ten of 800 images lost as above are too many if they are of one group: others may hold more such groups."""
    return ~((np.arange(800) % 40 == 0) & (np.arange(800) < 400)) | (share < 0.2)


@pytest.mark.parametrize(
    ("right", "share", "tried", "notes"),
    [
        (forgetting(), 0.7, 1, []),
        (forgetting(s70=1), 0.7, 1, []),
        (forgetting(s70=16, s50=7, s35=1), 0.35, 3, ["change_cut_back"]),
        (of_one_group, 0.15, 5, ["change_cut_back"]),
        (forgetting(s70=20, s50=16, s35=12, s25=10, s15=8), 0.0, 5, ["no_change_kept"]),
    ],
)
def test_as_much_of_the_change_is_kept_as_the_original_images_allow(right, share, tried, notes):
    kept = choose_share(right, GROUPS, seed=0)
    assert (kept.share, len(kept.tried), kept.images, kept.groups) == (share, tried, 800, 40)
    assert -LIMIT <= kept.difference[0] <= 0
    assert kept.difference[1] <= kept.difference[0] <= kept.difference[2]
    assert notes_on_kept(kept) == notes
    words = kept_in_words(kept.to_json())
    assert ("as before" in words) == (share == 0)
    assert "800 original images of 40 groups" in words


def test_weights_lie_between_the_first_and_the_trained_ones():
    first, trained = {"a": np.zeros(2, np.float32)}, {"a": np.array([2.0, -4.0], np.float32)}
    np.testing.assert_array_equal(between(first, trained, 0.25)["a"], [0.5, -1.0])
    np.testing.assert_array_equal(between(first, trained, 0.0)["a"], first["a"])


def test_without_original_images_nothing_is_said_to_be_bounded():
    assert notes_on_kept(None) == ["loss_not_bounded"]
    assert "--original" in kept_in_words(None)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"blasts": 30, "lymphocytes": 40}, r"too few images of neutrophils \(0\)"),
        ({"blasts": 30, "lymphocytes": 40, "neutrophils": 8}, r"neutrophils \(8\)"),
        ({"blasts": 19, "lymphocytes": 20, "neutrophils": 20}, "has 59 labelled images"),
    ],
)
def test_too_few_images_are_refused_with_what_to_do(counts, message, tmp_path):
    with pytest.raises(DataError, match=message) as found:
        require_enough(counts, CLASSES, tmp_path)
    assert "Label at least" in found.value.advice


def test_too_few_images_leave_no_run_and_originals_need_their_split(original, site, tmp_path):
    with pytest.raises(DataError, match="48 labelled images"):
        begin_adaptation(order(original, tmp_path / "run"))
    with pytest.raises(DataError, match="needs its split"):
        begin_adaptation(Order(BUNDLE, site, tmp_path / "run", original=site))
    assert not (tmp_path / "run").exists()


def test_local_images_are_drawn_outside_the_test_set_and_their_groups_are_not_replayed(original, tmp_path):
    whole = Original.opened(original, original / "split.json")
    drawn = draw(whole, CLASSES, images=12, seed=1)
    assert drawn == draw(whole, CLASSES, images=12, seed=1) != draw(whole, CLASSES, images=12, seed=2)
    assert len(drawn) == 12
    assert not set(drawn) & set(whole.split.test)
    rest = without(whole, drawn)
    gone = {whole.split.facts[one].group for one in drawn}
    assert not gone & {rest.facts[one].group for one in (*rest.train, *rest.validation)}
    assert rest.test == whole.split.test
    local = load_dataset(write_local(whole, drawn, LOOKS["dim_warm"], tmp_path / "local", 64))
    assert local.per_class() == dict.fromkeys(CLASSES, 4)
    assert {one.group for one in local.samples} == gone


def test_looks_are_fixed_and_strong():
    image = np.random.default_rng(0).integers(100, 230, (64, 64, 3), np.uint8)
    for look in LOOKS.values():
        np.testing.assert_array_equal(look(image), look(image))
        assert np.abs(look(image).astype(int) - image).mean() > 20


def test_limits_over_draws_are_wider_than_those_of_one_draw():
    units = np.repeat(np.arange(10), 5)
    same = np.tile(np.random.default_rng(0).random((1, 50)) < 0.8, (4, 1)).astype(float)
    varied = same * np.array([[1.0], [0.5], [1.0], [0.5]])
    one, other = over_draws(same, units), over_draws(varied, units)
    assert one.value == pytest.approx(same.mean())
    assert other.high - other.low > one.high - one.low
    none = over_draws(np.zeros((2, 50)), units)
    assert (none.low, round(none.high, 3)) == (0, 0.308)  # none of ten groups
    assert over_draws(np.zeros((2, 50)), units, share=False).high == 0


def test_an_image_is_named_if_the_answer_is_sure_and_the_image_not_strange():
    logits = np.array([[9.0, 0.0], [0.1, 0.0], [9.0, 0.0]], np.float32)
    decide = deciding(1.0, 0.9, lambda embeddings: embeddings[:, 0], 2.0)
    assert decide(logits, np.array([[1.5], [1.0], [2.5]], np.float32)).tolist() == [True, False, False]


def test_a_threshold_chosen_by_few_images_is_not_below_that_of_the_bundle():
    sure, right = np.array([0.6, 0.7, 0.9]), np.array([True, True, True])
    assert choose_accept_threshold(sure, right).threshold == 0
    assert choose_accept_threshold(sure, right, at_least=0.65).threshold == 0.65


FIGURE = {"value": 0.9, "low": 0.85, "high": 0.95, "n": 570}


def record_of(*ways, seed=1, kept=None, **changes):
    """A record of one look, with these ways and one draw of each."""
    change = {"value": -0.004, "low": -0.01, "high": 0.002, "n": 570}
    draws = [{"seed": seed, "look": 0.91, "original": 0.99, "kept": kept}]
    figures = dict.fromkeys(("look", "gain", "original", "ece"), FIGURE) | {"change": change}
    look = {"look": "dim_warm", "words": "a dim lamp", "before": FIGURE, "ece": FIGURE}
    facts = {"bundle": "phantom-demo-1.0", "sha256": "0", "data": "d", "local": 100, "held": 570, "groups": 16}
    made = [{"way": one, "draws": draws} | figures for one in ways]
    return AdaptationRecord.model_validate(facts | {"original": FIGURE, "looks": [look | {"ways": made}]} | changes)


def test_the_page_says_what_was_gained_and_lost_and_kept(tmp_path):
    folder = tmp_path / "adaptation"
    folder.mkdir()
    (folder / "phantom-demo-1.0.json").write_text(record_of("adapted", kept=0.35).model_dump_json())
    page = render(read_sources(paths.shipped() / "models", tmp_path))
    assert f"| {WAYS['adapted']} | 1 | 90.0 % (85.0 to 95.0) | +90.0 (+85.0 to +95.0) |" in page
    assert "-0.4 (-1.0 to +0.2)" in page
    assert "91.0 / 99.0, 35 % kept" in page
    assert "at most 0.5 points are lost" in page


def test_a_way_measured_anew_stands_beside_those_measured_before():
    older, newer = record_of("adapted", "whole", "local"), record_of("adapted", seed=6)
    (look,) = newer.with_older(older).looks
    assert [(one.way, one.draws[0].seed) for one in look.ways] == [("adapted", 6), ("whole", 1), ("local", 1)]
    assert newer.with_older(record_of("local", sha256="1")) == newer  # of another bundle
