"""What an audit found, as evaluations of saved rows, and the same as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from training.evaluate.evaluation import plain

if TYPE_CHECKING:
    from training.audit.refusals import Refusals
    from training.audit.subject import Facts
    from training.evaluate import Evaluation
    from training.evaluate.compare import Comparison
    from training.evaluate.intervals import Interval
    from training.splits import Split


@dataclass(frozen=True, slots=True, eq=False)
class ViewResult:
    """The model and the colour-only baseline under one view of the test images.

    `change` is the view against the images as they are; `named` the share of images to which the program would give a
    class name.
    """

    name: str
    model: Evaluation
    colour: Evaluation
    change: Comparison
    named: float


@dataclass(frozen=True, slots=True, eq=False)
class Transplant:
    """Nuclei of one class on the background of another: how often the model names the class of either (0..1)."""

    cells: Evaluation
    background: Evaluation

    def named(self) -> dict[str, Evaluation]:
        """By whose class was to be named."""
        return {"class of the nuclei": self.cells, "class of the background": self.background}


@dataclass(frozen=True, slots=True, eq=False)
class Permuted:
    """Models fitted to dealt labels, judged by dealt labels; right in `chance` of cases where nothing leaks."""

    chance: float
    frozen: dict[str, Evaluation]
    trained: Evaluation | None = None

    def all(self) -> dict[str, Evaluation]:
        """By name, the real training (where it was done) last."""
        return self.frozen | ({} if self.trained is None else {"the real training": self.trained})


@dataclass(frozen=True, slots=True, eq=False)
class OtherSplit:
    """The same cheap models on this split and on the other kind; `kind` ("by group", "at random") names the other."""

    kind: str
    here: dict[str, Evaluation]
    there: dict[str, Evaluation]


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """Everything on the page. `nuclei` are the shares of test images in which, and of pixels that, are nucleus."""

    facts: Facts
    split: Split
    model: Evaluation
    named: float
    rivals: dict[str, Evaluation]
    against_colour: tuple[Comparison, ...]
    views: tuple[ViewResult, ...]
    nuclei: tuple[float, float]
    transplant: Transplant | None
    permuted: Permuted
    other_split: OtherSplit | None
    refusals: tuple[Refusals, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def view(self, name: str) -> ViewResult:
        """One view by name."""
        return next(one for one in self.views if one.name == name)

    def to_json(self) -> dict[str, Any]:
        """Figures and what they were computed from; rows are named by their hash."""
        return {
            "format": 1,
            "model": asdict(self.facts),
            "split": {name: getattr(self.split, name) for name in ("method", "level", "grouping", "sha256")},
            "result": self.model.to_json(),
            "named": self.named,
            "rivals": _each(self.rivals),
            "against_colour_only": [one.to_json() for one in self.against_colour],
            "views": {one.name: _view(one) for one in self.views},
            "nuclei": {"images": self.nuclei[0], "pixels": self.nuclei[1]},
            "transplant": None if self.transplant is None else _each(self.transplant.named()),
            "permuted": {"chance": self.permuted.chance, "models": _each(self.permuted.all())},
            "other_split": None if self.other_split is None else _other(self.other_split),
            "refusals": [_refusals(one) for one in self.refusals],
            "notes": list(self.notes),
        }


def short(one: Evaluation) -> dict[str, Any]:
    """An evaluation without its curves and groups."""
    return {
        "rows_sha256": one.rows.sha256(),
        "n": len(one.rows),
        "bootstrap": {"unit": one.unit, "units": one.units, "resamples": one.resamples, "seed": one.seed},
        "overall": {name: plain(figure) for name, figure in one.overall.items()},
    }


def accuracy(one: Evaluation) -> Interval:
    """The figure that the page speaks of."""
    return one.overall["accuracy"]


def _each(found: dict[str, Evaluation]) -> dict[str, Any]:
    return {name: short(one) for name, one in found.items()}


def _view(one: ViewResult) -> dict[str, Any]:
    return {
        "model": short(one.model),
        "colour only": short(one.colour),
        "change": one.change.to_json(),
        "named": one.named,
    }


def _other(one: OtherSplit) -> dict[str, Any]:
    return {"kind": one.kind, "here": _each(one.here), "there": _each(one.there)}


def _refusals(one: Refusals) -> dict[str, Any]:
    return {"name": one.name, "images": len(one.decisions), "refused": plain(one.refused), "decisions": one.counts}
