"""The gate itself: judge a run, seal it, ask both models about the same locked images, audit, and say what follows.

Each step keeps what it made below `out` and is not done twice: a gate that was killed is run again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.architectures import names
from leukdesk.bundles.load import Bundle, load_bundle
from leukdesk.domain.errors import DataError
from training.audit.page import write_audit
from training.audit.run_audit import audit
from training.audit.subject import subject_of_run
from training.beside import colour_rows
from training.checkpoint import write_atomically
from training.evaluate.rows import Rows, load_rows, save_rows
from training.events import EventLog
from training.gate.answers import Locked, answers
from training.gate.figures import difference, figures_of
from training.gate.verdict import FEWEST_GROUPS, FEWEST_IMAGES, MARGIN, Verdict, notes_on, verdict
from training.judge import judge
from training.original_split import notes_on_split, open_original
from training.publish import publish
from training.run import RunData, run_data
from training.splits import GROUPED

if TYPE_CHECKING:
    from training.run import Run

FILE = "gate.json"
AUDIT_PAGE = "audit/audit.html"
_TOLERANCE = 1e-2  # of a probability, between the network as trained and the sealed graph


@dataclass(frozen=True, slots=True)
class Question:
    """What the new model is to be called and lie in, and what it is compared with and on."""

    name: str
    release: str
    models: Path
    against: Path | None = None
    original: Path | None = None
    original_split: Path | None = None
    audited: bool = True


def run_gate(run: Run, question: Question, out: Path) -> dict[str, Any]:
    """Do all steps that are not done yet and write `out/gate.json`; gives what it says. `out` exists.

    Raises `DataError`, `BundleError`, `EngineError`, `ImageError`, `OutputError`.
    """
    data, log = run_data(run), EventLog(out)
    active = load_bundle(question.against, names()) if question.against is not None else None
    log("gate", step="judge")
    judge(run, data, EventLog(run.folder))
    log("gate", step="seal")
    new = _sealed(run, data, question)
    log("gate", step="compare")
    sets, found, notes = _compared(run, data, new, active, question, out, log)
    said = {
        "format": 1,
        "new": _named(new),
        "active": _named(active) if active is not None else None,
        "sets": sets,
        "verdict": found,
        "rules": {"margin": MARGIN, "fewest_images": FEWEST_IMAGES, "fewest_groups": FEWEST_GROUPS},
        "notes": notes,
        "audit": AUDIT_PAGE if (out / AUDIT_PAGE).is_file() else None,
    }
    _write(out, said)
    if question.audited and said["audit"] is None:  # minutes: whatever goes wrong there, the verdict is written
        log("gate", step="audit")
        _audit(run, data, out, log)
        _write(out, said | {"audit": AUDIT_PAGE})
    log("gated", verdict=found, notes=notes, file=FILE)
    return said


def _write(out: Path, said: dict[str, Any]) -> None:
    write_atomically(out / FILE, json.dumps(said, indent=1).encode())


def _named(bundle: Bundle) -> dict[str, str]:
    folder = str(bundle.folder.resolve())
    return {
        "name": bundle.card.name,
        "release": bundle.card.version,
        "sha256": bundle.ref.sha256,
        "folder": folder,
    }


# -- judge and seal


def _sealed(run: Run, data: RunData, question: Question) -> Bundle:
    """The run's bundle, published now unless an earlier gate has done so."""
    target = question.models / f"{question.name}-{question.release}"
    if not target.exists():
        publish(
            run,
            data,
            name=question.name,
            release=question.release,
            models=question.models,
            log=EventLog(run.folder),
        )
    bundle = load_bundle(target, names())
    weights = hashlib.sha256(run.best.read_bytes()).hexdigest()
    ours = bundle.card.training_data.split_sha256 == data.split.sha256
    if not ours or bundle.card.files["weights.safetensors"] != weights:
        raise DataError("there is another model of this name", subject=target.name, advice="Choose another --release.")
    return bundle


# -- compare


def _compared(
    run: Run, data: RunData, new: Bundle, active: Bundle | None, question: Question, out: Path, log: EventLog
) -> tuple[list[dict[str, Any]], Verdict, list[str]]:
    seed = run.recipe.seed
    beside = _Beside(new, active, out / "rows", seed, log)
    test = _locked("test", data)
    rows = beside.ask(test)
    _check_same(run, rows[0])
    sets = [beside.figures(test, rows, _baseline(run, data, out, seed))]
    notes = [*beside.notes, *notes_on(groups=sets[0]["groups"], grouped=sets[0]["grouped"])]
    if data.split.level != GROUPED:
        notes.append("optimistic_split")
    if active is not None and active.card.training_data.split_sha256 != data.split.sha256:
        notes.append("active_may_have_seen")
    if question.original is not None:
        original, unsure = _original(question, new, active)
        sets.append(beside.figures(original, beside.ask(original), None))
        notes += [*_forgetting(sets[1]), *unsure]
    notes += _warnings(sets[0])
    given = difference(rows[0], rows[1], seed=seed) if rows[1] is not None and beside.comparable else None
    return sets, verdict(given, groups=sets[0]["groups"]), list(dict.fromkeys(notes))


class _Beside:
    """Asks both models about locked images that both know, one set after the other."""

    def __init__(self, new: Bundle, active: Bundle | None, folder: Path, seed: int, log: EventLog) -> None:
        self._new, self._active, self._folder, self._seed, self._log = new, active, folder, seed, log
        self.notes: list[str] = []
        ours, theirs = new.card.class_ids, active.card.class_ids if active is not None else new.card.class_ids
        self._known = tuple(one for one in ours if one in theirs)
        self._all = (*ours, *(one for one in theirs if one not in ours))
        if active is None:
            self.notes.append("no_active")
        elif set(ours) != set(theirs):
            self.notes.append("classes_differ")
        if active is not None and active.card.scope != new.card.scope:
            self.notes.append("scope_differs")
        self.comparable = active is not None and active.card.scope == new.card.scope and len(self._known) > 1

    def ask(self, locked: Locked) -> tuple[Rows, Rows | None]:
        """Rows of the new model and, where they can be compared, of the present one, on images both know."""
        shared = locked.knowing(set(self._known)) if self.comparable else locked
        if not len(shared):
            raise DataError("holds no image of a class that both models know", subject=locked.name)
        models = [self._new, *([self._active] if self._active is not None and self.comparable else [])]
        rows = [self._answers(one, shared) for one in models]
        return rows[0], rows[1] if len(rows) > 1 else None

    def figures(self, locked: Locked, rows: tuple[Rows, Rows | None], baseline: Rows | None) -> dict[str, Any]:
        """The entry of this set in `gate.json`."""
        known = self._known if self.comparable else self._new.card.class_ids
        fitting = _of_images(baseline, rows[0]) if baseline is not None else None
        return figures_of(locked.name, *rows, fitting, classes=known, seed=self._seed)

    def _answers(self, bundle: Bundle, locked: Locked) -> Rows:
        def told(done: int, images: int) -> None:
            self._log("answered", set=locked.name, model=bundle.folder.name, done=done, images=images)

        return answers(bundle, locked, self._all, self._folder, told)


def _locked(name: str, data: RunData) -> Locked:
    part = data.part("test")
    labels = tuple(data.classes[index] for index in part.labels)
    return Locked(name, part.image_ids, part.files, labels, part.groups)


def _of_images(rows: Rows, base: Rows) -> Rows:
    """The same rows, of the images in `base` only, padded with the classes that others know."""
    place = {image_id: index for index, image_id in enumerate(rows.image_ids)}
    found = rows.take([place[one] for one in base.image_ids])
    scores = np.zeros((len(found), len(base.classes)))
    scores[:, [base.classes.index(one) for one in found.classes]] = found.scores
    return Rows(found.image_ids, found.labels, base.classes, scores, base.groups)


def _check_same(run: Run, rows: Rows) -> None:
    """The sealed graph must answer as the network did that the run was judged with."""
    judged = _of_images(load_rows(run.rows("test"), classes=run.recipe.class_ids), rows)
    worst = float(abs(judged.scores - rows.scores).max())
    if worst > _TOLERANCE:
        raise DataError(
            f"the sealed model answers otherwise than the trained one, by up to {worst:.2g}",
            reason="other_weights",
            subject=run.folder.name,
            advice="Delete test.csv in the run's folder and judge it again.",
        )


def _baseline(run: Run, data: RunData, out: Path, seed: int) -> Rows:
    file = out / "rows" / "colour-only.csv"
    if file.is_file():
        return load_rows(file, classes=run.recipe.class_ids)
    rows = colour_rows(data, seed=seed)
    save_rows(rows, file)
    return rows


def _original(question: Question, new: Bundle, active: Bundle | None) -> tuple[Locked, list[str]]:
    """The locked images the present model was judged on, to see what the new one has forgotten; and notes."""
    assert question.original is not None
    card = active.card if active is not None else None
    found = open_original(question.original, question.original_split, card)
    dataset, split = found.dataset, found.split
    known = set(new.card.class_ids) | set(active.card.class_ids if active is not None else ())
    if other := set(dataset.classes) - known:
        raise DataError(f"has classes no model knows: {', '.join(sorted(other))}", subject=question.original)
    return _locked("original", RunData(dataset, split, tuple(dataset.classes))), notes_on_split(found, card)


# -- what should be said beside the verdict


def _warnings(one: dict[str, Any]) -> list[str]:
    notes = []
    trivial = one["baseline"]["accuracy"] if one["baseline"] else None
    if trivial and one["new"]["accuracy"] and one["new"]["accuracy"][1] <= trivial[0]:
        notes.append("not_above_colour")
    if any(found["difference"] and found["difference"][2] < 0 for found in one["per_class"]):
        notes.append("class_worse")
    ours, theirs = one["new"]["ece"], one["active"]["ece"] if one["active"] else None
    if ours and theirs and ours[1] > theirs[2]:
        notes.append("calibration_worse")
    if any(not found["images"] for found in one["per_class"]):
        notes.append("class_absent")
    return notes


def _forgetting(one: dict[str, Any]) -> list[str]:
    return ["worse_on_original"] if one["difference"] and one["difference"][2] < 0 else []


def _audit(run: Run, data: RunData, out: Path, log: EventLog) -> None:
    subject = subject_of_run(run, data, log)
    expected = load_rows(run.rows("test"), classes=subject.facts.classes)
    write_audit(audit(subject, data, out / "audit", log=log, expected=expected), out / "audit")
