"""A recipe as text that a person edits: written with a line a thing, and read back with the line of what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from leukdesk.architectures import resolve
from leukdesk.domain.errors import KnownError
from training.recipe import Recipe
from training.toml_text import to_toml

_BLOCKS = ("classes", "phases", "reported", "beside")  # tables of their own, at the end
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")
_LIST = re.compile(r"\s*\[\[\s*([\w.-]+)\s*\]\]")
_KEY = re.compile(r"\s*\"?([\w.-]+)\"?\s*=")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a recipe's text; `line` counts from 1, 0: nowhere in particular."""

    line: int
    key: str
    words: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def written(document: Mapping[str, Any], *, comment: str = "") -> str:
    """A recipe's document as TOML for a person's eyes: classes and phases as blocks, augmentation a step a line."""
    plain = {key: value for key, value in document.items() if key not in _BLOCKS and not _is_list(value)}
    parts = [to_toml(plain, comment=comment)]
    parts += [_lines(key, value) for key, value in document.items() if key not in _BLOCKS and _is_list(value)]
    for key in _BLOCKS:
        parts += [f"\n[[{key}]]\n{to_toml(one)}" for one in document.get(key, ())]
    return "".join(parts)


def problems(text: str) -> list[Problem]:
    """Everything that is wrong with a recipe, in the order of its lines; empty where it can be trained."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_unreadable(error)]
    try:
        recipe = Recipe.model_validate(document)
    except ValidationError as error:
        found = [Problem(line_of(text, one["loc"]), _dotted(one["loc"]), _plainly(one)) for one in error.errors()]
        causes = [one for one in found if not any(other.key.startswith(f"{one.key}.") for other in found)]
        return sorted(causes, key=lambda one: one.line)
    return [*_unbuildable(recipe, text), *_unaugmentable(recipe, text)]


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line (from 1) where a key such as ("phases", 1, "epochs") stands, or what it would stand in; 0 for none."""
    keys = [one for one in place if isinstance(one, str)]
    if not keys:
        return 0
    block, number = (keys[0], place[1]) if len(place) > 1 and isinstance(place[1], int) else ("", 0)
    blocks, current = -1, ""
    found = 0
    for at, line in enumerate(text.splitlines(), start=1):
        if head := _LIST.match(line):
            current = head[1]
            blocks += current == block
            if current == block and blocks == number:
                found = at
        elif key := _KEY.match(line):
            inside = bool(block) and current == block and blocks == number
            if (inside and key[1] == keys[-1]) or (not current and key[1] == keys[0]):
                return at
    return found


def _unreadable(error: tomllib.TOMLDecodeError) -> Problem:
    at = _AT.search(str(error))
    words = _AT.sub("", str(error)).strip()
    return Problem(int(at[1]) if at else 0, "", f"This is not TOML: {words}.")


def _unbuildable(recipe: Recipe, text: str) -> list[Problem]:
    try:
        resolve(recipe.architecture.name, recipe.architecture.parameters)
    except KnownError as error:
        return [Problem(line_of(text, ("architecture",)), "architecture", str(error))]
    return []


def _unaugmentable(recipe: Recipe, text: str) -> list[Problem]:
    try:
        recipe.augmented()
    except KnownError as error:
        return [Problem(line_of(text, ("augmentation",)), "augmentation", str(error))]
    return []


def _plainly(error: Mapping[str, Any]) -> str:
    known = {"extra_forbidden": "There is no such key.", "missing": "This key is missing."}
    return known.get(str(error["type"]), f"{error['msg']}.")


def _dotted(place: Sequence[str | int]) -> str:
    return ".".join(map(str, place))


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value)


def _lines(key: str, values: Sequence[Any]) -> str:
    lines = [f"  {to_toml({'one': one}).removeprefix('one = ').strip()}," for one in values]
    return "\n".join([f"{key} = [", *lines, "]"]) + "\n"
