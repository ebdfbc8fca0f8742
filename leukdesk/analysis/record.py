"""Record findings in the case history as they are made: the one way for the window, the batch and the command line."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from leukdesk.analysis.batch_work import file_size
from leukdesk.domain.finding import Finding, Outcome
from leukdesk.domain.recorded import NewFinding

if TYPE_CHECKING:
    from leukdesk.analysis.ports import FindingRecorder

# A transaction ends on the disk. One for each image would cost more than the model; these lose half a second at most.
AT_MOST, WAIT_S = 32, 0.5


def record_finding(
    finding: Finding, recorder: FindingRecorder, user: int, case_id: int | None, temperature: float
) -> int:
    """Keep one finding; returns its id once it is on the disk. Raises `HistoryError`."""
    (one,) = recorder.record(user, case_id, [_new(finding, temperature)])
    return one


def recording(
    outcomes: Iterable[Outcome], recorder: FindingRecorder, user: int, case_id: int | None, temperature: float
) -> Iterator[Outcome]:
    """Pass outcomes on in order, each finding after it is on the disk with its audit event. Raises `HistoryError`.

    What came before an error, or before the iterator is closed, stays recorded.
    """
    waiting: list[Outcome] = []
    begun = 0.0
    try:
        for outcome in outcomes:
            begun = begun if waiting else time.monotonic()
            waiting.append(outcome)
            if len(waiting) >= AT_MOST or time.monotonic() - begun >= WAIT_S:
                ready, waiting = waiting, []
                yield from _keep(ready, recorder, user, case_id, temperature)
    finally:  # also where the user interrupted
        _keep(waiting, recorder, user, case_id, temperature)
    yield from waiting


def _keep(
    outcomes: list[Outcome], recorder: FindingRecorder, user: int, case_id: int | None, temperature: float
) -> list[Outcome]:
    new = [_new(one, temperature) for one in outcomes if isinstance(one, Finding)]
    if new:
        recorder.record(user, case_id, new)
    return outcomes


def _new(finding: Finding, temperature: float) -> NewFinding:
    return NewFinding(finding, temperature, file_size(finding.source.path))
