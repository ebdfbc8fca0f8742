"""Record findings in the case history as they are made: the one way for the window, the batch and the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.batch_work import file_size
from leukdesk.domain.finding import Finding
from leukdesk.domain.recorded import NewFinding

if TYPE_CHECKING:
    from leukdesk.analysis.ports import FindingRecorder

SAME = 1e-4  # of a probability: what two engines may differ by


def record_new(
    found: Sequence[tuple[Finding, float]],
    recorder: FindingRecorder,
    user: int,
    case_id: int | None,
    thumbnail: Callable[[Path], bytes] = lambda _: b"",
) -> int:
    """Keep findings, each with its calibration's temperature, in one transaction; returns how many were new.

    An image that this model answered before in this case (for None: in whatever case), and just so, is passed over:
    opening a folder again is nothing new. Raises `HistoryError`.
    """
    new = [one for one in found if not _known(one[0], recorder, case_id)]
    if new:
        made = [new_finding(*one, thumbnail(one[0].source.path)) for one in new]
        recorder.record(user, case_id, made)
    return len(new)


def _known(now: Finding, recorder: FindingRecorder, case_id: int | None) -> bool:
    sha256, prediction = now.source.sha256, now.prediction
    before = recorder.known([sha256], now.bundle.sha256, case_id=case_id).get(sha256)
    return (
        before is not None
        and (now.decision, now.reason, prediction.label) == (before.decision, before.reason, before.label)
        and abs(prediction.probability - before.probability) < SAME
        and before.quality.get("flags") == [str(flag) for flag in now.quality.flags]
    )


def new_finding(finding: Finding, temperature: float, thumbnail: bytes = b"") -> NewFinding:
    """A finding with what the history keeps beside it; asks the disk for the file's size."""
    return NewFinding(finding, temperature, file_size(finding.source.path), thumbnail=thumbnail)
