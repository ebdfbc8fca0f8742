"""Signatures in words: what is signed, what stands in the way, what agreement means."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.review_words import label_name
from leukdesk.domain.agreement import Kappa
from leukdesk.domain.review import Meaning, SignOff
from leukdesk.domain.sign_off import Difference, SignedContent

translate = QCoreApplication.translate


def content_rows(content: SignedContent) -> list[tuple[str, str]]:
    """What is signed, as names and numbers."""
    rows = [
        (translate("Signing", "Answers in this case"), content.answers),
        (translate("Signing", "As the model said"), content.agreed),
        (translate("Signing", "Another class than the model's"), len(content.changed)),
        (translate("Signing", "Named where the model gave no answer"), content.named),
        (translate("Signing", "Not classed"), content.not_classed),
        (translate("Signing", "Unidentified"), content.unidentified),
        (translate("Signing", "Not looked at yet"), content.unreviewed),
    ]
    return [(name, number(count)) for name, count in rows]


def what_is_missing(content: SignedContent) -> str:
    """Why it cannot be signed yet; empty where it can."""
    if content.unreviewed:
        words = translate("Signing", "Not looked at yet: {count}. Review them first.")
        return words.format(count=number(content.unreviewed))
    if content.unidentified:
        words = translate("Signing", "Unidentified: {count}. Give each a class, or say that it is not classed.")
        return words.format(count=number(content.unidentified))
    return ""


def label_counts(content: SignedContent, vocabulary: Vocabulary) -> str:
    """The classes that people gave, with how often."""
    return "   ".join(f"{label_name(one, vocabulary)} {number(count)}" for one, count in content.labels.items())


def difference_row(one: Difference, vocabulary: Vocabulary) -> tuple[str, str, str]:
    """Which image or cell, what was said before, and what after."""
    cell = translate("Signing", ", cell {number}").format(number=number(one.cell)) if one.cell else ""
    nothing = translate("Signing", "nothing")
    before, after = (label_name(said, vocabulary) if said else nothing for said in (one.before, one.after))
    return one.image.path.name + cell, before, after


def meaning_word(sign_off: SignOff) -> str:
    """What a signature says."""
    if sign_off.meaning is Meaning.CONFIRMED:
        return translate("Signing", "confirmed by")
    return translate("Signing", "reviewed by")


def kappa_words(one: Kappa) -> str:
    """Kappa with its limits and what it counts."""
    if one.answers == 0:
        return translate("Signing", "Nobody has given a class yet.")
    same = translate("Signing", "Same answer in {agreed} of {answers}").format(
        agreed=number(one.agreed), answers=number(one.answers)
    )
    if one.value is None or one.limits is None:
        return same + translate("Signing", "; kappa needs more than one class")
    return same + translate("Signing", "; kappa {value}, 95 % limits {low} to {high}").format(
        value=number(one.value, 2), low=number(one.limits.low, 2), high=number(one.limits.high, 2)
    )
