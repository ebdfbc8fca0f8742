"""What adapting a model to this laboratory came to, in plain words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from leukdesk.app.viewmodels.gate_words import difference_words, note_words
from leukdesk.app.viewmodels.numbers import number
from leukdesk.domain.adaptation import Adaptation
from leukdesk.domain.gate import GateSet

translate = QCoreApplication.translate
MARGIN = 0.02  # of accuracy: what the gate calls no worse, too


def headline(one: Adaptation) -> tuple[str, str, str]:
    """Whether it helped, what that means, and its tone: ok, refuse or attention."""
    gain = one.local.difference if one.local is not None else None
    if gain is not None and gain.low is not None and gain.low > 0:
        return (
            translate("Adaptation", "Adapting helped on your images"),
            translate("Adaptation", "Also the lower end of what it gained is above zero. Judge it next."),
            "ok",
        )
    if gain is not None and gain.high is not None and gain.high < 0:
        return (
            translate("Adaptation", "Adapting did harm on your images"),
            translate("Adaptation", "Keep the model as it was. It is still the one in use."),
            "refuse",
        )
    return (
        translate("Adaptation", "These images cannot tell whether adapting helped"),
        translate(
            "Adaptation",
            "It may have helped or done harm. Label more images of other patients and adapt again, or judge it knowing "
            "that.",
        ),
        "attention",
    )


def forgetting(one: Adaptation) -> tuple[str, str]:
    """What it has forgotten of the images it was made with, and the tone of that."""
    if one.original is None or one.original.difference is None:
        words = translate(
            "Adaptation",
            "Whether it has forgotten what it knew was not measured. Name the images it was made with when you adapt, "
            "or when you judge it.",
        )
        return words, "attention"
    lost, far = one.original.difference, difference_words(one.original)
    if lost.high is not None and lost.high < 0:
        words = translate("Adaptation", "On the images it was made with it has become worse, {far}: it has forgotten.")
        return words.format(far=far), "refuse"
    if lost.low is not None and lost.low > -MARGIN:
        words = translate("Adaptation", "On the images it was made with it is about as good as before, {far}.")
        return words.format(far=far), "ok"
    words = translate(
        "Adaptation", "On the images it was made with, {far}: these are too few to tell whether it has forgotten."
    )
    return words.format(far=far), "attention"


def gained(one: GateSet) -> str:
    """How far accuracy on the held-out images moved; empty where nothing is known of it."""
    far = difference_words(one)
    return translate("Adaptation", "Accuracy on your held-out images: {far}").format(far=far) if far else ""


def learned_words(one: Adaptation) -> str:
    """How many images it learned from, and how many of them were shown again; empty where that is not known."""
    if "train" not in one.images:
        return ""
    all_images = one.images["train"] + one.images.get("validation", 0)
    again = one.images.get("replayed", 0)
    if not again:
        return translate("Adaptation", "It learned from {count} images of yours.").format(count=number(all_images))
    words = translate("Adaptation", "It learned from {own} images of yours and {again} of those it was made with.")
    return words.format(own=number(all_images - again), again=number(again))


def notes(one: Adaptation) -> list[str]:
    """What limits these figures; codes that this program does not know are left out."""
    own = {
        "few_images": translate(
            "Adaptation", "There are fewer than 100 held-out images: the limits are wide, also where it truly helped."
        ),
        "nothing_replayed": translate(
            "Adaptation",
            "No image it was made with was shown again. In our measurements a model adapted so lost about eight points "
            "on them.",
        ),
        "change_cut_back": translate(
            "Adaptation",
            "Only a part of what it learned was kept: more could have cost over half a point on the images it was made "
            "with.",
        ),
        "no_change_kept": translate(
            "Adaptation",
            "Nothing of what it learned was kept: any of it could have cost over half a point on the images it was "
            "made with. It names images as before; only its probabilities were set anew.",
        ),
        "loss_not_bounded": "",  # no original images: said by nothing_replayed
        "original_not_measured": "",  # said above
        "worse_on_original": "",
    }
    return [said for code in one.notes if (said := own.get(code, note_words(code)))]
