"""The work of a batch: a few items from file to finding, in one thread. The same for threads here and for a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from leukdesk.analysis.analyse import NOT_SAID, conclude, read_taken
from leukdesk.analysis.measuring import Prepared, fit, gathered, measure, turn
from leukdesk.domain.errors import Cancelled, EngineError, ImageError, KnownError
from leukdesk.domain.finding import Failure, Finding
from leukdesk.domain.recorded import NewField, NewFinding
from leukdesk.imaging.read import sha256_to_know

if TYPE_CHECKING:
    from leukdesk.analysis.measuring import Fitted
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.image import SmearImage
    from leukdesk.domain.optics import Acquisition

Result = TypeVar("Result")
_log = logging.getLogger("leukdesk.analysis")
Known = Callable[[Sequence[str], str], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be seen by one of the batch's models."""

    number: int
    path: Path
    model: int


@dataclass(frozen=True, slots=True)
class KnownAlready:
    """A finding of the same content by the same model, from before."""

    finding: int  # `RecordedFinding.id`
    sha256: str


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of a task."""

    task: Task
    outcome: NewFinding | NewField | Failure | KnownAlready


_Outcome = Prepared | Failure | KnownAlready


class ImageWork:
    """Classifies whole images; threads may share it. Calling it raises `Cancelled`, and bugs of the caller."""

    def __init__(
        self,
        predictors: Sequence[Predictor],
        *,
        limit_px: int,
        explain: bool = False,
        taken: Callable[[Path], Acquisition] = lambda path: NOT_SAID,
        known: Known | None = None,
        draw: Callable[[Finding], object] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """`known` gives, of some hashes and a bundle's hash, the ids of older findings, which are used again.

        `draw` does something with a finding's heatmaps, and raises `ImageError` where its image changed meanwhile.
        `cancelled` is asked before each image.
        """
        self._predictors, self._limit_px, self._explain = predictors, limit_px, explain
        self._taken, self._known, self._draw, self._cancelled = taken, known, draw, cancelled

    def __call__(self, tasks: Sequence[Task]) -> list[Worked]:
        """Do some tasks; tasks of one file that follow each other read it once."""
        done: dict[int, _Outcome] = {**self._known_of(tasks)}
        for group in gathered(self._fitted(tasks, done)):
            done |= self._measured(tasks, group)
        return self._concluded(tasks, [done[at] for at in range(len(tasks))])

    def _known_of(self, tasks: Sequence[Task]) -> dict[int, KnownAlready]:
        if self._known is None:
            return {}
        hashes = [sha256_to_know(task.path, self._limit_px) for task in tasks]
        return known_already(tasks, hashes, [one.bundle.sha256 for one in self._predictors], self._known)

    def _read(self, path: Path) -> SmearImage:
        return read_taken(path, self._taken(path), limit_px=self._limit_px)

    def _fitted(self, tasks: Sequence[Task], done: dict[int, _Outcome]) -> Iterator[tuple[int, Fitted]]:
        """The images of tasks that are not done, each for its model; those that cannot be read are done by that."""
        image: SmearImage | Failure | None = None
        read: Path | None = None
        for at, task in enumerate(tasks):
            if at in done:
                continue
            if self._cancelled():
                raise Cancelled
            if image is None or task.path != read:
                image, read = of_one_file(task.path, self._read), task.path
            one = image if isinstance(image, Failure) else self._fit(task, image)
            if isinstance(one, Failure):
                done[at] = one
            else:
                yield at, one

    def _fit(self, task: Task, image: SmearImage) -> Fitted | Failure:
        return of_one_file(task.path, lambda _: fit(image, self._predictors[task.model].card))

    def _measured(self, tasks: Sequence[Task], group: list[tuple[int, Fitted]]) -> dict[int, Prepared | Failure]:
        with turn(group):
            return {at: of_one_file(tasks[at].path, partial(self._measure, tasks[at], one)) for at, one in group}

    def _measure(self, task: Task, one: Fitted, path: Path) -> Prepared:
        return measure(one, self._predictors[task.model].card, self._taken(path))

    def _concluded(self, tasks: Sequence[Task], seen: Sequence[_Outcome]) -> list[Worked]:
        done = {at: Worked(tasks[at], one) for at, one in enumerate(seen) if not isinstance(one, Prepared)}
        for model, predictor in enumerate(self._predictors):
            mine = [(at, one) for at, one in enumerate(seen) if isinstance(one, Prepared) and tasks[at].model == model]
            outcomes = self._predicted([one for _, one in mine], predictor)
            for (at, _), outcome in zip(mine, outcomes, strict=True):
                done[at] = self._worked(tasks[at], outcome, predictor)
        return [done[at] for at in range(len(tasks))]

    def _worked(self, task: Task, outcome: Finding | Failure, predictor: Predictor) -> Worked:
        if isinstance(outcome, Failure):
            return Worked(task, outcome)
        try:
            if self._draw is not None:
                self._draw(outcome)
        except ImageError as error:
            return Worked(task, Failure(task.path, error))
        return Worked(task, NewFinding(outcome, predictor.card.temperature, file_size(task.path)))

    def _predicted(self, prepared: Sequence[Prepared], predictor: Predictor) -> list[Finding | Failure]:
        if not prepared:
            return []
        try:
            predictions = predictor.predict(np.stack([one.model_input for one in prepared]), explain=self._explain)
        except EngineError as error:
            return [Failure(one.source.path, error) for one in prepared]
        return [conclude(one, prediction, predictor) for one, prediction in zip(prepared, predictions, strict=True)]


def known_already(
    tasks: Sequence[Task], hashes: Sequence[str], bundles: Sequence[str], known: Known
) -> dict[int, KnownAlready]:
    """Which of the tasks, by their place, were done before; `bundles` are the models' hashes, "" is no image's hash."""
    found: dict[int, KnownAlready] = {}
    for model, bundle in enumerate(bundles):
        mine = {at: sha256 for at, sha256 in enumerate(hashes) if sha256 and tasks[at].model == model}
        ids = known(list(mine.values()), bundle) if mine else {}
        found |= {at: KnownAlready(ids[sha256], sha256) for at, sha256 in mine.items() if sha256 in ids}
    return found


def of_one_file(path: Path, work: Callable[[Path], Result]) -> Result | Failure:
    """What is done with one file. Its failure is listed, and a bug is too, with the traceback in the log: raised, it
    would end the batch at the same file at every resume, and 100 000 others would wait for a new version."""
    try:
        return work(path)
    except (ImageError, EngineError) as error:
        return Failure(path, error)
    except Exception:  # noqa: BLE001 - nothing is swallowed: the row says "bug", the log says which
        return Failure(path, bug(path))


def file_size(path: Path) -> int:
    """Bytes of a file that was read a moment ago; 0 if it went since, and its hash tells it."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def bug(path: Path) -> KnownError:
    """The failure of an image that leukdesk itself fails at; call it while the exception is handled."""
    _log.exception("an image of a batch could not be analysed")
    return KnownError(
        "leukdesk made a mistake with this image",
        reason="bug",
        subject=path,
        advice="Other images are not affected. Please send the report from the log.",
    )
