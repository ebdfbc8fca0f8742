"""A recipe: everything a training run depends on but the data, as validated TOML."""

from __future__ import annotations

import copy
import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leukdesk.domain.card import Architecture, CardClass, Name
from leukdesk.domain.errors import DataError
from training.augment import Pipeline, named
from training.published import Beside, Reported, Search


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SplitPlan(_Strict):
    """How images are divided; `grouped` keeps a patient, subject or group on one side.

    `system` is the published system's own division (training/splits/systems.toml), which says its shares itself.
    """

    method: Literal["grouped", "random", "system"] = "grouped"
    validation: float = Field(default=0.15, gt=0, lt=0.5)
    test: float = Field(default=0.2, gt=0, lt=0.5)
    seed: int = 0


class Phase(_Strict):
    """One stretch of epochs with its own learning rate and trainable part.

    `train`: the head alone, the head and the last N weighted feature layers, or all. `batch_norm`: `frozen` keeps the
    statistics of the backbone (docs/decisions/0007), `adapt` lets them follow the data. A phase that trains the head
    alone without augmentation computes the feature maps once.
    """

    epochs: int = Field(ge=1, le=1000)
    learning_rate: float = Field(gt=0, le=1)
    schedule: Literal["constant", "cosine"] = "constant"
    train: Literal["head", "all"] | Annotated[int, Field(ge=1)] = "all"
    batch_norm: Literal["frozen", "adapt"] = "frozen"
    augment: bool = True

    @property
    def cached(self) -> bool:
        """Whether the feature maps stay the same throughout, so that they are computed once."""
        return self.train == "head" and not self.augment


class Recipe(_Strict):
    """The whole of a run. Classes stand in logit order."""

    name: Name
    title: str
    system: str = "leukdesk"
    model: str = Field(default="", description="as its authors call it")
    reported: tuple[Reported, ...] = ()
    beside: tuple[Beside, ...] = ()
    preparation: bool = Field(default=False, description="a first stage that other recipes start from, no model itself")
    shortened: tuple[str, ...] = Field(default=(), description="what a short run changed; empty: the recipe as it is")
    scope: Literal["field", "cell"]
    synthetic: bool = False
    architecture: Architecture
    backbone: str = Field(
        default="", description="`imagenet`, or a file stem in resources/backbones; empty: from scratch"
    )
    start_from: str = Field(default="", description="the recipe whose trained features this one begins with")
    input_size: int = Field(ge=16, le=1024)
    um_per_px: float | None = None
    stain: str = "not known"
    classes: tuple[CardClass, ...] = Field(min_length=2)
    class_map: dict[str, str] = Field(
        default_factory=dict, description="a data set's name of a class -> its id here, or empty: left out"
    )
    split: SplitPlan = SplitPlan()
    seed: int = 0
    batch: int = Field(default=32, ge=1, le=4096)
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    weight_decay: float = Field(default=0.0, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    average_weights: float = Field(default=0.0, ge=0, lt=1, description="momentum of the moving average; 0: off")
    balance: Literal["none", "class_weights"] = "none"
    precision: Literal["float32", "mixed"] = Field(default="float32", description="mixed: float16 where a GPU is used")
    empty_share: float = Field(
        default=0.0, ge=0, lt=1, description="share of augmented images that lose their nuclei and belong to no class"
    )
    patience: int = Field(default=0, ge=0, description="epochs without a better validation loss; 0: never stop early")
    augmentation: str | tuple[dict[str, Any], ...] = Field(default="none", description="a named list, or steps")
    phases: tuple[Phase, ...] = Field(min_length=1)
    search: Search | None = None
    accept_error: float = Field(
        default=0.01, gt=0, lt=1, description="share of errors among accepted validation images"
    )
    accept_at_least: float = Field(
        default=0.0, ge=0, lt=1, description="no accept threshold below this, where few images are left to choose it by"
    )
    in_scope: float = Field(default=0.97, gt=0, lt=1, description="share of validation images below the novelty limit")
    refuse_beyond: float = Field(
        default=1.0, ge=1, description="novelty that rejects an image; 1, the limit of the validation images, warns"
    )
    data_name: str
    data_source: str
    data_licence: str
    groups: str = "not known"
    intended_use: str
    limits: tuple[str, ...] = ()
    licence: str
    notices: tuple[str, ...] = Field(default=(), description="file stems in resources/licences that LICENSE appends")
    origin: str = "not known"

    def augmented(self) -> Pipeline:
        """The augmentation, a named list or the recipe's own steps; `DataError` where it names what is not there."""
        if isinstance(self.augmentation, str):
            return named(self.augmentation)
        return Pipeline.from_spec(self.augmentation)

    @property
    def epochs(self) -> int:
        """Of all phases together."""
        return sum(phase.epochs for phase in self.phases)

    @property
    def class_ids(self) -> tuple[str, ...]:
        """Class ids in logit order."""
        return tuple(one.id for one in self.classes)

    def phase_of(self, epoch: int) -> tuple[int, Phase]:
        """(index, phase) of an epoch counted from 0."""
        for index, phase in enumerate(self.phases):
            if epoch < phase.epochs:
                return index, phase
            epoch -= phase.epochs
        raise IndexError(epoch)


def load_recipe(path: Path) -> Recipe:
    """Read and validate a recipe; `DataError` names the wrong key and says what it may be."""
    return recipe_of(read_document(path), path)


def read_document(path: Path) -> dict[str, Any]:
    """A recipe's TOML before it is validated. Raises `DataError`."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise DataError(
            "there is no such recipe", subject=path, advice="See training/recipes for those that ship."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"is not valid TOML: {error}", subject=path, advice="Mend the line it names.") from error


def recipe_of(document: Mapping[str, Any], subject: object) -> Recipe:
    """Validate a document; `DataError` names the wrong key, `subject` says where it comes from."""
    try:
        return Recipe.model_validate(document)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise DataError(f"is not a recipe: {problems}", subject=subject, advice="Mend the keys it names.") from error


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document with other values for keys such as `batch` or `phases.1.learning_rate`; `DataError` for no place."""
    result = copy.deepcopy(dict(document))
    for key, value in changes.items():
        *path, last = key.split(".")
        place: Any = result
        try:
            for step in path:
                place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
            place[int(last) if isinstance(place, list) else last] = value
        except (IndexError, ValueError, TypeError, AttributeError) as error:
            raise DataError("the recipe has no such place", subject=key, advice="Mend the key.") from error
    return result


# Words about a recipe, which change nothing that is computed.
_WORDS = (
    "title",
    "model",
    "reported",
    "beside",
    "intended_use",
    "limits",
    "origin",
    "data_name",
    "data_source",
    "search",
)


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 of all in a recipe's document that decides what a run computes; comments and words do not count."""
    kept = {key: value for key, value in document.items() if key not in _WORDS}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
