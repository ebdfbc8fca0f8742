"""A recipe for one's own images: out of a bundle, a recipe that ships, or a file, with its classes matched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leukdesk.architectures import names
from leukdesk.bundles.load import read_card
from leukdesk.domain.card import Card, CardClass
from leukdesk.domain.errors import DataError
from leukdesk.domain.vocabulary import OKABE_ITO
from training.planning.matching import suggest
from training.planning.recipe_text import written
from training.planning.told import Notice
from training.recipe import Recipe, changed, read_document, recipe_of
from training.systems.catalogue import RECIPES, recipe_file

MANIFEST = "bundle.json"
OWN = "own"  # classes as the data names them
# What a run that begins with a trained model does: its head alone for a while, then all of it, at a gentle rate.
_GENTLE: tuple[Mapping[str, Any], ...] = (
    {"epochs": 2, "learning_rate": 1e-3, "train": "head", "augment": False},
    {"epochs": 8, "learning_rate": 1e-4, "schedule": "cosine", "train": "all"},
)
_KEPT = (
    *("batch", "optimizer", "weight_decay", "label_smoothing", "average_weights", "empty_share", "augmentation"),
    *("accept_error", "in_scope", "refuse_beyond", "notices"),
)
_WORDS = "Research use only. {what} A finding for a human to confirm, never a diagnosis."


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person chose. `class_map`: a name in the data -> a class id, or "" to leave its images out."""

    class_map: Mapping[str, str] | None = None  # None: as the names suggest
    own_classes: bool = False  # the data's own names, and a new head
    changes: Mapping[str, Any] = field(default_factory=dict)  # keys of the recipe, as `training.recipe.changed` takes


@dataclass(frozen=True, slots=True)
class Composed:
    """A recipe's text, which of the data's classes stand for which of its own, and what to know of that."""

    recipe: Recipe
    text: str
    class_map: dict[str, str]
    offered: tuple[CardClass, ...]  # all classes of the source, for a person to choose among
    bundle: str = ""  # name and version, where its weights can be begun with
    notices: tuple[Notice, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "name": self.recipe.name,
            "title": self.recipe.title,
            "scope": self.recipe.scope,
            "classes": [{"id": one.id, "display": one.display} for one in self.recipe.classes],
            "class_map": self.class_map,
            "offered": [{"id": one.id, "display": one.display} for one in self.offered],
            "input_size": self.recipe.input_size,
            "epochs": self.recipe.epochs,
            "bundle": self.bundle,
            "text": self.text,
        }


def compose(source: str, per_class: Mapping[str, int], wishes: Wishes, *, crop_um: float | None = None) -> Composed:
    """The recipe that `source` (folder of a bundle, name of a recipe, .toml file) is for images of these classes.

    `crop_um`: how wide the crops of single cells are, so that in use cells are cut out as wide as in training.

    Raises `DataError` where fewer than two classes are left, and `BundleError`.
    """
    card, document = _begun(source)
    offered = [CardClass.model_validate(one) for one in document["classes"]]
    if wishes.own_classes:
        chosen = _own_classes(per_class)
        mapped = {name: one.id for name, one in zip(per_class, chosen, strict=True)}
    else:
        mapped = _mapped(per_class, offered, wishes.class_map)
        chosen = [one for one in offered if one.id in mapped.values()]
    if len(chosen) < 2:
        raise _unlike(per_class, offered)
    document |= {"classes": [one.model_dump(exclude_defaults=True) for one in chosen]}
    document |= {"class_map": {name: one for name, one in mapped.items() if name != one}}
    document |= _words(document, card, own=wishes.own_classes)
    document = changed(document, wishes.changes)
    if crop_um is not None and document["scope"] == "cell":
        document["um_per_px"] = round(crop_um / document["input_size"], 6)
    recipe = recipe_of(document, source)
    comment = f"Made by leukdesk-train from {_called(source, card)} for images of your own."
    bundle = f"{card.name} {card.version}" if card else ""
    notices = tuple(_notices(per_class, mapped, offered, chosen, own=wishes.own_classes))
    return Composed(recipe, written(document, comment=comment), mapped, tuple(offered), bundle, notices)


def classes_of(source: str) -> tuple[str, ...]:
    """Class ids of a bundle or a recipe. Raises `DataError`, `BundleError`."""
    return tuple(one["id"] for one in _begun(source)[1]["classes"])


def _begun(source: str) -> tuple[Card | None, dict[str, Any]]:
    folder = Path(source)
    if (folder / MANIFEST).is_file():
        card = read_card(folder, names())
        return card, _of_bundle(card)
    document = read_document(recipe_file(source))
    recipe_of(document, source)
    for word in ("reported", "beside", "search", "shortened"):
        document.pop(word, None)
    return None, document


def _of_bundle(card: Card) -> dict[str, Any]:
    """What a bundle says of itself, and how it was trained where that recipe ships."""
    file = RECIPES / f"{card.name}.toml"
    before = read_document(file) if file.is_file() else {}
    same = before.get("architecture", {}).get("name") == card.architecture.name
    kept = {key: before[key] for key in _KEPT if same and key in before}
    plain = card.model_dump(mode="json")
    return {
        "name": f"{card.name}-local"[:64].rstrip("-"),
        "title": card.title,
        **{key: plain[key] for key in ("scope", "synthetic", "architecture", "input_size", "um_per_px", "stain")},
        "split": {"method": "grouped", "validation": 0.15, "test": 0.2, "seed": 0},
        "batch": 32,
        "optimizer": "adam",
        "augmentation": "morphology",
        **kept,
        "limits": list(card.limits),
        "licence": card.licence,
        "intended_use": card.intended_use,
        "origin": f"Trained by leukdesk-train, beginning with the bundle {card.name} {card.version}",
        "classes": plain["classes"],
        "phases": [dict(one) for one in _GENTLE],
    }


def _words(document: Mapping[str, Any], card: Card | None, *, own: bool) -> dict[str, Any]:
    """Whose images they are: the user's, not those that the source was trained on."""
    words: dict[str, Any] = {
        "data_name": "Images labelled in this laboratory",
        "data_source": "this laboratory",
        "data_licence": "not stated",
        "groups": "as recorded in this laboratory",
    }
    limit = "Trained on images of one laboratory: those of others are answered less reliably."
    limits = [] if own else [one for one in document.get("limits", ()) if one != limit]
    words["limits"] = [limit, *limits]
    if own:
        kind = "a single cell" if document["scope"] == "cell" else "a field"
        words["intended_use"] = _WORDS.format(what=f"Shows which of this laboratory's classes {kind} resembles.")
        words["title"] = f"Classes of this laboratory ({card.name if card else document['name']})"
    return words


def _own_classes(per_class: Mapping[str, int]) -> list[CardClass]:
    taken: list[CardClass] = []
    for number, name in enumerate(per_class):
        bare = re.sub(r"[^A-Za-z0-9_.+-]+", "_", name).strip("_.+-")[:60] or f"class_{number + 1}"
        used = {one.id.casefold() for one in taken}
        ident = bare if bare.casefold() not in used else f"{bare}_{number + 1}"
        display = name.strip()[:80] or ident
        taken.append(CardClass(id=ident, display=display, colour=OKABE_ITO[number % len(OKABE_ITO)]))
    return taken


def _mapped(
    per_class: Mapping[str, int], offered: Sequence[CardClass], wished: Mapping[str, str] | None
) -> dict[str, str]:
    ids = {one.id for one in offered}
    mapped = suggest(per_class, offered) | {name: one for name, one in (wished or {}).items() if name in per_class}
    for name, one in mapped.items():
        if one and one not in ids:
            advice = f"The classes of the model are {', '.join(sorted(ids))}."
            raise DataError(f"is to be {one!r}, which the model does not know", subject=name, advice=advice)
    return mapped


def _notices(
    per_class: Mapping[str, int],
    mapped: Mapping[str, str],
    offered: Sequence[CardClass],
    chosen: Sequence[CardClass],
    *,
    own: bool,
) -> list[Notice]:
    found = []
    if left := [name for name, one in mapped.items() if not one]:
        images = sum(per_class[name] for name in left)
        words = f"{images} images are left out, since the model has no class for them: {', '.join(left)}."
        found.append(Notice("left_out", "warning", words, "Say which class they are, or train with your own classes."))
    if not own and (missing := [one.display for one in offered if one not in chosen]):
        words = f"There are no images of {', '.join(missing)}: the new model will not know them."
        found.append(Notice("classes_missing", "warning", words, "Add images of them, or choose another start."))
    return found


def _unlike(per_class: Mapping[str, int], offered: Sequence[CardClass]) -> DataError:
    what = f"the classes of the data ({', '.join(per_class)}) are not those of the model"
    what += f" ({', '.join(one.id for one in offered)})"
    return DataError(what, reason="classes", advice="Say which is which, or train with your own classes.")


def _called(source: str, card: Card | None) -> str:
    return f"the bundle {card.name} {card.version}" if card else f"the recipe {Path(source).stem}"
