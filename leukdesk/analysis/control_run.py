"""Ask a model about the images of a control set, and count what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.analyse import NOT_SAID
from leukdesk.analysis.batch import analyse_files
from leukdesk.analysis.control_set import files_now, labelled
from leukdesk.domain.control import ControlRun, ControlSet, RunKind, calibration_error, inputs_of
from leukdesk.domain.errors import Cancelled, DataError
from leukdesk.domain.finding import Decision, Failure, Finding, Outcome

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.optics import Acquisition

_NOTHING = "Choose images of the classes that this model knows, or another model."


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who runs it, when (UTC, ISO 8601), where, with which version of leukdesk, and how images are read."""

    at: str
    by: str
    machine: str
    program: str
    limit_px: int
    workers: int = 1
    taken: Callable[[Path], Acquisition] = lambda path: NOT_SAID
    told: Callable[[int, int], None] = lambda done, total: None
    cancelled: Callable[[], bool] = lambda: False


@dataclass(slots=True)
class _Work:
    """The images of a run, and what is wrong with others."""

    files: list[tuple[int, Path, str]] = field(default_factory=list)  # place, file, label
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def run_set(control: ControlSet, predictor: Predictor, around: Circumstances) -> ControlRun:
    """Run on the frozen files; those that changed or are gone are named and not counted.

    Raises `DataError` where the folder is gone or no label is a class of the model; `EngineError`, `Cancelled`.
    """
    good, changed, missing = files_now(control, around.cancelled)
    named = [(place, file, control.images[place].label) for place, file in good]
    return _run(RunKind.SET, control, _Work(named, changed, missing), predictor, around)


def run_photos(control: ControlSet, photos: Path, predictor: Predictor, around: Circumstances) -> ControlRun:
    """Run on new photographs of the set's slides, in a folder for each class as the set's. Raises as `run_set`."""
    found = [(place, photos / name, label) for place, (name, label) in enumerate(labelled(photos))]
    return _run(RunKind.PHOTOS, control, _Work(found), predictor, around)


def _run(kind: RunKind, control: ControlSet, work: _Work, predictor: Predictor, around: Circumstances) -> ControlRun:
    known = {one.id.casefold(): one.id for one in predictor.card.classes}
    files = [(place, file, known[label.casefold()]) for place, file, label in work.files if label.casefold() in known]
    if not files:
        what = f"no image of the control set belongs to a class of {predictor.card.name} {predictor.card.version}"
        raise DataError(what, reason="no_class", subject=control.folder, advice=_NOTHING)
    outcomes = _outcomes([file for _, file, _ in files], predictor, around)
    seen = [(one, place, label) for (place, _, label), one in zip(files, outcomes, strict=True)]
    names = {place: control.images[place].name if kind is RunKind.SET else file.name for place, file, _ in files}
    failures = [(one, names[place]) for one, place, _ in seen if isinstance(one, Failure)]
    if len(failures) == len(files):
        raise failures[0][0].error
    answered = [(one, place, label) for one, place, label in seen if isinstance(one, Finding)]
    right = [one.prediction.label == label for one, _, label in answered]
    wrong = [place for (_, place, _), is_right in zip(answered, right, strict=True) if not is_right]
    findings = [one for one, _, _ in answered]
    return ControlRun(
        at=around.at,
        kind=kind,
        by=around.by,
        machine=around.machine,
        program=around.program,
        engine=predictor.engine,
        bundle=predictor.bundle,
        control=control.digest,
        images=len(findings),
        right=sum(right),
        ece=calibration_error([one.prediction.probability for one in findings], right),
        refused=sum(one.decision is Decision.REJECTED for one in findings),
        unidentified=sum(one.decision is Decision.UNIDENTIFIED for one in findings),
        wrong=tuple(wrong) if kind is RunKind.SET else (),
        changed=tuple(work.changed),
        missing=(*work.missing, *(name for _, name in failures)),
        inputs=inputs_of([asdict(one.quality) for one in findings], [one.prediction.novelty for one in findings]),
    )


def _outcomes(files: Sequence[Path], predictor: Predictor, around: Circumstances) -> list[Outcome]:
    found: list[Outcome] = []
    running = analyse_files(
        files, predictor, limit_px=around.limit_px, explain=False, workers=around.workers,
        cancelled=around.cancelled, taken=around.taken,
    )  # fmt: skip
    with closing(running):  # type: ignore[type-var]  # a generator
        for one in running:
            found.append(one)
            around.told(len(found), len(files))
    if len(found) < len(files):
        raise Cancelled
    return found
