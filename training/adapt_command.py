"""The subcommands `adapt` and `adapt-measure`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from leukdesk import paths
from training.adapt.record import WAYS, AdaptationRecord

RESULTS = paths.shipped() / "docs" / "results" / "adaptation"


def add_parsers(subparsers: Any) -> None:
    """Add the subcommands to `leukdesk-train`."""
    adapt = subparsers.add_parser("adapt", help="adapt a bundle to a laboratory with about 100 labelled images of its")
    adapt.add_argument("bundle", type=Path, help="folder of a bundle")
    adapt.add_argument("--data", type=Path, required=True, help="folder per class, or a folder with manifest.csv")
    adapt.add_argument("--out", type=Path, required=True, help="folder of the run; gone on with if it was begun")
    add_original(adapt)
    adapt.add_argument("--recipe", type=Path, metavar="FILE", help="as `recipe --adapt` wrote it, changed by hand")
    adapt.add_argument("--label-column", default="", metavar="NAME", help="the manifest's column of classes")
    adapt.add_argument("--group-column", default="", metavar="NAME", help="the manifest's column of patients or groups")
    adapt.add_argument("--seed", type=int, default=0, help="of the division and of training")
    adapt.set_defaults(func=_adapt)
    measure = subparsers.add_parser("adapt-measure", help="what adapting a bundle to another look is worth")
    measure.add_argument("bundle", type=Path, help="folder of a bundle")
    measure.add_argument("--data", type=Path, required=True, help="the images it was made with")
    measure.add_argument("--split", type=Path, required=True, metavar="FILE", help="split.json of these images")
    measure.add_argument("--work", type=Path, required=True, help="folder for runs and answers; gone on with if there")
    measure.add_argument("--images", type=int, default=100, help="to adapt with, in each draw")
    measure.add_argument("--draws", type=int, default=5)
    measure.add_argument("--first-draw", type=int, default=1, metavar="N", help="number of the first draw")
    measure.add_argument("--look", action="append", help="one look; all by default")
    measure.add_argument("--way", action="append", choices=list(WAYS), help="one way to adapt; all by default")
    measure.add_argument("--out", type=Path, help="docs/results/adaptation/<bundle>.json by default")
    measure.set_defaults(func=_measure)


def add_original(parser: argparse.ArgumentParser) -> None:
    """The images that a bundle was made with."""
    parser.add_argument("--original", type=Path, metavar="DIR", help="the images the bundle was made with")
    which = "split.json of these images; by default the one beside them, or the bundle's own where it can be had"
    parser.add_argument("--original-split", type=Path, metavar="FILE", help=which)


def _adapt(arguments: argparse.Namespace) -> int:
    from training.adapt.begin import Order
    from training.adapt.run_adaptation import adapt

    said = adapt(
        Order(
            arguments.bundle,
            arguments.data,
            arguments.out,
            original=arguments.original,
            original_split=arguments.original_split,
            recipe=arguments.recipe,
            label_column=arguments.label_column,
            group_column=arguments.group_column,
            seed=arguments.seed,
        )
    )
    for one in said["sets"]:
        before, after = (100 * one[model]["accuracy"][0] for model in ("active", "new"))
        low, high = (100 * limit for limit in one["difference"][1:])
        words = {"test": "held-out local images", "original": "original test images"}[one["name"]]
        sys.stderr.write(
            f"{words}: {before:.1f} % before, {after:.1f} % after ({low:+.1f} to {high:+.1f} points), {one['images']}"
            f" images of {one['groups']} groups\n"
        )
    sys.stderr.write(f"{kept_in_words(said['kept'])}\n")
    return 0


def kept_in_words(kept: dict[str, Any] | None) -> str:
    """How much of the change was kept, and by what."""
    if kept is None:
        return "nothing bounds what was lost of the original images: name them with --original and --original-split"
    asked = f"{kept['images']} original images of {kept['groups']} groups"
    most = f"{100 * kept['limit']:g} points"
    if not kept["share"]:
        return (
            f"nothing of the change was kept, any share may lose more than {most} on {asked}: the weights are as before"
        )
    change = 100 * kept["difference"][0]
    share = f"{100 * kept['share']:.0f} % of the change of weights was kept"
    return f"{share}, to lose at most {most} on {asked}: {change:+.1f} there"


def _measure(arguments: argparse.Namespace) -> int:
    from training.adapt.looks import LOOKS
    from training.adapt.measure import Measurement, Plan
    from training.adapt.summary import measure_adaptation
    from training.evaluate.rows import write_text

    def say(step: str) -> None:
        sys.stderr.write(f"{step}\n")

    images, draws = arguments.images, arguments.draws
    places = (arguments.bundle, arguments.data, arguments.split, arguments.work)
    plan = Plan(*places, images=images, seeds=draws, first=arguments.first_draw)
    looks = arguments.look or list(LOOKS)
    found = measure_adaptation(Measurement(plan, say), looks, arguments.way or list(WAYS))
    out = arguments.out or RESULTS / f"{found.bundle}.json"
    if out.is_file():
        found = found.with_older(AdaptationRecord.model_validate_json(out.read_text("utf-8")))
    write_text(out, found.model_dump_json(indent=1) + "\n")
    sys.stdout.write(f"{out}\n")
    return 0
