"""What a broken rule means, in sentences: for the window, which brings a language, and for the command line alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leukdesk.domain.control import Measure
from leukdesk.domain.drift import Rule, Signal


def share(value: float) -> str:
    """A share as per cent with one decimal."""
    return f"{value:.1%}"


@dataclass(frozen=True, slots=True)
class Tongue:
    """How words and numbers are said: plainly in English, unless the caller brings a language."""

    translate: Callable[[str, str], str] = lambda _context, words: words
    share: Callable[[float], str] = share
    number: Callable[[float, int], str] = lambda value, decimals: f"{value:.{decimals}f}"


ENGLISH = Tongue()


def value(measure: Measure, number: float, tongue: Tongue = ENGLISH) -> str:
    """A measure's value as it is shown."""
    if measure in (Measure.SATURATION, Measure.STAINED):
        return tongue.share(number)
    return tongue.number(number, 0 if measure is Measure.BRIGHTNESS else 2)


def measure_name(measure: Measure, tongue: Tongue = ENGLISH) -> str:
    """What a measure is called."""
    translate = tongue.translate
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


def sentence(signal: Signal, tongue: Tongue = ENGLISH) -> str:
    """What is wrong."""
    translate = tongue.translate
    if signal.measure is None:
        return _counted(signal, tongue)
    name = measure_name(signal.measure, tongue)
    now, before = value(signal.measure, signal.now, tongue), value(signal.measure, signal.before, tongue)
    words = {
        Rule.OTHERWISE: translate("Watch", "{name}: the same files now measure {now}, and measured {before}."),
        Rule.EARLY: translate("Watch", "{name}: {now} instead of {before}, more than images differ among each other."),
        Rule.FAR: translate("Watch", "{name}: {now} instead of {before}, beyond the limits (rule 1-3s)."),
        Rule.TWICE: translate("Watch", "{name}: {now} instead of {before}, twice far to one side (rule 2-2s)."),
        Rule.FOUR: translate("Watch", "{name}: {now} instead of {before}, four times to one side (rule 4-1s)."),
    }[signal.rule]
    return words.format(name=name, now=now, before=before)


def _counted(signal: Signal, tongue: Tongue) -> str:
    translate = tongue.translate
    if signal.rule is Rule.FILES:
        return translate("Watch", "Files of the control set that changed or are gone: {count}.").format(
            count=tongue.number(signal.now, 0)
        )
    words = {
        Rule.ACCURACY: translate("Watch", "Fewer are right: {now} instead of {before}, more than chance explains."),
        Rule.REFUSED: translate("Watch", "More are refused or unidentified: {now} instead of {before}."),
    }[signal.rule]
    return words.format(now=tongue.share(signal.now), before=tongue.share(signal.before))


def advice(signal: Signal, tongue: Tongue = ENGLISH) -> str:
    """What to do about it."""
    translate = tongue.translate
    if signal.rule is Rule.FILES:
        return translate("Watch", "Bring the files back from where they came, or choose the control set anew.")
    if signal.rule is Rule.OTHERWISE:
        return translate("Watch", "Something on this machine changed: verify the model, and see what was updated.")
    if signal.measure is None:
        return translate("Watch", "Do not rely on the model until it is known why: look at the images that are wrong.")
    return translate("Watch", "Look at stain, lamp and camera before you rely on the model's answers.")
