"""What the user has chosen, kept on disk by a lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.errors import KnownError
from leukdesk.domain.optics import OpticsProfile
from leukdesk.settings import RECENT, Engine, Settings, Theme, save

_RULES = ("lock_after_min", "signatures", "blind_review", "keep_copies", "history_url")  # of the laboratory, no taste


class Preferences(QObject):
    """The settings in force; a change is written at once, off the GUI thread."""

    changed = Signal()
    optics_changed = Signal(object, object)  # the settings before, and now
    failed = Signal(object)  # KnownError: it could not be written

    def __init__(self, settings: Settings, file: Callable[[], Path], lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._file, self._lane = settings, file, lane

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    def set_theme(self, mode: Theme) -> None:
        """One of `leukdesk.settings.THEMES`."""
        self._keep(replace(self._settings, theme=mode))

    def set_text_size(self, percent: int) -> None:
        """One of `theme.tokens.TEXT_SIZES`."""
        self._keep(replace(self._settings, text_size=percent))

    def set_active_model(self, key: str) -> None:
        """The model for the next images."""
        self._keep(replace(self._settings, active_model=key))

    def set_language(self, name: str) -> None:
        """A language as in "de"; empty for the system's. It is used from the next start on."""
        self._keep(replace(self._settings, language=name))

    def set_engine(self, engine: Engine) -> None:
        """One of `leukdesk.settings.ENGINES`; used from the next start on."""
        self._keep(replace(self._settings, engine=engine))

    def set_threads(self, threads: int) -> None:
        """How many threads work, 0 for one a core; used from the next start on."""
        self._keep(replace(self._settings, threads=threads))

    def set_limit_px(self, limit: int) -> None:
        """How many pixels an image may have; used from the next start on."""
        self._keep(replace(self._settings, limit_px=limit))

    def set_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """The keys of those actions that do not keep theirs."""
        self._keep(replace(self._settings, keys=keys))

    def set_welcomed(self) -> None:
        """The first welcome was shown."""
        self._keep(replace(self._settings, welcomed=True))

    def remember_opened(self, paths: Sequence[Path]) -> None:
        """These files and folders were opened; they come first from now on."""
        names = [str(path.absolute()) for path in paths[:RECENT]]
        kept = [name for name in self._settings.recent if name not in names]
        self._keep(replace(self._settings, recent=(*names, *kept)))

    def forget_opened(self) -> None:
        """Keep no trace of what was opened."""
        self._keep(replace(self._settings, recent=()))

    def set_optics(self, profiles: Sequence[OpticsProfile]) -> None:
        """The calibration profiles; folders whose profile is gone have none."""
        names = {one.name for one in profiles}
        folders = {folder: name for folder, name in self._settings.optics_of.items() if name in names}
        self._keep(replace(self._settings, optics=tuple(profiles), optics_of=folders))

    def set_optics_of(self, folder: Path, name: str) -> None:
        """The profile for the images of a folder, or for one image; none for an empty name."""
        folders = {one: kept for one, kept in self._settings.optics_of.items() if one != str(folder)}
        self._keep(replace(self._settings, optics_of=folders | ({str(folder): name} if name else {})))

    def set_site(self, site: str, stain: str) -> None:
        """What this laboratory is called, and how it stains."""
        self._keep(replace(self._settings, site=site, stain=stain))

    def set_signatures(self, people: int) -> None:
        """How many people sign a case, 1 or 2."""
        self._keep(replace(self._settings, signatures=people))

    def set_keep_copies(self, copies: bool) -> None:
        """Whether recorded images are copied into the case history; used from the next start on."""
        self._keep(replace(self._settings, keep_copies=copies))

    def set_blind_review(self, blind: bool) -> None:
        """Whether a review hides the model's answer until a person gave his own."""
        self._keep(replace(self._settings, blind_review=blind))

    def set_lock_after(self, minutes: int) -> None:
        """After how many minutes without a touch the window locks itself; 0 for never."""
        self._keep(replace(self._settings, lock_after_min=minutes))

    def reset(self) -> None:
        """Everything as on the first day, but for the welcome, which stays away, and what `as_designed` keeps."""
        self._keep(replace(self.as_designed(), welcomed=True, active_model=""))

    def as_designed(self) -> Settings:
        """The settings but for what is no taste: what was measured or stated of the laboratory, and the model."""
        now = self._settings
        kept = (
            "welcomed",
            "active_model",
            "recent",
            "optics",
            "optics_of",
            "stain",
            "site",
            "unknown",
            *_RULES,
        )
        return Settings(**{name: getattr(now, name) for name in kept})

    def _keep(self, settings: Settings) -> None:
        if settings != self._settings:
            before, self._settings = self._settings, settings
            self.changed.emit()
            if any(getattr(before, name) != getattr(settings, name) for name in ("optics", "optics_of", "stain")):
                self.optics_changed.emit(before, settings)
            self._lane.submit(partial(_write, self._file, settings), failed=self._tell)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)


def _write(file: Callable[[], Path], settings: Settings) -> None:
    save(file(), settings)
