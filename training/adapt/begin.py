"""Begin an adaptation: enough images or a refusal, a gentle recipe out of the bundle, and what is shown again."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leukdesk.architectures import names
from leukdesk.bundles.load import read_card
from leukdesk.domain.errors import DataError
from training.checkpoint import write_atomically
from training.datasets import load_dataset
from training.original_split import open_original
from training.planning.compose import Composed, Wishes, compose
from training.recipe import load_recipe
from training.replay import Original, check_classes, facts_of
from training.run import Run, begin_run, open_run

LEAST_IMAGES = 60  # fewer leave less than a dozen to validate with, and as few to judge by
LEAST_OF_CLASS = 9  # so that each part has some
SHARES = {"validation": 0.2, "test": 0.2}
# Chosen on validation groups only (docs/decisions/0039): all layers, gently, batch normalisation as it was.
EPOCHS, BATCH, RATE = 10, 16, 1e-4


@dataclass(frozen=True, slots=True)
class Order:
    """Which bundle, which labelled images of the laboratory, and the images the bundle was made with, if at hand."""

    bundle: Path
    data: Path
    out: Path
    original: Path | None = None
    original_split: Path | None = None  # by default as `training.original_split` finds it
    recipe: Path | None = None  # instead of the one that `adaptation_recipe` makes: that one, changed by a person
    label_column: str = ""
    group_column: str = ""
    class_map: Mapping[str, str] | None = None
    seed: int = 0
    changes: Mapping[str, Any] = field(default_factory=dict)  # of the recipe, over those that an adaptation makes
    bounded: bool = True  # by the original images: see `training.adapt.keep`
    forgetting: bool = True  # hold the result against the original test images too


def begin_adaptation(order: Order) -> Run:
    """The run that an adaptation is, begun now or before; nothing is trained yet.

    Raises `DataError` where there are too few images or they do not fit, `BundleError`, `OutputError`.
    """
    if (order.out / "run.json").is_file():
        return _begun_before(order)
    composed = _recipe_of(order)
    also = {"adaptation": {"bundle": order.bundle.resolve().name}, "replay": replay_of(order, composed)}
    with tempfile.TemporaryDirectory(prefix="leukdesk-adapt-") as scratch:
        file = Path(scratch) / f"{composed.recipe.name}.toml"
        write_atomically(file, composed.text.encode())
        return begin_run(
            order.out,
            file,
            order.data,
            bundle=order.bundle,
            label_column=order.label_column,
            group_column=order.group_column,
            also=also,
        )


def _begun_before(order: Order) -> Run:
    run = open_run(order.out)
    facts = run.facts
    same = (facts.get("adaptation") or {}).get("bundle") == order.bundle.resolve().name
    if not same or facts["data"] != str(order.data.resolve()):
        raise DataError("there is another run already", subject=order.out, advice="Choose another --out.")
    return run


def adaptation_recipe(order: Order) -> Composed:
    """The recipe of an adaptation. Raises `DataError` where there are too few images, `BundleError`."""
    per_class = _per_class(order)
    card = read_card(order.bundle, names())
    changes: dict[str, Any] = {
        "split": {"method": "grouped", **SHARES, "seed": order.seed},
        "seed": order.seed,
        "batch": BATCH,
        "average_weights": 0.0,
        "patience": 0,
        "accept_at_least": min(card.accept_threshold, 0.99),
        "phases": [{"epochs": EPOCHS, "learning_rate": RATE, "schedule": "cosine", "train": "all"}],
        "data_name": "Images labelled in this laboratory, to adapt a model with",
    }
    composed = compose(str(order.bundle), per_class, Wishes(order.class_map, changes={**changes, **order.changes}))
    require_enough(_counted(per_class, composed.class_map), card.class_ids, order.data)
    return composed


def _recipe_of(order: Order) -> Composed:
    if order.recipe is None:
        return adaptation_recipe(order)
    made = stated_recipe(order)
    require_enough(_counted(_per_class(order), made.class_map), read_card(order.bundle, names()).class_ids, order.data)
    return made


def stated_recipe(order: Order) -> Composed:
    """The recipe that was named, and which of the data's classes it takes for which. Raises `DataError`."""
    assert order.recipe is not None
    recipe = load_recipe(order.recipe)
    class_map = {name: recipe.class_map.get(name, name) for name in _per_class(order)}
    return Composed(recipe, order.recipe.read_text("utf-8"), class_map, ())


def _per_class(order: Order) -> dict[str, int]:
    label, group = order.label_column or None, order.group_column or None
    return load_dataset(order.data, label_column=label, group_column=group).per_class()


def _counted(per_class: Mapping[str, int], class_map: Mapping[str, str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, one in class_map.items():
        counts[one] = counts.get(one, 0) + per_class[name]
    return counts


def require_enough(counts: Mapping[str, int], classes: tuple[str, ...], data: Path) -> None:
    """`DataError` unless there are images enough of each of the bundle's classes, and in all."""
    few = [f"{one} ({counts.get(one, 0)})" for one in classes if counts.get(one, 0) < LEAST_OF_CLASS]
    if few:
        raise DataError(
            f"has too few images of {', '.join(few)}",
            reason="too_few",
            subject=data,
            advice=f"Label at least {LEAST_OF_CLASS} images of each of the model's classes: one that is missing would "
            "be forgotten.",
        )
    if (total := sum(counts.get(one, 0) for one in classes)) < LEAST_IMAGES:
        raise DataError(
            f"has {total} labelled images",
            reason="too_few",
            subject=data,
            advice=f"Label at least {LEAST_IMAGES}, better 100 or more, from several patients.",
        )


def replay_of(order: Order, composed: Composed) -> dict[str, Any] | None:
    """As many original images of each class as there will be local ones, in training and in validation.

    And those that bound how far the weights may go (`training.adapt.keep`).
    Raises `DataError` where the original images or their split are not as they should be.
    """
    if order.original is None:
        return None
    original = opened(order)
    ids = composed.recipe.class_ids
    check_classes(original, ids)
    counts = _counted(_per_class(order), composed.class_map)
    shares = {"train": 1 - sum(SHARES.values()), "validation": SHARES["validation"]}
    mean = sum(counts[one] for one in ids) / len(ids)
    wanted = {part: dict.fromkeys(ids, math.ceil(mean * share)) for part, share in shares.items()}
    chosen = original.chosen(wanted, seed=order.seed)
    guard = original.guard(ids, chosen["train"], seed=order.seed) if order.bounded else ()
    return facts_of(order.original, chosen, guard)


def opened(order: Order) -> Original:
    """The original images through their split. Raises `DataError`."""
    assert order.original is not None
    return open_original(order.original, order.original_split, read_card(order.bundle, names()))
