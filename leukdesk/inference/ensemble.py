"""Several bundles as one: the mean of their calibrated probabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from leukdesk.domain.errors import BundleError, BundleReason
from leukdesk.domain.finding import BundleRef
from leukdesk.domain.heatmap import Heatmap
from leukdesk.domain.prediction import Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.domain.card import Card


class Member(Protocol):
    """What an ensemble needs of a predictor."""

    @property
    def card(self) -> Card: ...

    @property
    def bundle(self) -> BundleRef: ...

    @property
    def engine(self) -> str: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    def predict(self, inputs: NDArray[np.uint8], *, explain: bool = True) -> list[Prediction]: ...

    def close(self) -> None: ...


class EnsemblePredictor:
    """Satisfies `analysis.ports.Predictor`: every member sees the same input; what they say is averaged.

    Probabilities are the plain mean of the members' calibrated ones, logits their logarithm. An input is as novel as
    the member thinks to whom it is newest, in parts of what that member refuses. Heatmaps are the mean of the members'
    maps, each in parts of its own strongest value. Closing it closes the members.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        """Raises `BundleError` unless all have the same classes, input size and scope."""
        self._members = members
        self.card = ensemble_card([one.card for one in members])
        self.bundle = ensemble_ref(self.card, [one.bundle for one in members])

    @property
    def engine(self) -> str:
        """Of the members, in words."""
        return ", ".join(dict.fromkeys(one.engine for one in self._members))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about the members' engines."""
        return tuple(dict.fromkeys(note for one in self._members for note in one.notes))

    def predict(self, inputs: NDArray[np.uint8], *, explain: bool = True) -> list[Prediction]:
        """See `analysis.ports.Predictor.predict`."""
        said = [one.predict(inputs, explain=explain) for one in self._members]
        refused = [one.card.refused_beyond for one in self._members]
        return [_mean(row, refused) for row in zip(*said, strict=True)]

    def close(self) -> None:
        """Close the members."""
        for one in self._members:
            one.close()


def ensemble_card(cards: Sequence[Card]) -> Card:
    """The card of an ensemble: the first member's, with what follows from all. Raises `BundleError`."""
    first = cards[0]
    alike = all(first.joins(one) for one in cards)
    if len(cards) < 2 or not alike or len({(one.name, one.version) for one in cards}) < len(cards):
        raise BundleError(
            "an ensemble needs two or more different models of the same classes, input size and scope",
            reason=BundleReason.BAD_MANIFEST,
            subject=", ".join(f"{one.name}-{one.version}" for one in cards),
            advice="Choose others, or ask each for its own answer.",
        )
    named = "+".join(f"{one.name} {one.version}" for one in cards)
    changed: dict[str, object] = {"name": "ensemble-" + _digest(named)[:8], "version": "1.0", "temperature": 1.0}
    changed |= {"title": f"Mean of {named}"[:120], "synthetic": all(one.synthetic for one in cards), "novelty": None}
    changed["accept_threshold"] = max(one.accept_threshold for one in cards)
    return first.model_copy(update=changed)


def ensemble_ref(card: Card, members: Sequence[BundleRef]) -> BundleRef:
    """Which ensemble: its hash is that of its members' hashes, in their order."""
    return BundleRef(card.name, card.version, _digest("".join(one.sha256 for one in members)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _mean(said: Sequence[Prediction], refused: Sequence[float]) -> Prediction:
    probabilities = np.mean([one.probabilities for one in said], axis=0)
    return Prediction(
        classes=said[0].classes,
        probabilities=tuple(map(float, probabilities)),
        logits=tuple(map(float, np.log(np.maximum(probabilities, 1e-12)))),
        novelty=max(one.novelty / limit for one, limit in zip(said, refused, strict=True)),
        embedding=np.concatenate([one.embedding for one in said]),
        heatmap=_mean_map([one.heatmap for one in said if one.heatmap is not None]),
    )


def _mean_map(found: Sequence[Heatmap]) -> Heatmap | None:
    if not found:
        return None
    rows, columns = found[0].maps.shape[:2]
    scaled = [one.maps / max(float(one.maps.max()), 1e-12) for one in found]
    resized = [
        cv2.resize(one, (columns, rows), interpolation=cv2.INTER_LINEAR).reshape(found[0].maps.shape) for one in scaled
    ]
    return Heatmap(found[0].classes, np.mean(resized, axis=0).astype(np.float32))
