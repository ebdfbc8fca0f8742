"""A list of operations, as written in a recipe, turned into one function of (image, rng)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leukdesk.domain.errors import DataError
from training.augment.operations import OPERATIONS
from training.augment.parameters import Number, Value

if TYPE_CHECKING:
    import numpy as np

    from training.augment.pixels import Image

_KEYS = ("op", "p", "params")
_PROBABILITY = Number(1.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, done with probability `p`, with every parameter filled in."""

    op: str
    p: float
    params: Mapping[str, Value]

    def __call__(self, image: Image, rng: np.random.Generator) -> Image:
        if self.p < 1 and rng.random() >= self.p:
            return image
        return OPERATIONS[self.op].function(image, rng, **self.params)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Operations in order. The image given is never changed; the result has its shape and dtype."""

    steps: tuple[Step, ...] = ()

    @classmethod
    def from_spec(cls, spec: Sequence[Mapping[str, Any]]) -> Pipeline:
        """From a list of {op, p = 1, params = {}}; `DataError` names the step and what is accepted there."""
        if isinstance(spec, str | Mapping) or not isinstance(spec, Sequence):
            raise _wrong("the augmentation must be a list of steps", "augmentation", 'Write [{op = "rot90"}, ...].')
        return cls(tuple(_step(number, entry) for number, entry in enumerate(spec, start=1)))

    def to_spec(self) -> list[dict[str, Any]]:
        """The same pipeline as plain data, with every default written out: what a run records."""
        return [{"op": step.op, "p": step.p, "params": dict(step.params)} for step in self.steps]

    def __call__(self, image: Image, rng: np.random.Generator) -> Image:
        """Augment uint8 RGB of shape (height, width, 3)."""
        for step in self.steps:
            image = step(image, rng)
        return image


def _step(number: int, entry: object) -> Step:
    if not isinstance(entry, Mapping):
        raise _wrong(f"a step must be a table, not {entry!r}", f"augmentation step {number}", 'Write {op = "rot90"}.')
    where = f"augmentation step {number} ({entry.get('op', 'no op')})"
    _known_keys(entry, _KEYS, where)
    op = entry.get("op")
    if not isinstance(op, str) or op not in OPERATIONS:
        raise _wrong(f"there is no operation {op!r}", where, suggestion(str(op), OPERATIONS))
    given = entry.get("params", {})
    if not isinstance(given, Mapping):
        raise _wrong("params must be a table", where, "Write params = {name = value}.")
    parameters = OPERATIONS[op].parameters
    _known_keys(given, parameters, where)
    values = {name: _value(one, given.get(name, one.default), f"{where}, {name}") for name, one in parameters.items()}
    return Step(op, _value(_PROBABILITY, entry.get("p", 1.0), f"{where}, p"), values)


def _value(parameter: Any, value: object, where: str) -> Any:
    try:
        return parameter.check(value)
    except ValueError as error:
        raise _wrong(str(error), where, "Correct the value in the recipe.") from error


def _known_keys(given: Mapping[str, Any], known: Sequence[str] | Mapping[str, Any], where: str) -> None:
    for key in given:
        if key not in known:
            raise _wrong(f"there is no key {key!r} here", where, suggestion(str(key), known))


def suggestion(word: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    """Advice for a word that is not among the known ones."""
    close = difflib.get_close_matches(word, list(known), n=1)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    return f"{meant}Known here: {', '.join(known) or 'none'}."


def _wrong(what: str, where: str, advice: str) -> DataError:
    return DataError(what, reason="augmentation", subject=where, advice=advice)
