"""The published systems like for like: the reported figure, ours by the system's own split, ours by group, colour only.

Everything is read from records of full runs and from the rows kept of them; nothing is computed from images.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.evaluate.compare import compare
from training.record import Figure, Record
from training.systems.table import reported_text

if TYPE_CHECKING:
    from training.evaluate.compare import Comparison
    from training.kept import Kept
    from training.published import Reported
    from training.systems.catalogue import Listed

COLOUR = "colour only"
SPLITS = {"system": "its own split", "grouped": "by group"}
SEED, RESAMPLES = 1, 1000


@dataclass(frozen=True, slots=True)
class Side:
    """One model on one split: its accuracy, the colour-only baseline's, and the two compared image by image."""

    accuracy: Figure
    level: str
    colour: Figure | None
    against_colour: Comparison | None
    evidence: str


@dataclass(frozen=True, slots=True)
class LikeForLike:
    """One model of one system; a side that was not run is missing from `sides` (keys of `SPLITS`)."""

    system: str
    model: str
    recipe: str
    reported: str
    sides: Mapping[str, Side]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; null where there is no full run."""
        return {
            "system": self.system,
            "model": self.model,
            "recipe": self.recipe,
            "reported": self.reported,
            "own_split": _plain(self.sides.get("system")),
            "by_group": _plain(self.sides.get("grouped")),
        }


def like_for_like(
    models: Sequence[Listed], records: Mapping[str, Record], kept: Mapping[str, Kept]
) -> list[LikeForLike]:
    """One row a model, as in `table.rows`; `kept` are rows of full runs by name."""
    found = []
    for one in models:
        recipe = one.recipe
        full = {
            r.split.kind: (name, r) for name, r in records.items() if r.recipe == recipe.name and r.full_run == "yes"
        }
        found.append(_row(one, recipe.model, recipe.reported, dict(_sides(full, kept))))
        for beside in recipe.beside:
            found.append(_row(one, beside.model, beside.reported, dict(_beside(full, beside.baseline))))
    return found


def _row(one: Listed, model: str, reported: Sequence[Reported], sides: Mapping[str, Side]) -> LikeForLike:
    return LikeForLike(one.recipe.system, model, one.recipe.name, reported_text(reported), sides)


def _sides(full: Mapping[str, tuple[str, Record]], kept: Mapping[str, Kept]) -> Iterator[tuple[str, Side]]:
    for kind, (name, record) in full.items():
        accuracy = record.metrics.get("accuracy")
        if accuracy is not None and accuracy.value is not None:
            compared = against_colour(kept.get(name.removesuffix(".json")))
            yield kind, Side(accuracy, record.split.level, _colour(record), compared, name)


def _beside(full: Mapping[str, tuple[str, Record]], baseline: str) -> Iterator[tuple[str, Side]]:
    for kind, (name, record) in full.items():
        accuracy = record.beside.get(baseline, {}).get("accuracy")
        if accuracy is not None and accuracy.value is not None:
            yield kind, Side(accuracy, record.split.level, _colour(record), None, name)


def _colour(record: Record) -> Figure | None:
    return record.beside.get(COLOUR, {}).get("accuracy")


def against_colour(one: Kept | None) -> Comparison | None:
    """The model against the colour-only baseline on the same test images; None where either's rows were not kept."""
    if one is None or one.rows is None or one.colour is None:
        return None
    return compare({"model": one.rows, COLOUR: one.colour}, reference=COLOUR, seed=SEED, resamples=RESAMPLES)[0]


def same_images(kept: Mapping[str, Kept]) -> list[Comparison]:
    """Every kept model against each later one that was judged on the same images; Holm within each reference."""
    found: list[Comparison] = []
    tables = {name: one.rows for name, one in kept.items() if one.rows is not None}
    for place, (reference, base) in enumerate(tables.items()):
        later = list(tables.items())[place + 1 :]
        fitting = {name: one for name, one in later if set(one.image_ids) == set(base.image_ids)}
        if fitting:
            found += compare({reference: base, **fitting}, reference=reference, seed=SEED, resamples=RESAMPLES)
    return found


def as_text(table: Sequence[LikeForLike]) -> str:
    """The table for a terminal."""
    head = ["system", "model", "reported", *(f"{word}, colour only" for word in SPLITS.values())]
    lines = [
        [one.system, one.model, one.reported.partition(" (")[0], *(_cell(one.sides.get(kind)) for kind in SPLITS)]
        for one in table
    ]
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, *lines)
    )


def _cell(side: Side | None) -> str:
    if side is None:
        return "not run"
    test = "" if side.against_colour is None else f", McNemar p {side.against_colour.tests[0].p:.2g}"
    colour = "not recorded" if side.colour is None else share(side.colour)
    return f"{share(side.accuracy)}; {colour}{test}"


def share(one: Figure) -> str:
    """A share as per cent with its limits."""
    if one.value is None or one.low is None or one.high is None:
        return "not defined"
    return f"{100 * one.value:.2f} % ({100 * one.low:.2f} to {100 * one.high:.2f})"


def _plain(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "accuracy": side.accuracy.model_dump(),
        "level": side.level,
        "colour_only": None if side.colour is None else side.colour.model_dump(),
        "against_colour_only": None if side.against_colour is None else side.against_colour.to_json(),
        "evidence": side.evidence,
    }
