"""The subcommands `page` and `energy`."""

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
