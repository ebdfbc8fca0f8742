"""Results for people: a table as the images come, and a summary at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.cli.terminal import note, out, plain
from leukdesk.domain.finding import Decision, DecisionReason, Failure, Finding, Outcome, outcome_path
from leukdesk.domain.prediction import percent
from leukdesk.domain.vocabulary import RESEARCH_USE

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.analysis.walk import Walk
    from leukdesk.domain.batch import BatchRow
    from leukdesk.domain.card import Card

_WIDEST = 60  # of a path, so that the rest stays on the line


class Tally:
    """Counts outcomes as they pass, and keeps the failures."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._decisions: Counter[Decision] = Counter()
        self._other_world = 0  # synthetic images for a model of real smears, or the reverse
        self.failures: list[str] = []  # a line each

    def counting(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Pass outcomes on."""
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                self._failed(outcome.path, outcome.error.what, outcome.error.advice)
            else:
                self._count(outcome.decision, synthetic=outcome.source.synthetic)
            yield outcome

    def counting_rows(self, rows: Iterable[BatchRow]) -> Iterator[BatchRow]:
        """Pass a batch's rows on."""
        for row in rows:
            if row.decision is None:
                self._failed(row.path, row.what or str(row.state), "")
            else:
                self._count(row.decision, synthetic=row.synthetic)
            yield row

    def tell(self, walk: Walk, predictor: Predictor) -> None:
        """Say on stderr what was done, what failed and why, and what to mind."""
        self.tell_counts()
        if walk.skipped:
            note(f"{walk.skipped} skipped: no images by name.")
        if walk.folders:
            note(f"{walk.folders} folder(s) inside not entered; --recursive does.")
        about = f" ({'; '.join(predictor.notes)})" if predictor.notes else ""
        self.tell_model(self._card, f" on {predictor.engine}{about}")

    def tell_counts(self) -> None:
        """What failed and why, and how many there are."""
        for line in self.failures:
            note(line)
        images = self._decisions.total() + len(self.failures)
        counts = ", ".join(f"{self._decisions[decision]} {decision}" for decision in Decision)
        note(f"{images} image{'s' * (images != 1)}: {counts}, {len(self.failures)} failed.")

    def tell_model(self, card: Card, about: str) -> None:
        """What to mind, which model said it, and for what use."""
        if self._other_world:
            world = "real images, and this model knows synthetic ones only" if card.synthetic else "synthetic"
            note(f"Mind: {self._other_world} of these images are {world}.")
        note(f"{card.name} {card.version}{about}. {RESEARCH_USE}.")

    def _count(self, decision: Decision, *, synthetic: bool) -> None:
        self._decisions[decision] += 1
        self._other_world += synthetic != self._card.synthetic

    def _failed(self, path: Path, what: str, advice: str) -> None:
        self.failures.append(f"failed: {plain(path)}: {plain(what)}. {plain(advice)}".rstrip())


def write_screen(outcomes: Iterable[Outcome], card: Card, paths: Sequence[Path]) -> None:
    """One line for each outcome on stdout, as it comes; `paths` are those to come, for the width."""
    path_width = min(_WIDEST, max((len(plain(path)) for path in paths), default=0))
    label_width = max(len(one.display) for one in card.classes)
    for outcome in outcomes:
        _line(outcome_path(outcome), _answer(outcome, card, label_width), path_width)


def write_screen_rows(rows: Iterable[BatchRow], cards: Mapping[str, Card]) -> None:
    """One line for each row of a batch on stdout; `cards` by the model's key."""
    label_width = max(len(one.display) for card in cards.values() for one in card.classes)
    for row in rows:
        answer = f"FAILED: {plain(row.what or row.state)}"
        if row.decision is not None:
            why = row.quality if row.reason is DecisionReason.QUALITY else str(row.reason)
            name = cards[row.model.key].display(row.label)
            answer = _words(name, row.probability, row.decision, why, label_width)
        model = f"  {row.model.key}" if len(cards) > 1 else ""
        _line(row.path, answer + model, _WIDEST)


def _line(path: Path, answer: str, path_width: int) -> None:
    text = plain(path)
    shown = text if len(text) <= path_width else "..." + text[3 - path_width :]
    out(f"{shown:{path_width}}  {answer}".rstrip())


def _answer(outcome: Outcome, card: Card, label_width: int) -> str:
    if not isinstance(outcome, Finding):
        return f"FAILED: {plain(outcome.error.what)}"
    prediction, reason = outcome.prediction, str(outcome.reason)
    if outcome.reason is DecisionReason.QUALITY:
        reason = " ".join(outcome.quality.refuses)
    return _words(card.display(prediction.label), prediction.probability, outcome.decision, reason, label_width)


def _words(name: str, probability: float, decision: Decision, reason: str, label_width: int) -> str:
    why = f" ({reason})" if reason else ""
    return f"{name:{label_width}}  {percent(probability):>7}  {decision}{why}"
