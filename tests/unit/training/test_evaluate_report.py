"""The report stands alone, says the same as its JSON, and does not let a baseline be overlooked."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from leukdesk.domain.errors import DataError, OutputError
from leukdesk.domain.vocabulary import RESEARCH_USE
from training.evaluate import Rows, evaluate
from training.evaluate.report import write_report

CLASSES = ("benign", "pre", "pro")


def rows_of(accuracy, *, seed=0, n=240, groups=24, classes=CLASSES):
    """Rows of a model that is right in about that share of images; the labels do not depend on the seed."""
    truth = np.random.default_rng(99).integers(0, len(classes), n)
    rng = np.random.default_rng(seed)
    called = np.where(rng.random(n) < accuracy, truth, (truth + 1) % len(classes))
    scores = np.where(called[:, None] == np.arange(len(classes)), 4.0, 1.0) + rng.random((n, len(classes)))
    return Rows(
        tuple(f"{i}.jpg" for i in range(n)),
        tuple(classes[t] for t in truth),
        tuple(classes),
        scores / scores.sum(axis=1, keepdims=True),
        tuple(f"p{i % groups}" for i in range(n)) if groups else None,
    )


class Outline(HTMLParser):
    """Collects tags, attributes and text; counts tags left open."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.sources, self.depth, self.words = [], [], 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.depth += tag not in ("meta", "img")
        self.sources += [value for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag):
        self.depth -= 1

    def handle_data(self, data):
        self.words.append(data)


def written(tmp_path, rows, **options):
    page = write_report(evaluate(rows, seed=0, resamples=50), tmp_path, **options)
    return page.read_text("utf-8"), json.loads((tmp_path / "report.json").read_text("utf-8"))


def test_the_page_needs_nothing_else(tmp_path):
    text, _ = written(tmp_path, rows_of(0.9))
    outline = Outline(text)
    assert outline.depth == 0
    assert outline.sources
    assert all(source.startswith("data:image/png;base64,iVBOR") for source in outline.sources)
    assert "script" not in outline.tags
    assert RESEARCH_USE in text
    assert sorted(one.name for one in tmp_path.iterdir()) == ["report.html", "report.json"]


def test_page_and_json_state_the_same_figures(tmp_path):
    rows = rows_of(0.9)
    text, record = written(tmp_path, rows)
    assert f"{record['overall']['accuracy']['value']:.1%}" in text
    assert record["overall"]["accuracy"]["value"] == float((rows.truth == rows.predicted).mean())
    assert record["rows_sha256"] in text
    assert record["confusion"]["orientation"].capitalize() in text
    for label, counts in zip(CLASSES, record["confusion"]["counts"], strict=True):
        cells = "".join(f'<td class="n">{count}</td>' for count in counts)
        assert f"<td>{label}</td>{cells}" in text


def test_baselines_stand_beside_the_model(tmp_path):
    text, record = written(
        tmp_path,
        rows_of(0.95),
        title="early-blast 1.0",
        baselines={"colour only": rows_of(0.6, seed=1), "SVM, CNN features": rows_of(0.9, seed=2)},
    )
    assert set(record["baselines"]) == {"colour only", "SVM, CNN features"}
    assert [one["model"] for one in record["comparisons"]] == ["colour only", "SVM, CNN features"]
    assert record["comparisons"][0]["reference"] == "early-blast 1.0"
    assert record["comparisons"][0]["accuracy_difference"]["high"] < 0
    assert "SVM, CNN features" in text
    assert not any("no evidence" in sentence for sentence in record["reading"])


def test_a_model_no_better_than_colour_is_called_what_it_is(tmp_path):
    text, record = written(tmp_path, rows_of(0.9), baselines={"colour only": rows_of(0.9, seed=3)})
    assert any("no evidence" in sentence and "colour only" in sentence for sentence in record["reading"])
    assert "no evidence" in text


def test_a_telling_baseline_is_pointed_out_even_where_it_is_beaten(tmp_path):
    _, record = written(tmp_path, rows_of(1.0), baselines={"corner only": rows_of(0.85, seed=3)})
    assert any("corner only" in sentence and "more than their cells" in sentence for sentence in record["reading"])


def test_names_cannot_inject_markup(tmp_path):
    classes = ("<script>alert(1)</script>", "a&b")
    text, _ = written(tmp_path, rows_of(0.8, classes=classes), title="<b>", context=["split by <patient>"])
    assert "<script" not in text
    assert "<b>" not in text
    assert Outline(text).depth == 0


@pytest.mark.parametrize("labels", [("pre",) * 6, ("benign", "pre") * 3])
def test_a_test_set_without_some_classes_still_gets_its_page(tmp_path, labels):
    rows = Rows(tuple("abcdef"), labels, CLASSES, np.tile([0.1, 0.8, 0.1], (6, 1)))
    text, record = written(tmp_path, rows)
    assert "not defined" in text
    assert not re.search(r"\bnan\b", re.sub(r"base64,[^\"]+", "", text))
    assert record["groups"] == []


def test_baselines_of_other_images_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(DataError):
        written(tmp_path / "new", rows_of(0.9), baselines={"colour only": rows_of(0.9, n=100)})
    assert not (tmp_path / "new").exists()


def test_a_baseline_may_not_take_the_models_title(tmp_path):
    with pytest.raises(ValueError, match="title"):
        written(tmp_path, rows_of(0.9), title="x", baselines={"x": rows_of(0.9)})


def test_a_full_disk_is_said(tmp_path):
    (tmp_path / "report.json").mkdir()
    with pytest.raises(OutputError):
        written(tmp_path, rows_of(0.9))


def test_drawing_opens_no_window_system(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # importing it fails, whoever imported it before
    assert "<img" in written(tmp_path, rows_of(0.9))[0]
