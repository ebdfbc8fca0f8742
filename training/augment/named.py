"""The published systems' augmentation lists and our own, kept as data in `named.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from leukdesk.domain.errors import DataError
from training.augment.pipeline import Pipeline, suggestion


def names() -> tuple[str, ...]:
    """Names of the lists, "none" among them."""
    return tuple(_lists())


def named(name: str) -> Pipeline:
    """The list of that name; `DataError` where there is none."""
    if name not in _lists():
        advice = suggestion(name, _lists())
        raise DataError(
            "there is no augmentation list of that name", reason="augmentation", subject=name, advice=advice
        )
    return Pipeline.from_spec(_lists()[name]["steps"])


@cache
def _lists() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("training.augment").joinpath("named.toml").read_text(encoding="utf-8"))
