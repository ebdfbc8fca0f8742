"""When to warn: the rules by which a run of the control set, or a day of work, is held against its base line.

Images that come in are watched as laboratories watch an analyser: a base line from the first 20 runs (CLSI C24), and
the rules 1-3s, 2-2s and 4-1s on each measure (Westgard et al. 1981, Clin Chem 27:493, doi 10.1093/clinchem/27.3.493).
The limits are those of prediction from 20 values (Student's t, 19 degrees of freedom), and wider than three standard
deviations since five measures are looked at at once: together they let 0.27 % of runs fall outside by chance, as
1-3s alone does of one measure. 10-x is left out: with a base line of 20 it alone would warn on 2.4 % of days.
Accuracy is tested exactly. docs/decisions/0041-keeping-watch.md has the rates of false warnings that were measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb
from statistics import fmean, stdev

from leukdesk.domain.control import ControlRun, DayOfWork, Inputs, Measure, Measured, RunKind

BASE = 20  # runs, or days, of a base line
FEWEST_DAYS = 5  # before anything is said of a day
ENOUGH = 10  # images of a day that count as work
ALPHA = 0.01  # of the exact tests
_FAR = 4.26  # standard deviations: t(19) at 1 - 0.0027 / 10, times sqrt(1 + 1 / 20)
# Below these a difference means nothing, however even the base line was.
_LEAST = {
    Measure.BRIGHTNESS: 1.0, Measure.SATURATION: 0.005, Measure.STAINED: 0.002,
    Measure.SHARPNESS: 0.005, Measure.NOVELTY: 0.02,
}  # fmt: skip


class Rule(StrEnum):
    """What was broken."""

    FILES = "files"  # images of the set are no longer what was frozen, or gone
    ACCURACY = "accuracy"
    REFUSED = "refused"  # refused and unidentified together
    OTHERWISE = "otherwise"  # the same files are measured otherwise than before: the program or this machine changed
    EARLY = "early"  # more than the images differ among each other, before there is a base line
    FAR = "1-3s"
    TWICE = "2-2s"
    FOUR = "4-1s"


@dataclass(frozen=True, slots=True)
class Signal:
    """One broken rule; `now` and `before` are what is compared: shares, or a measure's values."""

    rule: Rule
    measure: Measure | None = None
    now: float = 0.0
    before: float = 0.0


@dataclass(frozen=True, slots=True)
class BaseLine:
    """Where a measure should be: its middle, and how far from it is too far; `early` before there are 20 values."""

    middle: float
    far: float
    early: bool

    @property
    def low(self) -> float:
        """The lower limit."""
        return self.middle - self.far

    @property
    def high(self) -> float:
        """The upper limit."""
        return self.middle + self.far

    def holds(self, value: float) -> bool:
        """Whether a value lies within the limits."""
        return abs(value - self.middle) <= self.far


@dataclass(frozen=True, slots=True)
class Judged:
    """One run or day, what is wrong with it, and the base lines it was held against."""

    of: ControlRun | DayOfWork
    signals: tuple[Signal, ...]
    base: Mapping[Measure, BaseLine]

    @property
    def key(self) -> str:
        """What tells it from others: the time of a run, or the date."""
        return self.of.at if isinstance(self.of, ControlRun) else self.of.day


def judge_runs(runs: Sequence[ControlRun]) -> list[Judged]:
    """Hold each run against what came before it, in the order in which they were made.

    A base line belongs to one model, one control set and one kind of run; runs that broke a rule never enter it.
    """
    judged: list[Judged] = []
    for at, run in enumerate(runs):
        earlier = [one for one in runs[:at] if one.control == run.control]
        if run.kind is RunKind.SET:
            judged.append(_judge_set(run, earlier))
        else:
            judged.append(_judge_photos(run, earlier, judged))
    return judged


def judge_days(days: Sequence[DayOfWork]) -> list[Judged]:
    """Hold each day with enough images against the first ones; the days before there is a base line break nothing."""
    judged: list[Judged] = []
    for day in days:
        if day.images < ENOUGH:
            continue
        sound = [one.of for one in judged if not one.signals]
        base = base_lines([one.inputs for one in sound], FEWEST_DAYS)
        judged.append(Judged(day, tuple(_breaks(day.inputs, [one.of.inputs for one in judged], base)), base))
    return judged


def base_lines(before: Sequence[Inputs], fewest: int = 1) -> dict[Measure, BaseLine]:
    """For each measure the base line from the first 20 of these; nothing where there are fewer than `fewest`."""
    if len(before) < fewest:
        return {}
    first = before[:BASE]
    return {one: _base_line(one, [inputs[one] for inputs in first]) for one in Measure}


def _base_line(measure: Measure, values: Sequence[Measured]) -> BaseLine:
    middles, least = [one.middle for one in values], _LEAST[measure]
    if len(values) < BASE:
        return BaseLine(fmean(middles), max(fmean(one.spread for one in values), _FAR * least), early=True)
    return BaseLine(fmean(middles), _FAR * max(stdev(middles), least), early=False)


def fewer_right(right: int, images: int, right_before: int, images_before: int) -> float:
    """How likely so few right ones are by chance if nothing has changed: Fisher's exact test, one-sided."""
    total, images_all = right + right_before, images + images_before
    least = max(0, total - images_before)
    ways: int = sum(comb(images, one) * comb(images_before, total - one) for one in range(least, right + 1))
    return ways / comb(images_all, total)


def more_wrong(now_wrong: int, now_right: int) -> float:
    """How likely it is that of the same images whose answer changed so many became wrong: the exact sign test.

    That is McNemar's test (doi 10.1007/BF02295996) in its exact form, one-sided.
    """
    changed = now_wrong + now_right
    return sum(comb(changed, one) for one in range(now_wrong, changed + 1)) / float(2**changed)


def _judge_set(run: ControlRun, earlier: Sequence[ControlRun]) -> Judged:
    sets = [one for one in earlier if one.kind is RunKind.SET]
    mine = [one for one in sets if one.bundle == run.bundle]
    signals = []
    if run.changed or run.missing:
        signals.append(Signal(Rule.FILES, now=len(run.changed) + len(run.missing)))
    if before := (mine[:1] or sets[-1:]):  # a model that is new here is held against the one before it
        signals += _less_accurate(run, before[0])
    if mine and (run.images, run.changed, run.missing) == (mine[0].images, mine[0].changed, mine[0].missing):
        signals += _otherwise(run, mine[0])
    return Judged(run, tuple(signals), _fixed(mine[0].inputs) if mine else {})


def _fixed(first: Inputs) -> dict[Measure, BaseLine]:
    """The same files are measured the same."""
    return {one: BaseLine(first[one].middle, least, early=False) for one, least in _LEAST.items()}


def _less_accurate(run: ControlRun, before: ControlRun) -> list[Signal]:
    now, then = set(run.wrong), set(before.wrong)
    if more_wrong(len(now - then), len(then - now)) > ALPHA:
        return []
    return [Signal(Rule.ACCURACY, now=run.accuracy, before=before.accuracy)]


def _otherwise(run: ControlRun, first: ControlRun) -> list[Signal]:
    pairs = [(one, run.inputs[one].middle, line) for one, line in _fixed(first.inputs).items()]
    return [Signal(Rule.OTHERWISE, one, now, line.middle) for one, now, line in pairs if not line.holds(now)]


def _judge_photos(run: ControlRun, earlier: Sequence[ControlRun], judged: Sequence[Judged]) -> Judged:
    sound = {id(one.of) for one in judged if not one.signals}
    mine = [one for one in earlier if one.bundle == run.bundle]
    photos = [one for one in mine if one.kind is RunKind.PHOTOS]
    frozen = [one for one in mine if one.kind is RunKind.SET][:1]
    good = [one for one in photos if id(one) in sound]
    compared = good if len(good) >= BASE else frozen or good
    base = base_lines([one.inputs for one in compared])
    signals = list(_breaks(run.inputs, [one.inputs for one in photos], base))
    for before in compared[:1]:
        signals += _counted(run, before)
    return Judged(run, tuple(signals), base)


def _counted(run: ControlRun, before: ControlRun) -> list[Signal]:
    """Two sets of images of the same slides."""
    signals = []
    if fewer_right(run.right, run.images, before.right, before.images) <= ALPHA:
        signals.append(Signal(Rule.ACCURACY, now=run.accuracy, before=before.accuracy))
    unsaid, unsaid_before = run.refused + run.unidentified, before.refused + before.unidentified
    said = fewer_right(run.images - unsaid, run.images, before.images - unsaid_before, before.images)
    if said <= ALPHA:
        shares = unsaid / max(1, run.images), unsaid_before / max(1, before.images)
        signals.append(Signal(Rule.REFUSED, None, *shares))
    return signals


def _breaks(now: Inputs, before: Sequence[Inputs], base: Mapping[Measure, BaseLine]) -> list[Signal]:
    """The first rule that each measure breaks; `before` are those before this one, whatever was said of them."""
    found = []
    for measure, line in base.items():
        offs = [(one[measure].middle - line.middle) / line.far for one in (*before[-3:], now)]
        rule = _early(offs) if line.early else _westgard(offs)
        if rule is not None:
            found.append(Signal(rule, measure, now[measure].middle, line.middle))
    return found


def _early(offs: Sequence[float]) -> Rule | None:
    return Rule.EARLY if abs(offs[-1]) > 1 else None


def _westgard(offs: Sequence[float]) -> Rule | None:
    """`offs` are distances from the middle in units of the limit, the newest last."""
    side = 1 if offs[-1] > 0 else -1
    along = [one * side for one in offs]
    if along[-1] > 1:
        return Rule.FAR
    if len(along) >= 2 and min(along[-2:]) > 2 / 3:
        return Rule.TWICE
    return Rule.FOUR if len(along) >= 4 and min(along[-4:]) > 1 / 3 else None
