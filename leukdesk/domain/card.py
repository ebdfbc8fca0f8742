"""The card of a model bundle: everything `bundle.json` states, validated."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+(\.\d+)?$", max_length=20)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", max_length=64)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Parameter = bool | int | float | str | tuple[float, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CardClass(_Strict):
    """One answer the model can give: `id` as in the training folders, `display` for the screen."""

    id: Identifier
    display: str = Field(min_length=1, max_length=80)
    colour: Colour
    description: str = Field(default="", max_length=400)


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

    @model_validator(mode="after")
    def _ordered(self) -> Novelty:
        if self.limit <= self.median:
            raise ValueError("the novelty limit must be above the median")
        return self


class Metric(_Strict):
    """A measured number with its 95 % interval, recomputed from saved rows."""

    name: str
    value: float
    low: float
    high: float
    n: int = Field(ge=0)
    split: str
    note: str = ""


class TrainingData(_Strict):
    """What the model was trained on and how it was split."""

    name: str
    source: str
    licence: str
    images: int = Field(ge=0)
    per_class: dict[Identifier, int]
    split: str
    split_sha256: Sha256 | None = None
    groups: str = "not known"


class Card(_Strict):
    """`bundle.json`. Classes stand in logit order: the only place that states it."""

    format: Literal[1] = 1
    name: Name
    version: Version
    title: str = Field(min_length=1, max_length=120)
    scope: Literal["field", "cell"]
    synthetic: bool = Field(
        default=False, description="trained on phantoms: a demonstration, for synthetic images only"
    )
    architecture: Architecture
    classes: tuple[CardClass, ...] = Field(min_length=2, max_length=64)
    input_size: int = Field(ge=16, le=1024, description="px; the model input is square")
    um_per_px: float | None = Field(default=None, gt=0, description="expected scale of the image; null: not known")
    stain: str = "not known"
    temperature: float = Field(gt=0)
    accept_threshold: Probability
    novelty: Novelty | None = None
    explains: Literal["graph", "keras"] = Field(default="graph", description="graph: model.tflite returns the maps")
    training_data: TrainingData
    metrics: tuple[Metric, ...] = ()
    seeds: dict[str, int]
    library_versions: dict[str, str]
    intended_use: str = Field(min_length=1)
    limits: tuple[str, ...] = ()
    licence: str = Field(min_length=1)
    origin: str = "not known"
    files: dict[str, Sha256]

    @model_validator(mode="after")
    def _distinct(self) -> Card:
        ids = [one.id for one in self.classes]
        if len(set(ids)) != len(ids):
            raise ValueError("class ids must differ")
        return self

    @property
    def class_ids(self) -> tuple[str, ...]:
        """Class ids in logit order."""
        return tuple(one.id for one in self.classes)

    def display(self, class_id: str) -> str:
        """The name a class has on the screen."""
        return next(one.display for one in self.classes if one.id == class_id)
