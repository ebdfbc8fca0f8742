"""Two models on one folder, for window and command line alike. Joins rooms as `bootstrap` does.

    with open_comparison(workbench, "all-stage-1.0", "mine-1.1", folder, recursive=True) as asked:
        rows = list(asked.rows())
        found = asked.result(rows)

Everything blocks: call it off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.errors import BundleError, BundleReason, DataError
from leukdesk.domain.model_comparison import BothSaid, ModelComparison, Said

if TYPE_CHECKING:
    from leukdesk.analysis.labels import Known
    from leukdesk.analysis.ports import Predictor
    from leukdesk.bootstrap import Workbench
    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import Failure
    from leukdesk.report.table import Row


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Both models, open, and the images they are asked about; `skipped` folders were not entered."""

    bench: Workbench
    models: tuple[Predictor, Predictor]
    images: Sequence[Path]
    failures: Sequence[Failure]
    known: Mapping[Path, Known]
    skipped: int

    @property
    def cards(self) -> tuple[Card, Card]:
        """Of both models."""
        return self.models[0].card, self.models[1].card

    def rows(self, cancelled: Callable[[], bool] = lambda: False) -> Iterator[BothSaid]:
        """Both answers to each image as they come; what cannot be read first."""
        from leukdesk.analysis.compare_models import compare_models

        lost = (BothSaid(one.path, gone := Said(error=one.error.what), gone) for one in self.failures)
        settings = self.bench.settings
        found = compare_models(
            self.images,
            *self.models,
            self.known,
            limit_px=settings.limit_px,
            workers=self.bench.threads,
            cancelled=cancelled,
            taken=settings.acquisition,
        )
        return chain(lost, found)

    def result(self, rows: Sequence[BothSaid]) -> ModelComparison:
        """What follows from these rows."""
        first, second = self.cards
        known = tuple(one for one in first.class_ids if one in second.class_ids)
        return ModelComparison(_key(first), _key(second), known, rows)


@contextmanager
def open_comparison(
    bench: Workbench, first: str, second: str, folder: Path, *, recursive: bool = False
) -> Iterator[Asked]:
    """Find the images of a folder, and load both models for them.

    Folders that are named after classes are entered without `recursive`. Raises `BundleError`, `EngineError`, and
    `DataError` where there is nothing to compare on.
    """
    from leukdesk.analysis.labels import MANIFEST, class_folders, read_labels
    from leukdesk.analysis.walk import find_images

    with ExitStack() as opened:
        models = [opened.enter_context(closing(bench.open(name, callers=bench.threads))) for name in (first, second)]
        one, other = (model.card for model in models)
        _check(one, other)
        names = [(cls.id, cls.display) for card in (other, one) for cls in card.classes]
        below = recursive or (folder / MANIFEST).is_file() or bool(class_folders(folder, names))
        walk = find_images([folder], recursive=below)
        if not walk.images:
            advice = "Name a folder of images; --recursive looks into folders inside it."
            raise DataError("there is no image in it", subject=folder, advice=advice)
        known = read_labels(folder, walk.images, names)
        yield Asked(bench, (models[0], models[1]), walk.images, walk.failures, known, walk.folders)


def _check(one: Card, other: Card) -> None:
    if _key(one) == _key(other):
        raise BundleError(
            "it would be compared with itself", reason=BundleReason.KEPT, subject=_key(one), advice="Name another."
        )
    if one.scope != other.scope:
        what = "one of the two judges whole fields, the other single cells"
        raise BundleError(what, reason=BundleReason.KEPT, subject=_key(other), advice="Compare two of one kind.")


def _key(card: Card) -> str:
    return f"{card.name}-{card.version}"


def table_columns() -> list[str]:
    """Of the table of a comparison, in order."""
    each = [f"{what}_{which}" for which in ("a", "b") for what in ("model", "label", "probability", "decision")]
    return ["path", "truth", "group", "agree", *each, "error", "use"]


def table_rows(found: ModelComparison) -> Iterator[Row]:
    """One row an image, disagreements first."""
    from leukdesk.domain.model_comparison import disagreements_first
    from leukdesk.domain.vocabulary import RESEARCH_USE
    from leukdesk.report.table import path_cell

    for one in disagreements_first(found.rows):
        row: Row = dict.fromkeys(table_columns())
        row |= {"path": path_cell(one.path), "truth": one.truth or None, "group": one.group or None}
        row |= {"model_a": found.first, "model_b": found.second, "use": RESEARCH_USE}
        if one.answered:
            row |= {"agree": "yes" if one.agree else "no", **_cells("a", one.first), **_cells("b", one.second)}
        else:
            row["error"] = one.first.error or one.second.error
        yield row


def _cells(which: str, answer: Said) -> Row:
    return {
        f"label_{which}": answer.label,
        f"probability_{which}": answer.probability,
        f"decision_{which}": str(answer.decision),
    }
