"""What the use cases need of other rooms, as Protocols they satisfy without knowing each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from leukdesk.domain.finding import BundleRef
from leukdesk.domain.prediction import Prediction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.batch import BatchRow
    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import Decision
    from leukdesk.domain.job import ItemResult, Job, JobItem
    from leukdesk.domain.recorded import NewFinding, RecordedFinding


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

    def known(self, hashes: Iterable[str], bundle_sha256: str, *, case_id: int | None) -> Mapping[str, RecordedFinding]:
        """The newest finding of each of these images by this bundle, by SHA-256: of one case, or of all for None."""


class JobStore(Protocol):
    """Keeps batches; `history.jobs.Jobs` is one. All methods raise `HistoryError`."""

    def get(self, job_id: int) -> Job: ...

    def rows(self, job_id: int, *, first: int = 0, count: int = 1_000_000) -> list[BatchRow]: ...

    def answers(self, job_id: int) -> tuple[dict[str, Counter[str]], dict[str, Counter[Decision]]]:
        """Of each model, by its key: accepted answers by class, and all by decision."""

    def claim(self, job_id: int, count: int) -> list[JobItem]:
        """Up to `count` waiting items, now running."""

    def record(self, user: int, job_id: int, results: Sequence[ItemResult], *, claim: int = 0) -> list[JobItem]:
        """Keep results and the states of their items, and claim the next ones, in one transaction."""

    def resume(self, job_id: int) -> Job:
        """What was running waits again; the job is active, or finished where nothing waits."""

    def release(self, job_id: int) -> Job:
        """What was running waits again; the job stays as it is."""

    def pause(self, job_id: int) -> Job: ...

    def cancel(self, job_id: int) -> Job: ...
