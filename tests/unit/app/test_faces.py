"""What the list says of an image: honest per cents, a word for every state, never a class that was not accepted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakePredictor, fake_card
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from leukdesk.app.viewmodels.faces import ClassLook, Row, RowState, Vocabulary, face, percent
from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.finding import Decision, DecisionReason, Failure, Finding
from leukdesk.domain.image import ImageSource
from leukdesk.domain.prediction import percent as everywhere
from leukdesk.domain.quality import Quality

PATH = Path("case", "field 003.jpg")
WORDS = Vocabulary({one.id: ClassLook(one.display, one.colour) for one in fake_card().classes})


@pytest.fixture(autouse=True)
def english() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.English))


def finding(decision: Decision) -> Finding:
    predictor = FakePredictor()
    (prediction,) = predictor.predict(np.zeros((1, 64, 64, 3), np.uint8))
    source = ImageSource(PATH, "0" * 64, "JPEG", 224, 224, 8, 1, None, synthetic=False)
    quality = Quality((), 128.0, 90.0, 200.0, 0.2, 0.1)
    return Finding(source, predictor.bundle, prediction, quality, decision, DecisionReason.NONE, predictor.engine)


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.0, "< 0.1%"), (0.0001, "< 0.1%"), (0.0012, "0.1%"), (0.971, "97.1%"), (0.9999, "> 99.9%"), (1.0, "> 99.9%")],
)
def test_per_cents_have_one_decimal_and_claim_no_certainty(probability: float, words: str) -> None:
    assert percent(probability) == words


@given(st.floats(0.0, 1.0))
def test_per_cents_never_overstate(probability: float) -> None:
    assert percent(probability) not in ("0.0%", "100.0%")


@given(st.floats(0.0, 1.0))
def test_window_sentence_and_command_line_agree(probability: float) -> None:
    assert percent(probability) == everywhere(probability)


def test_per_cents_are_written_in_the_users_language() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.German))
    assert percent(0.971) == "97,1%"


def test_an_accepted_answer_is_named_with_its_colour() -> None:
    done = finding(Decision.ACCEPTED)
    shown = face(Row(PATH, RowState.DONE, done), WORDS)
    assert shown.verdict == WORDS.look(done.prediction.label).display
    assert shown.colour == WORDS.look(done.prediction.label).colour
    assert shown.spoken == f"field 003.jpg, {shown.verdict}, {percent(done.prediction.probability)}"


@pytest.mark.parametrize("decision", [Decision.UNIDENTIFIED, Decision.REJECTED])
def test_an_answer_that_does_not_count_is_not_shown(decision: Decision) -> None:
    shown = face(Row(PATH, RowState.DONE, finding(decision)), WORDS)
    assert (shown.verdict.lower(), shown.percent, shown.colour) == (decision.value, "", "")


@pytest.mark.parametrize(("state", "word"), [(RowState.WAITING, "Waiting"), (RowState.RUNNING, "Analysing")])
def test_what_is_not_done_says_so(state: RowState, word: str) -> None:
    assert face(Row(PATH, state), WORDS).verdict == word


def test_a_failure_is_told_by_word_and_icon_not_by_colour_alone() -> None:
    failure = Failure(PATH, ImageError("it is damaged", reason=ImageReason.DAMAGED))
    shown = face(Row(PATH, RowState.FAILED, failure), WORDS)
    assert (shown.verdict, shown.icon, shown.tone) == ("Failed", "attention", "refuse")


def test_a_class_nobody_described_keeps_its_id() -> None:
    done = finding(Decision.ACCEPTED)
    other = replace(done, prediction=replace(done.prediction, classes=("A", "B", "C", "D")))
    assert face(Row(PATH, RowState.DONE, other), WORDS).verdict in {"A", "B", "C", "D"}
