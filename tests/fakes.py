"""Stand-ins behind the ports: a predictor that answers from the pixels, and a workbench around it.

They produce the real domain types, so that everything above the port is tested as it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from leukdesk import paths
from leukdesk.bundles.library import Installed
from leukdesk.domain.card import Architecture, Card, CardClass, TrainingData
from leukdesk.domain.errors import BundleError, BundleReason, EngineError
from leukdesk.domain.finding import BundleRef, Finding
from leukdesk.domain.heatmap import Heatmap
from leukdesk.domain.prediction import Prediction
from leukdesk.settings import Settings

if TYPE_CHECKING:
    from leukdesk.analysis.golden import GoldenRun
    from leukdesk.bundles.activations import Deed
    from leukdesk.domain.case import CaseRecord
    from leukdesk.domain.cell import Box, Cell, CellAnalysis, NamedCell
    from leukdesk.domain.image import Region
    from leukdesk.domain.reviewed import TrainingSet
    from leukdesk.fetch import OpenFields
    from leukdesk.history.head import Head
    from leukdesk.history.history import History
    from leukdesk.history.recovery import Plan, Restored
    from leukdesk.model_shelf import ModelShelf

LIMIT_PX = 64_000_000
STAGES = (("Benign", "#0072B2"), ("Early", "#E69F00"), ("Pre", "#009E73"), ("Pro", "#CC79A7"))
CELLS = (("ig", "#D55E00"), ("neutrophil", "#0072B2"), ("lymphocyte", "#009E73"), ("erythroblast", "#F0E442"))
PHANTOMS = (("blasts", "#D55E00"), ("lymphocytes", "#0072B2"), ("neutrophils", "#009E73"))


def fake_card(
    name: str = "fake-stage",
    classes: Sequence[tuple[str, str]] = STAGES,
    *,
    synthetic: bool = False,
    accept_threshold: float = 0.5,
    scope: Literal["field", "cell"] = "field",
) -> Card:
    """A card that says plainly that there is nothing behind it."""
    return Card(
        name=name,
        version="1.0",
        title="A stand-in for tests",
        scope=scope,
        synthetic=synthetic,
        architecture=Architecture(name="fake"),
        classes=tuple(CardClass(id=one, display=one.capitalize(), colour=colour) for one, colour in classes),
        input_size=64,
        temperature=1.0,
        accept_threshold=accept_threshold,
        training_data=TrainingData(name="none", source="none", licence="none", images=0, per_class={}, split="none"),
        seeds={},
        library_versions={},
        intended_use="tests",
        limits=("It has learned nothing.",),
        licence="Apache-2.0",
        files={},
    )


class FakePredictor:
    """Satisfies `analysis.ports.Predictor`; its answer is some function of the pixels."""

    def __init__(self, card: Card | None = None, *, novelty: float = 0.1) -> None:
        self.card = card or fake_card()
        self.bundle = BundleRef(self.card.name, self.card.version, "0" * 64)
        self.engine = "Fake CPU"
        self.notes: tuple[str, ...] = ("no GPU used: this is a test",)
        self.novelty = novelty
        self.closed = False
        self.seen = 0

    def predict(self, inputs: NDArray[np.uint8], *, explain: bool = True) -> list[Prediction]:
        """See the port."""
        if self.closed:
            raise EngineError("the engine was closed")
        self.seen += len(inputs)
        return [self._one(pixels, explain) for pixels in inputs]

    def close(self) -> None:
        """See the port."""
        self.closed = True

    def _one(self, pixels: NDArray[np.uint8], explain: bool) -> Prediction:
        classes = self.card.class_ids
        total = int(pixels.astype(np.int64).sum())
        place, sure = total % len(classes), 2.0 + total % 7 / 2.0
        logits = np.where(np.arange(len(classes)) == place, sure, np.arange(len(classes)) * 0.4)
        shares = np.exp(logits) / np.exp(logits).sum()
        return Prediction(
            classes=classes,
            probabilities=tuple(map(float, shares)),
            logits=tuple(map(float, logits)),
            novelty=self.novelty,
            embedding=np.zeros(8, np.float32),
            heatmap=Heatmap(classes, self._maps(pixels)) if explain else None,
        )

    def _maps(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """A 7 x 7 map that is strong where the image is dark, a little different for each class."""
        size = self.card.input_size // 7
        dark = 255.0 - pixels[: 7 * size, : 7 * size].mean(axis=2).reshape(7, size, 7, size).mean(axis=(1, 3))
        strength = np.maximum(dark - dark.mean(), 0.0)
        return np.stack([strength * (1.0 - 0.2 * at) for at in range(len(self.card.classes))], axis=2).astype(
            np.float32
        )


class FakeBench:
    """Satisfies `app.viewmodels.ports.Bench` with real reading, quality and decision, and a `FakePredictor`."""

    def __init__(self, predictors: Sequence[FakePredictor] = ()) -> None:
        made = list(predictors) or [
            FakePredictor(),
            FakePredictor(fake_card("fake-other")),
            FakePredictor(fake_card("phantom-demo", PHANTOMS, synthetic=True)),
        ]
        self.predictors = {f"{one.card.name}-{one.card.version}": one for one in made}
        self.for_cells = FakePredictor(fake_card("fake-cells", CELLS, scope="cell"))
        self.refused: list[Installed] = []
        self.settings = Settings()
        self._history: History | None = None
        self.go = threading.Event()  # cleared: analysing waits, so that a test can look at the middle of a run
        self.go.set()
        self.order: list[Path] = []
        self.limit_px = LIMIT_PX
        self.deeds: list[tuple[str, str]] = []  # models that were made the active one
        self.threads = 1
        self.failing = False  # no model can be opened
        self.fetched: Sequence[Path] = ()
        self.fetch_error: Exception | None = None

    def use_optics(self, chosen: Settings) -> None:
        """See the port."""
        self.settings = chosen

    @property
    def shelf(self) -> ModelShelf:
        """The real one, in the test's own folder."""
        from leukdesk.model_shelf import shelf_at

        return shelf_at(paths.models_roots(), paths.user_data(), paths.imported_models())

    def verify(self, name: str) -> GoldenRun:
        """See the port."""
        from leukdesk.analysis.golden import GoldenRun

        return GoldenRun("Fake CPU", 4, 0, 1e-6)

    def active_or_none(self) -> str:
        """See the port."""
        return next(iter(self.predictors), "")

    def way_back(self) -> str:
        """See the port."""
        return next(iter(self.predictors))

    def note_active(self, key: str, deed: Deed) -> None:
        """See the port."""
        self.deeds.append((key, deed))

    def models(self) -> list[Installed]:
        """See the port."""
        return [Installed(Path(key), card=one.card) for key, one in self.predictors.items()] + self.refused

    def open(self, name: str | None, *, engine: str | None = None, callers: int = 0) -> FakePredictor:
        """See the port; for callers that are named, a predictor of their own."""
        wanted = next(iter(self.predictors)) if name is None else name
        for key, predictor in (*self.predictors.items(), (self.cell_model(), self.for_cells)):
            if wanted in (key, predictor.card.name) and not self.failing:
                predictor.closed = False
                return FakePredictor(predictor.card) if callers else predictor
        raise BundleError(
            "no such model is installed", reason=BundleReason.NOT_FOUND, subject=wanted, advice="Import it."
        )

    def load(self, name: str | None) -> SimpleNamespace:
        """What `leukdesk.batches` asks of a bundle."""
        predictor = self.open(name)
        return SimpleNamespace(ref=predictor.bundle, card=predictor.card)

    def analyse(
        self,
        path: Path,
        predictor: FakePredictor,
        *,
        region: Region | None = None,
        reading: Callable[[int, int], None] = lambda done, size: None,
    ) -> Finding:
        """See the port."""
        from leukdesk.analysis.analyse import analyse_file

        self.go.wait(30)
        self.order.append(path)
        taken = self.settings.acquisition(path)
        return analyse_file(path, predictor, taken=taken, limit_px=self.limit_px, region=region, reading=reading)

    def history(self) -> History:
        """The real one, in the test's own folder."""
        from leukdesk.history.opening import open_history
        from tests.history_template import lay_out

        if self._history is None:
            lay_out(paths.history_folder())
            self._history = open_history(paths.history_folder())
        return self._history

    def export_for_training(self, user: int, case_ids: Sequence[int], folder: Path) -> TrainingSet:
        """The images as they were recorded."""
        from leukdesk.report.training_set import write_training_set

        return write_training_set(self.history().reviewed(user, case_ids), folder)

    def export_cells_for_training(self, user: int, case_ids: Sequence[int], folder: Path) -> TrainingSet:
        """The cells, cut out as a model of 32 px sees them."""
        from leukdesk.analysis.training_cells import cut_cells
        from leukdesk.report.training_cells import write_cell_training_set
        from tests.bundle_factory import make_card

        cells, card = self.history().reviewed_cells(user, case_ids), make_card(scope="cell", input_size=32)
        return write_cell_training_set(
            cut_cells(cells, card, limit_px=self.limit_px, place=lambda one: one.path), folder
        )

    def history_plan(self) -> Plan:
        """See the port."""
        from leukdesk.history.recovery import plan

        return plan(paths.history_folder())

    def restore_history(self, chosen: Plan) -> Restored:
        """See the port."""
        from leukdesk.history.recovery import restore

        self.close()
        return restore(paths.history_folder(), chosen)

    def report_bytes(self, record: CaseRecord, head: Head, form: str) -> bytes:
        """A real report without pictures, made at noon."""
        from leukdesk.report.case_file import case_bytes
        from leukdesk.report.case_report import CaseReport, Imprint

        noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
        made = CaseReport(record, Imprint(noon, "9.9", head.seq, head.hash))
        return case_bytes(made, form, paths.resources() / "fonts")

    def close(self) -> None:
        """See the port."""
        if self._history is not None:
            self._history.close()
            self._history = None

    def cell_model(self) -> str:
        """See the port."""
        return f"{self.for_cells.card.name}-{self.for_cells.card.version}"

    def analyse_cells(self, path: Path, predictor: FakePredictor, *, told: Callable[[int, int], None]) -> CellAnalysis:
        """See the port."""
        from leukdesk.analysis.cells import analyse_cells_in_file

        self.go.wait(30)
        taken = self.settings.acquisition(path)
        return analyse_cells_in_file(path, predictor, limit_px=self.limit_px, taken=taken, told=told)

    def analyse_cells_in_view(
        self,
        path: Path,
        view: Region,
        predictor: FakePredictor,
        *,
        known: Sequence[Box],
        told: Callable[[int, int], None],
        reading: Callable[[int, int], None],
    ) -> CellAnalysis:
        """See the port."""
        from leukdesk.analysis.slide_cells import analyse_cells_in_view

        self.go.wait(30)
        taken = self.settings.acquisition(path)
        limit_px = self.limit_px
        return analyse_cells_in_view(
            path, view, predictor, limit_px=limit_px, known=known, taken=taken, told=told, reading=reading
        )

    def analyse_drawn(
        self, path: Path, before: CellAnalysis, cells: Sequence[Cell], predictor: FakePredictor, *, on_slide: bool
    ) -> list[NamedCell]:
        """See the port."""
        from leukdesk.analysis.slide_cells import analyse_drawn_in

        taken = self.settings.acquisition(path)
        return analyse_drawn_in(path, before, cells, predictor, limit_px=self.limit_px, taken=taken, on_slide=on_slide)

    def open_fields(self) -> OpenFields:
        """See the port."""
        from leukdesk.fetch import OpenField, OpenFields

        field = OpenField("field.jpg", "0" * 64, 20_000)
        return OpenFields("One field", "nowhere", "CC0", "", "", "", "http://127.0.0.1:9", (field,))

    def fetch_open_fields(
        self, *, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> Sequence[Path]:
        """See the port."""
        progress(0, 1)
        if self.fetch_error is not None:
            raise self.fetch_error
        progress(1, 1)
        return self.fetched
