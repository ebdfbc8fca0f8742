"""The subcommands about images: check, datasets, split, preview."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.datasets.load import LAYOUTS

if TYPE_CHECKING:
    from training.datasets.dataset import DataSet
    from training.splits import Split

DONE, FOUND_PROBLEMS = 0, 3


def add_parsers(subparsers: Any) -> None:
    """Add the subcommands to `leukdesk-train`."""
    _add_check(subparsers)
    _add_datasets(subparsers)
    _add_split(subparsers)
    _add_preview(subparsers)


def _add_check(subparsers: Any) -> None:
    check = subparsers.add_parser(
        "check", help="look at a data set before training: damage, duplicates, leaks, balance"
    )
    _add_data(check)
    check.add_argument("--out", type=Path, help="folder for report.json and report.html")
    check.add_argument("--json", action="store_true", help="progress and findings as JSON lines; with --out also plots")
    check.set_defaults(func=_check)


def _add_datasets(subparsers: Any) -> None:
    datasets = subparsers.add_parser("datasets", help="public data sets: source, licence, layout; check a download")
    datasets.add_argument("name", nargs="?", help="one set, in full")
    datasets.add_argument("--json", action="store_true")
    datasets.add_argument("--check", type=Path, metavar="DIR", help="compare a downloaded folder with the set")
    datasets.add_argument("--export", type=Path, metavar="OUT", help="write the patches of pcam in --check as images")
    datasets.add_argument("--per-class", type=int, default=2000, help="patches to export of each class and side")
    datasets.set_defaults(func=_datasets)


def _add_split(subparsers: Any) -> None:
    split = subparsers.add_parser("split", help="divide a data set by patient or group and freeze the division")
    _add_data(split)
    split.add_argument("--out", type=Path, required=True, help="split.json, or a folder with --folds")
    split.add_argument("--method", choices=("grouped", "random"), default="grouped")
    split.add_argument("--validation", type=float, default=0.15, help="share")
    split.add_argument("--test", type=float, default=0.2, help="share")
    split.add_argument("--folds", type=int, help="k-fold cross-validation instead of one division")
    split.add_argument("--like", metavar="SYSTEM", help="the own division of a published system")
    split.add_argument("--seed", type=int, default=0)
    split.set_defaults(func=_split)


def _add_preview(subparsers: Any) -> None:
    preview = subparsers.add_parser("preview", help="a contact sheet of augmented images")
    preview.add_argument("augmentation", help="a named list or the path of a recipe (.toml)")
    _add_data(preview)
    preview.add_argument("--out", type=Path, required=True, help="PNG to write")
    preview.add_argument("--images", type=int, default=6)
    preview.add_argument("--epochs", type=int, default=8, help="columns: one image in so many epochs")
    preview.add_argument("--size", type=int, default=224, help="input size, px")
    preview.add_argument("--seed", type=int, default=0)
    preview.add_argument("--json", action="store_true", help="the result as a JSON line")
    preview.set_defaults(func=_preview)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="folder of a data set, or a manifest (.csv)")
    parser.add_argument("--layout", choices=LAYOUTS, default="auto")
    parser.add_argument("--label-column", help="column of the manifest that holds the class")
    parser.add_argument("--group-column", help="column of the manifest that holds the patient, subject or group")


def _load(arguments: argparse.Namespace) -> DataSet:
    from training.datasets.load import load_dataset

    return load_dataset(
        arguments.data,
        layout=arguments.layout,
        label_column=arguments.label_column,
        group_column=arguments.group_column,
    )


def _check(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from training.datasets.check import check_dataset
    from training.datasets.page import write_report

    dataset = _load(arguments)
    if arguments.json:
        return _check_in_json(dataset, arguments.out)
    with tqdm(total=len(dataset.samples), unit="image", disable=not sys.stderr.isatty()) as bar:
        report = check_dataset(dataset, progress=bar.update)
    for line in report.lines():
        _say(line)
    if arguments.out is not None:
        _say(f"Report: {write_report(report, arguments.out)}")
    return FOUND_PROBLEMS if report.errors else DONE


def _check_in_json(dataset: DataSet, out: Path | None) -> int:
    """As a window needs it: problems are findings, not a failure."""
    from training.datasets.check import check_dataset
    from training.datasets.findings import found
    from training.datasets.page import write_plots, write_report
    from training.planning.told import Told

    told = Told(on=True)
    report = check_dataset(dataset, progress=told.step("checking", len(dataset.samples)))
    files = [] if out is None else [str(one) for one in (write_report(report, out), *write_plots(report, out))]
    findings = [{**asdict(one), "blocks": one.blocks} for one in found(report)]
    told(
        "checked",
        images=report.images,
        unlabelled=report.unlabelled,
        classes=report.per_class,
        grouping=report.grouping,
        groups=report.groups_per_class,
        findings=findings,
        files=files,
    )
    return DONE


def _datasets(arguments: argparse.Namespace) -> int:
    from training.datasets.public import check_download, public_set, public_sets

    if arguments.name is None:
        return _list(public_sets(), arguments.json)
    public = public_set(arguments.name)
    if arguments.export is not None:
        return _export(arguments)
    if arguments.check is None:
        return _list((public,), arguments.json)
    result = check_download(public, arguments.check)
    for line in result.findings:
        _say(line)
    _say("The download is complete." if result.complete else "This is not the complete set as published.")
    return DONE if result.complete else FOUND_PROBLEMS


def _list(sets: Any, as_json: bool) -> int:
    if as_json:
        _say(json.dumps([one.as_dict() for one in sets], indent=1, ensure_ascii=False))
        return DONE
    for one in sets:
        _say(f"{one.name}: {one.title}")
        for key in ("source", "licence", "images", "expected", "groups", "cite"):
            _say(f"  {key:9}{getattr(one, key)}")
        if one.per_class:
            _say("  classes  " + ", ".join(f"{label} {count}" for label, count in one.per_class.items()))
    return DONE


def _export(arguments: argparse.Namespace) -> int:
    from leukdesk.domain.errors import DataError
    from training.datasets.pcam import export

    if arguments.name != "pcam" or arguments.check is None:
        advice = "Use `leukdesk-train datasets pcam --check DIR --export OUT`."
        raise DataError("only pcam is exported, from the folder that --check names", advice=advice)
    written = export(arguments.check, arguments.export, per_class=arguments.per_class)
    _say(f"{written} patches written to {arguments.export}")
    return DONE


def _split(arguments: argparse.Namespace) -> int:
    from training.splits import holdout, k_fold, system_split

    dataset, seed = _load(arguments), arguments.seed
    if arguments.folds is not None:
        folds = k_fold(
            dataset, folds=arguments.folds, method=arguments.method, validation=arguments.validation, seed=seed
        )
        for number, fold in enumerate(folds, start=1):
            _freeze(fold, arguments.out / f"fold-{number:02}.json")
    elif arguments.like is not None:
        _freeze(system_split(dataset, arguments.like, seed=seed), arguments.out)
    else:
        shares = {"validation": arguments.validation, "test": arguments.test}
        _freeze(holdout(dataset, method=arguments.method, seed=seed, **shares), arguments.out)
    return DONE


def _freeze(split: Split, path: Path) -> None:
    split.write(path)
    _say(f"{path}: {split.method}, {split.level} (groups: {split.grouping}), sha256 {split.sha256}")
    for side, counts in split.per_class().items():
        _say(f"  {side:11}" + ", ".join(f"{label} {count}" for label, count in counts.items()))


def _preview(arguments: argparse.Namespace) -> int:
    from training.contact_sheet import augmentation_of, write_contact_sheet

    write_contact_sheet(
        _load(arguments),
        augmentation_of(arguments.augmentation),
        arguments.out,
        images=arguments.images,
        epochs=arguments.epochs,
        size=arguments.size,
        seed=arguments.seed,
    )
    if arguments.json:
        _say(json.dumps({"event": "preview", "file": str(arguments.out)}))
    else:
        _say(f"Contact sheet: {arguments.out}")
    return DONE


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
