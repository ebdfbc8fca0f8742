"""What the user has chosen, kept on disk by a lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.errors import KnownError
from leukdesk.settings import Settings, Theme, save


class Preferences(QObject):
    """The settings in force; a change is written at once, off the GUI thread."""

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

    def _keep(self, settings: Settings) -> None:
        if settings != self._settings:
            self._settings = settings
            self._lane.submit(partial(_write, self._file, settings), failed=self._tell)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)


def _write(file: Callable[[], Path], settings: Settings) -> None:
    save(file(), settings)
