"""Golden runs tell a sound engine from a wrong one; the sample case is read or refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from leukdesk.analysis.golden import run_golden
from leukdesk.analysis.sample import read_sample
from leukdesk.bundles.golden import GoldenSample
from leukdesk.domain.errors import DataError
from tests.findings import CountingPredictor


def samples(shift: float = 0.0) -> list[GoldenSample]:
    inputs = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3), np.uint8)
    answers = CountingPredictor().predict(inputs, explain=False)
    return [
        GoldenSample(
            f"{number}.png", inputs[number], one.logits, (one.probabilities[0] + shift, *one.probabilities[1:])
        )
        for number, one in enumerate(answers)
    ]


def test_the_same_answers_agree() -> None:
    run = run_golden(samples(), CountingPredictor())
    assert run.agrees
    assert (run.samples, run.other_labels, run.worst) == (3, 0, 0.0)


@pytest.mark.parametrize(("shift", "agrees"), [(9e-5, True), (1.1e-4, False), (0.9, False)])
def test_the_tolerance_is_one_in_ten_thousand(shift: float, agrees: bool) -> None:
    run = run_golden(samples(shift), CountingPredictor())
    assert run.agrees is agrees
    assert run.worst == pytest.approx(shift)


def test_another_label_never_agrees() -> None:
    assert run_golden(samples(0.9), CountingPredictor()).other_labels > 0


CASE = {
    "title": "Sample",
    "model": "phantom-demo",
    "images": [
        {
            "file": "1.png",
            "role": "hit",
            "truth": {"class": "blasts", "cells": [{"kind": "blast", "box": [1, 2, 30, 40]}], "counts": {"blast": 1}},
        },
        {"file": "2.png", "role": "rejected", "truth": {"class": None}},
    ],
}


def test_a_sample_case_names_images_beside_it(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(json.dumps(CASE), encoding="utf-8")
    case = read_sample(tmp_path)
    assert (case.title, case.model) == ("Sample", "phantom-demo")
    first, second = case.images
    assert first.path == tmp_path / "1.png"
    assert (first.role, first.truth, first.counts) == ("hit", "blasts", {"blast": 1})
    assert (first.cells[0].kind, first.cells[0].box) == ("blast", (1, 2, 30, 40))
    assert (second.truth, second.cells) == ("", ())
    assert case.of(tmp_path / "2.png") is second
    assert case.of(tmp_path / "3.png") is None


@pytest.mark.parametrize("content", [None, "", "{}", "[]", json.dumps(CASE | {"images": [{"file": "1.png"}]})])
def test_a_damaged_sample_case_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "case.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError):
        read_sample(tmp_path)
