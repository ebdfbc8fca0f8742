"""Which class of a model a data set's class most likely is, by its name alone: a proposal, for a person to confirm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol

_CUTOFF = 0.84  # of the letters of two names; "lymphocyte" and "lymphoblast" stay apart
# What laboratories and public sets write, and what it may be called in a model. Each line in order of preference.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "band": ("band", "neutrophil"), "bne": ("band", "neutrophil"), "segmented": ("segmented", "neutrophil"),
    "sne": ("segmented", "neutrophil"), "seg": ("segmented", "neutrophil"), "ngs": ("segmented", "neutrophil"),
    "ngb": ("band", "neutrophil"), "segmentedneutrophil": ("segmented", "neutrophil"),
    "bandneutrophil": ("band", "neutrophil"), "neu": ("neutrophil",), "eos": ("eosinophil",), "eo": ("eosinophil",),
    "bas": ("basophil",), "ba": ("basophil",), "lyt": ("lymphocyte",), "ly": ("lymphocyte",), "mon": ("monocyte",),
    "mo": ("monocyte",), "nrbc": ("erythroblast",), "normoblast": ("erythroblast",), "ebo": ("erythroblast",),
    "nucleatedredcell": ("erythroblast",), "promyelocyte": ("promyelocyte", "ig"), "pmo": ("promyelocyte", "ig"),
    "pmy": ("promyelocyte", "ig"), "myelocyte": ("myelocyte", "ig"), "my": ("myelocyte", "ig"),
    "myb": ("myelocyte", "ig"), "metamyelocyte": ("metamyelocyte", "ig"), "mm": ("metamyelocyte", "ig"),
    "mmz": ("metamyelocyte", "ig"), "immaturegranulocyte": ("ig",), "plt": ("platelet",), "thrombocyte": ("platelet",),
    "normal": ("benign", "healthy"), "healthy": ("benign", "normal"),
}  # fmt: skip


class HasNames(Protocol):
    """A class of a model."""

    @property
    def id(self) -> str: ...

    @property
    def display(self) -> str: ...


def suggest(names: Iterable[str], classes: Sequence[HasNames]) -> dict[str, str]:
    """For each name of a data set the id of the class it most likely is; "" where none is like it."""
    return {name: _suggested(name, classes) for name in names}


def _suggested(name: str, classes: Sequence[HasNames]) -> str:
    known = {_plain(each): one.id for one in reversed(classes) for each in (one.display, one.id)}
    wanted = _plain(name)
    for candidate in (wanted, wanted.removesuffix("s"), *_ALSO.get(wanted.removesuffix("s"), _ALSO.get(wanted, ()))):
        if candidate in known:
            return known[candidate]
    close = get_close_matches(wanted, known, n=1, cutoff=_CUTOFF)
    return known[close[0]] if close else ""


def _plain(name: str) -> str:
    """Letters and digits alone, without marks on them: "Lymphocyte (typical)" and "lymphocyte_typical" are one."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]+", "", "".join(one for one in bare if not unicodedata.combining(one)))
