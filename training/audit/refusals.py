"""What the program would refuse: images of poor quality, unlike the training images, or with no sure answer."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.domain.card import Novelty
from leukdesk.domain.errors import DataError, ImageError
from leukdesk.imaging.preprocess import to_input
from leukdesk.imaging.quality import measure_quality
from leukdesk.imaging.read import read_image
from leukdesk.inference.calibration import calibrated
from leukdesk.inference.novelty import NoveltyScore
from training.audit.look import Look
from training.audit.subject import Answers, Subject
from training.calibrate import fit_novelty
from training.datasets.folders import image_files
from training.evaluate.intervals import Interval, exact_interval
from training.evaluate.rows import write_text
from training.pipeline import LIMIT_PX

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMED, UNSURE, STRANGE, POOR, UNREADABLE = "named", "unsure", "strange", "poor quality", "unreadable"
REFUSED = (UNSURE, STRANGE, POOR, UNREADABLE)
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Refusals:
    """Of one folder: what was decided of each image (path below the folder, decision), and the share refused."""

    name: str
    decisions: tuple[tuple[str, str], ...]

    @property
    def counts(self) -> dict[str, int]:
        """Images by decision, in a fixed order."""
        found = Counter(decision for _, decision in self.decisions)
        return {decision: found[decision] for decision in (NAMED, *REFUSED)}

    @property
    def refused(self) -> Interval:
        """Share of images that get no class name, with exact 95 % limits."""
        n = len(self.decisions)
        hits = n - self.counts[NAMED]
        return Interval(hits / n, *exact_interval(hits, n), n)

    def save(self, path: Path) -> None:
        """Write `image_id,decision`. Raises `OutputError`."""
        stream = io.StringIO(newline="")
        csv.writer(stream).writerows([("image_id", "decision"), *self.decisions])
        write_text(path, stream.getvalue())


class Gate:
    """The program's rule for answers: novelty at most 1, and the calibrated probability at the threshold or above."""

    def __init__(self, subject: Subject, train: Look, validation: Look | None) -> None:
        """A run's novelty limit is fitted here as `publish` fits it; a bundle brings its own."""
        self._facts = subject.facts
        self._novelty = subject.novelty
        if self._novelty is None and validation is not None and subject.facts.in_scope:
            self._novelty = _fitted(subject, train, validation)

    def decide(self, answers: Answers) -> list[str]:
        """`NAMED`, `UNSURE` or `STRANGE` for each image, in the order of `analysis.decide`."""
        probability = calibrated(answers.logits, self._facts.temperature).max(-1)
        novelty: NDArray[np.float64] = (
            np.zeros(len(probability)) if self._novelty is None else self._novelty(answers.embedding)
        )
        sure = np.where(probability >= self._facts.accept_threshold, NAMED, UNSURE)
        return [str(one) for one in np.where(novelty <= self._facts.refuse, sure, STRANGE)]

    def named_share(self, answers: Answers) -> float:
        """Share of images that get a class name."""
        decisions = self.decide(answers)
        return decisions.count(NAMED) / len(decisions)


def _fitted(subject: Subject, train: Look, validation: Look) -> NoveltyScore:
    fitted = fit_novelty(
        train.answers.embedding,
        np.array([subject.facts.classes.index(label) for label in train.part.labels]),
        validation.answers.embedding,
        accepts=subject.facts.in_scope,
    )
    card = Novelty(method="mahalanobis", median=fitted.median, limit=fitted.limit, accepts=fitted.accepts)
    return NoveltyScore(card, fitted.arrays, classes=len(subject.facts.classes))


def images_in(folder: Path) -> list[tuple[str, Path]]:
    """(id, file) of all images below a folder. Raises `DataError` where there are none."""
    names = sorted(image_files(folder)) if folder.is_dir() else []
    if not names:
        raise DataError("there are no images", subject=folder, advice="Give --scope folders with out-of-scope images.")
    return [(name, folder / name) for name in names]


def refused_of(name: str, files: Sequence[tuple[str, Path]], subject: Subject, gate: Gate) -> Refusals:
    """What would be refused of these (id, file) pairs, quality included."""
    decisions: list[tuple[str, str]] = []
    for start in range(0, len(files), _BATCH):
        decisions += _decided(files[start : start + _BATCH], subject, gate)
    return Refusals(name, tuple(decisions))


def _decided(files: Iterable[tuple[str, Path]], subject: Subject, gate: Gate) -> list[tuple[str, str]]:
    facts, found, readable = subject.facts, {}, {}
    for image_id, path in files:
        try:
            image = read_image(path, limit_px=LIMIT_PX)
        except ImageError:
            found[image_id] = UNREADABLE
            continue
        if measure_quality(image, input_size=facts.input_size, um_per_px=facts.um_per_px).refuses:
            found[image_id] = POOR
            continue
        found[image_id] = ""
        readable[image_id] = to_input(image.pixels, facts.input_size)
    if readable:
        answers = subject.answer(np.stack(list(readable.values())))
        found |= dict(zip(readable, gate.decide(answers), strict=True))
    return list(found.items())
