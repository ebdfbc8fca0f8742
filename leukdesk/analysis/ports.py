"""What the use cases need of other rooms, as Protocols they satisfy without knowing each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from leukdesk.domain.finding import BundleRef
from leukdesk.domain.prediction import Prediction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.card import Card
    from leukdesk.domain.recorded import NewFinding


class Predictor(Protocol):
    """One loaded bundle on one engine: preprocessed inputs in, calibrated predictions out. Threads may share it."""

    @property
    def card(self) -> Card: ...

    @property
    def bundle(self) -> BundleRef: ...

    @property
    def engine(self) -> str:
        """The engine in words: "LiteRT CPU"; changes if a GPU gave up and the CPU took over."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Things the user should know, such as why no GPU is used or that a batch was halved."""

    def predict(self, inputs: NDArray[np.uint8], *, explain: bool = True) -> list[Prediction]:
        """Predict uint8 RGB inputs of shape (n, size, size, 3); heatmaps too unless `explain` is false.

        Raises `EngineError` where the engine fails.
        """

    def close(self) -> None: ...


class FindingRecorder(Protocol):
    """Keeps findings; `history.findings.Findings` is one."""

    def record(self, user: int, case_id: int | None, found: Sequence[NewFinding]) -> list[int]:
        """Keep findings in one transaction, each with its audit event; returns their ids once they are on the disk.

        Raises `HistoryError`; then none of them was kept.
        """
