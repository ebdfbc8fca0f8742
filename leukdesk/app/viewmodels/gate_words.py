"""What the gate found, in plain words and numbers as the user's locale writes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from leukdesk.app.viewmodels.numbers import date_and_time, number
from leukdesk.domain.gate import Figure, Gate, GateSet, Verdict

if TYPE_CHECKING:
    from leukdesk.bundles.decisions import Decision

translate = QCoreApplication.translate


def verdict_words(gate: Gate) -> tuple[str, str]:
    """The verdict as a headline, and what it means for the decision."""
    active = gate.active.key if gate.active is not None else ""
    margin = number(100 * gate.margin, 0)
    head, advice = {
        Verdict.BETTER: (
            translate("Gate", "The new model is better"),
            translate("Gate", "Also the lower end of what it may have gained is above zero. Using it is proposed."),
        ),
        Verdict.NO_WORSE: (
            translate("Gate", "The new model is no worse"),
            translate("Gate", "It may have gained or lost a little, but less than {margin} points. You may use it."),
        ),
        Verdict.WORSE: (
            translate("Gate", "The new model is worse"),
            translate("Gate", "Keep {active}. To use the new one all the same, say why."),
        ),
        Verdict.TOO_FEW: (
            translate("Gate", "These images cannot tell the two apart"),
            translate(
                "Gate",
                "The new model may be better, or worse by more than {margin} points. Keep {active}, label more images "
                "of other patients, and train again.",
            ),
        ),
        Verdict.NOT_COMPARABLE: _alone(gate),
    }[gate.verdict]
    return head, advice.format(margin=margin, active=active)


def _alone(gate: Gate) -> tuple[str, str]:
    if gate.active is None:
        return (
            translate("Gate", "There is no model in use to compare with"),
            translate("Gate", "Judge by its figures alone whether it is good enough for your work."),
        )
    return (
        translate("Gate", "The two cannot be compared"),
        translate("Gate", "They judge different things or know different classes. Keep {active} unless you know why."),
    )


def set_words(one: GateSet) -> str:
    """Which images these are."""
    images = number(one.images)
    if one.grouped:
        words = translate("Gate", "{images} locked test images of {groups} patients or slides")
        return words.format(images=images, groups=number(one.groups))
    words = translate("Gate", "{images} locked test images; whose they are is not known")
    return words.format(images=images)


def difference_words(one: GateSet) -> str:
    """How far the two are apart, with limits; empty where they were not compared."""
    if one.difference is None:
        return ""
    return translate("Gate", "{points} points ({limits})").format(
        points=_signed(one.difference.value), limits=_limits(one.difference, _signed)
    )


def test_words(one: GateSet) -> str:
    """What only one of the two got right, and how likely chance is."""
    if one.p is None:
        return ""
    words = translate("Gate", "Only the new one is right: {new} images. Only the present one: {active}. McNemar p {p}")
    p = f"< {number(0.001, 3)}" if one.p < 0.001 else f"= {number(one.p, 3)}"
    return words.format(new=number(one.only_new_right), active=number(one.only_active_right), p=p)


def percent_words(figure: Figure | None) -> str:
    """A share with its limits, in per cent; a dash where there is none."""
    if figure is None:
        return "–"
    return f"{_percent(figure.value)} % ({_limits(figure, _percent)})"


def error_words(figure: Figure | None) -> str:
    """A calibration error with its limits."""
    return "–" if figure is None else f"{number(figure.value, 3)} ({_limits(figure, lambda one: number(one, 3))})"


def points_words(figure: Figure | None) -> str:
    """A difference of shares in points, with its limits."""
    return "–" if figure is None else f"{_signed(figure.value)} ({_limits(figure, _signed)})"


def change_word(figure: Figure | None) -> tuple[str, str]:
    """What a difference says with its limits, and its tone: better, worse, or nothing for sure."""
    if figure is not None and figure.low is not None and figure.low > 0:
        return translate("Gate", "better"), "ok"
    if figure is not None and figure.high is not None and figure.high < 0:
        return translate("Gate", "worse"), "refuse"
    return "", "plain"


def note_words(code: str) -> str:
    """What limits the figures, as a sentence; empty for what nobody needs to know."""
    return {
        "no_groups": translate(
            "Gate",
            "Which images are of one patient is not known: every image is taken as independent, and the limits are too "
            "narrow.",
        ),
        "few_groups": translate(
            "Gate", "There are fewer than 20 patients or slides: the limits tend to be too narrow."
        ),
        "optimistic_split": translate(
            "Gate", "Images of one patient may lie in training and test: the new model's figures are too good."
        ),
        "active_may_have_seen": translate(
            "Gate",
            "The present model was trained with another division of images. If it has seen some of these, its figures "
            "are too good.",
        ),
        "classes_differ": translate(
            "Gate", "The two know different classes: they are compared on images of the classes that both know."
        ),
        "scope_differs": translate("Gate", "One judges whole fields, the other single cells."),
        "class_worse": translate("Gate", "At least one class is recognised less often than before: see below."),
        "class_absent": translate("Gate", "Of at least one class there is no image to judge on."),
        "calibration_worse": translate(
            "Gate", "The new model's probabilities can be believed less than the present one's."
        ),
        "not_above_colour": translate(
            "Gate",
            "The new model is not surely better than one that sees the colours alone. It may have learned the stain "
            "and not the cells.",
        ),
    }.get(code) or _forgetting_words(code)


def _forgetting_words(code: str) -> str:
    return {
        "worse_on_original": translate(
            "Gate", "On the images the present model was made for, the new one has become worse: it has forgotten."
        ),
        "original_split_differs": translate(
            "Gate",
            "The split named for the images the model was made with is not its own. If it learned from some of "
            "those that count as unseen here, it has forgotten more than these figures say.",
        ),
    }.get(code, "")


def decision_words(one: Decision, in_use: bool) -> str:
    """What was decided, when and by whom."""
    when = date_and_time(datetime.fromisoformat(one.at))
    if one.choice == "used":
        words = translate("Gate", "{who} decided on {when} to use {name}.")
        back = translate("Gate", "It is in use.") if in_use else translate("Gate", "Another model is in use now.")
        words = f"{words} {back}"
    else:
        words = translate("Gate", "{who} decided on {when} to keep the present model and not to use {name}.")
    who = one.by or translate("Gate", "Somebody")
    return words.format(who=who, when=when, name=one.new)


def bins_words(name: str, one: GateSet, *, new: bool) -> str:
    """A reliability diagram for those who hear it."""
    bins = one.bins_new if new else one.bins_active
    each = translate("Gate", "{sure} % sure, {right} % right")
    said = "; ".join(each.format(sure=_percent(b.confidence), right=_percent(b.accuracy)) for b in bins)
    return f"{name}: {said}" if said else ""


def _percent(value: float) -> str:
    return number(100 * value, 1)


def _signed(value: float) -> str:
    points = round(100 * value, 1)
    sign = "+" if points > 0 else "−" if points < 0 else "±"
    return f"{sign}{number(abs(points), 1)}"


def _limits(figure: Figure, words: object) -> str:
    assert callable(words)
    low, high = (translate("Gate", "not known") if one is None else words(one) for one in (figure.low, figure.high))
    return f"{low} … {high}"
