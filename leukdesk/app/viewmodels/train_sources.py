"""What a training run can begin with, in the words of a list: installed bundles, recipes that ship."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from leukdesk.app.viewmodels.train_choice import Source

if TYPE_CHECKING:
    from leukdesk.bundles.library import Installed

translate = QCoreApplication.translate


def of_bundles(installed: Iterable[Installed]) -> tuple[Source, ...]:
    """Bundles whose files are sound, those for real images first."""
    sound = [one for one in installed if one.card is not None]
    adapted, further = [], []
    for one in sorted(sound, key=lambda one: one.card is not None and one.card.synthetic):
        assert one.card is not None  # for the type checker
        names = ", ".join(each.display for each in one.card.classes)
        details = translate("Training", "Knows {names}.").format(names=names)
        title = f"{one.card.name} {one.card.version}: {one.card.title}"
        further.append(Source(str(one.folder), title, details, "bundle", one.card.scope, one.folder))
        if not one.card.synthetic:
            adapted.append(replace(further[-1], group="adapt", details=_adapting(details)))
    return (*adapted, *further)


def _adapting(details: str) -> str:
    words = translate(
        "Training",
        "It keeps all its classes and learns only how your microscope and stain look: a few minutes, from about a "
        "hundred labelled images on, with some of each class.",
    )
    return f"{words} {details}"


def of_recipes(recipes: Sequence[Mapping[str, Any]]) -> tuple[Source, ...]:
    """Recipes as `leukdesk-train recipes` lists them."""
    return tuple(_of_recipe(one) for one in recipes)


def _of_recipe(one: Mapping[str, Any]) -> Source:
    names = ", ".join(each["display"] for each in one["classes"])
    words = [
        str(one["description"]),
        translate("Training", "Knows {names}.").format(names=names),
        translate("Training", "{model}, {px} px, at most {epochs} epochs.").format(
            model=one["model"], px=one["input_size"], epochs=one["epochs"]
        ),
    ]
    if not one["backbone_is_here"]:
        words.append(translate("Training", "Its ImageNet weights are not on this machine and are fetched first."))
    if one["start_from"]:
        words.append(
            translate("Training", "Its second stage: it begins with a run of {name}.").format(name=one["start_from"])
        )
    if one.get("preparation"):
        words.append(translate("Training", "A first stage: others begin with its run. It is no model to use."))
    title = f"{one['name']}: {one['title']}"
    return Source(
        str(one["name"]), title, " ".join(words), str(one["system"]), str(one["scope"]), stage=str(one["start_from"])
    )
