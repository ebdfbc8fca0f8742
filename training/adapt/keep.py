"""How much of what an adaptation learned is kept: as much as the images its bundle was made with allow.

The weights go a share of the way from the bundle's to the trained ones (Wortsman et al. 2022, arXiv:2109.01903): the
largest share that is hardly less often right about the bundle's own validation images. The test images are not asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load_file

from leukdesk.architectures.weights import assign_weights
from leukdesk.bundles.weights import encode_tensors
from training import first_weights
from training.checkpoint import write_atomically
from training.evaluate.intervals import Interval
from training.gate.verdict import paired_difference
from training.learning import Asked
from training.pipeline import read_inputs
from training.replay import guarded
from training.train import new_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.events import EventLog
    from training.replay import Guarded
    from training.run import Run

FILE = "kept.json"  # in the run's folder
SHARES = (1.0, 0.75, 0.5, 0.25)  # tried in this order; none of them: 0
LIMIT = 0.005  # of accuracy on the original validation images: the largest loss that is put up with
Weights = Mapping[str, "NDArray[Any]"]


@dataclass(frozen=True, slots=True)
class Tried:
    """A share of the change of weights, and its difference in accuracy to the bundle (after minus before)."""

    share: float
    difference: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept. `difference` is that on the original validation images, with 95 % limits over their groups."""

    share: float
    difference: tuple[float, float, float]
    images: int
    groups: int
    limit: float
    tried: tuple[Tried, ...]
    weights: str = ""  # SHA-256 of the file of weights that this was decided for

    def to_json(self) -> dict[str, Any]:
        """As `adaptation.json` says it, without the weights."""
        return {name: value for name, value in asdict(self).items() if name != "weights"}


def keep_what_is_safe(run: Run, log: EventLog) -> Kept | None:
    """Cut the trained weights back until the original validation images bear it; done once for each training.

    `None`, and nothing is cut, where the run has no such images. Raises `ImageError`, `OutputError`.
    """
    images, first = guarded(run.facts.get("replay")), run.folder / first_weights.FILE
    if images is None or not first.is_file():
        return None
    found = read_kept(run)
    if found is None or found.weights != _digest(run.best.read_bytes()):
        found = _cut(run, images, load_file(first))
        log("kept", **found.to_json())
    return found


def read_kept(run: Run) -> Kept | None:
    """What was decided before; `None` where nothing was."""
    file = run.folder / FILE
    if not file.is_file():
        return None
    said = json.loads(file.read_text("utf-8"))
    tried = tuple(Tried(**one) for one in said.pop("tried"))
    return Kept(**said | {"difference": tuple(said["difference"]), "tried": tried})


def _cut(run: Run, images: Guarded, first: Weights) -> Kept:
    recipe, trained = run.recipe, load_file(run.best)
    network = new_network(recipe)
    asked, inputs = Asked(network), read_inputs(images.files, recipe.input_size)
    truth = np.array([recipe.class_ids.index(one) for one in images.labels])

    def right(share: float) -> NDArray[np.bool_]:
        assign_weights(network, between(first, trained, share))
        return np.asarray(asked(inputs)[0].argmax(-1) == truth)

    found = choose_share(right, images.groups, seed=recipe.seed)
    weights = run.best.read_bytes() if found.share == 1 else encode_tensors(between(first, trained, found.share))
    found = replace(found, weights=_digest(weights))
    # First what was decided: killed between the two, the weights are still those that were trained, and are cut again.
    write_atomically(run.folder / FILE, json.dumps(asdict(found), indent=1).encode())
    write_atomically(run.best, weights)
    return found


def choose_share(right: Callable[[float], NDArray[np.bool_]], groups: Sequence[str], *, seed: int) -> Kept:
    """The largest share of the change with which hardly fewer images are right than without any.

    `right` tells for a share which images, bool (n,), are named rightly; `groups` (n,) are theirs.
    """
    units = np.asarray(np.unique(np.asarray(groups), return_inverse=True)[1], np.intp)
    before = right(0.0).astype(np.float64)
    tried: list[Tried] = []
    gain = np.zeros_like(before)
    for share in SHARES:
        gain = right(share) - before
        tried.append(Tried(share, float(gain.mean())))
        if gain.mean() >= -LIMIT:
            break
    else:
        share, gain = 0.0, np.zeros_like(before)
    found = paired_difference(gain, units, seed=seed) if share else Interval(0.0, 0.0, 0.0, len(gain))
    limits = (found.value, found.low, found.high)
    return Kept(share, limits, len(gain), int(units.max()) + 1, LIMIT, tuple(tried))


def notes_on_kept(kept: Kept | None) -> list[str]:
    """What was made of the change, as codes for `adaptation.json`."""
    if kept is None:
        return ["loss_not_bounded"]
    if kept.share == 1:
        return []
    return ["change_cut_back"] if kept.share else ["no_change_kept"]


def between(first: Weights, trained: Weights, share: float) -> dict[str, NDArray[np.float32]]:
    """Weights a share of the way from the first to the trained ones."""
    return {name: np.asarray(one + share * (trained[name] - one), np.float32) for name, one in first.items()}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
