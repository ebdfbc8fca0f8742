"""A quick look before training: is every file there, and large enough to show a cell? Headers only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from leukdesk.domain.errors import DataError
from training.datasets.dataset import DataSet, Sample

SMALLEST = 16  # px; a side shorter than this holds no cell


def require_images(dataset: DataSet, *, smallest: int = SMALLEST) -> None:
    """Refuse a data set with files that are absent or whose shorter side is below `smallest` px. Raises `DataError`.

    What Pillow cannot size is left to the reader, which says more about it.
    """
    absent = [one for one in dataset.samples if not one.path.is_file()]
    if absent:
        _refuse(dataset, absent, "are not there", "Restore them, or take them out of the manifest.")
    small = [one for one in dataset.samples if min(_size(one.path), default=smallest) < smallest]
    if small:
        advice = "Take them out; `leukdesk-train check` lists all of them."
        _refuse(dataset, small, f"are smaller than {smallest} px and cannot show a cell", advice)


def _size(path: Path) -> tuple[int, ...]:
    """(width, height), empty where Pillow cannot tell."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ()


def _refuse(dataset: DataSet, samples: Iterable[Sample], what: str, advice: str) -> None:
    names = [one.image_id for one in samples]
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    raise DataError(f"{len(names)} images {what}: {shown}", reason="images", subject=dataset.root, advice=advice)
