"""A recipe: everything a training run depends on but the data, as validated TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leukdesk.domain.card import Architecture, CardClass, Name
from leukdesk.domain.errors import DataError
from training.augment import Pipeline, named


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SplitPlan(_Strict):
    """How images are divided; `grouped` keeps a patient, subject or group on one side."""

    method: Literal["grouped", "random"] = "grouped"
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
    scope: Literal["field", "cell"]
    synthetic: bool = False
    architecture: Architecture
    backbone: str = Field(default="", description="file stem in resources/backbones; empty: from scratch")
    input_size: int = Field(ge=16, le=1024)
    um_per_px: float | None = None
    stain: str = "not known"
    classes: tuple[CardClass, ...] = Field(min_length=2)
    split: SplitPlan = SplitPlan()
    seed: int = 0
    batch: int = Field(default=32, ge=1, le=4096)
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    weight_decay: float = Field(default=0.0, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    average_weights: float = Field(default=0.0, ge=0, lt=1, description="momentum of the moving average; 0: off")
    balance: Literal["none", "class_weights"] = "none"
    precision: Literal["float32", "mixed"] = Field(default="float32", description="mixed: float16 where a GPU is used")
    patience: int = Field(default=0, ge=0, description="epochs without a better validation loss; 0: never stop early")
    augmentation: str | tuple[dict[str, Any], ...] = Field(default="none", description="a named list, or steps")
    phases: tuple[Phase, ...] = Field(min_length=1)
    accept_error: float = Field(
        default=0.01, gt=0, lt=1, description="share of errors among accepted validation images"
    )
    in_scope: float = Field(default=0.97, gt=0, lt=1, description="share of validation images below the novelty limit")
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
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise DataError(
            "there is no such recipe", subject=path, advice="See training/recipes for those that ship."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"is not valid TOML: {error}", subject=path, advice="Mend the line it names.") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise DataError(f"is not a recipe: {problems}", subject=path, advice="Mend the keys it names.") from error
