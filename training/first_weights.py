"""A run that begins with an installed bundle: whether it can, a copy of its weights in the run, and putting them in.

The weights are copied, so that the run can be resumed after the bundle was removed or replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors.numpy import load_file

from leukdesk.architectures import names, resolve
from leukdesk.architectures.weights import assign_weights
from leukdesk.bundles.load import load_bundle
from leukdesk.bundles.weights import encode_tensors
from leukdesk.domain.errors import DataError
from training.backbones import begin_features, load_features
from training.checkpoint import write_atomically

if TYPE_CHECKING:
    from leukdesk.architectures.registry import Network
    from leukdesk.bundles.load import Bundle
    from leukdesk.domain.card import Card
    from training.events import EventLog
    from training.recipe import Recipe
    from training.run import Run

FILE = "first.safetensors"  # in the run's folder
_FREE = ("dropout", "texture")  # parameters of an architecture that no tensor depends on


@dataclass(frozen=True, slots=True, eq=False)
class FirstWeights:
    """An opened bundle that a run of some recipe can begin with."""

    bundle: Bundle
    head_kept: bool

    def facts(self) -> dict[str, Any]:
        """What `run.json` says under `start_from`: name, version and SHA-256 of the bundle, and its head's fate."""
        ref = self.bundle.ref
        named = {"bundle": self.bundle.folder.name, "name": ref.name, "version": ref.version, "sha256": ref.sha256}
        return {**named, "weights": FILE, "head": "kept" if self.head_kept else "new"}

    def copy_to(self, folder: Path) -> None:
        """Keep the weights in a run's folder. Raises `BundleError`, `OutputError`."""
        write_atomically(folder / FILE, encode_tensors(self.bundle.weights()))


def first_weights(recipe: Recipe, folder: Path) -> FirstWeights:
    """Open the bundle in `folder` and check that it fits the recipe. Raises `BundleError`, `DataError`."""
    bundle = load_bundle(folder, names())
    _check_fit(recipe, bundle.card, folder)
    return FirstWeights(bundle, recipe.class_ids == bundle.card.class_ids)


def _check_fit(recipe: Recipe, card: Card, folder: Path) -> None:
    theirs = card.architecture
    if recipe.architecture.name != theirs.name:
        raise _unfit(folder, f"is a {theirs.name}, the recipe {recipe.name} asks for a {recipe.architecture.name}")
    if recipe.input_size != card.input_size:
        raise _unfit(folder, f"sees {card.input_size} px, the recipe {recipe.name} asks for {recipe.input_size} px")
    ours, those = (resolve(one.name, one.parameters) for one in (recipe.architecture, theirs))
    differing = [name for name in ours if name not in _FREE and _plain(ours[name]) != _plain(those[name])]
    if differing:
        name = differing[0]
        raise _unfit(folder, f"was made with {name} = {those[name]}, the recipe {recipe.name} has {ours[name]}")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _unfit(folder: Path, what: str) -> DataError:
    advice = "Choose a bundle that fits, or write its architecture and input size into the recipe."
    return DataError(what, reason="bundle_unfit", subject=folder.name, advice=advice)


def begin_network(network: Network, run: Run, log: EventLog) -> None:
    """Fill a new network with what its run begins with: a bundle, an earlier run, a backbone. Raises `DataError`."""
    first = run.facts.get("start_from") or {}
    if "bundle" not in first:
        begin_features(network, run.recipe, run.start_from, log)
        return
    weights = run.folder / FILE
    if first["head"] == "kept":
        assign_weights(network, load_file(weights))
    else:
        load_features(network, weights)
    log("backbone", origin=first["bundle"], sha256=first["sha256"], head=first["head"])
