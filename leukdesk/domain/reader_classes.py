"""What a reader may call a cell: the model's classes and those of the ICSH list that it cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from leukdesk.domain.differential import in_order, plain_id
from leukdesk.domain.vocabulary import ICSH_ORDER, OKABE_ITO


class HasLook(Protocol):
    """A class of a model, as its card describes it."""

    @property
    def id(self) -> str: ...

    @property
    def display(self) -> str: ...

    @property
    def colour(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ReaderClass:
    """One class that a cell can be given. `short` fits beside a cell; `known` says whether the model can answer it."""

    id: str
    display: str
    short: str
    colour: str  # #RRGGBB
    known: bool


# ICSH name and short name; the vocabulary has the order.
_NAMES: Mapping[str, tuple[str, str]] = {
    "blast": ("Blast", "BL"), "promyelocyte": ("Promyelocyte", "PMY"), "myelocyte": ("Myelocyte", "MY"),
    "metamyelocyte": ("Metamyelocyte", "MM"), "band": ("Band neutrophil", "BND"),
    "segmented": ("Segmented neutrophil", "SEG"), "eosinophil": ("Eosinophil", "EO"), "basophil": ("Basophil", "BA"),
    "lymphocyte": ("Lymphocyte", "LY"), "reactive_lymphocyte": ("Reactive lymphocyte", "RL"),
    "abnormal_lymphocyte": ("Abnormal lymphocyte", "AL"), "plasma_cell": ("Plasma cell", "PC"),
    "monocyte": ("Monocyte", "MO"), "erythroblast": ("Nucleated red cell", "NRC"), "smudge": ("Smudge cell", "SMU"),
    "giant_platelet": ("Giant platelet", "GPL"), "artefact": ("Artefact", "ART"),
}  # fmt: skip
_SHORT = {name: short for name, (_, short) in _NAMES.items()} | {
    "ig": "IG", "neutrophil": "NEU", "platelet": "PLT", "nucleated_red_cell": "NRC", "promonocyte": "PRM",
    "abnormal_promyelocyte": "APM", "blasts": "BL", "lymphocytes": "LY", "neutrophils": "NEU",
}  # fmt: skip

# Classes that stand for several of the list, and other names of one.
_MEANS: Mapping[str, tuple[str, ...]] = {
    "ig": ("promyelocyte", "myelocyte", "metamyelocyte"), "immature_granulocyte": ("promyelocyte", "myelocyte",
    "metamyelocyte"), "neutrophil": ("band", "segmented"), "neutrophils": ("band", "segmented"),
    "blasts": ("blast",), "lymphocytes": ("lymphocyte",), "nucleated_red_cell": ("erythroblast",),
    "platelet": ("giant_platelet",), "promonocyte": ("blast",), "abnormal_promyelocyte": ("blast", "promyelocyte"),
}  # fmt: skip

# Lines along which one stage becomes the next, so that neighbours are easily taken for each other.
_LINES = (
    ("blast", "promyelocyte", "myelocyte", "metamyelocyte", "band", "segmented"),
    ("lymphocyte", "reactive_lymphocyte"),
    ("blast", "monocyte"),
)


def reader_classes(known: Iterable[HasLook]) -> tuple[ReaderClass, ...]:
    """Everything a reader may call a cell, in ICSH order, given the model's classes."""
    models = {
        one.id: ReaderClass(one.id, one.display, short_name(one.id, one.display), one.colour, True) for one in known
    }
    covered = {name for one in models for name in _meant(one)}
    extra = {
        name: ReaderClass(name, *_NAMES[name], OKABE_ITO[5] if name == "blast" else OKABE_ITO[-1], False)
        for name in ICSH_ORDER
        if name not in covered
    }
    every = models | extra
    return tuple(every[one] for one in in_order(every))


def by_key(classes: Iterable[ReaderClass]) -> tuple[ReaderClass, ...]:
    """The classes of the keys 1 to 9: the model's in their order, then those it does not know, blasts before all."""
    ordered = sorted(classes, key=lambda one: not one.known)
    return tuple(ordered[:9])


def short_name(class_id: str, display: str) -> str:
    """Two to four letters for beside a cell."""
    return _SHORT.get(plain_id(class_id)) or "".join(sign for sign in display if sign.isalnum())[:3].upper()


def adjacent(first: str, second: str) -> bool:
    """Whether two classes are neighbouring stages of one line of maturation."""
    if first == second:
        return False
    for line in _LINES:
        one, other = ([line.index(name) for name in _meant(each) if name in line] for each in (first, second))
        if one and other and (max(one) + 1 == min(other) or max(other) + 1 == min(one)):
            return True
    return False


def _meant(class_id: str) -> tuple[str, ...]:
    name = plain_id(class_id)
    return _MEANS.get(name, (name,))
