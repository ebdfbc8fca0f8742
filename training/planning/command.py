"""The subcommands before a run: recipes, recipe, look, plan. Each says what it found as its last line of JSON."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.adapt_command import add_original
from training.planning.told import Notice, Told

if TYPE_CHECKING:
    from training.datasets import DataSet
    from training.planning.compose import Composed
    from training.recipe import Recipe
    from training.splits import Split

DONE, FOUND_PROBLEMS = 0, 3
SPLITS = ("grouped", "random", "system")


def add_parsers(subparsers: Any) -> None:
    """Add the subcommands to `leukdesk-train`."""
    recipes = subparsers.add_parser("recipes", help="the recipes that ship: what each is for")
    recipes.add_argument("--json", action="store_true")
    recipes.set_defaults(func=_recipes)
    look = subparsers.add_parser("look", help="the columns and classes of a data set, without opening an image")
    _add_data(look, needed=True, positional=True)
    look.set_defaults(func=_look)
    _add_recipe(subparsers)
    _add_plan(subparsers)


def _add_recipe(subparsers: Any) -> None:
    recipe = subparsers.add_parser("recipe", help="write a recipe for images of one's own, or check one")
    recipe.add_argument("source", help="folder of a bundle, name of a recipe that ships, or a .toml file")
    _add_data(recipe)
    recipe.add_argument("--check", action="store_true", help="only say what is wrong with a .toml file, line by line")
    recipe.add_argument("--class-map", metavar="JSON", help='{"name in the data": "class id, or empty to leave out"}')
    recipe.add_argument("--own-classes", action="store_true", help="the data's own classes instead of the source's")
    recipe.add_argument("--adapt", action="store_true", help="adapt a bundle gently, from about 100 images on")
    add_original(recipe)
    recipe.add_argument("--set", action="append", default=[], metavar="KEY=JSON", help="another value in the recipe")
    recipe.add_argument("--out", type=Path, help="file to write")
    recipe.set_defaults(func=_recipe)


def _add_plan(subparsers: Any) -> None:
    plan = subparsers.add_parser("plan", help="how data would be divided, what may mislead, how long a recipe takes")
    plan.add_argument("recipe", nargs="?", help="a .toml file, or the name of a recipe; without one only the division")
    _add_data(plan, needed=True)
    plan.add_argument("--split", choices=SPLITS, help="another division than the recipe's")
    plan.add_argument("--validation", type=float, help="share")
    plan.add_argument("--test", type=float, help="share")
    plan.add_argument("--seed", type=int, help="of the division")
    plan.add_argument("--bundle", type=Path, metavar="DIR", help="the bundle that is adapted, with --original")
    add_original(plan)
    plan.add_argument("--scope", choices=("field", "cell"), default="field", help="where there is no recipe to say it")
    plan.add_argument("--checked", type=Path, metavar="JSON", help="report.json of an earlier check, to save time")
    plan.add_argument("--no-timing", action="store_true", help="leave out the estimate, which starts the network")
    plan.set_defaults(func=_plan)


def _add_data(parser: argparse.ArgumentParser, *, needed: bool = False, positional: bool = False) -> None:
    words = "folder of a data set, or a manifest (.csv)"
    if positional:
        parser.add_argument("data", type=Path, help=words)
    else:
        parser.add_argument("--data", type=Path, required=needed, help=words)
    parser.add_argument("--label-column", default="", help="column of the manifest that holds the class")
    parser.add_argument("--group-column", default="", help="column of the manifest with the patient, subject or group")
    parser.add_argument("--json", action="store_true", help="progress and result as JSON lines")


def _recipes(arguments: argparse.Namespace) -> int:
    from training.planning.offered import offered

    listed = offered()
    Told(on=arguments.json)("recipes", recipes=listed)
    if not arguments.json:
        for one in listed:
            _say(f"{one['name']}: {one['title']} ({one['model']}, {one['input_size']} px)")
    return DONE


def _look(arguments: argparse.Namespace) -> int:
    from training.planning.glance import glance

    found = glance(arguments.data, label_column=arguments.label_column, group_column=arguments.group_column)
    Told(on=arguments.json)("look", **found)
    if not arguments.json:
        _say(json.dumps(found, indent=1, ensure_ascii=False))
    return DONE


def _recipe(arguments: argparse.Namespace) -> int:
    from training.datasets.crops import crop_um
    from training.planning.compose import Wishes, compose

    told = Told(on=arguments.json)
    if arguments.check:
        return _check_recipe(Path(arguments.source), told)
    per_class = _dataset(arguments).per_class() if arguments.data else _of_source(arguments.source)
    mapped = _json(arguments.class_map, "--class-map") if arguments.class_map else None
    changes = {key: _value(value) for key, _, value in (one.partition("=") for one in arguments.set)}
    again: dict[str, int] = {}
    if arguments.adapt:
        made, again = _adaptation(arguments, mapped, changes)
    else:
        wishes = Wishes(mapped, arguments.own_classes, changes)
        made = compose(arguments.source, per_class, wishes, crop_um=crop_um(arguments.data) if arguments.data else None)
    if arguments.out is not None:
        from training.checkpoint import write_atomically

        write_atomically(arguments.out, made.text.encode())
    told("recipe", **made.as_dict(), per_class=per_class, replayed=again, warnings=_plain(made.notices))
    if not arguments.json:
        _say("\n".join(_spoken(made.notices)) if arguments.out else made.text)
    return DONE


def _adaptation(
    arguments: argparse.Namespace, mapped: dict[str, str] | None, changes: dict[str, Any]
) -> tuple[Composed, dict[str, int]]:
    """The recipe, and how many original images it would show again in each part."""
    from leukdesk.domain.errors import DataError
    from training.adapt.begin import Order, adaptation_recipe, replay_of
    from training.replay import PARTS

    if arguments.data is None:
        raise DataError("needs images", subject="--adapt", advice="Give --data with those of the laboratory.")
    order = Order(
        Path(arguments.source), arguments.data, Path(), class_map=mapped, changes=changes, **_of_images(arguments)
    )
    made = adaptation_recipe(order)
    again = replay_of(order, made) or {}
    return made, {part: len(again[part]) for part in PARTS if again}


def _of_images(arguments: argparse.Namespace) -> dict[str, Any]:
    """What an adaptation's order says of local and original images."""
    stated = ("label_column", "group_column", "original", "original_split")
    return {name: getattr(arguments, name) for name in stated}


def _of_source(source: str) -> dict[str, int]:
    """The classes of the source itself, where no data is named."""
    from training.planning.compose import classes_of

    return dict.fromkeys(classes_of(source), 0)


def _check_recipe(file: Path, told: Told) -> int:
    from leukdesk.domain.errors import DataError
    from training.planning.recipe_text import problems

    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("cannot be read as text", subject=file, advice="Save it as UTF-8.") from error
    found = problems(text)
    told("checked_recipe", problems=[one.as_dict() for one in found])
    for one in found:
        sys.stderr.write(f"{file}:{one.line}: {one.key}: {one.words}\n")
    return DONE if told.on or not found else FOUND_PROBLEMS


def _plan(arguments: argparse.Namespace) -> int:
    from training.planning.division import divided, near_pairs, notices

    told = Told(on=arguments.json)
    told.step("reading")
    recipe = _chosen_recipe(arguments)
    dataset = _dataset(arguments) if recipe is None else _labelled(recipe, arguments)
    pairs = near_pairs(dataset, told, arguments.checked)
    told.step("dividing")
    split = _split(recipe, dataset, arguments)
    found = notices(dataset, split, scope=recipe.scope if recipe else arguments.scope, pairs=pairs)
    planned = {"data": _of_data(dataset), "split": divided(split), "warnings": _plain(found), "pairs": len(pairs)}
    if recipe is not None:
        planned |= {"recipe": {"name": recipe.name, "title": recipe.title, "epochs": recipe.epochs}}
    timed = recipe is not None and not arguments.no_timing
    planned["estimate"] = _estimate(recipe, dataset, split, arguments, told) if recipe and timed else None
    told("plan", format=1, **planned)
    if not arguments.json:
        _tell_plan(planned, found)
    return DONE


def _chosen_recipe(arguments: argparse.Namespace) -> Recipe | None:
    from training.recipe import changed, read_document, recipe_of
    from training.systems.catalogue import recipe_file

    if arguments.recipe is None:
        return None
    file = recipe_file(arguments.recipe)
    wished = {"method": arguments.split, "seed": arguments.seed, "validation": arguments.validation}
    wished["test"] = arguments.test
    changes = {f"split.{key}": value for key, value in wished.items() if value is not None}
    return recipe_of(changed(read_document(file), changes), file)


def _split(recipe: Recipe | None, dataset: DataSet, arguments: argparse.Namespace) -> Split:
    from training.run import split_dataset
    from training.splits import holdout

    if recipe is not None:
        return split_dataset(recipe, dataset)
    shares = {"validation": arguments.validation, "test": arguments.test}
    stated = {key: value for key, value in shares.items() if value is not None}
    method = arguments.split if arguments.split in ("grouped", "random") else "grouped"
    return holdout(dataset, method=method, seed=arguments.seed or 0, **stated)


def _estimate(
    recipe: Recipe, dataset: DataSet, split: Split, arguments: argparse.Namespace, told: Told
) -> dict[str, Any]:
    told.step("starting")
    from training.adapt.begin import Order, replay_of, stated_recipe
    from training.planning.timing import measure
    from training.replay import replayed
    from training.run import RunData
    from training.systems.catalogue import recipe_file

    order = Order(
        arguments.bundle or Path(),
        arguments.data,
        Path(),
        recipe=recipe_file(arguments.recipe),
        **_of_images(arguments),
    )
    again = replay_of(order, stated_recipe(order)) if order.original is not None else None
    return measure(recipe, RunData(dataset, split, recipe.class_ids, replayed(again)), told)


def _dataset(arguments: argparse.Namespace) -> DataSet:
    from training.datasets.load import load_dataset

    return load_dataset(
        arguments.data, label_column=arguments.label_column or None, group_column=arguments.group_column or None
    )


def _labelled(recipe: Recipe, arguments: argparse.Namespace) -> DataSet:
    from training.run import labelled

    return labelled(recipe, arguments.data, label_column=arguments.label_column, group_column=arguments.group_column)


def _of_data(dataset: DataSet) -> dict[str, Any]:
    groups = len({one.group for one in dataset.samples if one.group})
    return {
        "images": len(dataset.samples),
        "classes": dataset.per_class(),
        "grouping": dataset.grouping,
        "groups": groups,
        "layout": dataset.layout,
        "unlabelled": dataset.unlabelled,
    }


def _tell_plan(planned: dict[str, Any], found: list[Notice]) -> None:
    for side, counts in planned["split"]["parts"].items():
        _say(f"{side:11}" + ", ".join(f"{label} {count}" for label, count in counts.items()))
    for line in _spoken(found):
        _say(line)
    if (estimate := planned["estimate"]) is not None:
        _say(
            f"About {estimate['low_s']} to {estimate['high_s']} s on {estimate['device']}, measured with "
            f"{estimate['batches']} batches of each phase; about {estimate['memory_mb']} MB of memory."
        )


def _spoken(found: Any) -> list[str]:
    return [f"{one.severity}: {one.words} {one.advice}".strip() for one in found]


def _plain(found: Any) -> list[dict[str, str]]:
    return [asdict(one) for one in found]


def _value(text: str) -> Any:
    """A value as JSON, or the words themselves."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json(text: str, what: str) -> Any:
    from leukdesk.domain.errors import DataError

    try:
        found = json.loads(text)
        if isinstance(found, dict):
            return {str(key): str(value) for key, value in found.items()}
    except ValueError:
        pass
    raise DataError("is no JSON object of names", subject=what, advice='Write {"Lymphocyte": "lymphocyte"}.')


def _say(line: str) -> None:
    if line:
        sys.stdout.write(line + "\n")
