"""Rows of results: columns, digits, one row for each path, and names that stay names."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.finding import Decision, DecisionReason, Failure, Outcome
from leukdesk.domain.quality import QualityFlag
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.table import columns, write_csv, write_json
from tests.bundle_factory import make_card
from tests.findings import make_finding, make_prediction, make_quality

CARD = make_card()
FAILURE = Failure(
    Path("b.jpg"), ImageError("the file ends early", reason=ImageReason.TRUNCATED, advice="Copy it again.")
)


def csv_rows(*outcomes: Outcome) -> list[dict[str, str]]:
    stream = io.StringIO(newline="")
    write_csv(outcomes, CARD, stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


def json_rows(*outcomes: Outcome) -> list[dict[str, Any]]:
    stream = io.StringIO()
    write_json(outcomes, CARD, stream)
    loaded: list[dict[str, Any]] = json.loads(stream.getvalue())
    return loaded


def test_the_columns_stand_in_the_stated_order() -> None:
    assert columns(CARD) == [
        *("path", "sha256", "model", "model_version", "label", "probability", "p_Benign", "p_Early", "p_Pre"),
        *("decision", "reason", "quality", "engine", "error", "use"),
    ]


def test_a_finding_fills_its_row() -> None:
    (row,) = csv_rows(make_finding("case/a.png", make_prediction(0.00000012345, 0.75)))
    assert row == {
        "path": "case/a.png",
        "sha256": "ab" * 32,
        "model": "toy",
        "model_version": "1.0",
        "label": "Early",
        "probability": "0.7500000",
        "p_Benign": "0.0000001",
        "p_Early": "0.7500000",
        "p_Pre": "0.2499999",
        "decision": "accepted",
        "reason": "",
        "quality": "ok",
        "engine": "counting CPU",
        "error": "",
        "use": RESEARCH_USE,
    }


def test_a_refused_answer_still_has_its_label_and_probabilities() -> None:
    quality = make_quality(QualityFlag.BLURRED, QualityFlag.GREY)
    finding = make_finding(quality=quality, decision=Decision.REJECTED, reason=DecisionReason.QUALITY)
    (row,) = csv_rows(finding)
    assert row["label"] == "Benign"
    assert row["p_Benign"] == "0.9000000"
    assert (row["decision"], row["reason"], row["quality"]) == ("rejected", "quality", "blurred grey")


def test_a_failure_has_its_reason_and_no_answer() -> None:
    (row,) = csv_rows(FAILURE)
    assert row["error"] == "truncated: the file ends early"
    assert row["model"] == "toy"
    assert row["use"] == RESEARCH_USE
    assert not any(row[name] for name in ("sha256", "label", "probability", "p_Pre", "decision", "reason", "engine"))


def test_json_says_the_same_with_numbers_and_null() -> None:
    found, failed = json_rows(make_finding(), FAILURE)
    assert list(found) == list(failed) == columns(CARD)
    assert found["probability"] == found["p_Benign"] == 0.9
    assert found["error"] is None
    assert failed["label"] is None
    assert failed["error"] == "truncated: the file ends early"


def test_no_outcomes_make_a_valid_empty_table() -> None:
    assert csv_rows() == []
    assert json_rows() == []


def test_rows_are_written_as_they_come() -> None:
    stream = io.StringIO()

    def outcomes() -> Any:
        yield make_finding("a.png")
        assert "a.png" in stream.getvalue()
        yield FAILURE

    write_csv(outcomes(), CARD, stream)
    stream.truncate(0)
    write_json(outcomes(), CARD, stream)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", *("\t\r" if os.name != "nt" else "")])
def test_a_name_that_looks_like_a_formula_stays_a_name_and_finds_its_file(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(f"{start}1+cmd('calc')!A0.jpg")
    path.write_bytes(b"pixels")
    for row in (*csv_rows(make_finding(path)), *json_rows(make_finding(path))):
        assert row["path"][0] not in "=+-@\t\r"
        assert Path(row["path"]) == path
        assert Path(row["path"]).read_bytes() == b"pixels"


names = st.text(st.characters(blacklist_characters="/\x00", blacklist_categories=["Cs"]), min_size=1, max_size=20)


@given(st.lists(names.filter(lambda name: name not in (".", "..")), max_size=5))
def test_every_name_comes_back_as_it_was(given_names: list[str]) -> None:
    findings = [make_finding(name) for name in given_names]
    for read in (csv_rows, json_rows):
        assert [Path(row["path"]) for row in read(*findings)] == [Path(name) for name in given_names]


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda shares: sum(shares) > 0))
def test_probabilities_keep_seven_digits_and_the_label_is_the_largest(shares: list[float]) -> None:
    first, second, _ = (one / sum(shares) for one in shares)
    prediction = make_prediction(first, second)
    (row,) = csv_rows(make_finding(prediction=prediction))
    assert float(row["probability"]) == max(float(row[f"p_{name}"]) for name in CARD.class_ids)
    assert row[f"p_{row['label']}"] == row["probability"]
    assert float(row["p_Benign"]) == pytest.approx(first, abs=5.1e-8)
