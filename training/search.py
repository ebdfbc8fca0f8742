"""A Bayesian search over the ranges a recipe names; validation images decide, the test set is never opened.

Tree-structured Parzen estimator (Bergstra et al. 2011, "Algorithms for hyper-parameter optimization") by Optuna, whose
journal in the search's folder is all that going on needs: a trial that was cut off goes on from its last checkpoint.
"""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from leukdesk.domain.errors import Cancelled, DataError
from training import checkpoint
from training.checkpoint import write_atomically
from training.events import EventLog
from training.recipe import changed, read_document, recipe_of
from training.run import begin_run, open_run, run_data
from training.toml_text import to_toml
from training.train import Trainer

if TYPE_CHECKING:
    import optuna

    from training.published import Range, Search
    from training.recipe import Recipe

JOURNAL, BEST = "study.journal", "best.toml"


@dataclass(frozen=True, slots=True)
class Found:
    """The best values so far and the validation loss they reached; `file` is the recipe with these values."""

    trials: int
    loss: float
    values: dict[str, Any]
    file: Path

    @property
    def summary(self) -> str:
        """One line for the terminal."""
        values = ", ".join(f"{key} = {value}" for key, value in self.values.items())
        return f"best of {self.trials} trials: validation loss {self.loss:.4f} with {values}; written to {self.file}"


def search(recipe_file: Path, data: Path, out: Path, *, trials: int | None = None) -> Found:
    """Try values until there are `trials` (else the recipe's number), going on where `out` holds a search of it.

    Writes `best.toml`, the recipe with the best values. Raises `DataError`, and `Cancelled` where a file `stop` is
    put into `out`.
    """
    document = read_document(recipe_file)
    recipe = recipe_of(document, recipe_file)
    plan = _plan(recipe)
    _begin(out, recipe_file, document)
    study, log = _study(out), EventLog(out)
    trying = _Trying(study, recipe, plan, recipe_file, data, out, log)
    trying.finish_started()
    while len(trying.finished) < (trials or plan.trials):
        if (out / "stop").exists():
            raise Cancelled
        trying.one_more()
    return _best(study, document, out)


def _plan(recipe: Recipe) -> Search:
    if recipe.search is None:
        raise DataError("names no ranges", subject=recipe.name, advice="Add [search] with [[search.ranges]] to it.")
    return recipe.search


def _begin(out: Path, recipe_file: Path, document: dict[str, Any]) -> None:
    """Make the folder with its copy of the recipe, or check that it is a search of the same one."""
    copy = out / "recipe.toml"
    if copy.is_file() and read_document(copy) != document:
        raise DataError(
            "is a search of another recipe, or of an earlier form of it", subject=out, advice="Choose another --out."
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / "stop").unlink(missing_ok=True)
    if not copy.is_file():
        write_atomically(copy, recipe_file.read_bytes())


def _study(out: Path) -> optuna.Study:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(JournalFileBackend(str(out / JOURNAL)))
    return optuna.create_study(storage=storage, study_name="search", direction="minimize", load_if_exists=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Trying:
    """Trials of one search: each is a run in a folder of its own, all on the same frozen split."""

    study: optuna.Study
    recipe: Recipe
    plan: Search
    recipe_file: Path
    data: Path
    out: Path
    log: EventLog

    @property
    def finished(self) -> list[Any]:
        """Trials that ended, with a value or without."""
        return [one for one in self.study.trials if one.state.is_finished()]

    def finish_started(self) -> None:
        """Go on with trials that were cut off."""
        from optuna.trial import TrialState

        for trial in self.study.get_trials(states=(TrialState.RUNNING,)):
            if all(one.key in trial.params for one in self.plan.ranges):
                self._run(trial.number, trial.params)
            else:  # cut off before its values were chosen
                self.study.tell(trial.number, state=TrialState.FAIL)

    def one_more(self) -> None:
        """Choose values and try them; what is chosen depends on the seed and on the trials before, on nothing else."""
        import optuna

        number = len(self.study.trials)
        seed = int(np.random.SeedSequence([self.recipe.seed, number]).generate_state(1)[0])
        self.study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=min(10, self.plan.trials // 2))
        trial = self.study.ask()
        self._run(trial.number, {one.key: _chosen(trial, one) for one in self.plan.ranges})

    def _run(self, number: int, values: dict[str, Any]) -> None:
        from optuna.trial import TrialState

        try:
            loss = self._trained(self.out / "trials" / f"{number:04d}", values)
        except DataError:
            self.study.tell(number, state=TrialState.FAIL)
            raise
        self.log("trial", number=number, values=values, validation_loss=loss if math.isfinite(loss) else None)
        if math.isfinite(loss):
            self.study.tell(number, loss)
        else:  # it diverged
            self.study.tell(number, state=TrialState.FAIL)

    def _trained(self, folder: Path, values: dict[str, Any]) -> float:
        """Least validation loss of a run with these values; it goes on where the folder holds it already."""
        keras.backend.clear_session()
        if (folder / "run.json").is_file():
            run = open_run(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
            run = begin_run(folder, self.recipe_file, self.data, changes=values)
        Trainer(run, run_data(run), EventLog(run.folder)).run()
        state = checkpoint.read_state(run.folder)
        return math.inf if state is None else float(state["best"]["loss"])


def _chosen(trial: optuna.Trial, one: Range) -> Any:
    if one.low is None or one.high is None:
        return trial.suggest_categorical(one.key, list(one.choices))
    if isinstance(one.low, int) and isinstance(one.high, int):
        return trial.suggest_int(one.key, one.low, one.high, log=one.log)
    return trial.suggest_float(one.key, one.low, one.high, log=one.log)


def _best(study: optuna.Study, document: dict[str, Any], out: Path) -> Found:
    from optuna.trial import TrialState

    done = study.get_trials(states=(TrialState.COMPLETE,))
    if not done:
        raise DataError(
            "no trial came to a result", subject=out, advice="Lower the learning rates among the recipe's ranges."
        )
    best = min(done, key=lambda trial: (trial.value or 0.0, trial.number))
    text = to_toml(
        changed(document, best.params),
        comment=f"Best of {len(study.trials)} trials of a search, by validation loss: {json.dumps(best.params)}",
    )
    write_atomically(out / BEST, text.encode())
    return Found(len(study.trials), float(best.value or 0.0), dict(best.params), out / BEST)
