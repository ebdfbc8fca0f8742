"""Which answers are shown as answers, and what is said about the others."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.analysis.decide import decide, explain_decision, warnings
from leukdesk.domain.card import Novelty
from leukdesk.domain.finding import Decision, DecisionReason
from leukdesk.domain.quality import REFUSING_FLAGS, QualityFlag
from tests.bundle_factory import make_card
from tests.findings import make_finding, make_prediction, make_quality

CARD = make_card(accept_threshold=0.6)
SURE, UNSURE = make_prediction(0.9), make_prediction(0.5, 0.3)

ACCEPTED = (Decision.ACCEPTED, DecisionReason.NONE)
UNCERTAIN = (Decision.UNIDENTIFIED, DecisionReason.UNCERTAIN)
NOVEL = (Decision.REJECTED, DecisionReason.NOVEL)
QUALITY = (Decision.REJECTED, DecisionReason.QUALITY)


def test_a_sure_answer_to_a_good_image_is_accepted() -> None:
    assert decide(SURE, make_quality(), CARD) == ACCEPTED


@pytest.mark.parametrize("flag", list(QualityFlag))
def test_only_refusing_flags_reject(flag: QualityFlag) -> None:
    assert decide(SURE, make_quality(flag), CARD) == (QUALITY if flag in REFUSING_FLAGS else ACCEPTED)


def test_quality_comes_before_novelty_and_novelty_before_doubt() -> None:
    odd_and_unsure = make_prediction(0.5, 0.3, novelty=3.0)
    assert decide(odd_and_unsure, make_quality(QualityFlag.BLANK), CARD) == QUALITY
    assert decide(odd_and_unsure, make_quality(), CARD) == NOVEL
    assert decide(UNSURE, make_quality(), CARD) == UNCERTAIN


@pytest.mark.parametrize(
    ("novelty", "expected"), [(-2.0, ACCEPTED), (1.0, ACCEPTED), (1.001, NOVEL), (math.nan, NOVEL)]
)
def test_the_limit_of_novelty_is_one(novelty: float, expected: object) -> None:
    assert decide(make_prediction(0.9, novelty=novelty), make_quality(), CARD) == expected


WIDE = make_card(accept_threshold=0.6, novelty=Novelty(method="mahalanobis", median=1, limit=2, accepts=0.98, refuse=2))


@pytest.mark.parametrize(("novelty", "expected"), [(1.5, ACCEPTED), (2.0, ACCEPTED), (2.001, NOVEL), (math.nan, NOVEL)])
def test_a_bundle_for_other_laboratories_warns_before_it_refuses(novelty: float, expected: object) -> None:
    prediction = make_prediction(0.9, novelty=novelty)
    decision, reason = decide(prediction, make_quality(), WIDE)
    assert (decision, reason) == expected
    said = explain_decision(make_finding(prediction=prediction, decision=decision, reason=reason), WIDE)
    assert ("trust it less" in said) == (expected == ACCEPTED)
    assert ("the limit is 2" in said) == (expected == NOVEL)


@given(st.floats(0.34, 1), st.floats(0, 1))
def test_the_threshold_decides(probability: float, threshold: float) -> None:
    rest = (1 - probability) / 2
    prediction = make_prediction(probability, rest)
    decision, _ = decide(prediction, make_quality(), make_card(accept_threshold=threshold))
    assert (decision is Decision.ACCEPTED) == (prediction.probability >= threshold)


def test_an_answer_that_is_no_number_is_never_accepted() -> None:
    assert decide(make_prediction(math.nan), make_quality(), CARD)[0] is not Decision.ACCEPTED


@pytest.mark.parametrize(
    ("prediction", "flags", "words"),
    [
        (SURE, (), ["Benign with 90.0%", "for you to confirm"]),
        (SURE, (QualityFlag.BLURRED, QualityFlag.DARK), ["Rejected", "out of focus and it is too dark"]),
        (make_prediction(0.9, novelty=3.21), (), ["Rejected", "unlike", "3.2", "does not count"]),
        (make_prediction(0.2, 0.5), (), ["Unidentified", "Early pre-B with 50.0%", "60.0%"]),
        (SURE, (QualityFlag.SCALE,), ["Benign", "Mind the image", "scale"]),
    ],
)
def test_the_reason_is_said_in_words(prediction: object, flags: tuple[QualityFlag, ...], words: list[str]) -> None:
    quality = make_quality(*flags)
    decision, reason = decide(prediction, quality, CARD)
    sentence = explain_decision(
        make_finding(prediction=prediction, quality=quality, decision=decision, reason=reason), CARD
    )
    for word in words:
        assert word in sentence


@pytest.mark.parametrize(
    ("image", "model", "word"),
    [(True, True, ""), (False, False, ""), (True, False, "synthetic image"), (False, True, "means nothing")],
)
def test_a_model_of_the_other_world_is_warned_of(image: bool, model: bool, word: str) -> None:
    found = " ".join(warnings(make_finding(synthetic=image), make_card(synthetic=model)))
    assert word in found
    assert bool(found) is bool(word)
