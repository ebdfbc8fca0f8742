"""A training run in words: how it stands, how far it is, and what happened, one sentence for each event."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.progress_row import duration_words
from leukdesk.domain.training import RunState
from leukdesk.domain.training_progress import RunProgress
from leukdesk.training_runs import TrainingRun

translate = QCoreApplication.translate

_ICONS = {
    RunState.WAITING: "waiting",
    RunState.RUNNING: "running",
    RunState.STOPPED: "pause",
    RunState.INTERRUPTED: "attention",
    RunState.FAILED: "refuse",
    RunState.TRAINED: "ok",
    RunState.PUBLISHED: "ok",
}
_TONES = {
    RunState.RUNNING: "strong",
    RunState.INTERRUPTED: "attention",
    RunState.FAILED: "refuse",
    RunState.TRAINED: "ok",
    RunState.PUBLISHED: "ok",
}


def state_icon(run: TrainingRun) -> str:
    """The icon of how it stands."""
    return _ICONS[run.state]


def state_tone(run: TrainingRun) -> str:
    """The tone of how it stands, of a chip's."""
    return _TONES.get(run.state, "plain")


def state_word(run: TrainingRun) -> str:
    """How it stands."""
    if run.stopping:
        return translate("Training", "Stopping…")
    if run.is_on and not run.progress.epochs and run.progress.phase != "step":
        return translate("Training", "Starting…")
    words = {
        RunState.WAITING: translate("Training", "Waiting for its turn"),
        RunState.RUNNING: translate("Training", "Training"),
        RunState.STOPPED: translate("Training", "Stopped"),
        RunState.INTERRUPTED: translate("Training", "Interrupted"),
        RunState.FAILED: translate("Training", "Failed"),
        RunState.TRAINED: translate("Training", "Trained"),
        RunState.PUBLISHED: translate("Training", "Made into a model"),
    }
    if run.is_on and run.progress.is_trained:
        return translate("Training", "Comparing…")
    if run.judged and run.progress.is_trained:
        return translate("Training", "Judged")
    return words[run.state]


def seconds_left(progress: RunProgress) -> float:
    """The estimate as it stands now."""
    return max(0.0, progress.eta_s - max(0.0, time.time() - progress.told_at))


def progress_words(run: TrainingRun) -> str:
    """How far it is, and how long it will take while it is on."""
    progress = run.progress
    if not progress.total:
        return ""
    if progress.is_trained:
        words = translate("Training", "Epochs: {count}").format(count=number(len(progress.epochs)))
        if not (run.is_on and progress.asked):
            return words
        share = translate("Training", "Images compared: {share} %").format(share=number(100 * progress.asked))
        return _with_time(f"{words} · {share}", progress)
    words = translate("Training", "Epoch {epoch} of {total}")
    at = min(progress.total, len(progress.epochs) + (1 if run.is_on else 0))
    words = words.format(epoch=number(at), total=number(progress.total))
    return _with_time(words, progress) if run.is_on and progress.eta_s > 0 else words


def _with_time(words: str, progress: RunProgress) -> str:
    left = translate("Training", "about {time} left").format(time=duration_words(seconds_left(progress)))
    return f"{words} · {left}"


def moment(seconds: float) -> str:
    """A moment as the user's locale writes it."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(seconds)), QLocale.FormatType.ShortFormat)


def story(run: TrainingRun) -> str:
    """What happened, a sentence a line, the oldest first."""
    return "\n".join(_lines(run))


def raw(run: TrainingRun, log: str) -> str:
    """All of it as it was told, for a colleague or a bug report."""
    lines = [f"{run.key} · {run.state}", *map(str, filter(None, [run.error])), *map(str, run.events), log]
    return "\n".join(line for line in lines if line)


def _lines(run: TrainingRun) -> Iterator[str]:
    for event in run.events:
        try:
            if sentence := _sentence(event):
                yield f"{_clock(event)}  {sentence}"
        except (KeyError, TypeError, ValueError):
            continue


def _clock(event: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(float(event.get("time", 0)), UTC).astimezone()
    return at.strftime("%H:%M:%S")


def _sentence(event: Mapping[str, Any]) -> str:
    """An event in words; empty for one that says nothing to a person."""
    name = event["event"]
    if name == "epoch":
        return _epoch(event)
    if name == "split":
        words = translate("Training", "Images: {train} to learn from, {validation} to choose by, {test} locked away.")
        return words.format(**{part: number(event[part]) for part in ("train", "validation", "test")})
    if name == "devices":
        gpus = event.get("gpus") or ()
        on = translate("Training", "Computed on {count} GPUs.").format(count=len(gpus))
        return on if gpus else translate("Training", "Computed on the processor.")
    if name == "failed":
        what = f"{event.get('subject', '')} {event.get('what', '')}".strip()
        return translate("Training", "Failed: {what}.").format(what=what)
    if name in ("notice",):
        return str(event["text"])
    return _plain(name, event)


def _plain(name: str, event: Mapping[str, Any]) -> str:
    at = number(int(event.get("epoch", 0)) + 1)
    best = number(int(event.get("best_epoch", 0)) + 1)
    words = {
        "backbone": translate("Training", "The network is laid out, with the weights it begins with."),
        "reading": translate("Training", "Images are read into memory: {count}.").format(
            count=number(event.get("images", 0))
        ),
        "resumed": translate("Training", "Goes on with epoch {epoch}.").format(epoch=at),
        "early_stop": translate("Training", "No longer getting better: ends early. Best epoch: {epoch}.").format(
            epoch=best
        ),
        "stopped": translate("Training", "Stopped in epoch {epoch}, which is done again when it goes on.").format(
            epoch=at
        ),
        "trained": translate("Training", "Trained. The weights of epoch {epoch} are kept.").format(epoch=best),
        "calibrated": translate("Training", "Its probabilities are calibrated."),
        "evaluated": translate("Training", "Judged on the locked images."),
        "kept": translate("Training", "Of what it learned, {share} % is kept.").format(
            share=number(100 * float(event.get("share", 0)))
        ),
        "comparing": translate("Training", "It is compared with the model as it was."),
        "adapted": translate("Training", "Adapted: see before and after."),
        "published": translate("Training", "Made into the model {name}.").format(name=event.get("bundle", "")),
    }
    return words.get(name, "")


def _epoch(event: Mapping[str, Any]) -> str:
    words = translate(
        "Training", "Epoch {epoch}: loss {loss}, on validation images {validation}, accuracy there {accuracy} %."
    )
    return words.format(
        epoch=number(int(event["epoch"]) + 1),
        loss=loss_words(float(event["loss"])),
        validation=loss_words(float(event["validation_loss"])),
        accuracy=number(100 * float(event["validation_accuracy"]), 1),
    )


def loss_words(value: float) -> str:
    """A loss with three decimals; what is no number is said as such."""
    return number(value, 3) if math.isfinite(value) else translate("Training", "not a number")
