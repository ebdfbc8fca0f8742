"""The record of a measurement: means over draws, with limits resampled over test groups and over draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from training.adapt.draws import draw
from training.adapt.looks import LOOKS
from training.adapt.measure import AS_IT_IS, Measurement, seeds_of
from training.adapt.record import ADAPTED, STATISTICS, TEMPERATURE, AdaptationRecord, Drawn, LookOf, WayOf
from training.evaluate import evaluate
from training.evaluate.evaluation import plain, units_of
from training.evaluate.intervals import all_alike_interval, percentile_interval, resample_weights
from training.record import Figure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluate.rows import Rows

RESAMPLES = 2000
_SEED = 39
_FEWER = {STATISTICS: 2, TEMPERATURE: 2}  # draws of what stands beside it


def measure_adaptation(measurement: Measurement, looks: Sequence[str], chosen: Sequence[str]) -> AdaptationRecord:
    """Ask whatever was not asked yet, and put it together."""
    plan, bundle = measurement.plan, measurement.bundle
    original = measurement.before(AS_IT_IS)
    return AdaptationRecord(
        bundle=bundle.folder.resolve().name,
        sha256=bundle.ref.sha256,
        data=plan.data.resolve().name,
        local=len(draw(measurement.original, measurement.classes, images=plan.images, seed=1)),
        held=len(original),
        groups=int(units_of(original).max()) + 1,
        original=_figure(original, "accuracy"),
        looks=tuple(_look(measurement, look, chosen) for look in looks),
    )


def _look(measurement: Measurement, look: str, chosen: Sequence[str]) -> LookOf:
    before = measurement.before(look)
    return LookOf(
        look=look,
        words=LOOKS[look].words,
        before=_figure(before, "accuracy"),
        ece=_figure(before, "ece"),
        named=over_draws(measurement.named(look, None)[None].astype(np.float64), units_of(before)),
        ways=tuple(_way(measurement, way, look, before) for way in chosen),
    )


def _way(measurement: Measurement, way: str, look: str, before: Rows) -> WayOf:
    seeds = list(seeds_of(measurement.plan))[: _FEWER.get(way, measurement.plan.seeds)]
    seen, plainly = zip(*(measurement.after(way, look, seed) for seed in seeds), strict=True)
    original = measurement.before(AS_IT_IS)
    eces = [evaluate(rows, seed=_SEED, resamples=1).overall["ece"].value for rows in seen]
    named = None
    if way == ADAPTED:
        shown = np.stack([measurement.named(look, seed) for seed in seeds]).astype(np.float64)
        named = over_draws(shown, units_of(before))
    return WayOf(
        way=way,
        named=named,
        look=over_draws(np.stack([_right(rows) for rows in seen]), units_of(before)),
        gain=over_draws(np.stack([_right(rows) - _right(before) for rows in seen]), units_of(before), share=False),
        original=over_draws(np.stack([_right(rows) for rows in plainly]), units_of(before)),
        change=over_draws(
            np.stack([_right(rows) - _right(original) for rows in plainly]), units_of(before), share=False
        ),
        ece=Figure(value=float(np.mean(eces)), low=min(eces), high=max(eces), n=len(before), note="least and most"),
        draws=tuple(
            Drawn(
                seed=seed,
                look=float(_right(one).mean()),
                original=float(_right(other).mean()),
                kept=measurement.kept(look, seed) if way == ADAPTED else None,
            )
            for seed, one, other in zip(seeds, seen, plainly, strict=True)
        ),
    )


def over_draws(values: NDArray[np.float64], units: NDArray[np.intp], *, share: bool = True) -> Figure:
    """Mean of `values` (draws, images) with 95 % limits: groups of images and draws are both resampled.

    `units` (images,) numbers the groups. Where nothing varies, exact limits that count groups for a share; a
    difference that is 0 on every image (a temperature changes no answer) stays 0.
    """
    value, n, groups = float(values.mean()), values.shape[1], int(units.max()) + 1
    if not values.any():
        high = all_alike_interval(0.0, units=groups, n=n, unit="group").high if share else 0.0
        return Figure(value=0.0, low=0.0, high=high, n=n, note="the same on every image")
    rng = np.random.default_rng(_SEED)
    means = []
    for weights in resample_weights(units, resamples=RESAMPLES, seed=_SEED):
        counts = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=len(weights))
        by_draw = weights @ values.T / weights.sum(axis=1, keepdims=True)
        means.append((by_draw * counts).sum(axis=1) / len(values))
    found = percentile_interval(value, np.concatenate(means), n=n, bounds=(0.0 if share else -1.0, 1.0))
    return Figure.model_validate(plain(found))


def _right(rows: Rows) -> NDArray[np.float64]:
    return np.asarray(rows.predicted == rows.truth, np.float64)


def _figure(rows: Rows, name: str) -> Figure:
    return Figure.model_validate(plain(evaluate(rows, seed=_SEED).overall[name]))
