"""An ensemble: the weighted mean of the calibrated probabilities of several judged runs, from their saved rows."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from leukdesk.domain.card import Line, Name
from leukdesk.domain.errors import DataError
from training.evaluate import Evaluation, Rows, evaluate, load_rows, save_rows
from training.evaluate.compare import Comparison, align, compare
from training.evaluate.rows import write_text
from training.run import Run, open_run

if TYPE_CHECKING:
    from training.splits import Split

THIS = "ensemble"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Member(_Strict):
    """A recipe whose run takes part; weights count relative to each other."""

    recipe: Name
    weight: Annotated[float, Field(gt=0)] = 1.0


class Ensemble(_Strict):
    """The recipe of an ensemble."""

    name: Name
    title: Line
    seed: int = 0
    members: tuple[Member, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _once(self) -> Ensemble:
        if len({one.recipe for one in self.members}) != len(self.members):
            raise ValueError("a recipe stands twice among the members")
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """An ensemble on its test set, and beside each of its members (model: the member, reference: the ensemble)."""

    ensemble: Ensemble
    evaluation: Evaluation
    comparisons: tuple[Comparison, ...]

    @property
    def summary(self) -> str:
        """One line: accuracy with its interval."""
        accuracy = self.evaluation.overall["accuracy"]
        limits = f"{accuracy.low:.1%} to {accuracy.high:.1%}"
        return f"{self.ensemble.name}: accuracy {accuracy.value:.1%} ({limits}) of {accuracy.n} test images"


def load_ensemble(path: Path) -> Ensemble:
    """Read and validate an ensemble's recipe. Raises `DataError`."""
    try:
        return Ensemble.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"cannot be read: {error}", subject=path, advice="Give the TOML of an ensemble.") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise DataError(f"is no ensemble: {problems}", subject=path, advice="Mend the keys it names.") from error


def mean_rows(rows: Sequence[Rows], weights: Sequence[float]) -> Rows:
    """The weighted mean of probabilities for the same images, in the order of the first rows.

    Columns are put in the first one's class order. Raises `DataError` where images, labels or classes differ.
    """
    if len(rows) != len(weights) or not rows or min(weights) <= 0:
        raise ValueError("as many weights as rows are needed, all above zero")
    first = rows[0]
    aligned = [align(one, first).scores for one in rows]
    scores = np.average(np.stack(aligned), axis=0, weights=np.asarray(weights, np.float64))
    return Rows(first.image_ids, first.labels, first.classes, scores, first.groups)


def judge_ensemble(ensemble: Ensemble, folders: Sequence[Path], out: Path, *, resamples: int = 1000) -> Judged:
    """Join the saved test rows of a run of each member, evaluate, and compare with each; writes `out`.

    The runs must share one frozen split. Writes `test.csv` and `evaluation.json`. Raises `DataError`, `OutputError`.
    """
    runs = _of_members(ensemble, [open_run(folder) for folder in folders])
    split = _one_split(runs)
    rows = {name: _rows(run) for name, run in runs.items()}
    joined = mean_rows(list(rows.values()), [one.weight for one in ensemble.members])
    evaluation = evaluate(joined, seed=ensemble.seed, resamples=resamples)
    comparisons = compare({**rows, THIS: joined}, reference=THIS, seed=ensemble.seed, resamples=resamples)
    save_rows(joined, out / "test.csv")
    document = evaluation.to_json() | _about(ensemble, split, rows)
    document["comparisons"] = [one.to_json() for one in comparisons]
    write_text(out / "evaluation.json", json.dumps(document, indent=1, allow_nan=False) + "\n")
    return Judged(ensemble, evaluation, tuple(comparisons))


def _of_members(ensemble: Ensemble, runs: Sequence[Run]) -> dict[str, Run]:
    """A run for each member, in the members' order."""
    by_recipe = {run.recipe.name: run for run in runs}
    wanted = {one.recipe for one in ensemble.members}
    if len(by_recipe) != len(runs) or by_recipe.keys() != wanted:
        given = ", ".join(run.recipe.name for run in runs)
        raise DataError(
            f"needs one run each of {', '.join(sorted(wanted))}; given are runs of {given}",
            subject=ensemble.name,
            advice="Give the folder of a run of every member, each once.",
        )
    return {one.recipe: by_recipe[one.recipe] for one in ensemble.members}


def _one_split(runs: Mapping[str, Run]) -> Split:
    from training.splits import read_split

    splits = {name: read_split(run.folder / "split.json") for name, run in runs.items()}
    first = next(iter(splits.values()))
    differing = [name for name, one in splits.items() if one.sha256 != first.sha256]
    if differing:
        raise DataError(
            f"was trained on another split than {next(iter(splits))}: test images of one may have trained the other",
            subject=differing[0],
            advice="Train all members with the same data, split method and split seed.",
        )
    return first


def _rows(run: Run) -> Rows:
    if not run.rows("test").is_file():
        raise DataError("is not evaluated yet", subject=run.folder, advice="Run `leukdesk-train evaluate` on it first.")
    return load_rows(run.rows("test"), classes=run.recipe.class_ids)


def _about(ensemble: Ensemble, split: Split, rows: Mapping[str, Rows]) -> dict[str, Any]:
    total = math.fsum(one.weight for one in ensemble.members)
    return {
        "ensemble": ensemble.name,
        "title": ensemble.title,
        "members": [
            {"recipe": one.recipe, "weight": one.weight / total, "rows_sha256": rows[one.recipe].sha256()}
            for one in ensemble.members
        ],
        "split": {"method": split.method, "level": split.level, "sha256": split.sha256},
    }
