"""Ask two models about the same files, one image after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.analyse import NOT_SAID
from leukdesk.analysis.batch import analyse_files
from leukdesk.analysis.labels import Known
from leukdesk.domain.model_comparison import BothSaid, said

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.optics import Acquisition


def compare_models(
    images: Sequence[Path],
    first: Predictor,
    second: Predictor,
    known: Mapping[Path, Known],
    *,
    limit_px: int,
    workers: int,
    cancelled: Callable[[], bool] = lambda: False,
    taken: Callable[[Path], Acquisition] = lambda path: NOT_SAID,
) -> Iterator[BothSaid]:
    """Yield both answers to each image, in order; one that cannot be read stops nothing.

    Each model reads the files itself, since their inputs differ in size. Ends early where `cancelled` says so.
    """
    half = max(1, workers // 2)
    both = [
        analyse_files(images, one, limit_px=limit_px, explain=False, workers=half, cancelled=cancelled, taken=taken)
        for one in (first, second)
    ]
    for path, one, other in zip(images, *both, strict=False):  # a cancelled one ends early
        about = known.get(path, Known(""))
        yield BothSaid(path, said(one), said(other), about.label, about.group)
