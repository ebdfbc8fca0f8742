"""Which of the images a bundle was made with are its test images: the split that was named, or the very one it had."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk import paths
from leukdesk.domain.errors import DataError, KnownError
from training.replay import Original

if TYPE_CHECKING:
    from leukdesk.domain.card import Card
    from training.splits import Split

FILE = "split.json"


def open_original(data: Path, stated: Path | None, card: Card | None) -> Original:
    """The images a bundle was made with, through its split.

    The split is the file that was named, else the one beside the images; else the very one of the bundle's card: kept
    with a run of this computer, or made again by the recipe that ships. Raises `DataError` where there is none, or the
    images are not those it was made of.
    """
    from training.datasets import load_dataset
    from training.splits import read_split

    beside = (data if data.is_dir() else data.parent) / FILE
    if stated is not None or beside.is_file():
        return Original.opened(data, stated or beside)
    kept = _kept(card) if card is not None else None
    split = read_split(kept) if kept is not None else _remade(data, card) if card is not None else None
    if split is None:
        advice = "Name the split.json of the run that made the model, or put it beside the images."
        raise DataError("needs its split, so that no test image is learned from", subject=data, advice=advice)
    dataset = load_dataset(data)
    split.verify(dataset)
    return Original(dataset, split)


def notes_on_split(original: Original, card: Card | None) -> list[str]:
    """As a code, that the model learned by another split: from some of the images that this one calls unseen, maybe."""
    own = card.training_data.split_sha256 if card is not None else None
    return ["original_split_differs"] if own is not None and own != original.split.sha256 else []


def _kept(card: Card) -> Path | None:
    """The split of a run of the window that has the hash the card states."""
    for file in sorted(paths.training_folder().glob(f"*/{FILE}")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if json.loads(file.read_text("utf-8"))["sha256"] == card.training_data.split_sha256:
                return file
    return None


def _remade(data: Path, card: Card) -> Split | None:
    """The split that the shipped recipe of that name makes of these images, where that is the card's own."""
    from training.recipe import load_recipe
    from training.run import split_of
    from training.systems.catalogue import RECIPES

    recipe = RECIPES / f"{card.name}.toml"
    if not recipe.is_file():
        return None
    with contextlib.suppress(KnownError):  # other images: said by the caller
        split = split_of(load_recipe(recipe), data)
        return split if split.sha256 == card.training_data.split_sha256 else None
    return None
