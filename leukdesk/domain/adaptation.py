"""What adapting a model to a site came to: before and after, on held-out images of the site and on the originals.

Read from `adaptation.json` (training/adapt/run_adaptation.py). Later trainers say more there, earlier ones less: what
is missing or not understood is left out, since the figures that are there still hold.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leukdesk.domain.gate import GateSet, set_of

FILE: Final = "adaptation.json"
LOCAL, ORIGINAL = "test", "original"


@dataclass(frozen=True, slots=True)
class Adaptation:
    """`active` is the model as it was, `new` as adapted, in each set; a set is None where it was not asked."""

    bundle: str  # name and version of the model as it was
    images: Mapping[str, int]  # train, validation, test, replayed, as far as known
    local: GateSet | None
    original: GateSet | None
    notes: tuple[str, ...]


def adaptation_of(said: Mapping[str, Any]) -> Adaptation:
    """What an `adaptation.json` says. Raises `ValueError` where nothing in it can be used."""
    sets = dict(_sets(said.get("sets")))
    if not sets:
        raise ValueError("no images")
    images = said.get("images")
    stated = images.items() if isinstance(images, Mapping) else ()
    counts = {str(name): one for name, one in stated if isinstance(one, int)}
    notes = said.get("notes")
    codes = tuple(one for one in notes if isinstance(one, str)) if isinstance(notes, list) else ()
    return Adaptation(_name(said.get("bundle")), counts, sets.get(LOCAL), sets.get(ORIGINAL), codes)


def _sets(said: Any) -> Iterable[tuple[str, GateSet]]:
    for one in said if isinstance(said, list) else ():
        with contextlib.suppress(KeyError, TypeError, ValueError, IndexError, AttributeError):
            found = set_of(one)
            yield found.name, found


def _name(said: Any) -> str:
    return f"{said.get('name', '')}-{said.get('release', '')}".strip("-") if isinstance(said, Mapping) else ""
