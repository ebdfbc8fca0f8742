"""Judge a run: calibrate on validation, open the test set once, save the rows, compute every figure from them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.inference.calibration import calibrated
from training.adapt.keep import keep_what_is_safe
from training.augment import emptied, rng_for
from training.calibrate import choose_accept_threshold, fit_temperature
from training.checkpoint import load_weights, write_atomically
from training.evaluate import Evaluation, Rows, evaluate, load_rows, save_rows
from training.learning import Counting, logits_of, uncounted
from training.pipeline import read_inputs
from training.train import new_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network
    from training.events import EventLog
    from training.recipe import Recipe
    from training.run import Part, Run, RunData


EMPTIED_ONCE = 1_000_000  # an epoch no training reaches: validation images always lose their nuclei the same way


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the validation images decided."""

    temperature: float
    accept_threshold: float
    accepted_share: float
    accepted_error: float
    empty_refused: float | None = None  # of validation images without their nuclei; None: the recipe trains with none


def judge(run: Run, data: RunData, log: EventLog, asked: Counting = uncounted) -> Evaluation:
    """Calibrate and evaluate a trained run. The test set is predicted once; later calls read the saved rows.

    Of an adapted bundle that is to stay right about its own images, the change is cut back first. `asked` as in
    `Asked`.
    """
    recipe = run.recipe
    if not run.rows("test").is_file():
        keep_what_is_safe(run, log)
        network = new_network(recipe)
        load_weights(network, run.best)
        calibration = _calibrate(run, recipe, network, data.part("validation"), asked)
        log("calibrated", **asdict(calibration))
        rows = _predict(recipe, network, data.part("test"), calibration.temperature, asked)
        save_rows(rows, run.rows("test"))
    evaluation = evaluate(load_rows(run.rows("test"), classes=recipe.class_ids), seed=recipe.seed)
    write_atomically(run.folder / "evaluation.json", json.dumps(evaluation.to_json(), indent=1).encode())
    shown = {name: round(one.value, 4) for name, one in evaluation.overall.items() if one.defined}
    log("evaluated", split="test", images=len(evaluation.rows), **shown)
    return evaluation


def read_calibration(run: Run) -> Calibration:
    """What `judge` decided on the validation images."""
    return Calibration(**json.loads((run.folder / "calibration.json").read_text("utf-8")))


def _calibrate(run: Run, recipe: Recipe, network: Network, part: Part, asked: Counting) -> Calibration:
    logits = logits_of(network, read_inputs(part.files, recipe.input_size), asked)
    temperature = fit_temperature(logits, part.labels)
    rows = _rows(recipe, part, logits, temperature)
    save_rows(rows, run.rows("validation"))
    found = _threshold(recipe, network, part, temperature, rows)
    write_atomically(run.folder / "calibration.json", json.dumps(asdict(found), indent=1).encode())
    return found


def _threshold(recipe: Recipe, network: Network, part: Part, temperature: float, rows: Rows) -> Calibration:
    sure, right = rows.scores.max(-1), rows.predicted == part.labels
    empty = _sure_of_empty(recipe, network, part, temperature)
    chosen = choose_accept_threshold(
        sure,
        right,
        target_error=recipe.accept_error,
        empty=empty,
        in_scope=recipe.in_scope,
        at_least=recipe.accept_at_least,
    )
    refused = float((empty < chosen.threshold).mean()) if empty is not None else None
    return Calibration(temperature, chosen.threshold, chosen.coverage, chosen.error, refused)


def _sure_of_empty(recipe: Recipe, network: Network, part: Part, temperature: float) -> NDArray[np.float64] | None:
    """Highest probabilities of the validation images without their nuclei, where the recipe trains with such."""
    if not recipe.empty_share:
        return None
    inputs = read_inputs(part.files, recipe.input_size)
    found = [
        without
        for image_id, one in zip(part.image_ids, inputs, strict=True)
        if (without := emptied(one, rng_for(recipe.seed, EMPTIED_ONCE, image_id))) is not None
    ]
    return calibrated(logits_of(network, np.stack(found)), temperature).max(-1) if found else None


def _predict(recipe: Recipe, network: Network, part: Part, temperature: float, asked: Counting) -> Rows:
    return _rows(recipe, part, logits_of(network, read_inputs(part.files, recipe.input_size), asked), temperature)


def _rows(recipe: Recipe, part: Part, logits: NDArray[np.float32], temperature: float) -> Rows:
    labels = tuple(recipe.class_ids[index] for index in part.labels)
    return Rows(part.image_ids, labels, recipe.class_ids, calibrated(logits, temperature), part.groups)
