"""`leukdesk models`: what is installed, what a model says of itself, whether its files are those that were sealed.

What changes something is in `models_change`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.models_change import add_changes
from leukdesk.cli.models_compare import add_compare
from leukdesk.cli.terminal import columns, note, out, plain
from leukdesk.domain.errors import BundleError, KnownError

if TYPE_CHECKING:
    from leukdesk.bundles.library import Installed
    from leukdesk.domain.card import Card


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list the installed models; * is the active one").set_defaults(act=_list)
    show = actions.add_parser("show", help="print what a model says of itself: its card")
    show.add_argument("name", nargs="?", help="default: the active model")
    show.set_defaults(act=_show)
    verify = actions.add_parser(
        "verify", help="check the models: every file against its SHA-256, and the golden samples"
    )
    verify.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    verify.set_defaults(act=_verify)
    speed = actions.add_parser("speed", help="measure how fast models are on this computer")
    speed.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    speed.set_defaults(act=_speed)
    add_compare(actions)
    add_changes(actions)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for; 3 where a model is refused."""
    status: int = arguments.act(Workbench(), arguments)
    return status


def _list(bench: Workbench, arguments: argparse.Namespace) -> int:
    models = bench.models()
    if not models:
        note("No model is installed.")
        return exit_status.SOME_FAILED
    active = _active(bench)
    rows = [["", "MODEL", "VERSION", "SCOPE", "CLASSES", "TITLE"]]
    rows += [_row(one.card, active) for one in models if one.card is not None]
    for line in columns(rows):
        out(line)
    return _refused(models)


def _row(card: Card, active: str) -> list[str]:
    mark = "*" if active == f"{card.name}-{card.version}" else ""
    return [mark, card.name, card.version, card.scope, ", ".join(card.class_ids), card.title]


def _active(bench: Workbench) -> str:
    try:
        return bench.active()
    except BundleError:  # listed below with its reason
        return ""


def _show(bench: Workbench, arguments: argparse.Namespace) -> int:
    bundle = bench.load(arguments.name)
    rows = [*_facts(bundle.card), ("manifest", f"SHA-256 {bundle.ref.sha256}")]
    signed = "by nobody"
    if (signature := bundle.signature) is not None:
        owner = bench.shelf.keys.owner_of(signature)
        signed = f"by {owner}, who is trusted here" if owner else f"by {signature.owner}, whose key is not trusted here"
    rows.append(("signed", signed))
    for line in columns((name, " ".join(text.split())) for name, text in rows):
        out(line)
    return exit_status.DONE


def _facts(card: Card) -> Iterator[tuple[str, str]]:
    yield "model", f"{card.name} {card.version}"
    yield "title", card.title
    yield "intended use", card.intended_use
    yield from (("limits" if number == 0 else "", text) for number, text in enumerate(card.limits))
    yield "images", "synthetic only" if card.synthetic else "real"
    yield "scope", card.scope
    for number, one in enumerate(card.classes):
        yield "classes" if number == 0 else "", f"{one.id}: {one.display}. {one.description}".rstrip()
    yield (
        "input",
        f"{card.input_size} x {card.input_size} px, um/px {card.um_per_px or 'not known'}, stain {card.stain}",
    )
    yield "accepts from", f"{card.accept_threshold:.1%} (temperature {card.temperature:g})"
    yield "novelty", f"warned beyond 1, refused beyond {card.refused_beyond:g}" if card.novelty else "not measured"
    data = card.training_data
    yield "trained on", f"{data.name}, {data.images} images, {data.licence}; {data.source}"
    yield "split", f"{data.split}; groups: {data.groups}"
    for metric in card.metrics:
        interval = f"{metric.value:.4f} ({metric.low:.4f} to {metric.high:.4f})"
        yield metric.name, f"{interval}, n = {metric.n}, {metric.split}. {metric.note}".rstrip()
    yield "architecture", card.architecture.name
    yield "licence", card.licence
    yield "origin", card.origin


def _verify(bench: Workbench, arguments: argparse.Namespace) -> int:
    models = [one.folder.name for one in bench.models() if _named(one, arguments.names)]
    for name in arguments.names:
        if not any(name in (model, model.rpartition("-")[0]) for model in models):
            bench.load(name)  # refuses, and says what there is
    if not models:
        note("No model is installed.")
        return exit_status.SOME_FAILED
    sound = [_verify_one(bench, model) for model in models]
    return exit_status.DONE if all(sound) else exit_status.SOME_FAILED


def _speed(bench: Workbench, arguments: argparse.Namespace) -> int:
    from leukdesk.speeds import measure

    names = arguments.names or [f"{one.card.name}-{one.card.version}" for one in bench.models() if one.card]
    for name in names:
        speed = measure(bench, name)
        said = f"{speed.ms:.1f} ms for one image with heatmaps, {speed.per_second:.0f} images/s in batches"
        out(f"{plain(name)}: {said} ({speed.engine})")
    return exit_status.DONE


def _verify_one(bench: Workbench, model: str) -> bool:
    try:
        run = bench.verify(model)
    except KnownError as error:
        out(_refusal(model, error))
        return False
    out(f"{'ok' if run.agrees else 'broken':9}{plain(model)}: files as sealed; {run}")
    return run.agrees


def _named(one: Installed, names: list[str]) -> bool:
    folder = one.folder.name
    return not names or folder in names or folder.rpartition("-")[0] in names


def _refused(models: list[Installed]) -> int:
    refused = [(one.folder.name, one.error) for one in models if one.error is not None]
    for name, error in refused:
        out(_refusal(name, error))
    return exit_status.SOME_FAILED if refused else exit_status.DONE


def _refusal(model: str, error: KnownError) -> str:
    return f"{'refused':9}{plain(model)}: {plain(error.what)} ({error.reason}). {plain(error.advice)}"
