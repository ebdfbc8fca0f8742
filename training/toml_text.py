"""Write a recipe's document as TOML: the standard library reads it only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def to_toml(document: Mapping[str, Any], *, comment: str = "") -> str:
    """TOML text that reads back as `document`; nested tables stand inline, keys without a value (None) are left out."""
    head = [f"# {line}" for line in comment.splitlines()]
    lines = [f"{_key(key)} = {_value(one)}" for key, one in document.items() if one is not None]
    return "\n".join([*head, *lines]) + "\n"


def _key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else _scalar(key)


def _value(one: Any) -> str:
    if isinstance(one, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(value)}" for key, value in one.items() if value is not None)
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(one, Sequence) and not isinstance(one, str):
        return f"[{', '.join(map(_value, one))}]"
    return _scalar(one)


def _scalar(one: str | float) -> str:
    """JSON writes strings, booleans and numbers as TOML does, but for DEL, which TOML wants escaped."""
    return json.dumps(one, ensure_ascii=False, allow_nan=False).replace("\x7f", "\\u007f")
