"""Which part of the systems a run of the checks tries: another each time, so that all come round."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import TypeVar

from leukdesk.domain.errors import DataError

Item = TypeVar("Item")

# Numbers that continuous-integration services give their runs; the first one set decides.
RUN_NUMBERS = ("LEUKDESK_ROTATION", "GITHUB_RUN_NUMBER", "CI_PIPELINE_IID", "BUILD_NUMBER")
_DAY_S = 86_400


def part(
    items: Sequence[Item],
    rotation: str,
    environment: Mapping[str, str] | None = None,
    *,
    weights: Sequence[float] | None = None,
) -> list[Item]:
    """Part K of N of the items for "K/N" (counted from 0); "auto/N" takes the number of the run, else of the day.

    With `weights`, such as seconds, all parts weigh about the same. Raises `DataError` for any other rotation.
    """
    match = re.fullmatch(r"(auto|[0-9]+)/([1-9][0-9]*)", rotation)
    if match is None:
        raise DataError("is no rotation", subject=rotation, advice="Write 0/8 for the first of 8 parts, or auto/8.")
    number = _number(os.environ if environment is None else environment) if match[1] == "auto" else int(match[1])
    count = int(match[2])
    owners = _owners([1.0] * len(items) if weights is None else weights, count)
    return [item for item, owner in zip(items, owners, strict=True) if owner == number % count]


def _owners(weights: Sequence[float], count: int) -> list[int]:
    """The part each item belongs to: the heaviest first, each to the part that weighs least so far (Graham 1969)."""
    loads, owners = [0.0] * count, [0] * len(weights)
    for index in sorted(range(len(weights)), key=lambda one: (-weights[one], one)):
        owners[index] = min(range(count), key=lambda one: (loads[one], one))
        loads[owners[index]] += weights[index]
    return owners


def _number(environment: Mapping[str, str]) -> int:
    stated = [environment[name] for name in RUN_NUMBERS if environment.get(name, "").isdecimal()]
    return int(stated[0]) if stated else int(time.time() // _DAY_S)
