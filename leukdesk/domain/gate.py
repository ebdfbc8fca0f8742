"""What the gate found of a new model beside the one in use: figures with intervals, a verdict, and what limits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

_FORMAT: Final = 1


class Verdict(StrEnum):
    """What the locked images allow one to say of the new model; the rules are in docs/decisions/0040."""

    BETTER = "better"
    NO_WORSE = "no_worse"
    WORSE = "worse"
    TOO_FEW = "too_few"  # images or groups to tell the two apart
    NOT_COMPARABLE = "not_comparable"  # no other model, or one that judges something else

    @property
    def for_new(self) -> bool:
        """Whether it speaks for the new model: then using it is what is proposed."""
        return self in (Verdict.BETTER, Verdict.NO_WORSE)

    @property
    def needs_reason(self) -> bool:
        """Whether the new model may be used only with a reason, which is kept."""
        return self is Verdict.WORSE


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % limits; a limit is None where nothing can be said."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Named:
    """A bundle: name, version, hash of its manifest, where it lies."""

    name: str
    release: str
    sha256: str
    folder: Path

    @property
    def key(self) -> str:
        """Name and version, as its folder is called."""
        return f"{self.name}-{self.release}"


@dataclass(frozen=True, slots=True)
class ClassChange:
    """The share of a class's images that each model recognised; None where it has no images, or was not asked."""

    label: str
    images: int
    new: Figure | None
    active: Figure | None
    difference: Figure | None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers of like sureness: how sure on average, and how often right; `images` is above 0."""

    images: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class GateSet:
    """Both models on one set of locked images: "test", or "original" for those the present model was judged on.

    `new` and `active` map accuracy, macro_f1 and ece to figures; `active` is empty where it was not asked.
    """

    name: str
    images: int
    groups: int
    grouped: bool
    classes: tuple[str, ...]
    new: Mapping[str, Figure]
    active: Mapping[str, Figure]
    baseline: Figure | None  # accuracy of colour alone
    difference: Figure | None  # of accuracy, new minus present
    p: float | None  # McNemar's exact test
    only_new_right: int
    only_active_right: int
    per_class: tuple[ClassChange, ...]
    bins_new: tuple[ReliabilityBin, ...]
    bins_active: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """All of it; `audit` is the page of the audit, below the folder of the gate."""

    new: Named
    active: Named | None
    sets: tuple[GateSet, ...]
    verdict: Verdict
    margin: float
    notes: tuple[str, ...]
    audit: str


def gate_of(said: Mapping[str, Any]) -> Gate:
    """What a `gate.json` says. Raises `KeyError`, `TypeError` or `ValueError` where it is none."""
    if said["format"] != _FORMAT:
        raise ValueError("another format")
    sets = tuple(set_of(one) for one in said["sets"])
    if not sets:
        raise ValueError("no images")
    return Gate(
        new=_named(said["new"]),
        active=_named(said["active"]) if said["active"] else None,
        sets=sets,
        verdict=Verdict(said["verdict"]),
        margin=float(said.get("rules", {}).get("margin", 0.02)),
        notes=tuple(str(one) for one in said["notes"]),
        audit=str(said["audit"] or ""),
    )


def _named(said: Mapping[str, Any]) -> Named:
    return Named(str(said["name"]), str(said["release"]), str(said["sha256"]), Path(said["folder"]))


def set_of(said: Mapping[str, Any]) -> GateSet:
    """One entry of `sets`, of a gate or of an adaptation. Raises `KeyError`, `TypeError` or `ValueError`."""
    bins = said["calibration"]
    return GateSet(
        name=str(said["name"]),
        images=int(said["images"]),
        groups=int(said["groups"]),
        grouped=bool(said.get("grouped", said["groups"] < said["images"])),
        classes=tuple(said["classes"]),
        new=_figures(said["new"]),
        active=_figures(said["active"] or {}),
        baseline=_figure((said["baseline"] or {}).get("accuracy")),
        difference=_figure(said["difference"]),
        p=None if said["mcnemar_p"] is None else float(said["mcnemar_p"]),
        only_new_right=int(said["only_new_right"]),
        only_active_right=int(said["only_active_right"]),
        per_class=tuple(_class(one) for one in said["per_class"]),
        bins_new=_bins(bins["new"]),
        bins_active=_bins(bins["active"] or ()),
    )


def _class(said: Mapping[str, Any]) -> ClassChange:
    figures = (_figure(said.get(name)) for name in ("new", "active", "difference"))
    return ClassChange(str(said["id"]), int(said["images"]), *figures)


def _figures(said: Mapping[str, Any]) -> dict[str, Figure]:
    return {name: figure for name, one in said.items() if (figure := _figure(one)) is not None}


def _figure(said: Sequence[float | None] | None) -> Figure | None:
    if said is None or said[0] is None:
        return None
    low, high = (None if one is None else float(one) for one in said[1:3])
    return Figure(float(said[0]), low, high)


def _bins(said: Sequence[Mapping[str, Any]]) -> tuple[ReliabilityBin, ...]:
    return tuple(
        ReliabilityBin(int(one["n"]), float(one["confidence"]), float(one["accuracy"])) for one in said if one["n"]
    )
