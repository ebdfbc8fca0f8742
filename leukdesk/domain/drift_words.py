"""What a broken rule means, in sentences: for the window, which brings a language, and for the command line alike."""

from __future__ import annotations

from collections.abc import Callable

from leukdesk.domain.control import Measure
from leukdesk.domain.drift import Rule, Signal

Translate = Callable[[str, str], str]


def english(_context: str, words: str) -> str:
    """No translation."""
    return words


def share(value: float) -> str:
    """A share as per cent with one decimal."""
    return f"{value:.1%}"


def value(measure: Measure, number: float) -> str:
    """A measure's value as it is shown."""
    if measure in (Measure.SATURATION, Measure.STAINED):
        return share(number)
    return f"{number:.0f}" if measure is Measure.BRIGHTNESS else f"{number:.2f}"


def measure_name(measure: Measure, translate: Translate = english) -> str:
    """What a measure is called."""
    return {
        Measure.BRIGHTNESS: translate("Watch", "Brightness"),
        Measure.SATURATION: translate("Watch", "Strength of colour"),
        Measure.STAINED: translate("Watch", "Purple of nuclei"),
        Measure.SHARPNESS: translate("Watch", "Sharpness"),
        Measure.NOVELTY: translate("Watch", "Novelty"),
    }[measure]


def rule_name(rule: Rule) -> str:
    """What laboratories call it; empty for what they have no name for."""
    return str(rule) if rule in (Rule.FAR, Rule.TWICE, Rule.FOUR) else ""


def sentence(signal: Signal, translate: Translate = english) -> str:
    """What is wrong."""
    if signal.measure is None:
        return _counted(signal, translate)
    name = measure_name(signal.measure, translate)
    now, before = value(signal.measure, signal.now), value(signal.measure, signal.before)
    words = {
        Rule.OTHERWISE: translate("Watch", "{name}: the same files now measure {now}, and measured {before}."),
        Rule.EARLY: translate("Watch", "{name}: {now} instead of {before}, more than images differ among each other."),
        Rule.FAR: translate("Watch", "{name}: {now} instead of {before}, beyond the limits (rule 1-3s)."),
        Rule.TWICE: translate("Watch", "{name}: {now} instead of {before}, twice far to one side (rule 2-2s)."),
        Rule.FOUR: translate("Watch", "{name}: {now} instead of {before}, four times to one side (rule 4-1s)."),
    }[signal.rule]
    return words.format(name=name, now=now, before=before)


def _counted(signal: Signal, translate: Translate) -> str:
    if signal.rule is Rule.FILES:
        return translate("Watch", "Files of the control set that changed or are gone: {count}.").format(
            count=round(signal.now)
        )
    words = {
        Rule.ACCURACY: translate("Watch", "Fewer are right: {now} instead of {before}, more than chance explains."),
        Rule.REFUSED: translate("Watch", "More are refused or unidentified: {now} instead of {before}."),
    }[signal.rule]
    return words.format(now=share(signal.now), before=share(signal.before))


def advice(signal: Signal, translate: Translate = english) -> str:
    """What to do about it."""
    if signal.rule is Rule.FILES:
        return translate("Watch", "Bring the files back from where they came, or choose the control set anew.")
    if signal.rule is Rule.OTHERWISE:
        return translate("Watch", "Something on this machine changed: verify the model, and see what was updated.")
    if signal.measure is None:
        return translate("Watch", "Do not rely on the model until it is known why: look at the images that are wrong.")
    return translate("Watch", "Look at stain, lamp and camera before you rely on the model's answers.")
