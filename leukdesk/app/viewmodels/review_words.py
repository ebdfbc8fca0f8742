"""A review in words: why a key had no effect, what the model said, who said what."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from leukdesk.app.viewmodels.faces import Vocabulary, decision_word
from leukdesk.app.viewmodels.numbers import date_and_time
from leukdesk.app.viewmodels.review import Refusal
from leukdesk.app.viewmodels.review_queue import ReviewItem
from leukdesk.domain.finding import DecisionReason
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED

translate = QCoreApplication.translate


def refusal_words(why: Refusal) -> str:
    """Why a key had no effect, and what to do."""
    return {
        Refusal.READ_ONLY: translate("Review", "This case is signed. To change it, amend it on its page."),
        Refusal.UNSEEN: translate("Review", "The picture is not there yet: wait a moment."),
        Refusal.NO_PICTURE: translate(
            "Review", "Without its picture it can only be unidentified (U) or not classed (N)."
        ),
        Refusal.BLIND: translate("Review", "Blind reading: the model's answer is hidden. Choose a class."),
        Refusal.NO_ANSWER: translate("Review", "There is no answer of the model to accept. Choose a class."),
    }[why]


def label_name(label: str, vocabulary: Vocabulary) -> str:
    """A human's label as it is shown."""
    if label == UNIDENTIFIED:
        return translate("Review", "Unidentified")
    return translate("Review", "Not classed") if label == NOT_CLASSED else vocabulary.look(label).display


def decision_words(item: ReviewItem) -> tuple[str, str]:
    """The model's decision in a word, and why it gave no answer in a sentence."""
    why = {
        DecisionReason.NONE: "",
        DecisionReason.UNCERTAIN: translate("Review", "The model is not sure enough to answer."),
        DecisionReason.NOVEL: translate("Review", "It is unlike anything the model was trained on."),
        DecisionReason.QUALITY: translate("Review", "The picture is not good enough."),
    }[item.finding.reason]
    return decision_word(item.finding.decision), why


def said_by(item: ReviewItem, vocabulary: Vocabulary) -> str:
    """What was said, which may be no class of the model, by whom, and when."""
    if not item.label or item.at is None:
        return translate("Review", "Nobody has looked at this yet.")
    words, name = translate("Review", "{label}: {who}, {when}"), label_name(item.label, vocabulary)
    return words.format(label=name, who=item.author, when=date_and_time(item.at))
