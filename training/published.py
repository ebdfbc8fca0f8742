"""What a recipe says beside its hyper-parameters: the figures its authors report, and the ranges a search may try."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from leukdesk.domain.card import Line

Choice = bool | int | float | Line


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Reported(_Strict):
    """A figure as published, such as 0.975 for 97.5 %; `of` says of which images, and what contradicts it."""

    figure: Line = "accuracy"
    value: float = Field(ge=0, le=1)
    of: Line = "test"


class Beside(_Strict):
    """A model without a network that a system compares its own with: evaluated on the same split, a row of its own."""

    model: Line
    baseline: Literal["k-NN, pixels", "k-NN, hand-made features", "SVM, hand-made features"]
    reported: tuple[Reported, ...] = ()


class Range(_Strict):
    """What a search may try for one key of the recipe, such as `batch` or `phases.1.learning_rate`.

    Either `low` and `high` (`log`: evenly over orders of magnitude; whole numbers where both are), or `choices`.
    """

    key: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z0-9_]+)*$")]
    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    choices: tuple[Choice, ...] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> Range:
        if (self.low is None) != (self.high is None) or (self.low is None) != bool(self.choices):
            raise ValueError("needs either low and high, or choices")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        if self.log and (self.low is None or self.low <= 0):
            raise ValueError("log needs a low above zero")
        return self


class Search(_Strict):
    """How `leukdesk-train search` looks for better hyper-parameters."""

    trials: int = Field(default=20, ge=1, le=10_000)
    ranges: tuple[Range, ...] = Field(min_length=1)
