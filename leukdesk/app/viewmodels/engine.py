"""The models that are installed, the one that is loaded, and what it runs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.faces import ClassLook, Vocabulary
from leukdesk.app.viewmodels.ports import Bench, Reading
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.bundles.library import Installed
    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import Finding
    from leukdesk.domain.image import Region
    from leukdesk.settings import Settings


def model_key(card: Card) -> str:
    """What a model is opened by: its name and version, as its folder is called."""
    return f"{card.name}-{card.version}"


def _vocabulary(card: Card | None) -> Vocabulary:
    classes = card.classes if card is not None else ()
    return Vocabulary({one.id: ClassLook(one.display, one.colour) for one in classes})


class Engine(QObject):
    """Loads models on the inference lane; the workbench itself is made there too, after the first paint."""

    opened = Signal()
    failed = Signal(object)  # KnownError
    listed = Signal()
    loading_changed = Signal()
    chosen = Signal(str)  # the key of the model that the user wants from now on

    def __init__(self, lane: Lane, make_bench: Callable[[], Bench], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._make_bench = lane, make_bench
        self._bench: Bench | None = None
        self._predictor: Predictor | None = None
        self._optics: Settings | None = None
        self._second: Predictor | None = None
        self._for_cells: Predictor | None = None
        self._installed: tuple[Installed, ...] = ()
        self._looked = False
        self._wanted: str | None = None
        self._active: str | None = None
        self._opening: Token | None = None

    @property
    def predictor(self) -> Predictor | None:
        """The loaded model, or None."""
        return self._predictor

    @property
    def card(self) -> Card | None:
        """The loaded model's card, or None."""
        return self._predictor.card if self._predictor is not None else None

    @property
    def loading(self) -> bool:
        """Whether a model is being loaded."""
        return self._opening is not None

    @property
    def wanted(self) -> str | None:
        """The key of the model that is loaded or being loaded; None before the active one is known."""
        return self._wanted

    @property
    def installed(self) -> tuple[Installed, ...]:
        """Installed bundles, refused ones included."""
        return self._installed

    @property
    def looked(self) -> bool:
        """Whether it is known by now what is installed."""
        return self._looked

    @property
    def vocabulary(self) -> Vocabulary:
        """How the loaded model's classes look."""
        return _vocabulary(self.card)

    def vocabulary_of(self, key: str | None) -> Vocabulary:
        """How an installed model's classes look."""
        cards = (one.card for one in self._installed)
        return _vocabulary(next((card for card in cards if card is not None and model_key(card) == key), None))

    def can_join(self, keys: Sequence[str]) -> bool:
        """Whether these installed models can answer as one: two or more of the same classes, input size and scope."""
        cards = [one.card for one in self._installed if one.card is not None and model_key(one.card) in keys]
        return len(cards) > 1 and all(cards[0].joins(one) for one in cards)

    def open(self, name: str | None = None) -> None:
        """Load a model in place of the loaded one; None is the active one, which the workbench knows."""
        if self._opening is not None:
            self._opening.cancel()
        self._wanted = name or self._active
        self._opening = self._lane.submit(partial(self._load, self._wanted), self._take, self._refuse, urgent=True)
        self.loading_changed.emit()

    def choose(self, key: str) -> None:
        """The user picks a model: for these images, and (unless it is only a demonstration) for the next."""
        card = next((one.card for one in self._installed if one.card and model_key(one.card) == key), None)
        if card is not None and not card.synthetic:
            self._active = key
            self.chosen.emit(key)
        self.open(key)

    def use_optics(self, chosen: Settings) -> None:
        """Analyse with other calibration profiles and another stain from now on."""
        self._optics = chosen
        if self._bench is not None:
            self._bench.use_optics(chosen)

    def list_models(self) -> None:
        """Look again at what is installed."""
        self._lane.submit(lambda: tuple(self._workbench().models()), self._show, self._refuse_list)

    @property
    def lane(self) -> Lane:
        """Where models run."""
        return self._lane

    def analyser(
        self, region: Region | None = None, reading: Reading = lambda done, size: None
    ) -> Callable[[Path], Finding] | None:
        """A function for the lane that analyses a file, or a field of it, with the loaded model; None without one.

        `reading` hears there how far a slide is read for its hash.
        """
        if self._bench is None or self._predictor is None:
            return None
        return partial(self._analyse, self._bench, self._predictor, region, reading=reading)

    def second_opinion(self, key: str, region: Region | None, path: Path) -> Finding:
        """Analyse a file, or a field of it, with another model, which stays loaded until yet another is asked for.

        Runs on the lane. Raises `ImageError`, `BundleError`, `EngineError`.
        """
        bench = self._workbench()
        if self._second is None or model_key(self._second.card) != key:
            before, self._second = self._second, None
            if before is not None:
                before.close()
            self._second = bench.open(key)
        return self._analyse(bench, self._second, region, path)

    def for_cells(self, key: str | None) -> tuple[Bench, Predictor]:
        """The workbench and a model of single cells, which stays loaded: this one, or the one it prefers for None.

        Runs on the lane. Raises `BundleError`, `EngineError`.
        """
        bench = self._workbench()
        wanted = key or bench.cell_model()
        if self._for_cells is None or model_key(self._for_cells.card) != wanted:
            before, self._for_cells = self._for_cells, None
            if before is not None:
                before.close()
            self._for_cells = bench.open(wanted)
        return bench, self._for_cells

    def close(self) -> None:
        """Let go of the models; only after the lane was closed."""
        for predictor in filter(None, (self._predictor, self._second, self._for_cells)):
            predictor.close()
        self._predictor = self._second = self._for_cells = None

    def _workbench(self) -> Bench:
        if self._bench is None:
            self._bench = self._make_bench()
            if self._optics is not None:
                self._bench.use_optics(self._optics)
        return self._bench

    @staticmethod
    def _analyse(
        bench: Bench,
        predictor: Predictor,
        region: Region | None,
        path: Path,
        reading: Reading = lambda done, size: None,
    ) -> Finding:
        return bench.analyse(path, predictor, region=region, reading=reading)

    def _load(self, name: str | None) -> Predictor:
        return self._workbench().open(name)

    def _take(self, predictor: Predictor) -> None:
        before, self._predictor = self._predictor, predictor
        self._opening, self._wanted = None, model_key(predictor.card)
        if before is not None:
            self._lane.submit(before.close)
        self.loading_changed.emit()
        self.opened.emit()

    def _refuse(self, error: Exception) -> None:
        self._opening = None
        self._wanted = model_key(self.card) if self.card else None
        self.loading_changed.emit()
        if isinstance(error, KnownError):
            self.failed.emit(error)

    def _show(self, installed: Sequence[Installed]) -> None:
        self._installed, self._looked = tuple(installed), True
        self.listed.emit()

    def _refuse_list(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)
