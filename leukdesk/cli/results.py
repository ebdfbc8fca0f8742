"""Results for people: a table as the images come, and a summary at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.cli.terminal import note, out, plain
from leukdesk.domain.finding import Decision, DecisionReason, Failure, Finding, Outcome, outcome_path
from leukdesk.domain.prediction import percent
from leukdesk.domain.vocabulary import RESEARCH_USE

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.analysis.walk import Walk
    from leukdesk.domain.card import Card

_WIDEST = 60  # of a path, so that the rest stays on the line


class Tally:
    """Counts outcomes as they pass, and keeps the failures."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._decisions: Counter[Decision] = Counter()
        self._other_world = 0  # synthetic images for a model of real smears, or the reverse
        self.failures: list[Failure] = []

    def counting(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Pass outcomes on."""
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                self.failures.append(outcome)
            else:
                self._decisions[outcome.decision] += 1
                self._other_world += outcome.source.synthetic != self._card.synthetic
            yield outcome

    def tell(self, walk: Walk, predictor: Predictor) -> None:
        """Say on stderr what was done, what failed and why, and what to mind."""
        for failure in self.failures:
            note(f"failed: {plain(failure.path)}: {plain(failure.error.what)}. {plain(failure.error.advice)}".rstrip())
        images = self._decisions.total() + len(self.failures)
        counts = ", ".join(f"{self._decisions[decision]} {decision}" for decision in Decision)
        note(f"{images} image{'s' * (images != 1)}: {counts}, {len(self.failures)} failed.")
        if walk.skipped:
            note(f"{walk.skipped} skipped: no images by name.")
        if walk.folders:
            note(f"{walk.folders} folder(s) inside not entered; --recursive does.")
        if self._other_world:
            world = "real images, and this model knows synthetic ones only" if self._card.synthetic else "synthetic"
            note(f"Mind: {self._other_world} of these images are {world}.")
        about = f" ({'; '.join(predictor.notes)})" if predictor.notes else ""
        note(f"{predictor.card.name} {predictor.card.version} on {predictor.engine}{about}. {RESEARCH_USE}.")


def write_screen(outcomes: Iterable[Outcome], card: Card, paths: Sequence[Path]) -> None:
    """One line for each outcome on stdout, as it comes; `paths` are those to come, for the width."""
    path_width = min(_WIDEST, max((len(plain(path)) for path in paths), default=0))
    label_width = max(len(one.display) for one in card.classes)
    for outcome in outcomes:
        path = plain(outcome_path(outcome))
        shown = path if len(path) <= path_width else "..." + path[3 - path_width :]
        out(f"{shown:{path_width}}  {_answer(outcome, card, label_width)}".rstrip())


def _answer(outcome: Outcome, card: Card, label_width: int) -> str:
    if not isinstance(outcome, Finding):
        return f"FAILED: {plain(outcome.error.what)}"
    prediction, reason = outcome.prediction, str(outcome.reason)
    if outcome.reason is DecisionReason.QUALITY:
        reason = " ".join(outcome.quality.refuses)
    why = f" ({reason})" if reason else ""
    return (
        f"{card.display(prediction.label):{label_width}}  {percent(prediction.probability):>7}  {outcome.decision}{why}"
    )
