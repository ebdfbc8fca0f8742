"""The recipes that ship, as one chooses among them: what each is for, and whether it can begin here."""

from __future__ import annotations

from typing import Any

from training.backbone_files import backbone_is_here
from training.systems.catalogue import OWN, Listed, shipped_recipes


def offered() -> list[dict[str, Any]]:
    """Every recipe that ships, as JSON values: the own ones first, then by system and name, first stages last."""

    def place(one: Listed) -> tuple[bool, str, bool, str]:
        return one.recipe.system != OWN, one.recipe.system, one.recipe.preparation, one.recipe.name

    return [_offer(one) for one in sorted(shipped_recipes(), key=place)]


def _offer(one: Listed) -> dict[str, Any]:
    recipe = one.recipe
    return {
        "name": recipe.name,
        "title": recipe.title,
        "system": recipe.system,
        "model": recipe.model or recipe.architecture.name,
        "architecture": recipe.architecture.name,
        "classes": [{"id": each.id, "display": each.display} for each in recipe.classes],
        "scope": recipe.scope,
        "synthetic": recipe.synthetic,
        "preparation": recipe.preparation,
        "input_size": recipe.input_size,
        "epochs": recipe.epochs,
        "backbone": recipe.backbone,
        "backbone_is_here": backbone_is_here(recipe),
        "start_from": recipe.start_from,
        "description": _sentence(recipe.intended_use),
        "limits": list(recipe.limits),
    }


def _sentence(text: str) -> str:
    """What it shows: the sentence after the reminder that it is for research."""
    sentences = [part.strip() for part in text.split(". ")]
    return next((one.rstrip(".") + "." for one in sentences if not one.startswith("Research use")), text)
