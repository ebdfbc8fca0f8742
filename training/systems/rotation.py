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


def part(items: Sequence[Item], rotation: str, environment: Mapping[str, str] | None = None) -> list[Item]:
    """Part K of N of the items for "K/N" (counted from 0); "auto/N" takes the number of the run, else of the day.

    Raises `DataError` for anything else.
    """
    match = re.fullmatch(r"(auto|[0-9]+)/([1-9][0-9]*)", rotation)
    if match is None:
        raise DataError("is no rotation", subject=rotation, advice="Write 0/8 for the first of 8 parts, or auto/8.")
    number = _number(os.environ if environment is None else environment) if match[1] == "auto" else int(match[1])
    return list(items[number % int(match[2]) :: int(match[2])])


def _number(environment: Mapping[str, str]) -> int:
    stated = [environment[name] for name in RUN_NUMBERS if environment.get(name, "").isdecimal()]
    return int(stated[0]) if stated else int(time.time() // _DAY_S)
