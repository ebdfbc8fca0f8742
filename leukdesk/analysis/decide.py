"""Whether an answer may be shown as an answer, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leukdesk.domain.finding import Decision, DecisionReason
from leukdesk.domain.prediction import percent
from leukdesk.domain.quality import QualityFlag

if TYPE_CHECKING:
    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import Finding
    from leukdesk.domain.prediction import Prediction
    from leukdesk.domain.quality import Quality


@dataclass(frozen=True, slots=True)
class Speech:
    """How words and numbers are said: plainly in English, unless the caller brings a language."""

    translate: Callable[[str, str], str] = lambda _context, words: words
    percent: Callable[[float], str] = percent
    number: Callable[[float], str] = "{:.1f}".format


ENGLISH = Speech()


def decide(prediction: Prediction, quality: Quality, card: Card) -> tuple[Decision, DecisionReason]:
    """Reject what nobody could read, then what is unlike the training images; below the accept threshold do not name.

    A novelty of 1 is the limit that the validation images kept to; a bundle for other laboratories' images may refuse
    only what is stranger still. A score that is not a number refuses.
    """
    if quality.refuses:
        return Decision.REJECTED, DecisionReason.QUALITY
    if not prediction.novelty <= card.refused_beyond:
        return Decision.REJECTED, DecisionReason.NOVEL
    if not prediction.probability >= card.accept_threshold:
        return Decision.UNIDENTIFIED, DecisionReason.UNCERTAIN
    return Decision.ACCEPTED, DecisionReason.NONE


def explain_decision(finding: Finding, card: Card, speech: Speech = ENGLISH) -> str:
    """What was decided and why, in sentences for the screen; warnings that did not decide it follow."""
    return " ".join([_verdict(finding, card, speech), *warnings(finding, card, speech)])


def warnings(finding: Finding, card: Card, speech: Speech = ENGLISH) -> list[str]:
    """Sentences about what makes an answer weaker without refusing it."""
    translate, found = speech.translate, []
    if card.synthetic and not finding.source.synthetic:
        found.append(
            translate(
                "Decisions",
                "This model was trained on synthetic images only: its answer means nothing for a real smear.",
            )
        )
    if finding.source.synthetic and not card.synthetic:
        found.append(translate("Decisions", "This is a synthetic image, the model was trained on real smears."))
    if finding.reason != DecisionReason.NOVEL and finding.prediction.novelty > 1.0:
        strange = translate(
            "Decisions",
            "It is unlike the training images (novelty {novelty}), as from another laboratory or stain: trust it less.",
        )
        found.append(strange.format(novelty=speech.number(finding.prediction.novelty)))
    lesser = [flag for flag in finding.quality.flags if flag not in finding.quality.refuses]
    if lesser:
        found.append(translate("Decisions", "Mind the image: {flaws}.").format(flaws=_words(lesser, speech)))
    return found


def _verdict(finding: Finding, card: Card, speech: Speech) -> str:
    translate, prediction = speech.translate, finding.prediction
    answer = translate("Decisions", "{label} with {percent}").format(
        label=card.display(prediction.label), percent=speech.percent(prediction.probability)
    )
    match finding.reason:
        case DecisionReason.QUALITY:
            words = translate("Decisions", "Rejected: the image cannot be read, {flaws}.")
            return words.format(flaws=_words(list(finding.quality.refuses), speech))
        case DecisionReason.NOVEL:
            words = translate(
                "Decisions",
                "Rejected: the image is unlike those the model was trained on (novelty {novelty}, the limit is "
                "{limit}), so its answer ({answer}) does not count.",
            )
            limit = f"{card.refused_beyond:g}"
            return words.format(novelty=speech.number(prediction.novelty), limit=limit, answer=answer)
        case DecisionReason.UNCERTAIN:
            words = translate(
                "Decisions",
                "Unidentified: the model is not sure enough ({answer}, it needs {percent} to name a class).",
            )
            return words.format(answer=answer, percent=speech.percent(card.accept_threshold))
        case DecisionReason.NONE:
            return translate("Decisions", "{answer}, a finding for you to confirm.").format(answer=answer)


def _words(flags: list[QualityFlag], speech: Speech) -> str:
    return speech.translate("Decisions", " and ").join(_flag_words(speech.translate)[flag] for flag in flags)


def _flag_words(translate: Callable[[str, str], str]) -> dict[QualityFlag, str]:
    return {
        QualityFlag.BLANK: translate("Decisions", "nothing stained is in view"),
        QualityFlag.BLURRED: translate("Decisions", "it is out of focus"),
        QualityFlag.DARK: translate("Decisions", "it is too dark"),
        QualityFlag.BRIGHT: translate("Decisions", "it is too bright"),
        QualityFlag.LOW_CONTRAST: translate("Decisions", "its contrast is low"),
        QualityFlag.GREY: translate("Decisions", "it has no colour, so no stain to read"),
        QualityFlag.THIN: translate("Decisions", "next to no cells lie in view"),
        QualityFlag.THICK: translate("Decisions", "its cells lie too close, next to no bare glass is left"),
        QualityFlag.MARKS: translate("Decisions", "a scale bar or writing is burnt into it"),
        QualityFlag.SMALL: translate("Decisions", "it has fewer pixels than the model looks at"),
        QualityFlag.SCALE: translate("Decisions", "its scale is far from what the model was trained on"),
        QualityFlag.STAIN: translate("Decisions", "it is stained otherwise than what the model was trained on"),
    }
