"""`leukdesk demo`: the sample case, in the window or, without a display, as files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.terminal import columns, has_display, note, out, plain
from leukdesk.domain.finding import Finding
from leukdesk.domain.prediction import percent
from leukdesk.report.atomic import replacing
from leukdesk.report.table import write_csv

if TYPE_CHECKING:
    from leukdesk.analysis.sample import SampleCase
    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    parser.add_argument("--headless", action="store_true", help="no window, even where there is a display")
    parser.add_argument(
        "--to", type=Path, default=Path("output", "demo"), metavar="DIR", help="without a window: default %(default)s"
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the sample case in the window, or classify it into a folder and print each answer beside the truth."""
    if has_display() and not arguments.headless:
        status: int = arguments.open_window([], sample=True)
        return status
    bench = Workbench()
    return _headless(bench, bench.sample(), arguments.to)


def _headless(bench: Workbench, case: SampleCase, folder: Path) -> int:
    images, heatmaps = [one.path for one in case.images], folder / "heatmaps"
    with closing(bench.open(case.model)) as predictor:
        found = list(bench.with_overlays(bench.analyse_files(images, predictor), heatmaps, images))
        with replacing(folder / "results.csv", make_folder=True) as stream:
            write_csv(found, predictor.card, stream)
        out(f"{case.title}, model {predictor.card.name} {predictor.card.version} on {predictor.engine}")
        for line in columns(_rows(case, found, predictor.card)):
            out(line)
    note(f"Written: {plain(folder / 'results.csv')}, heatmaps in {plain(heatmaps)}")
    return exit_status.DONE if all(isinstance(one, Finding) for one in found) else exit_status.SOME_FAILED


def _rows(case: SampleCase, found: list[Outcome], card: Card) -> Iterator[tuple[str, ...]]:
    yield "IMAGE", "TRUTH", "ANSWER", "PROBABILITY", "DECISION", "WHY"
    for image, outcome in zip(case.images, found, strict=True):
        truth = card.display(image.truth) if image.truth in card.class_ids else image.truth or "none of the classes"
        if isinstance(outcome, Finding):
            yield (image.path.name, truth, *_answer(outcome, image.truth, card))
        else:
            yield image.path.name, truth, "", "", "failed", outcome.error.what


def _answer(finding: Finding, truth: str, card: Card) -> tuple[str, str, str, str]:
    prediction = finding.prediction
    decision = str(finding.decision)
    if decision == "accepted":
        decision += ", right" if prediction.label == truth else ", WRONG"
    why = " ".join(finding.quality.refuses) if finding.reason == "quality" else str(finding.reason)
    return card.display(prediction.label), percent(prediction.probability), decision, why
