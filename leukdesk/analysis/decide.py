"""Whether an answer may be shown as an answer, and the sentence that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leukdesk.domain.finding import Decision, DecisionReason
from leukdesk.domain.prediction import percent
from leukdesk.domain.quality import QualityFlag

if TYPE_CHECKING:
    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import Finding
    from leukdesk.domain.prediction import Prediction
    from leukdesk.domain.quality import Quality

_FLAG_WORDS = {
    QualityFlag.BLANK: "nothing stained is in view",
    QualityFlag.BLURRED: "it is out of focus",
    QualityFlag.DARK: "it is too dark",
    QualityFlag.BRIGHT: "it is too bright",
    QualityFlag.LOW_CONTRAST: "its contrast is low",
    QualityFlag.GREY: "it has no colour, so no stain to read",
    QualityFlag.SMALL: "it has fewer pixels than the model looks at",
    QualityFlag.SCALE: "its scale is far from what the model was trained on",
    QualityFlag.STAIN: "it is stained otherwise than what the model was trained on",
}


def decide(prediction: Prediction, quality: Quality, card: Card) -> tuple[Decision, DecisionReason]:
    """Reject what nobody could read, then what is unlike the training images; below the accept threshold do not name.

    The limit of novelty is 1 by construction. A score that is not a number refuses.
    """
    if quality.refuses:
        return Decision.REJECTED, DecisionReason.QUALITY
    if not prediction.novelty <= 1.0:
        return Decision.REJECTED, DecisionReason.NOVEL
    if not prediction.probability >= card.accept_threshold:
        return Decision.UNIDENTIFIED, DecisionReason.UNCERTAIN
    return Decision.ACCEPTED, DecisionReason.NONE


def explain_decision(finding: Finding, card: Card) -> str:
    """What was decided and why, in sentences for the screen; warnings that did not decide it follow."""
    return " ".join([_verdict(finding, card), *warnings(finding, card)])


def warnings(finding: Finding, card: Card) -> list[str]:
    """Sentences about what makes an answer weaker without refusing it."""
    found = []
    if card.synthetic and not finding.source.synthetic:
        found.append("This model was trained on synthetic images only: its answer means nothing for a real smear.")
    if finding.source.synthetic and not card.synthetic:
        found.append("This is a synthetic image, the model was trained on real smears.")
    lesser = [flag for flag in finding.quality.flags if flag not in finding.quality.refuses]
    if lesser:
        found.append(f"Mind the image: {_words(lesser)}.")
    return found


def _verdict(finding: Finding, card: Card) -> str:
    prediction = finding.prediction
    answer = f"{card.display(prediction.label)} with {percent(prediction.probability)}"
    match finding.reason:
        case DecisionReason.QUALITY:
            return f"Rejected: the image cannot be read, {_words(list(finding.quality.refuses))}."
        case DecisionReason.NOVEL:
            return (
                f"Rejected: the image is unlike those the model was trained on "
                f"(novelty {prediction.novelty:.1f}, the limit is 1), so its answer ({answer}) does not count."
            )
        case DecisionReason.UNCERTAIN:
            return (
                f"Unidentified: the model is not sure enough ({answer}, "
                f"it needs {card.accept_threshold:.1%} to name a class)."
            )
        case DecisionReason.NONE:
            return f"{answer}, a finding for you to confirm."


def _words(flags: list[QualityFlag]) -> str:
    return " and ".join(_FLAG_WORDS[flag] for flag in flags)
