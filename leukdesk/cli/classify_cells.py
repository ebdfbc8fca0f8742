"""`leukdesk classify --cells`: find the cells, name each, and count them to a differential."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING

from leukdesk.cli import exit_status
from leukdesk.cli.progress import progress
from leukdesk.cli.terminal import columns, note, out, plain
from leukdesk.domain.cell import CellAnalysis, CellWarning
from leukdesk.domain.cell_counts import CellCounts
from leukdesk.domain.differential import (
    NRBC_PER_100,
    TARGET,
    TARGETS,
    Differential,
    LimitsMethod,
    corrected_white_count,
)
from leukdesk.domain.errors import KnownError
from leukdesk.domain.finding import Failure
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.batch_table import write_rows
from leukdesk.report.cell_table import cell_columns, cell_rows

if TYPE_CHECKING:
    from leukdesk.analysis.cells import CellOutcome
    from leukdesk.analysis.walk import Walk
    from leukdesk.bootstrap import Workbench
    from leukdesk.domain.card import Card


def add_cell_options(parser: argparse.ArgumentParser) -> None:
    """What can be said about cells."""
    parser.add_argument(
        "--cells", action="store_true", help="find the cells of each field, classify each and give the differential"
    )
    parser.add_argument(
        "--target", type=int, choices=TARGETS, default=TARGET, help="with --cells: white cells to count (default: 200)"
    )
    parser.add_argument(
        "--white-count", type=_white_count, metavar="N", help="with --cells: white cells in 10^9/L, for absolute values"
    )


def classify_cells(bench: Workbench, walk: Walk, arguments: argparse.Namespace) -> int:
    """Classify every cell; 0 if every image was read, 3 if some could not be."""
    name = arguments.model[0] if arguments.model else bench.cell_model()
    with closing(bench), closing(bench.open(name, engine=arguments.engine, callers=bench.threads)) as predictor:
        found = bench.analyse_cells_in_files(walk.images, predictor)
        visible = bool(arguments.out) or not sys.stdout.isatty()
        outcomes = chain(walk.failures, progress(found, total=len(walk.images), visible=visible))
        return tell_cells(outcomes, predictor.card, arguments, f" on {predictor.engine}")


def tell_cells(outcomes: Iterable[CellOutcome], card: Card, arguments: argparse.Namespace, about: str = "") -> int:
    """Write the cells as they come, and say how they count; 3 if some images could not be read."""
    tally = CellTally()
    outcomes = tally.counting(outcomes)
    if arguments.out:
        write_rows(cell_rows(outcomes, card), cell_columns(card), arguments.out)
    else:
        _write(outcomes, card)
    _tell(tally, card, arguments, note if arguments.out else out)
    note(f"{card.name} {card.version}{about}. {RESEARCH_USE}.")
    if arguments.out:
        note(f"Written: {plain(arguments.out)}")
    return exit_status.SOME_FAILED if tally.failures else exit_status.DONE


class CellTally:
    """Counts analyses as they pass, and keeps the failures."""

    def __init__(self) -> None:
        self.counts: CellCounts = CellCounts({})
        self.warnings: Counter[CellWarning] = Counter()
        self.failures: list[Failure] = []

    def counting(self, outcomes: Iterable[CellOutcome]) -> Iterator[CellOutcome]:
        """Pass outcomes on."""
        from leukdesk.analysis.cells import counted

        for outcome in outcomes:
            if isinstance(outcome, Failure):
                self.failures.append(outcome)
            else:
                self.counts += counted(outcome)
                self.warnings.update(outcome.warnings)
            yield outcome


def differential_lines(found: Differential, *, white_count: float | None) -> list[str]:
    """A differential as lines of text: ICSH order, per cent with limits, cells beside, what is open."""
    rows = [
        _line_cells(line.display, line.count, line.share, line.limits.low, line.limits.high) for line in found.lines
    ]
    if white_count is not None:
        for row, line in zip(rows, found.lines, strict=True):
            row.append(f"{line.absolute(_white(found, white_count)):.2f} x10^9/L")
    lines = columns(rows) if rows else []
    lines.append(f"{found.white} white cells of {found.target}; 95 % limits: {found.method}, each class for itself")
    lines += [
        f"{one.display}: {one.count}, {one.per_100:.1f} per 100 white cells"
        for one in found.beside
        if one.per_100 is not None and one.count
    ]
    lines += _open_questions(found)
    if white_count is not None and found.nucleated_red_per_100 > NRBC_PER_100:
        corrected = corrected_white_count(white_count, found.nucleated_red_per_100)
        lines.append(f"White cell count without nucleated red cells: {corrected:.2f} of {white_count:.2f} x10^9/L")
    return lines


def _white(found: Differential, white_count: float) -> float:
    many = found.nucleated_red_per_100 > NRBC_PER_100
    return corrected_white_count(white_count, found.nucleated_red_per_100) if many else white_count


def _line_cells(display: str, count: int, share: float, low: float, high: float) -> list[str]:
    return [plain(display), f"{count:5d}", f"{share:6.1%}", f"({low:.1%} to {high:.1%})"]


def _open_questions(found: Differential) -> Iterator[str]:
    if found.blasts is None:
        yield "This model has no class for blasts: a blast count needs the reader."
    elif found.blasts.count:
        yield f"{found.blasts.display}: {found.blasts.count}. Each is to be confirmed by hand."
    for threshold, more in found.to_settle():
        settled = f"count {more} more to settle it" if more else "no count settles it"
        yield f"Blasts lie on either side of {threshold:.0%} within the limits: {settled}."
    if found.unidentified:
        yield f"{found.unidentified} unidentified: to be named by the reader before sign-off."
    if found.not_classed:
        yield f"{found.not_classed} not classed: their images cannot be read."


def _write(outcomes: Iterable[CellOutcome], card: Card) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            out(f"{plain(outcome.path)}  FAILED: {plain(outcome.error.what)}")
        else:
            out(f"{plain(outcome.source.path)}  {_image_words(outcome, card)}")


def _image_words(analysis: CellAnalysis, card: Card) -> str:
    from leukdesk.analysis.cells import counted

    counts = counted(analysis)
    named = [f"{number} {plain(card.display(one))}" for one, number in sorted(counts.classes.items())]
    others = [(counts.unidentified, "unidentified"), (counts.not_classed, "not classed"), (counts.apart, "kept apart")]
    return ", ".join([*named, *(f"{number} {word}" for number, word in others if number)]) or "no cell"


def _tell(tally: CellTally, card: Card, arguments: argparse.Namespace, say: Callable[[str], None]) -> None:
    from leukdesk.analysis.cells import of_counts, warning_words

    for failure in tally.failures:
        note(f"failed: {plain(failure.path)}: {plain(failure.error.what)}. {plain(failure.error.advice)}".rstrip())
    found = of_counts(tally.counts, card, target=arguments.target, method=LimitsMethod.WILSON)
    for line in differential_lines(found, white_count=arguments.white_count):
        say(line)
    for warning, images in sorted(tally.warnings.items()):
        note(f"Mind {images} image{'s' * (images != 1)}: {warning_words(warning)}.")
    images = tally.counts.images + len(tally.failures)
    note(f"{images} image{'s' * (images != 1)}, {len(tally.failures)} failed; {tally.counts.apart} objects kept apart.")


def refuse_combinations(arguments: argparse.Namespace) -> None:
    """Say what does not go with --cells. Raises `KnownError`."""
    refused = ("heatmaps", "ensemble")
    for option in (one for one in refused if getattr(arguments, one)):
        raise KnownError(
            f"--{option} does not go with --cells", advice=f"Leave one of them out: --{option} or --cells."
        )
    if len(arguments.model or ()) > 1:
        raise KnownError("cells are asked of one model at a time", advice="Name one --model.")


def _white_count(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 2000:
        raise argparse.ArgumentTypeError("a number of white cells in 10^9/L, above 0 and below 2000")
    return value
