"""How far a training run is, read from its events one after the other (they are listed in `training/events.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from leukdesk.domain.training import TrainingError, TrainingReason

_ENDS = {"stopped": "stopped", "trained": "trained", "published": "published"}
_GOES_ON = frozenset({"split", "reading", "resumed", "step", "epoch"})


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one pass through the training images came to. Losses in nats, accuracy 0..1."""

    number: int  # from 0
    loss: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run as its events tell it up to now."""

    epochs: tuple[Epoch, ...] = ()  # in their order, each once
    total: int = 0  # epochs at most; 0 while it is not known
    step: float = 0.0  # share of the epoch after the last one, 0..1
    images: Mapping[str, int] | None = None  # train, validation, test
    images_per_s: float = 0.0
    eta_s: float = 0.0  # as estimated at `told_at`
    memory_mb: int = 0
    told_at: float = 0.0  # seconds since the epoch
    began_at: float = 0.0
    end: str = ""  # "stopped", "failed", "trained", "published"; empty while the last word is none of these
    asked: float = 0.0  # of an adaptation: share of the images that were asked since it was trained, 0..1
    phase: str = ""  # event that was told last of those that a run goes on with
    best_epoch: int = -1
    failure: TrainingError | None = field(default=None, compare=False)

    @property
    def is_trained(self) -> bool:
        """Whether there is a model that training has finished."""
        return self.end in ("trained", "published")

    @property
    def share(self) -> float:
        """How much is done of all epochs, 0..1 (patience may end it sooner); then of what an adaptation asks."""
        if self.is_trained:
            return self.asked or 1.0
        return min(1.0, (len(self.epochs) + self.step) / self.total) if self.total else 0.0

    @property
    def best(self) -> Epoch | None:
        """The epoch whose weights are kept: the lowest validation loss."""
        return min(self.epochs, key=lambda one: one.validation_loss, default=None)

    def after(self, event: Mapping[str, Any]) -> RunProgress:
        """The progress once this event was told too; events it knows nothing of change only the time.

        Raises `KeyError`, `TypeError` or `ValueError` for an event that is not as it should be.
        """
        name, told_at = str(event["event"]), float(event.get("time", self.told_at))
        now = replace(self, told_at=told_at, began_at=self.began_at or told_at)
        if name in _ENDS:
            best = int(event.get("best_epoch", now.best_epoch))
            return replace(now, end=_ENDS[name], phase=name, step=0.0, asked=0.0, best_epoch=best)
        if name == "asking":
            return replace(now, asked=int(event["done"]) / max(1, int(event["images"])), eta_s=float(event["eta_s"]))
        if name == "failed":
            return now._failed(event)
        if name not in _GOES_ON:
            return now
        if not (now.is_trained and name == "split"):
            now = replace(now, end="", failure=None, phase=name)
        return now._gone_on(name, event)

    def _failed(self, event: Mapping[str, Any]) -> RunProgress:
        """What fails after training leaves the model as it is."""
        return self if self.is_trained else replace(self, end="failed", failure=_failure(event), step=0.0)

    def _gone_on(self, name: str, event: Mapping[str, Any]) -> RunProgress:
        if name == "split":
            return replace(self, images={part: int(event[part]) for part in ("train", "validation", "test")})
        if name == "resumed":
            kept = tuple(one for one in self.epochs if one.number < int(event["epoch"]))
            return replace(self, epochs=kept, step=0.0)
        if name == "step":
            kept = tuple(one for one in self.epochs if one.number < int(event["epoch"]))
            return replace(self._measured(event), epochs=kept, step=int(event["step"]) / max(1, int(event["steps"])))
        return self._with_epoch(event) if name == "epoch" else replace(self, step=0.0)

    def _with_epoch(self, event: Mapping[str, Any]) -> RunProgress:
        one = Epoch(
            int(event["epoch"]),
            float(event["loss"]),
            float(event["validation_loss"]),
            float(event["validation_accuracy"]),
            float(event["seconds"]),
        )
        before = tuple(other for other in self.epochs if other.number < one.number)
        return replace(self._measured(event), epochs=(*before, one), total=int(event["epochs"]), step=0.0)

    def _measured(self, event: Mapping[str, Any]) -> RunProgress:
        return replace(
            self,
            images_per_s=float(event["images_per_s"]),
            eta_s=float(event["eta_s"]),
            memory_mb=int(event["memory_mb"]),
        )


def _failure(event: Mapping[str, Any]) -> TrainingError:
    return TrainingError(
        str(event.get("what", "")),
        reason=str(event.get("reason", TrainingReason.BUG)),
        subject=str(event.get("subject", "")),
        advice=str(event.get("advice", "")),
    )
