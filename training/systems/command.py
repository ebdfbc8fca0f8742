"""The subcommands about published systems: systems, short, record, ensemble, search."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leukdesk import paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.systems.catalogue import Listed
    from training.systems.like_for_like import LikeForLike
    from training.systems.table import Row

DONE, FAILED = 0, 3
_START_S = 15.0  # of a short run, beside its training: imports, export, sealing


def records_folder() -> Path:
    """Where records are kept: in the checkout, or with the user's data where there is none."""
    docs = paths.shipped() / "docs"
    return docs / "results" / "runs" if docs.is_dir() else paths.user_data() / "results"


def add_parsers(subparsers: Any) -> None:
    """Add the subcommands to `leukdesk-train`."""
    _add_systems(subparsers)
    _add_short(subparsers)
    _add_record(subparsers)
    _add_ensemble(subparsers)
    _add_search(subparsers)


def _add_systems(subparsers: Any) -> None:
    systems = subparsers.add_parser("systems", help="the published systems: what they report, what was measured here")
    systems.add_argument("--json", action="store_true", help="all rows in full")
    systems.add_argument(
        "--like-for-like", action="store_true", help="reported, by the system's own split, by group, colour only"
    )
    systems.add_argument("--run-short", action="store_true", help="first run every recipe shortly, and record it")
    systems.add_argument("--rotate", metavar="K/N", help="run only part K of N; auto/N: another part each time")
    systems.add_argument(
        "--longest", metavar="SECONDS", type=float, help="leave out recipes whose recorded short run trained longer"
    )
    systems.add_argument("--only", metavar="WORD", default="", help="run only recipes with this in their name")
    _add_records(systems)
    systems.set_defaults(func=_systems)


def _add_short(subparsers: Any) -> None:
    short = subparsers.add_parser("short", help="show that a recipe works: train, publish, classify, in a minute")
    short.add_argument("recipe", help="path of a recipe, or the name of one that ships")
    short.add_argument("--out", type=Path, required=True, help="folder for images, run and bundle")
    short.add_argument("--data", type=Path, help="take a slice of these images instead of phantoms")
    short.add_argument("--epochs", type=int, default=1, help="of each phase")
    short.add_argument("--images", type=int, default=12, help="of each class")
    short.add_argument("--input-size", type=int, help="px; the least the network takes unless given")
    _add_records(short)
    short.set_defaults(func=_short)


def _add_record(subparsers: Any) -> None:
    record = subparsers.add_parser("record", help="write down what came of a run, for the table of systems")
    record.add_argument("run", type=Path)
    record.add_argument("--models", type=Path, default=Path("models"), help="where the run was published")
    _add_records(record)
    record.set_defaults(func=_record)
    colour = subparsers.add_parser("colour-only", help="add the colour-only rows to what was kept of an earlier run")
    colour.add_argument("kept", type=Path, help="folder of docs/results/logs")
    colour.add_argument("--recipe", required=True, help="path of the run's recipe, or the name of one that ships")
    colour.add_argument("--data", type=Path, required=True)
    colour.add_argument("--split", choices=("grouped", "random", "system"), help="another split than the recipe's")
    colour.set_defaults(func=_colour_only)


def _add_ensemble(subparsers: Any) -> None:
    ensemble = subparsers.add_parser("ensemble", help="weighted mean of the probabilities of several judged runs")
    ensemble.add_argument("recipe", type=Path)
    ensemble.add_argument("runs", type=Path, nargs="+", help="a run for each member of the recipe, in any order")
    ensemble.add_argument("--out", type=Path, required=True)
    ensemble.set_defaults(func=_ensemble)


def _add_search(subparsers: Any) -> None:
    search = subparsers.add_parser("search", help="look for better hyper-parameters, within the ranges of a recipe")
    search.add_argument("recipe", type=Path)
    search.add_argument("--data", type=Path, required=True)
    search.add_argument("--out", type=Path, required=True, help="folder of the search; goes on where it is there")
    search.add_argument("--trials", type=int, help="how many in all, instead of the recipe's number")
    search.set_defaults(func=_search)


def _add_records(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--records", type=Path, default=records_folder(), help="folder of records")


def _systems(arguments: argparse.Namespace) -> int:
    from training.kept import read_kept
    from training.record import read_records
    from training.systems import like_for_like, table
    from training.systems.catalogue import published_models

    models = published_models()
    failed = _run_short(arguments, models) if arguments.run_short else []
    records = read_records(arguments.records)
    rows: Sequence[Row] | Sequence[LikeForLike]
    if arguments.like_for_like:
        rows = like_for_like.like_for_like(models, records, read_kept(arguments.records.parent / "logs"))
        text = like_for_like.as_text(rows)
    else:
        rows = table.rows(models, records, arguments.records)
        text = table.as_text(rows)
    _say(json.dumps([row.as_dict() for row in rows], indent=1, ensure_ascii=False) if arguments.json else text)
    for name in failed:
        sys.stderr.write(f"leukdesk-train: the short run of {name} failed\n")
    return FAILED if failed else DONE


def _run_short(arguments: argparse.Namespace, models: tuple[Listed, ...]) -> list[str]:
    """Run recipes one after the other, each in a process of its own; the names of those that failed."""
    chosen = _chosen(arguments, [one for one in models if arguments.only in one.recipe.name])
    failed = []
    for number, one in enumerate(chosen, start=1):
        sys.stderr.write(f"{number} of {len(chosen)}: {one.recipe.name}\n")
        with tempfile.TemporaryDirectory(prefix="leukdesk-short-") as scratch:
            command = [*_this_program(), "short", str(one.file), "--out", str(Path(scratch) / "short")]
            ended = subprocess.run([*command, "--records", str(arguments.records)], stdout=subprocess.DEVNULL)
        if ended.returncode:
            failed.append(one.recipe.name)
    return failed


def _this_program() -> list[str]:
    """How to run `leukdesk-train` again: in a package it is the program itself."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "training"]


def _chosen(arguments: argparse.Namespace, models: list[Listed]) -> list[Listed]:
    """The part to run now; parts take about the same time, judging by the recorded short runs."""
    from training.record import read_records
    from training.systems.rotation import part

    recorded = read_records(records_folder())
    took = {one.recipe: one.training.seconds for one in recorded.values() if one.full_run == "no"}
    longest = max(took.values(), default=0.0) if arguments.longest is None else arguments.longest
    for one in models:
        if took.get(one.recipe.name, 0.0) > longest:
            sys.stderr.write(f"left out, as it takes long: {one.recipe.name}\n")
    models = [one for one in models if took.get(one.recipe.name, 0.0) <= longest]
    if not arguments.rotate:
        return models
    return part(models, arguments.rotate, weights=[_START_S + took.get(one.recipe.name, 0.0) for one in models])


def _short(arguments: argparse.Namespace) -> int:
    from training.record import write_record
    from training.systems.catalogue import recipe_file
    from training.systems.short import Shortening, short_run

    how = Shortening(arguments.epochs, arguments.images, arguments.input_size, arguments.data)
    record = short_run(recipe_file(arguments.recipe), arguments.out, how)
    _say(f"Record: {write_record(record, arguments.records)}")
    return DONE if record.works else FAILED


def _record(arguments: argparse.Namespace) -> int:
    from training.kept import keep
    from training.record import STEPS, write_record
    from training.recording import record_run
    from training.run import open_run, run_data

    run = open_run(arguments.run)
    data = run_data(run)
    record = record_run(run, data, models=arguments.models)
    _say(f"Record: {write_record(record, arguments.records)}")
    if record.full_run == "yes":
        _say(f"Kept: {keep(run, data, record, arguments.records.parent / 'logs')}")
    _say(", ".join(f"{step}: {record.steps[step]}" for step in STEPS))
    return DONE


def _colour_only(arguments: argparse.Namespace) -> int:
    from training.kept import keep_colour
    from training.recipe import load_recipe
    from training.run import RunData, labelled, split_of
    from training.systems.catalogue import recipe_file

    recipe = load_recipe(recipe_file(arguments.recipe))
    method = arguments.split or recipe.split.method
    split = split_of(
        recipe.model_copy(update={"split": recipe.split.model_copy(update={"method": method})}), arguments.data
    )
    data = RunData(labelled(recipe, arguments.data), split, recipe.class_ids)
    _say(f"Rows: {keep_colour(data, arguments.kept, seed=recipe.seed)}")
    return DONE


def _ensemble(arguments: argparse.Namespace) -> int:
    from training.ensemble import judge_ensemble, load_ensemble

    judged = judge_ensemble(load_ensemble(arguments.recipe), arguments.runs, arguments.out)
    _say(judged.summary)
    return DONE


def _search(arguments: argparse.Namespace) -> int:
    from training.search import search

    found = search(arguments.recipe, arguments.data, arguments.out, trials=arguments.trials)
    _say(found.summary)
    return DONE


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
