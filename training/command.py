"""The subcommands that make a model: train, resume, evaluate, publish, audit, phantoms."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import audit_command, gate_command

if TYPE_CHECKING:
    from training.run import Run, RunData


def add_parsers(subparsers: Any) -> None:
    """Add the subcommands to `leukdesk-train`."""
    train = subparsers.add_parser("train", help="train a recipe on a folder of images")
    train.add_argument("recipe", type=Path)
    train.add_argument("--data", type=Path, required=True, help="folder per class, or a folder with manifest.csv")
    train.add_argument("--out", type=Path, required=True, help="folder of the run; must not exist yet")
    train.add_argument(
        "--start-from", type=Path, metavar="RUN", help="the run whose features a second stage begins with"
    )
    train.add_argument("--bundle", type=Path, metavar="FOLDER", help="the bundle whose weights it begins with")
    train.add_argument("--label-column", default="", metavar="NAME", help="the manifest's column of classes")
    train.add_argument("--group-column", default="", metavar="NAME", help="the manifest's column of patients or groups")
    train.add_argument("--split", choices=("grouped", "random", "system"), help="another split than the recipe's")
    train.set_defaults(func=_train)
    resume = subparsers.add_parser("resume", help="go on with a stopped or killed run")
    resume.add_argument("run", type=Path)
    resume.set_defaults(func=_resume)
    evaluate = subparsers.add_parser("evaluate", help="calibrate a run and judge it on its test set")
    evaluate.add_argument("run", type=Path)
    evaluate.set_defaults(func=_evaluate)
    publish = subparsers.add_parser("publish", help="seal a run as a bundle that leukdesk runs")
    publish.add_argument("run", type=Path)
    publish.add_argument("--name", required=True)
    publish.add_argument("--release", "--as-version", dest="release", required=True, help="version, such as 1.0")
    publish.add_argument("--models", type=Path, default=Path("models"), help="folder of bundles")
    publish.set_defaults(func=_publish)
    _add_make(subparsers)
    audit_command.add_parsers(subparsers)
    gate_command.add_parsers(subparsers)
    phantoms = subparsers.add_parser("phantoms", help="render a training set of synthetic smears")
    phantoms.add_argument("--out", type=Path, required=True)
    phantoms.add_argument("--slides", type=int, default=30, help="slides (patients) a class")
    phantoms.add_argument("--per-slide", type=int, default=12)
    phantoms.add_argument("--seed", type=int, default=0)
    phantoms.add_argument(
        "--leak", choices=("none", "tint", "scale_bar", "slide"), default="none", help="a shortcut for an audit to find"
    )
    phantoms.set_defaults(func=_phantoms)


def _add_make(subparsers: Any) -> None:
    make = subparsers.add_parser("make", help="a bundle from data to sealed folder: train, publish, record, audit")
    make.add_argument("recipe", help="path of a recipe, or the name of one that ships")
    make.add_argument("--data", type=Path, help="its images; a synthetic recipe renders them itself")
    make.add_argument("--release", required=True, help="version, such as 1.0")
    make.add_argument("--out", type=Path, help="folder of the run, gone on with if there; runs/<name>-<release>")
    make.add_argument("--models", type=Path, default=Path("models"), help="folder of bundles")
    make.add_argument("--results", type=Path, default=Path("docs/results"), help="folder of records")
    make.add_argument("--start-from", type=Path, metavar="RUN", help="a first stage that is trained already")
    make.add_argument("--fields", type=Path, metavar="DIR", help="annotated fields for the heatmaps, such as BCCD")
    make.add_argument("--scope", type=Path, nargs="+", default=[], metavar="DIR", help="images that should be refused")
    make.add_argument("--no-audit", action="store_true", help="leave out the audit, which takes minutes")
    make.add_argument("--no-record", action="store_true", help="write the bundle only")
    make.set_defaults(func=_make)


def _make(arguments: argparse.Namespace) -> int:
    from leukdesk.domain.errors import DataError
    from training.make_model import Places, make_model
    from training.recipe import load_recipe
    from training.systems.catalogue import recipe_file

    file = recipe_file(arguments.recipe)
    recipe = load_recipe(file)
    if arguments.data is None and not recipe.synthetic:
        raise DataError("needs images", subject=recipe.name, advice=f"Give --data with {recipe.data_name}.")
    run = arguments.out or Path("runs") / f"{recipe.name}-{arguments.release}"
    results = None if arguments.no_record else arguments.results
    places = Places(
        run, arguments.models, results, arguments.start_from, fields=arguments.fields, scope=arguments.scope
    )

    def say(step: str) -> None:
        sys.stderr.write(f"{recipe.name}: {step}\n")

    audited = not arguments.no_audit
    bundle = make_model(file, arguments.data, arguments.release, places, say=say, audited=audited)
    sys.stdout.write(f"{bundle}\n")
    return 0


def _train(arguments: argparse.Namespace) -> int:
    from training.run import begin_run

    changes = {"split.method": arguments.split} if arguments.split else {}
    run = begin_run(
        arguments.out,
        arguments.recipe,
        arguments.data,
        changes=changes,
        start_from=arguments.start_from,
        bundle=arguments.bundle,
        label_column=arguments.label_column,
        group_column=arguments.group_column,
    )
    return _go(run)


def _resume(arguments: argparse.Namespace) -> int:
    from training.run import open_run

    return _go(open_run(arguments.run))


def _go(run: Run) -> int:
    from training.events import EventLog, note_process
    from training.run import run_data
    from training.train import Trainer

    note_process(run.folder)
    log = EventLog(run.folder)
    data = run_data(run)
    log("split", **{part: len(getattr(data.split, part)) for part in ("train", "validation", "test")})
    Trainer(run, data, log).run()
    return 0


def _evaluate(arguments: argparse.Namespace) -> int:
    from training.events import EventLog
    from training.judge import judge

    run, data = _opened(arguments)
    judge(run, data, EventLog(run.folder))
    return 0


def _publish(arguments: argparse.Namespace) -> int:
    from training.events import EventLog
    from training.publish import publish

    run, data = _opened(arguments)
    publish(
        run, data, name=arguments.name, release=arguments.release, models=arguments.models, log=EventLog(run.folder)
    )
    return 0


def _opened(arguments: argparse.Namespace) -> tuple[Run, RunData]:
    from training.run import open_run, run_data

    run = open_run(arguments.run)
    return run, run_data(run)


def _phantoms(arguments: argparse.Namespace) -> int:
    from training.phantom import FIELD_CLASSES
    from training.phantom_set import write_set

    write_set(
        arguments.out,
        classes=tuple(FIELD_CLASSES),
        slides=arguments.slides,
        per_slide=arguments.per_slide,
        size=224,
        seed=arguments.seed,
        leak=arguments.leak,
    )
    return 0
