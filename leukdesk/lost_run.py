"""Why the process of a run is gone although it said no last word, as far as that can be told from outside."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

from leukdesk.domain.training import TrainingError, TrainingReason
from leukdesk.domain.training_progress import RunProgress

_LEAST_FREE = 64_000_000  # bytes; with less a disk counts as full
_MUCH = 0.6  # of the machine's memory
_CRASHES = {
    -getattr(signal, name)
    for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT")
    if hasattr(signal, name)  # Windows has fewer
}


def why_lost(status: int | None, said: str, progress: RunProgress, folder: Path) -> TrainingError:
    """`status`: the exit status, negative for a signal, None where it is not known; `said`: the end of the log."""
    if shutil.disk_usage(folder).free < _LEAST_FREE:
        return TrainingError(
            "the disk is full", reason=TrainingReason.DISK, subject=folder, advice="Free some space and go on."
        )
    if status in _CRASHES or "Fatal Python error" in said:
        return TrainingError(
            "the trainer crashed",
            reason=TrainingReason.BUG,
            advice=f"{_KEPT} If it happens again, copy the details and tell the makers of leukdesk.",
        )
    if _filled_memory(progress):
        return TrainingError(
            "the trainer was ended, most likely for want of memory",
            reason=TrainingReason.MEMORY,
            advice=f"{_KEPT} Close other programs before, or train with a smaller batch.",
        )
    return TrainingError(
        "the trainer was ended from outside, or the computer was switched off",
        reason=TrainingReason.KILLED,
        advice=_KEPT,
    )


_KEPT = "Every finished epoch is kept: go on where it ended."


def _filled_memory(progress: RunProgress) -> bool:
    import psutil

    return bool(progress.memory_mb * 1e6 > _MUCH * psutil.virtual_memory().total)
