"""What the view-models need of the rest, as Protocols: the workbench, and whoever makes pictures of pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from leukdesk.analysis.ports import Predictor
    from leukdesk.app.workers.pictures import Picture
    from leukdesk.bundles.library import Installed
    from leukdesk.domain.case import CaseRecord
    from leukdesk.domain.finding import Finding
    from leukdesk.domain.heatmap import Heatmap
    from leukdesk.domain.image import Region
    from leukdesk.fetch import OpenFields
    from leukdesk.history.head import Head
    from leukdesk.history.history import History
    from leukdesk.history.recovery import Plan, Restored
    from leukdesk.settings import Settings


class Bench(Protocol):
    """The part of `leukdesk.bootstrap.Workbench` that the window uses. Every method runs on a lane."""

    def models(self) -> Sequence[Installed]:
        """Installed bundles, refused ones included with their reason."""

    def use_optics(self, chosen: Settings) -> None:
        """Believe other calibration profiles and another stain from now on. At once, on any thread."""

    def open(self, name: str | None) -> Predictor:
        """Load and warm up a bundle; the active one for None. Raises `BundleError` or `EngineError`."""

    def analyse(self, path: Path, predictor: Predictor, *, region: Region | None = None) -> Finding:
        """Read and analyse one image or a field of a slide, heatmaps included. Raises `ImageError` or `EngineError`."""

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

    def thumbnail(self, path: Path, size: int) -> QImage:
        """A small picture. Raises `ImageError`."""

    def small_file(self, path: Path, size: int) -> bytes:
        """A thumbnail as the bytes of a JPEG file; nothing where the image cannot be read."""

    def forget_thumbnails(self) -> None:
        """Remove what was kept of them."""

    def heatmap(self, heatmap: Heatmap, label: str, width: int, height: int, threshold: float = 0.0) -> QImage:
        """The map of one class, to be stretched over the image; clear below a share of the top of its scale."""

    def colour_bar(self, rows: int = 128) -> QImage:
        """The heatmap's colours, strong at the top."""
