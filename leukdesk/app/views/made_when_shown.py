"""Pages that are imported and built when they are first shown: before, they would only delay the first paint.

To add one: a `cached_property` that imports and makes the view, as the child of a place (it would outlive the window
without one), and a way to show it; name its file in `tests/unit/house/test_startup_imports.py`.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from leukdesk.app.theme.theme import Theme

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.comparing_models import ComparingModels
    from leukdesk.app.viewmodels.engine import Engine
    from leukdesk.app.viewmodels.gate_desk import GateDesk
    from leukdesk.app.viewmodels.train_setup import TrainSetup
    from leukdesk.app.views.adaptation_view import AdaptationView
    from leukdesk.app.views.comparing_models_view import ComparingModelsView
    from leukdesk.app.views.gate_view import GateView
    from leukdesk.app.views.models_view import ModelsView
    from leukdesk.app.views.train_setup_view import TrainSetupView
    from leukdesk.app.views.train_view import TrainView
    from leukdesk.training_runs import TrainingRun


class Trained(Protocol):
    """What the gate needs of a run."""

    @property
    def folder(self) -> Path: ...
    @property
    def title(self) -> str: ...


class Gating(QObject):
    """Puts the gate into the Train place, and opens it for a run."""

    def __init__(self, train: TrainView, desk: GateDesk, engine: Engine, theme: Theme) -> None:
        super().__init__(train)
        self._train, self._desk, self._engine, self._theme = train, desk, engine, theme
        train.judge_wished.connect(self.open)

    @cached_property
    def view(self) -> GateView:
        """The page."""
        from leukdesk.app.views.gate_view import GateView

        made = GateView(self._desk, self._engine, self._theme, self._train)
        made.hide()
        made.left.connect(self._train.show_runs)
        return made

    def open(self, run: Trained) -> None:
        """Judge a run, or look at how it was judged."""
        self._train.show_page(self.view)
        self._desk.open(run.folder, run.title)


class Adaptations(QObject):
    """Puts what an adaptation changed into the Train place, and opens it for a run."""

    def __init__(self, train: TrainView, engine: Engine, theme: Theme) -> None:
        super().__init__(train)
        self._train, self._engine, self._theme = train, engine, theme
        train.page.before_and_after.connect(self.open)

    @cached_property
    def view(self) -> AdaptationView:
        """The page."""
        from leukdesk.app.views.adaptation_view import AdaptationView

        made = AdaptationView(self._train.desk, self._engine, self._theme, self._train)
        made.hide()
        made.left.connect(self._train.show_runs)
        made.judge_wished.connect(self._train.judge_wished)
        return made

    def open(self, run: TrainingRun) -> None:
        """Show how an adaptation did."""
        self._train.show_page(self.view)
        self.view.show_run(run)


class SettingUp(QObject):
    """Shows the steps in the Train place when a new run is wished for."""

    def __init__(self, train: TrainView, setup: TrainSetup, theme: Theme) -> None:
        super().__init__(train)
        self._train, self._setup, self._theme = train, setup, theme
        train.new_wished.connect(self.open)
        setup.ordered.connect(train.desk.begin)

    @cached_property
    def view(self) -> TrainSetupView:
        """The page."""
        from leukdesk.app.views.train_setup_view import TrainSetupView

        made = TrainSetupView(self._setup, self._theme, self._train)
        made.hide()
        made.left.connect(self._train.show_runs)
        return made

    def open(self) -> None:
        """Go on where one left."""
        self._train.show_page(self.view)
        if not self._setup.doing:
            self._setup.go(self._setup.step)  # find out what was given up when one left


class ModelsComparing(QObject):
    """Puts the comparison of two models into the Models place; `image_wanted` carries an image to look at."""

    image_wanted = Signal(Path)

    def __init__(self, models: ModelsView, desk: ComparingModels, engine: Engine, theme: Theme) -> None:
        super().__init__(models)
        self._models, self._desk, self._engine, self._theme = models, desk, engine, theme
        models.compare.clicked.connect(self.open)

    @cached_property
    def view(self) -> ComparingModelsView:
        """The page."""
        from leukdesk.app.views.comparing_models_view import ComparingModelsView

        made = ComparingModelsView(self._desk, self._engine, self._theme, self._models)
        made.hide()
        made.left.connect(self._models.show_models)
        made.image_wanted.connect(self.image_wanted)
        return made

    def open(self) -> None:
        """Show the page."""
        self._models.show_page(self.view)
