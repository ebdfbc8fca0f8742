"""The JSON files of a bundle: from bytes to a validated value, refusals in sentences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from leukdesk.bundles.refusal import printable, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

    from leukdesk.domain.errors import BundleReason

Document = TypeVar("Document", bound=BaseModel)

_SHOWN = 3  # a damaged file easily has dozens of errors
_PREDICATES = {
    "missing": "is missing",
    "extra_forbidden": "is not an entry leukdesk knows",
    "string_pattern_mismatch": "is not written as it should be",
    "finite_number": "should be a finite number",
    "literal_error": "should be {expected}",
    "model_type": "should hold named entries",
    "dict_type": "should hold named entries",
    "tuple_type": "should be a list",
    "float_type": "should be a number",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "too_short": "should have more items: {min_length} at least",
    "too_long": "should have fewer items: {max_length} at most",
    "string_type": "should be a text",
    "bool_type": "should be true or false",
}


def parse_document(data: bytes, model: type[Document], *, bundle: str, name: str, reason: BundleReason) -> Document:
    """Validate a JSON file as `model`, strictly: no number in quotes, no unknown entry. Raises `BundleError`."""
    read_json(data, bundle=bundle, name=name, reason=reason)
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as error:
        raise refused(bundle, reason, f"{name} is not valid: {sentence(error)}") from error


def read_json(data: bytes, *, bundle: str, name: str, reason: BundleReason) -> object:
    """What a JSON file says; raises `BundleError` for all that is no JSON, for entries stated twice and for NaN."""
    try:
        text = data.decode("utf-8")
        value: object = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise refused(bundle, reason, f"{name} is not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise refused(bundle, reason, f"{name} is not valid JSON ({place})") from error
    except ValueError as error:  # ours, or a number of more digits than Python reads
        raise refused(bundle, reason, f"{name} is not valid: {printable(str(error))}") from error
    except RecursionError as error:
        raise refused(bundle, reason, f"{name} is nested too deeply") from error
    return value


def sentence(error: ValidationError) -> str:
    """What pydantic objects to, in words: "temperature is missing; classes[1].colour is no colour"."""
    said = list(dict.fromkeys(_clause(one) for one in error.errors(include_url=False, include_input=False)))
    more = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return "; ".join(said[:_SHOWN]) + more


def _clause(one: ErrorDetails) -> str:
    where, kind = one["loc"], one["type"]
    if where[:2] == ("architecture", "parameters") and len(where) > 2 and where[-1] != "[key]":
        # A parameter may be one of several kinds, and pydantic complains once for each.
        return f"{_place(where[:3])} should be true or false, a number, a text or a list of numbers"
    context: dict[str, Any] = one.get("ctx", {})
    known = _PREDICATES.get(kind, "").format(**context)
    said = known or _predicate(one["msg"])
    link = " " if known or said.startswith("should") else ": "
    return link.join(filter(None, (_place(where), said)))


def _place(where: Sequence[int | str]) -> str:
    """The entry an error is about: ("classes", 1, "colour") -> "classes[1].colour"."""
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else "" if part == "[key]" else f".{part}"
    return printable(text.removeprefix("."), longest=60)


def _predicate(message: str) -> str:
    """pydantic's "Input should be greater than 0" without its subject, which is the place."""
    for subject in ("Input ", "String ", "Value error, ", "Assertion failed, "):
        message = message.removeprefix(subject)
    return message[:1].lower() + message[1:].rstrip(".")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" is stated twice')
    return entries


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
