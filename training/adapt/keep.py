"""How much of what an adaptation learned is kept: as much as the images its bundle was made with allow.

The weights go a share of the way from the bundle's to the trained ones (Wortsman et al. 2022, arXiv:2109.01903): the
largest share that hardly loses more than half a point on the bundle's own images. Its test images are not asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load_file

from leukdesk.architectures.weights import assign_weights
from leukdesk.bundles.weights import encode_tensors
from training import first_weights
from training.adapt.share import FILE, Kept, choose_share, read_kept
from training.checkpoint import write_atomically
from training.learning import Asked, Counting, uncounted
from training.pipeline import read_inputs
from training.replay import guarded
from training.train import new_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.events import EventLog
    from training.replay import Guarded
    from training.run import Run

Weights = Mapping[str, "NDArray[Any]"]


def keep_what_is_safe(run: Run, log: EventLog, asked: Counting = uncounted) -> Kept | None:
    """Cut the trained weights back until the original images bear it; done once for each training.

    `asked` as in `Asked`. `None`, and nothing is cut, where the run has no such images. Raises `ImageError`,
    `OutputError`.
    """
    images, first = guarded(run.facts.get("replay")), run.folder / first_weights.FILE
    if images is None or not first.is_file():
        return None
    found = read_kept(run)
    if found is None or found.weights != _digest(run.best.read_bytes()):
        found = _cut(run, images, load_file(first), asked)
        log("kept", **found.to_json())
    return found


def _cut(run: Run, images: Guarded, first: Weights, told: Counting) -> Kept:
    recipe, trained = run.recipe, load_file(run.best)
    network = new_network(recipe)
    asked, inputs = Asked(network), read_inputs(images.files, recipe.input_size)
    truth = np.array([recipe.class_ids.index(one) for one in images.labels])

    def right(share: float) -> NDArray[np.bool_]:
        assign_weights(network, between(first, trained, share))
        return np.asarray(asked(inputs, asked=told)[0].argmax(-1) == truth)

    found = choose_share(right, images.groups, seed=recipe.seed)
    weights = encode_tensors(between(first, trained, found.share))
    found = replace(found, weights=_digest(weights))
    # First what was decided: killed between the two, the weights are still those that were trained, and are cut again.
    write_atomically(run.folder / FILE, json.dumps(asdict(found), indent=1).encode())
    write_atomically(run.best, weights)
    return found


def between(first: Weights, trained: Weights, share: float) -> dict[str, NDArray[np.float32]]:
    """Weights a share of the way from the first to the trained ones."""
    return {name: np.asarray(one + share * (trained[name] - one), np.float32) for name, one in first.items()}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
