"""What is kept watch of, as a chart and in words: values over time, their limits, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from leukdesk.analysis.drift_words import Tongue, advice, measure_name, sentence, value
from leukdesk.app.viewmodels.numbers import date_and_time, number
from leukdesk.domain.control import ControlRun, ControlSet, DayOfWork, Measure, RunKind
from leukdesk.domain.drift import Judged
from leukdesk.domain.proportions import wilson

translate = QCoreApplication.translate

ACCURACY, ECE, UNSAID = "accuracy", "ece", "unsaid"
MOST = 60  # points that are shown


@dataclass(frozen=True, slots=True)
class Point:
    """One run or day: its value with limits where it has some, whether it drifts, how it is called and told."""

    value: float
    limits: tuple[float, float] | None
    hollow: bool  # new photographs
    drifts: bool
    model: str
    name: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Values over time, the oldest first; base line and limits where there are some; how its numbers are written."""

    title: str
    points: tuple[Point, ...] = ()
    middle: float | None = None
    limits: tuple[float, float] | None = None
    written: Callable[[float], str] = str
    span: tuple[float, float] = (float("-inf"), float("inf"))  # values that there can be


def share(part: float) -> str:
    """A share as per cent with one decimal, as the user writes numbers."""
    return f"{number(100 * part, 1)} %"


def tongue() -> Tongue:
    """The user's language."""
    return Tongue(translate, share, number)


def quantities(*, days: bool) -> list[tuple[str, str]]:
    """(key, name) of what can be shown of runs, or of days."""
    labelled = [(ACCURACY, translate("Watch", "Accuracy")), (ECE, translate("Watch", "Calibration error"))]
    unsaid = (UNSAID, translate("Watch", "Refused or unidentified"))
    return [*([] if days else labelled), unsaid, *((str(one), measure_name(one, tongue())) for one in Measure)]


def chart_of(judged: Sequence[Judged], key: str) -> Chart:
    """What is shown of the newest runs or days."""
    shown = judged[-MOST:]
    title = next((name for one, name in quantities(days=False) if one == key), "")
    written = _written(key)
    points = tuple(_point(one, key, written) for one in shown)
    span = (0.0, 1.0) if key in (ACCURACY, ECE, UNSAID, Measure.SATURATION, Measure.STAINED) else (-1e9, 1e9)
    if key in tuple(Measure):
        line = next((one.base[Measure(key)] for one in reversed(shown) if one.base), None)
        if line is not None:
            return Chart(title, points, line.middle, (line.low, line.high), written, span)
    elif key == ACCURACY and (first := _first(judged)) is not None:
        limits = wilson(first.right, first.images)
        return Chart(title, points, first.accuracy, (limits.low, limits.high), written, span)
    return Chart(title, points, None, None, written, span)


def when(judged: Judged) -> str:
    """The time of a run, or the date of a day."""
    of = judged.of
    if isinstance(of, ControlRun):
        return date_and_time(datetime.fromisoformat(of.at))
    return _day(date.fromisoformat(of.day))


def kind_words(judged: Judged) -> str:
    """What was looked at."""
    if isinstance(judged.of, DayOfWork):
        return translate("Watch", "Daily work")
    if judged.of.kind is RunKind.SET:
        return translate("Watch", "Control set")
    return translate("Watch", "New photographs")


def trouble_of(judged: Judged) -> tuple[str, list[str], list[str]]:
    """What drifts: a headline, a sentence for each rule, and what to do."""
    words = translate("Watch", "{what}, {when}").format(what=kind_words(judged), when=when(judged))
    said = [sentence(one, tongue()) for one in judged.signals]
    if isinstance(judged.of, ControlRun) and (names := (*judged.of.changed, *judged.of.missing)):
        more = translate("Watch", " and {count} more").format(count=number(len(names) - 5)) if len(names) > 5 else ""
        said.append(", ".join(names[:5]) + more)
    return words, said, list(dict.fromkeys(advice(one, tongue()) for one in judged.signals))


def facts_of(judged: Judged) -> list[tuple[str, str]]:
    """The newest run or day in names and numbers."""
    of = judged.of
    rows = [(translate("Watch", "When"), when(judged))]
    if isinstance(of, ControlRun):
        limits = wilson(of.right, of.images)
        words = translate("Watch", "{share} ({low} to {high}), {right} of {images}")
        numbers = {"right": number(of.right), "images": number(of.images)}
        right = words.format(share=share(of.accuracy), low=share(limits.low), high=share(limits.high), **numbers)
        rows += [(translate("Watch", "Accuracy"), right), (translate("Watch", "Calibration error"), number(of.ece, 3))]
    else:
        rows.append((translate("Watch", "Images"), number(of.images)))
    counted = max(1, of.images)
    rows.append((translate("Watch", "Refused"), share(of.refused / counted)))
    rows.append((translate("Watch", "Unidentified"), share(of.unidentified / counted)))
    if isinstance(of, ControlRun):
        rows.append((translate("Watch", "Model"), f"{of.bundle.name} {of.bundle.version}, {of.engine}"))
        rows.append((translate("Watch", "Computer"), of.machine))
    return rows


def measures_of(judged: Judged) -> list[tuple[str, str]]:
    """What was measured of its images; beside it where it should be."""
    rows = []
    for one in Measure:
        now, line = value(one, judged.of.inputs[one].middle, tongue()), judged.base.get(one)
        if line is None:
            rows.append((measure_name(one, tongue()), now))
        else:
            low, high = value(one, line.low, tongue()), value(one, line.high, tongue())
            words = translate("Watch", "{now} (limits {low} to {high})").format(now=now, low=low, high=high)
            rows.append((measure_name(one, tongue()), words))
    return rows


def set_words(control: ControlSet) -> str:
    """The control set in one line."""
    classes = ", ".join(f"{label} {number(count)}" for label, count in control.per_class.items())
    frozen = _day(datetime.fromisoformat(control.made).date())
    words = translate("Watch", "{count} images ({classes}), frozen {day}")
    return words.format(count=number(len(control.images)), classes=classes, day=frozen)


def _written(key: str) -> Callable[[float], str]:
    if key in tuple(Measure):
        return partial(_value, Measure(key))
    return partial(number, decimals=3) if key == ECE else share


def _value(measure: Measure, one: float) -> str:
    return value(measure, one, tongue())


def _point(judged: Judged, key: str, written: Callable[[float], str]) -> Point:
    of, limits = judged.of, None
    counted = max(1, of.images)
    if key in tuple(Measure):
        worth = of.inputs[Measure(key)].middle
    elif key == UNSAID:
        worth = (of.refused + of.unidentified) / counted
    else:
        assert isinstance(of, ControlRun)  # days have no labels
        worth = of.accuracy if key == ACCURACY else of.ece
        if key == ACCURACY and of.images:
            both = wilson(of.right, of.images)
            limits = (both.low, both.high)
    model = f"{of.bundle.name} {of.bundle.version}" if isinstance(of, ControlRun) else ""
    said = [when(judged), kind_words(judged), written(worth), model]
    if judged.signals:
        said.append(translate("Watch", "drifts"))
    day = datetime.fromisoformat(of.at).date() if isinstance(of, ControlRun) else date.fromisoformat(of.day)
    hollow = isinstance(of, ControlRun) and of.kind is RunKind.PHOTOS
    spoken = ", ".join(one for one in said if one)
    return Point(worth, limits, hollow, bool(judged.signals), model, _day(day), spoken)


def _first(judged: Sequence[Judged]) -> ControlRun | None:
    """The run that accuracy is held against: the first of the newest one's model."""
    runs = [one.of for one in judged if isinstance(one.of, ControlRun)]
    return next((one for one in runs if one.bundle == runs[-1].bundle), None)


def _day(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)
