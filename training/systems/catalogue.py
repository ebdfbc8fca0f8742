"""Which recipes ship, and which of them rebuild a published system."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leukdesk.domain.errors import DataError
from training.recipe import Recipe, fingerprint, read_document, recipe_of

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
OWN = "leukdesk"


@dataclass(frozen=True, slots=True)
class Listed:
    """A recipe that ships; `sha256` is its `training.recipe.fingerprint`."""

    file: Path
    recipe: Recipe
    sha256: str


def shipped_recipes(folder: Path = RECIPES) -> tuple[Listed, ...]:
    """All recipes of the folder by name, first stages and our own models included. Raises `DataError`."""
    return tuple(listed(file) for file in sorted(folder.glob("*.toml")))


def listed(file: Path) -> Listed:
    """One recipe with its file. Raises `DataError`."""
    document = read_document(file)
    return Listed(file, recipe_of(document, file), fingerprint(document))


def published_models(folder: Path = RECIPES) -> tuple[Listed, ...]:
    """The recipes that are rows of the table: the published systems' models, without first stages."""
    return tuple(one for one in shipped_recipes(folder) if one.recipe.system != OWN and not one.recipe.preparation)


def recipe_file(name_or_path: str) -> Path:
    """The file of a recipe given by its name or by a path. Raises `DataError`."""
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return path
    file = RECIPES / f"{name_or_path}.toml"
    if not file.is_file():
        known = ", ".join(one.stem for one in sorted(RECIPES.glob("*.toml")))
        raise DataError("no recipe of that name ships", subject=name_or_path, advice=f"Known are {known}.")
    return file
