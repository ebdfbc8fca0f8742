"""Keeping watch on a model: the control set, its runs, and what came in day by day; for window and command line alike.

Joins rooms as `bootstrap` does. Everything blocks: in the window it runs on a lane of its own.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from leukdesk import __version__
from leukdesk.control_log import ControlLog
from leukdesk.domain.control import ControlRun, ControlSet, DayOfWork, RunKind
from leukdesk.domain.drift import Judged, judge_days, judge_runs
from leukdesk.domain.errors import DataError, HistoryReason, KnownError

if TYPE_CHECKING:
    from leukdesk.analysis.control_run import Circumstances
    from leukdesk.analysis.ports import Predictor
    from leukdesk.bundles.load import Bundle
    from leukdesk.domain.reviewed import TrainingSet
    from leukdesk.history.history import History
    from leukdesk.settings import Settings

_LATELY = timedelta(days=45)  # of daily work that is shown beside its base line
_REVIEWED = "reviewed"  # folder of the copies of reviewed images
Told = Callable[[int, int], None]
Asked = Callable[[], bool]


class WatchBench(Protocol):
    """What is needed of `bootstrap.Workbench`."""

    @property
    def settings(self) -> Settings:
        """The user's settings."""

    def open(self, name: str | None = None, *, callers: int) -> Predictor:
        """A model, warmed up; the active one for None. Raises `BundleError`, `EngineError`."""

    def load(self, name: str | None = None) -> Bundle:
        """A model with its files checked; the active one for None. Raises `BundleError`."""

    def export_for_training(self, user: int, case_ids: list[int], folder: Path) -> TrainingSet:
        """Copy reviewed images into a folder for each class."""


@dataclass(frozen=True, slots=True)
class Watched:
    """How things stand: the set, every run with what is wrong with it, and every day of work with the active model."""

    control: ControlSet | None
    runs: tuple[Judged, ...] = ()
    days: tuple[Judged, ...] = ()
    trouble: KnownError | None = None  # why the set, or the daily work, cannot be looked at

    @property
    def newest(self) -> tuple[Judged, ...]:
        """The newest run of each kind on the present control set, and the newest day: what counts now."""
        found = {one.of.kind: one for one in self.of_present_set if isinstance(one.of, ControlRun)}
        return (*found.values(), *self.days[-1:])

    @property
    def of_present_set(self) -> tuple[Judged, ...]:
        """The runs on the present control set."""
        digest = self.control.digest if self.control is not None else ""
        return tuple(one for one in self.runs if isinstance(one.of, ControlRun) and one.of.control == digest)

    @property
    def drifts(self) -> bool:
        """Whether something of that broke a rule."""
        return any(one.signals for one in self.newest)

    @property
    def needs_looking_at(self) -> bool:
        """Whether somebody should look: drift, or a control set that cannot be run."""
        return self.drifts or (self.trouble is not None and self.trouble.kind == DataError.kind)


class ControlWatch:
    """One user's control set. Methods raise `KnownError`s."""

    def __init__(
        self,
        bench: WatchBench,
        folder: Path,
        *,
        by: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`folder` is where control set and runs are kept; `by` is who is said to act."""
        self._bench, self._folder, self._by, self._clock = bench, folder, by, clock
        self._log = ControlLog(folder)

    def choose(self, folder: Path, told: Told = lambda done, of: None, cancelled: Asked = lambda: False) -> ControlSet:
        """Freeze a folder of labelled images as the control set. Raises `DataError`, `OutputError`, `Cancelled`."""
        from leukdesk.analysis.control_set import freeze

        control = freeze(folder, made=self._now(), by=self._by, told=told, cancelled=cancelled)
        self._log.keep(control)
        return control

    def choose_reviewed(self, user: int) -> ControlSet:
        """Freeze copies of all images that people reviewed here. Raises `HistoryError`, `DataError`, `OutputError`."""
        folder = self._folder / f"{_REVIEWED}-{self._clock():%Y%m%d-%H%M%S}"
        self._bench.export_for_training(user, [], folder)
        return self.choose(folder)

    def give_up(self) -> None:
        """Use no control set any more; what was recorded stays. Raises `OutputError`."""
        self._log.forget_set()

    def begin_anew(self, why: str) -> None:
        """Let base lines begin with what follows, as after a change that is meant to be: a new stain, or camera."""
        self._log.begin_anew(self._now(), self._by, why)

    def run(
        self,
        photos: Path | None = None,
        told: Told = lambda done, of: None,
        cancelled: Asked = lambda: False,
    ) -> Judged:
        """Run the control set, or new photographs of its slides, with the active model, and record what came of it.

        Raises `DataError` where there is no control set, `BundleError`, `EngineError`, `OutputError`, `Cancelled`.
        """
        from leukdesk.analysis.control_run import run_photos, run_set

        control = self._log.control()
        if control is None:
            advice = "Choose a folder of labelled images first: `leukdesk watch choose FOLDER`."
            raise DataError("there is no control set", reason="no_control", advice=advice)
        around = self._around(told, cancelled)
        with closing(self._bench.open(None, callers=1)) as predictor:
            made = (
                run_set(control, predictor, around)
                if photos is None
                else run_photos(control, photos, predictor, around)
            )
        self._log.add(made)
        return self._judged()[-1]

    def due(self) -> bool:
        """Whether there is a control set on which the active model has not been run today (UTC)."""
        control, today = self._log.control(), self._now()[:10]
        if control is None:
            return False
        done = [one for one in self._log.runs() if one.kind is RunKind.SET and one.control == control.digest]
        return not any(one.at[:10] == today and one.bundle == self._bench.load(None).ref for one in done)

    def look(self, history: Callable[[], History] | None = None) -> Watched:
        """How things stand; with the daily work, where a history can be had. Never raises a `KnownError`."""
        trouble: KnownError | None = None
        control: ControlSet | None = None
        days: list[DayOfWork] = []
        try:
            control = self._log.control()
        except KnownError as error:
            trouble = error
        if control is not None and not control.folder.is_dir():
            what, advice = "the folder of the control set is gone", "Connect its disk, or choose a control set anew."
            trouble = DataError(what, reason="gone", subject=control.folder, advice=advice)
        try:
            days = self._days(history()) if history is not None else []
        except KnownError as error:  # the control set is worth looking at without it
            trouble = trouble or (None if error.reason == HistoryReason.NOT_FOUND else error)
        return Watched(control, tuple(self._judged()), tuple(judge_days(days)), trouble)

    # -- what that needs

    def _judged(self) -> list[Judged]:
        anew = self._log.anew()
        runs = self._log.runs()
        before = [Judged(one, (), {}) for one in runs if one.at <= anew]
        return before + judge_runs([one for one in runs if one.at > anew])

    def _days(self, history: History) -> list[DayOfWork]:
        """The days of the base line, and what came in lately."""
        model = self._bench.load(None).ref.sha256
        anew = datetime.fromisoformat(self._log.anew() or "1970-01-01T00:00:00+00:00")
        first = history.daily.days(model, since=anew)
        lately = history.daily.days(model, since=max(anew, self._clock() - _LATELY), most=60)
        return [one for _, one in sorted({one.day: one for one in (*first, *lately)}.items())]

    def _around(self, told: Told, cancelled: Asked) -> Circumstances:
        from leukdesk.analysis.control_run import Circumstances

        chosen = self._bench.settings
        return Circumstances(
            at=self._now(),
            by=self._by,
            machine=platform.node(),
            program=__version__,
            limit_px=chosen.limit_px,
            taken=chosen.acquisition,
            told=told,
            cancelled=cancelled,
        )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds")
