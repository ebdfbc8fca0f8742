"""The card of a model bundle: everything `bundle.json` states, validated."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
# No leading zeros: 1.0 and 01.0 would be one version in two folders. [0-9], since \d means every script's digits.
Version = Annotated[
    str, StringConstraints(pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))?$", max_length=20)
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", max_length=64)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[int, Field(ge=0)]


def _printing(text: str) -> str:
    if any(_hides(one) for one in text if one != "\n"):
        raise ValueError("should hold no control characters and none that reverse the reading direction")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("should be one line")
    return _printing(text)


def _hides(character: str) -> bool:
    """Terminal escapes and bidirectional overrides: a card is shown on screens and terminals as it stands."""
    overrides = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return unicodedata.category(character) == "Cc" or character in overrides


Line = Annotated[str, AfterValidator(_one_line)]
Text = Annotated[str, AfterValidator(_printing)]
Parameter = bool | int | float | Line | tuple[float, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CardClass(_Strict):
    """One answer the model can give: `id` as in the training folders, `display` for the screen."""

    id: Identifier
    display: Line = Field(min_length=1, max_length=80)
    colour: Colour
    description: Text = Field(default="", max_length=400)


class Architecture(_Strict):
    """A name in the architecture registry and its parameters (data, never code)."""

    name: Identifier
    parameters: dict[Identifier, Parameter] = Field(default_factory=dict)


class Novelty(_Strict):
    """How strangeness is measured; the arrays are in `novelty.safetensors`.

    `mahalanobis`: squared distance to the nearest class mean under the shared covariance of the embedding (Lee et al.
    2018, arXiv:1807.03888). The shown score is (distance - median) / (limit - median) of the validation images.
    """

    method: Literal["mahalanobis"]
    median: float
    limit: float
    accepts: Probability = Field(description="share of in-scope validation images below the limit")
    refuse: float = Field(default=1.0, ge=1, description="score beyond which images are rejected; from 1 on a warning")

    @model_validator(mode="after")
    def _ordered(self) -> Novelty:
        if self.limit <= self.median:
            raise ValueError("the novelty limit must be above the median")
        return self


class Metric(_Strict):
    """A measured number with its 95 % interval, recomputed from saved rows."""

    name: Line
    value: float
    low: float
    high: float
    n: Count
    split: Line
    note: Text = ""

    @model_validator(mode="after")
    def _ordered(self) -> Metric:
        # The value itself may lie outside: the bootstrap interval of a biased figure such as ECE need not hold it.
        if self.low > self.high:
            raise ValueError("the lower end of an interval must not be above its upper end")
        return self


class TrainingData(_Strict):
    """What the model was trained on and how it was split."""

    name: Line
    source: Text
    licence: Line
    images: Count
    per_class: dict[Identifier, Count]
    split: Text
    split_sha256: Sha256 | None = None
    groups: Text = "not known"


class Card(_Strict):
    """`bundle.json`. Classes stand in logit order: the only place that states it."""

    format: Literal[1] = 1
    name: Name
    version: Version
    title: Line = Field(min_length=1, max_length=120)
    scope: Literal["field", "cell"]
    synthetic: bool = Field(
        default=False, description="trained on phantoms: a demonstration, for synthetic images only"
    )
    architecture: Architecture
    classes: tuple[CardClass, ...] = Field(min_length=2, max_length=64)
    input_size: int = Field(ge=16, le=1024, description="px; the model input is square")
    um_per_px: float | None = Field(default=None, gt=0, description="expected scale of the image; null: not known")
    stain: Line = "not known"
    temperature: float = Field(gt=0)
    accept_threshold: Probability
    novelty: Novelty | None = None
    explains: Literal["graph", "keras"] = Field(default="graph", description="graph: model.tflite returns the maps")
    training_data: TrainingData
    metrics: tuple[Metric, ...] = ()
    seeds: dict[Line, int]
    library_versions: dict[Line, Line]
    intended_use: Text = Field(min_length=1)
    limits: tuple[Text, ...] = ()
    licence: Line = Field(min_length=1)
    origin: Text = "not known"
    files: dict[str, Sha256] = Field(default_factory=dict, description="every file but bundle.json; filled in by seal")
    seal: Sha256 | None = Field(default=None, description="SHA-256 of bundle.json, this value as zeros; set by seal")

    @model_validator(mode="after")
    def _distinct(self) -> Card:
        # Regardless of case, since ids name folders, and Windows and macOS take Pre and pre for one.
        if len({one.id.casefold() for one in self.classes}) != len(self.classes):
            raise ValueError("class ids must differ by more than case")
        if len({one.display for one in self.classes}) != len(self.classes):
            raise ValueError("class display names must differ")
        return self

    @property
    def class_ids(self) -> tuple[str, ...]:
        """Class ids in logit order."""
        return tuple(one.id for one in self.classes)

    def joins(self, other: Card) -> bool:
        """Whether the mean of both models' answers has a meaning: the same classes, input size and scope."""
        return (self.class_ids, self.input_size, self.scope) == (other.class_ids, other.input_size, other.scope)

    @property
    def refused_beyond(self) -> float:
        """Novelty above which an answer is rejected; 1 is the limit that the validation images kept to."""
        return self.novelty.refuse if self.novelty else 1.0

    def display(self, class_id: str) -> str:
        """The name a class has on the screen."""
        return next(one.display for one in self.classes if one.id == class_id)
