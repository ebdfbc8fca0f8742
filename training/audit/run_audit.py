"""The audit itself: look at all sides, ask the rivals, the views, the lots and the other split, keep all rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.domain.errors import DataError
from leukdesk.inference.calibration import calibrated
from training.audit.look import Look, imagenet_describer, look
from training.audit.other_split import WORDS, other_split, rows_on
from training.audit.permuted import permuted_rows
from training.audit.refusals import Gate, Refusals, images_in, refused_of
from training.audit.result import Audit, OtherSplit, Permuted, Transplant, ViewResult
from training.audit.rivals import COLOUR, ColourReader, rival_rows
from training.audit.views import VIEWS, seen_as, transplanted
from training.augment import nuclei_of, rng_for
from training.baselines import Labelled
from training.evaluate import Evaluation, Rows, evaluate, save_rows
from training.evaluate.compare import Comparison, align, compare
from training.splits import GROUPED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.audit.subject import Answers, Subject
    from training.run import RunData

MODEL = "model"
IN_SCOPE = "test images (in scope)"
_TOLERANCE = 1e-2  # of a probability, between devices; weights of another epoch differ by far more
Log = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Saves rows below `folder` and computes figures from them, all with one seed."""

    folder: Path
    seed: int
    resamples: int

    def __call__(self, name: str, rows: Rows) -> Evaluation:
        """Keep `rows/<name>.csv`. Raises `OutputError`."""
        save_rows(rows, self.file(name))
        return evaluate(rows, seed=self.seed, resamples=self.resamples)

    def file(self, name: str) -> Path:
        """Where rows of that name are kept."""
        return self.folder / "rows" / (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".csv")

    def each(self, prefix: str, rows: Mapping[str, Rows]) -> dict[str, Evaluation]:
        """Several tables; `prefix` keeps their files apart from others of the same name."""
        return {name: self(f"{prefix} {name}", one) for name, one in rows.items()}


def audit(
    subject: Subject,
    data: RunData,
    folder: Path,
    *,
    log: Log,
    expected: Rows | None = None,
    scope: Sequence[Path] = (),
    imagenet: bool = True,
    trained_permuted: Evaluation | None = None,
    resamples: int = 1000,
) -> Audit:
    """Audit a model on the test side of a split; rows are saved below `folder`.

    `expected` are the rows it was judged by, `scope` folders of images it should refuse; `imagenet` asks a network that
    never saw a blood cell, too. Raises `DataError`, `ImageError`, `OutputError`."""
    keep = Keeper(folder, subject.facts.seed, resamples)
    to_refuse = _to_refuse(data, scope)
    looks, inputs = _look_at_all(subject, data, imagenet, log)
    train, test = looks["train"], looks["test"]
    gate = Gate(subject, train, looks.get("validation"))
    own = _same(_rows(subject, test.part, test.answers), expected)
    rivals, against = _rivals(train, test, own, keep)
    covered = np.array([nuclei_of(one).mean() for one in inputs])
    other, notes = _other_split(list(looks.values()), data, keep)
    return Audit(
        facts=subject.facts,
        split=data.split,
        model=keep(MODEL, own),
        named=gate.named_share(test.answers),
        rivals=rivals,
        against_colour=against,
        views=_views(subject, train, test, inputs, own, keep, gate, log),
        nuclei=(float((covered > 0).mean()), float(covered.mean())),
        transplant=_transplant(subject, test.part, inputs, covered > 0, keep),
        permuted=_permuted(train, test, data.classes, keep, trained_permuted),
        other_split=other,
        refusals=_refusals(subject, gate, to_refuse, keep, log),
        notes=(*subject.facts.notes, *notes),
    )


def _rivals(train: Look, test: Look, own: Rows, keep: Keeper) -> tuple[dict[str, Evaluation], tuple[Comparison, ...]]:
    tables = rival_rows(train, test, own.classes, seed=keep.seed)
    against = compare({**tables, MODEL: own}, reference=COLOUR, seed=keep.seed, resamples=keep.resamples)
    return keep.each("rival", tables), tuple(against)


def _permuted(train: Look, test: Look, classes: Sequence[str], keep: Keeper, trained: Evaluation | None) -> Permuted:
    frozen = keep.each("permuted", permuted_rows(train, test, classes, seed=keep.seed))
    return Permuted(1 / len(classes), frozen, trained)


def _look_at_all(
    subject: Subject, data: RunData, imagenet: bool, log: Log
) -> tuple[dict[str, Look], NDArray[np.uint8]]:
    """Every side that has images, and the inputs of the test side."""
    describer = imagenet_describer(subject.facts.input_size) if imagenet else None
    looks, inputs = {}, np.empty(0, np.uint8)
    for side in ("train", "validation", "test"):
        if getattr(data.split, side):
            looks[side], inputs = look(subject, data, side, describer)
            log("looked", side=side, images=len(inputs))
    return looks, inputs


def _rows(subject: Subject, part: Labelled, answers: Answers) -> Rows:
    scores = calibrated(answers.logits, subject.facts.temperature)
    return Rows(part.image_ids, part.labels, subject.facts.classes, scores, part.groups)


def _same(own: Rows, expected: Rows | None) -> Rows:
    """The rows, after making sure that they are those the model was judged by."""
    worst = 0.0 if expected is None else float(np.abs(align(expected, own).scores - own.scores).max())
    if worst > _TOLERANCE:
        raise DataError(
            f"the saved rows differ from what the weights answer by up to {worst:.2g}",
            reason="other_weights",
            subject="test.csv",
            advice="The run was judged with other weights: delete test.csv and evaluate it again.",
        )
    return own


def _views(
    subject: Subject,
    train: Look,
    test: Look,
    inputs: NDArray[np.uint8],
    own: Rows,
    keep: Keeper,
    gate: Gate,
    log: Log,
) -> tuple[ViewResult, ...]:
    reader = ColourReader(train, subject.facts.classes, seed=subject.facts.seed)
    tables, named = {}, {}
    for name in VIEWS:
        changed = seen_as(inputs, name)
        answers = subject.answer(changed)
        reader.show(name, test.part, changed)
        tables[name], named[name] = _rows(subject, test.part, answers), gate.named_share(answers)
        log("viewed", view=name, accuracy=round(float((tables[name].predicted == own.truth).mean()), 4))
    changes = compare({MODEL: own, **tables}, reference=MODEL, seed=keep.seed, resamples=keep.resamples)
    model, colour = keep.each("view", tables), keep.each("view colour only", reader.rows())
    return tuple(ViewResult(one.model, model[one.model], colour[one.model], one, named[one.model]) for one in changes)


def _transplant(
    subject: Subject, part: Labelled, inputs: NDArray[np.uint8], found: NDArray[np.bool_], keep: Keeper
) -> Transplant | None:
    """Each test image's nuclei on the background of another of another class; None where no nuclei were found."""
    labels = np.array(part.labels)
    guests = [int(one) for one in np.flatnonzero(found) if (labels != labels[one]).any()]
    if not guests:
        return None
    hosts = [int(_lot(subject, part, one).choice(np.flatnonzero(labels != labels[one]))) for one in guests]
    pairs = zip(guests, hosts, strict=True)
    answers = subject.answer(np.stack([transplanted(inputs[guest], inputs[host]) for guest, host in pairs]))
    cells = _rows(subject, _picked(part, guests), answers)
    background = replace(cells, labels=tuple(part.labels[host] for host in hosts))
    return Transplant(keep("transplant cells", cells), keep("transplant background", background))


def _picked(part: Labelled, places: Sequence[int]) -> Labelled:
    groups = None if part.groups is None else tuple(part.groups[one] for one in places)
    return Labelled(tuple(part.image_ids[one] for one in places), tuple(part.labels[one] for one in places), groups)


def _lot(subject: Subject, part: Labelled, place: int) -> np.random.Generator:
    return rng_for(subject.facts.seed, 0, part.image_ids[place])


def _other_split(looks: Sequence[Look], data: RunData, keep: Keeper) -> tuple[OtherSplit | None, tuple[str, ...]]:
    other, why = other_split(data, seed=keep.seed)
    if other is None:
        return None, (why,)
    here, there = (rows_on(looks, one, data.classes, seed=keep.seed) for one in (data.split, other))
    kind = WORDS["random" if data.split.level == GROUPED else "grouped"]
    return OtherSplit(kind, keep.each("this split", here), keep.each("other split", there)), ()


def _to_refuse(data: RunData, scope: Sequence[Path]) -> dict[str, list[tuple[str, Path]]]:
    """(id, file) pairs by name: the test images, and every folder that should be refused."""
    part = data.part("test")
    shown = {IN_SCOPE: list(zip(part.image_ids, part.files, strict=True))}
    for number, folder in enumerate(scope, start=1):
        name = folder.resolve().name
        shown[name if name not in shown else f"{name} ({number})"] = images_in(folder)
    return shown


def _refusals(
    subject: Subject, gate: Gate, shown: Mapping[str, list[tuple[str, Path]]], keep: Keeper, log: Log
) -> tuple[Refusals, ...]:
    found = []
    for name, files in shown.items():
        found.append(refused_of(name, files, subject, gate))
        found[-1].save(keep.file(f"refused {name}"))
        log("scope", images_of=name, images=len(files), decisions=found[-1].counts)
    return tuple(found)
