"""What the view-models need of the rest, as Protocols: the workbench, and whoever makes pictures of pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from leukdesk.analysis.batch_run import BatchRun
    from leukdesk.analysis.golden import GoldenRun
    from leukdesk.analysis.ports import Predictor
    from leukdesk.app.workers.pictures import Picture
    from leukdesk.batches import BatchPlan
    from leukdesk.bundles.activations import Deed
    from leukdesk.bundles.library import Installed
    from leukdesk.domain.case import CaseRecord
    from leukdesk.domain.cell import Box, Cell, CellAnalysis, NamedCell
    from leukdesk.domain.finding import Finding
    from leukdesk.domain.heatmap import Heatmap
    from leukdesk.domain.image import Region
    from leukdesk.domain.job import Job
    from leukdesk.domain.reviewed import TrainingSet
    from leukdesk.fetch import OpenFields
    from leukdesk.history.head import Head
    from leukdesk.history.history import History
    from leukdesk.history.recovery import Plan, Restored
    from leukdesk.model_shelf import ModelShelf
    from leukdesk.report.class_folders import Sorted
    from leukdesk.settings import Settings

Reading = Callable[[int, int], None]


class Bench(Protocol):
    """The part of `leukdesk.bootstrap.Workbench` that the window uses. Every method runs on a lane."""

    @property
    def shelf(self) -> ModelShelf:
        """What can be done with models: import, export, remove."""

    def verify(self, name: str) -> GoldenRun:
        """Load a bundle, which checks its files, and run its golden samples. Raises `BundleError`, `EngineError`."""

    def active_or_none(self) -> str:
        """Name and version of the bundle that is used where none is named; empty where there is none."""

    def way_back(self) -> str:
        """The bundle that was active before; loaded once. Raises `BundleError`."""

    def note_active(self, key: str, deed: Deed) -> None:
        """Record that another bundle is the active one. Raises `BundleError`, `OutputError`."""

    def models(self) -> Sequence[Installed]:
        """Installed bundles, refused ones included with their reason."""

    def use_optics(self, chosen: Settings) -> None:
        """Believe other calibration profiles and another stain from now on. At once, on any thread."""

    def open(self, name: str | None) -> Predictor:
        """Load and warm up a bundle; the active one for None. Raises `BundleError` or `EngineError`."""

    def analyse(
        self, path: Path, predictor: Predictor, *, region: Region | None = None, reading: Reading = ...
    ) -> Finding:
        """Read and analyse one image or a field of a slide, heatmaps included.

        `reading` hears how many bytes of a slide are read for its hash. Raises `ImageError`, `EngineError`, and what
        `reading` raises.
        """

    def cell_model(self) -> str:
        """The model of single cells to use where none is chosen. Raises `BundleError`."""

    def analyse_cells(self, path: Path, predictor: Predictor, *, told: Callable[[int, int], None]) -> CellAnalysis:
        """Find the cells of one image and classify each; `told` hears how many of how many.

        Raises `ImageError`, `EngineError`, `BundleError`, and what `told` raises.
        """

    def analyse_cells_in_view(
        self,
        path: Path,
        view: Region,
        predictor: Predictor,
        *,
        known: Sequence[Box],
        told: Callable[[int, int], None],
        reading: Reading,
    ) -> CellAnalysis:
        """The cells of a part of a slide, but for those whose boxes are `known`; `reading` as in `analyse`.

        Raises as `analyse_cells`, and what `reading` raises.
        """

    def analyse_drawn(
        self, path: Path, before: CellAnalysis, cells: Sequence[Cell], predictor: Predictor, *, on_slide: bool
    ) -> Sequence[NamedCell]:
        """Measure and classify outlines that a person drew. Raises `ImageError`, `EngineError`."""

    def open_fields(self) -> OpenFields:
        """Which openly licensed fields can be fetched. Raises `DataError`."""

    def fetch_open_fields(
        self, *, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> Sequence[Path]:
        """Fetch them. Raises `FetchError`, `OutputError`, `Cancelled`."""

    def history(self) -> History:
        """The case history, opened at the first call, until `close`. Raises `HistoryError`."""

    def history_plan(self) -> Plan:
        """What restoring the history would do; changes nothing."""

    def restore_history(self, chosen: Plan) -> Restored:
        """Restore it; the present files are kept aside. Raises `HistoryError`."""

    def export_for_training(self, user: int, case_ids: Sequence[int], folder: Path) -> TrainingSet:
        """Copy reviewed images of these cases into a new folder. Raises `HistoryError`, `OutputError`."""

    def export_cells_for_training(self, user: int, case_ids: Sequence[int], folder: Path) -> TrainingSet:
        """Cut out the labelled cells of these signed cases. Raises `HistoryError`, `OutputError`, `BundleError`."""

    def report_bytes(self, record: CaseRecord, head: Head, form: str) -> bytes:
        """A case as the bytes of a PDF, CSV, JSON or XLSX file; `head` is where the audit chain ends."""

    def close(self) -> None:
        """Close the history, if it was opened."""


class PictureSource(Protocol):
    """`leukdesk.app.workers.pictures.Pictures`. Every method runs on a lane."""

    def picture(self, path: Path) -> Picture:
        """An image with its halved levels. Raises `ImageError`."""

    def shaded(self, levels: tuple[QImage, ...], shades: bytes) -> tuple[QImage, ...]:
        """Pictures adjusted for viewing by a table of 256 levels."""

    def write(self, path: Path, image: QImage, *, synthetic: bool) -> None:
        """Write a PNG file, marked as synthetic if it is. Raises `OutputError`."""

    def check(self, path: Path) -> object:
        """Read an image whole. Raises `ImageError`."""

    def thumbnail(self, path: Path, size: int) -> QImage:
        """A small picture. Raises `ImageError`."""

    def small_file(self, path: Path, size: int) -> bytes:
        """A thumbnail as the bytes of a JPEG file; nothing where the image cannot be read."""

    def cells(self, path: Path, boxes: Sequence[Box], size: int) -> Sequence[QImage]:
        """A square picture of each cell with what lies around it. Raises `ImageError`."""

    def forget_thumbnails(self) -> None:
        """Remove what was kept of them."""

    def heatmap(self, heatmap: Heatmap, label: str, width: int, height: int, threshold: float = 0.0) -> QImage:
        """The map of one class, to be stretched over the image; clear below a share of the top of its scale."""

    def colour_bar(self, rows: int = 128) -> QImage:
        """The heatmap's colours, strong at the top."""


class BatchStore(Protocol):
    """The part of `leukdesk.batches.Batches` that the window uses. Every method runs on a lane."""

    def create(self, user: int, plan: BatchPlan, *, case_id: int | None = None) -> Job:
        """List the files and keep them as a batch. Raises `BundleError`, `HistoryError`."""

    def add(self, user: int, job_id: int, paths: Sequence[Path]) -> Job:
        """More files at the end of a batch."""

    def get(self, job_id: int) -> Job:
        """A batch with its counts. Raises `HistoryError`."""

    def paths(self, job_id: int) -> list[Path]:
        """The files of a batch, each once."""

    def open(self, job_id: int, user: int) -> AbstractContextManager[BatchRun]:
        """Load the models of a batch and be ready to go on with it."""

    def all(self, *, unfinished: bool = False) -> list[Job]:
        """Batches, the newest first."""

    def retry_failed(self, job_id: int) -> Job:
        """Failed items wait again."""

    def cancel(self, job_id: int) -> Job:
        """End a batch that is not open."""

    def export(self, job_id: int, path: Path) -> object:
        """Write all items as CSV, JSON or XLSX, as the name ends. Raises `OutputError`."""

    def sort_into(self, job_id: int, folder: Path, *, link: bool = False) -> Sorted:
        """Copy or link the images into a folder for each class. Raises `OutputError`."""

    def send_to_case(self, user: int, job_id: int, numbers: Sequence[int], case_id: int) -> int:
        """Keep what was found of some items in a case too; returns how many. Raises `HistoryError`."""
