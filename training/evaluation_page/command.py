"""The subcommands `page`, `energy` and `elsewhere`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from leukdesk import paths

ROOT = paths.shipped()
MODELS, RESULTS, PAGE = ROOT / "models", ROOT / "docs" / "results", ROOT / "docs" / "evaluation.md"


def add_parsers(subparsers: Any) -> None:
    """Add the subcommands to `leukdesk-train`."""
    page = subparsers.add_parser("page", help="write docs/evaluation.md from what is recorded")
    page.add_argument("--models", type=Path, default=MODELS, help="folder of bundles")
    page.add_argument("--results", type=Path, default=RESULTS, help="folder of records")
    page.add_argument("--out", type=Path, default=PAGE)
    page.set_defaults(func=_page)
    energy = subparsers.add_parser("energy", help="share of a bundle's heatmap energy inside nucleated cells")
    energy.add_argument("bundle", type=Path, help="folder of a bundle")
    energy.add_argument("--fields", type=Path, metavar="DIR", help="annotated fields, such as BCCD; else phantoms only")
    energy.add_argument("--out", type=Path, help="docs/results/energy/<bundle>.json by default")
    energy.set_defaults(func=_energy)
    elsewhere = subparsers.add_parser("elsewhere", help="what a bundle of single cells makes of other laboratories'")
    elsewhere.add_argument("bundle", type=Path, help="folder of a bundle")
    elsewhere.add_argument("--fields", type=Path, metavar="DIR", required=True, help="BCCD's fields")
    elsewhere.add_argument(
        "--readings", type=Path, default=RESULTS / "elsewhere" / "bccd.csv", help="who reads them how"
    )
    elsewhere.add_argument("--cells", type=Path, metavar="DIR", help="single cells, such as aml-lmu-samples")
    elsewhere.add_argument("--out", type=Path, help="docs/results/elsewhere/<bundle>.json by default")
    elsewhere.set_defaults(func=_elsewhere)


def _page(arguments: argparse.Namespace) -> int:
    from training.evaluate.rows import write_text
    from training.evaluation_page.page import render
    from training.evaluation_page.sources import read_sources

    write_text(arguments.out, render(read_sources(arguments.models, arguments.results)))
    sys.stdout.write(f"{arguments.out}\n")
    return 0


def _energy(arguments: argparse.Namespace) -> int:
    from training.evaluate.rows import write_text
    from training.heat.energy import measure_energy

    found = measure_energy(arguments.bundle, arguments.fields)
    out = arguments.out or RESULTS / "energy" / f"{found.bundle}.json"
    write_text(out, json.dumps(found.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")
    for one in found.sets:
        inside, area = ((100 * (figure.value or 0)) for figure in (one.inside, one.area))
        sys.stdout.write(
            f"{one.source}: {inside:.1f} % of the energy in {area:.1f} % of the area, {one.n} {one.pictures}\n"
        )
    sys.stdout.write(f"{out}\n")
    return 0


def _elsewhere(arguments: argparse.Namespace) -> int:
    from training.elsewhere.measure import measure_elsewhere
    from training.evaluate.rows import write_text

    found = measure_elsewhere(arguments.bundle, arguments.fields, arguments.readings, arguments.cells)
    out = arguments.out or RESULTS / "elsewhere" / f"{found.bundle}.json"
    write_text(out, json.dumps(found.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")
    for one in found.sets:
        named, right, best = ((100 * (figure.value or 0)) for figure in (one.named, one.right, one.best))
        said = f"{named:.1f} % named, {right:.1f} % of them right ({best:.1f} % were all named)"
        sys.stdout.write(f"{one.source}: {one.n} cells, {said}\n")
    sys.stdout.write(f"{out}\n")
    return 0
