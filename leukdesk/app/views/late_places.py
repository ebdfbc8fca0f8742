"""The places beside Analyse: imported and made when they are first shown or asked for, or at leisure before that.

The window is painted before any of them is there; what goes on without them (a watched folder, a run of training, the
note about either) belongs to the view-models. To add one: a `cached_property` that imports and makes it, a property
for its view, its name in `PLACES`, its files in `AT_LEISURE` and in `tests/unit/house/test_startup_imports.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenuBar, QStackedWidget, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.analyse_view import AnalyseView
from leukdesk.app.views.menus import sections

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.desks import Desks
    from leukdesk.app.views.batch_view import BatchView
    from leukdesk.app.views.case_judging import CaseJudging
    from leukdesk.app.views.cases_view import CasesView
    from leukdesk.app.views.made_when_shown import Adaptations, Gating, ModelsComparing
    from leukdesk.app.views.models_view import ModelsView
    from leukdesk.app.views.settings_view import SettingsView
    from leukdesk.app.views.train_view import TrainView
    from leukdesk.app.views.watch_place import WatchPlace
    from leukdesk.domain.case import Case
    from leukdesk.domain.errors import KnownError

PLACES = ("analyse", "batch", "cases", "models", "train", "settings")
# Imported one by one before the place they belong to is made: each is a piece of work that nobody notices.
AT_LEISURE = {
    "cases": ("case_list_view", "case_page_view", "review_view", "review_desk", "cases_view", "case_judging"),
    "batch": ("batch_setup", "batch_work", "batch_view"),
    "models": ("models_view", "made_when_shown"),
    "train": ("run_page_view", "train_view"),
    "settings": ("account_settings", "settings_view"),
}
View = TypeVar("View", bound=QWidget)


class CasesPlace(NamedTuple):
    """The Cases place, and what is done on the page of a case beside keeping it."""

    view: CasesView
    judging: CaseJudging


class ModelsPlace(NamedTuple):
    """The Models place, and two models side by side."""

    view: ModelsView
    comparing: ModelsComparing


class TrainPlace(NamedTuple):
    """The Train place, and pages that belong to it."""

    view: TrainView
    gating: Gating
    adaptations: Adaptations


class HasLatePlaces:
    """What `MainWindow` has of its places beside Analyse."""

    _model: AnalyseViewModel
    _preferences: Preferences
    _theme: Theme
    _desks: Desks
    _folders: tuple[Path, Path]
    analyse: AnalyseView
    commands: Actions
    places: QStackedWidget
    watch: WatchPlace
    open_paths: Callable[[list[Path]], None]
    look_at: Callable[[list[Path], Path | None], None]
    look_at_one: Callable[[Path, Case | None], None]
    tell_signed: Callable[[], None]
    _menus: QMenuBar
    recents_cleared: SignalInstance

    @property
    def batch(self) -> BatchView:
        """The Batch place."""
        return self._batch_place

    @property
    def cases(self) -> CasesView:
        """The Cases place."""
        return self._cases_place.view

    @property
    def judging(self) -> CaseJudging:
        """Review and signatures, in the Cases place."""
        return self._cases_place.judging

    @property
    def models(self) -> ModelsView:
        """The Models place."""
        return self._models_place.view

    @property
    def models_comparing(self) -> ModelsComparing:
        """Two models side by side, in the Models place."""
        return self._models_place.comparing

    @property
    def train(self) -> TrainView:
        """The Train place."""
        return self._train_place.view

    @property
    def gating(self) -> Gating:
        """The gate, in the Train place."""
        return self._train_place.gating

    @property
    def adaptations(self) -> Adaptations:
        """What an adaptation changed, in the Train place."""
        return self._train_place.adaptations

    @property
    def settings(self) -> SettingsView:
        """The Settings place."""
        return self._settings_place

    def is_made(self, name: str) -> bool:
        """Whether a place is there already."""
        return name == PLACES[0] or f"_{name}_place" in vars(self)

    def make_at_leisure(self) -> Iterator[Callable[[], object]]:
        """What is not there yet, in pieces of work of some 50 ms."""
        for name, files in AT_LEISURE.items():
            for file in files:
                yield partial(import_module, f"leukdesk.app.views.{file}")
            if name != "settings":  # the one that takes a tenth of a second: only for who goes there
                yield partial(getattr, self, name)

    # -- making them

    def _begin_places(self) -> None:
        """What the places do before they are there."""
        one, desks = self.commands, self._desks
        for action in (*_of_cases(one), *_of_a_case(one)):
            action.setEnabled(False)  # until the Cases place allows them: it comes with whoever works here
        desks.cases.casebook.user_changed.connect(self._make_for_user)
        desks.training.failed.connect(self._tell_failed_training)

    def _make_for_user(self) -> None:
        """From now on there is something to tell of cases, of batches left by an earlier window, of a folder."""
        for name in ("cases", "batch"):
            getattr(self, name)

    def _tell_failed_training(self, error: KnownError) -> None:
        if not self.is_made("train"):
            self.train.banner.tell(error)

    def _take_in(self, name: str, view: View) -> View:
        """Put a place where it belongs; what stood there for it goes."""
        at = PLACES.index(name)
        if (before := self.places.widget(at)) is not None:
            self.places.removeWidget(before)
            before.deleteLater()
        self.places.insertWidget(at, view)
        return view

    @cached_property
    def _batch_place(self) -> BatchView:
        from leukdesk.app.views.batch_view import BatchView

        made = self._take_in("batch", BatchView(self._desks.batches, self._theme))
        made.image_wanted.connect(self.look_at_one)
        made.offer_in(self.analyse.banner, self.commands.go_batch)
        return made

    @cached_property
    def _cases_place(self) -> CasesPlace:
        from leukdesk.app.views.case_judging import CaseJudging
        from leukdesk.app.views.cases_view import CasesView
        from leukdesk.app.views.reporting import Reporting

        one, theme, desk = self.commands, self._theme, self._desks.cases
        made = self._take_in("cases", CasesView(desk, self._model, theme, one))
        made.images_wanted.connect(self.look_at)
        made.refused_images.connect(self.tell_signed)
        judging = CaseJudging(made, desk, self._model.engine, self._preferences, theme, one)
        Reporting(made, desk, theme, one.report_case)
        return CasesPlace(made, judging)

    @cached_property
    def _models_place(self) -> ModelsPlace:
        from leukdesk.app.views.made_when_shown import ModelsComparing
        from leukdesk.app.views.models_view import ModelsView

        desks, engine = self._desks, self._model.engine
        made = self._take_in("models", ModelsView(engine, self._theme))
        made.serve(desks.models)
        comparing = ModelsComparing(made, desks.comparing, engine, self._theme)
        comparing.image_wanted.connect(lambda path: self.open_paths([path]))
        self.watch.put_into(made)
        return ModelsPlace(made, comparing)

    @cached_property
    def _train_place(self) -> TrainPlace:
        from leukdesk.app.views.made_when_shown import Adaptations, Gating, SettingUp
        from leukdesk.app.views.train_view import TrainView

        desks, engine, theme = self._desks, self._model.engine, self._theme
        _ = self.models  # what the gate puts on the shelf is told there
        made = self._take_in("train", TrainView(desks.training, theme))
        made.offer(self.commands.most_useful)
        SettingUp(made, desks.setup, theme)
        return TrainPlace(made, Gating(made, desks.gate, engine, theme), Adaptations(made, engine, theme))

    @cached_property
    def _settings_place(self) -> SettingsView:
        from leukdesk.app.views.account_settings import AccountSettings
        from leukdesk.app.views.settings_view import SettingsView

        chosen, theme, menus = self._preferences, self._theme, sections(self._menus)
        accounts = AccountSettings(self._desks.cases.casebook, chosen, theme)
        made = SettingsView(chosen, theme, self.commands, menus, self._folders, accounts)
        made.recents_cleared.connect(self.recents_cleared)
        return self._take_in("settings", made)


def _of_cases(one: Actions) -> tuple[QAction, ...]:
    return one.new_case, one.put_into_case, one.most_useful, one.agreement


def _of_a_case(one: Actions) -> tuple[QAction, ...]:
    return (
        *(one.add_to_case, one.edit_case, one.erase_case, one.report_case),
        *(one.review_case, one.sign_case, one.amend_case, one.case_versions),
    )
