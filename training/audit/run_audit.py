"""The audit itself: look at all sides, ask the rivals, the views, the lots and the other split, keep all rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.domain.errors import DataError
from leukdesk.inference.calibration import calibrated
from training.audit.look import Look, imagenet_describer, look
from training.audit.other_split import WORDS, other_split, rows_on
from training.audit.permuted import permuted_rows
from training.audit.refusals import Gate, Refusals, refused_in, refused_of
from training.audit.result import Audit, OtherSplit, Permuted, Transplant, ViewResult
from training.audit.rivals import COLOUR, ColourReader, rival_rows
from training.audit.views import VIEWS, nuclei_of, seen_as, transplanted
from training.augment import rng_for
from training.baselines import Labelled
from training.evaluate import Evaluation, Rows, evaluate, save_rows
from training.evaluate.compare import align, compare
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
    """Audit a model on the test side of a split; every table of rows is saved below `folder`.

    `expected` are the rows the model was judged by; `scope` are folders of images that it should refuse; `imagenet`
    adds the features of a network that never saw a blood cell. Raises `DataError`, `ImageError`, `OutputError`.
    """
    facts = subject.facts
    keep = Keeper(folder, facts.seed, resamples)
    describer = imagenet_describer(facts.input_size) if imagenet else None
    looks, inputs = _look_at_all(subject, data, describer, log)
    train, test = looks["train"], looks["test"]
    gate = Gate(subject, train, looks.get("validation"))
    own = _rows(subject, test.part, test.answers)
    _require_same(own, expected)
    rival_tables = rival_rows(train, test, data.classes, seed=facts.seed)
    against = compare({**rival_tables, MODEL: own}, reference=COLOUR, seed=facts.seed, resamples=resamples)
    log("compared", rivals=len(rival_tables))
    views = _views(subject, train, test, inputs, own, keep, gate, log)
    covered = np.array([nuclei_of(one).mean() for one in inputs])
    other, note = _other_split(list(looks.values()), data, keep)
    permuted = permuted_rows(train, test, data.classes, seed=facts.seed)
    log("permuted", models=len(permuted))
    return Audit(
        facts=facts,
        split=data.split,
        model=keep(MODEL, own),
        named=gate.named_share(test.answers),
        rivals=keep.each("rival", rival_tables),
        against_colour=tuple(against),
        views=views,
        nuclei=(float((covered > 0).mean()), float(covered.mean())),
        transplant=_transplant(subject, test.part, inputs, covered > 0, keep),
        permuted=Permuted(1 / len(data.classes), keep.each("permuted", permuted), trained_permuted),
        other_split=other,
        refusals=_refusals(subject, data, gate, scope, keep, log),
        notes=(*facts.notes, *([note] if note else [])),
    )


def _look_at_all(
    subject: Subject, data: RunData, describer: Any, log: Log
) -> tuple[dict[str, Look], NDArray[np.uint8]]:
    """Every side that has images, and the inputs of the test side."""
    looks, inputs = {}, np.empty(0, np.uint8)
    for side in ("train", "validation", "test"):
        if getattr(data.split, side):
            looks[side], inputs = look(subject, data, side, describer)
            log("looked", side=side, images=len(inputs))
    return looks, inputs


def _rows(subject: Subject, part: Labelled, answers: Answers) -> Rows:
    scores = calibrated(answers.logits, subject.facts.temperature)
    return Rows(part.image_ids, part.labels, subject.facts.classes, scores, part.groups)


def _require_same(own: Rows, expected: Rows | None) -> None:
    if expected is None:
        return
    worst = float(np.abs(align(expected, own).scores - own.scores).max())
    if worst > _TOLERANCE:
        raise DataError(
            f"the saved rows differ from what the weights answer by up to {worst:.2g}",
            reason="other_weights",
            subject="test.csv",
            advice="The run was judged with other weights: delete test.csv and evaluate it again.",
        )


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


def _other_split(looks: Sequence[Look], data: RunData, keep: Keeper) -> tuple[OtherSplit | None, str]:
    other, why = other_split(data, seed=keep.seed)
    if other is None:
        return None, why
    here, there = (rows_on(looks, one, data.classes, seed=keep.seed) for one in (data.split, other))
    kind = WORDS["random" if data.split.level == GROUPED else "grouped"]
    return OtherSplit(kind, keep.each("this split", here), keep.each("other split", there)), ""


def _refusals(
    subject: Subject, data: RunData, gate: Gate, scope: Sequence[Path], keep: Keeper, log: Log
) -> tuple[Refusals, ...]:
    part = data.part("test")
    found = [refused_of(IN_SCOPE, list(zip(part.image_ids, part.files, strict=True)), subject, gate)]
    for folder in scope:
        found.append(refused_in(folder, subject, gate))
        log("scope", folder=folder.name, images=len(found[-1].decisions), decisions=found[-1].counts)
    for one in found:
        one.save(keep.file(f"refused {one.name}"))
    return tuple(found)
