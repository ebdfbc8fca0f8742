"""Closing the window waits for what is to be recorded, and tells what cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.case_desk import CaseDesk
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.inline_error import in_words
from leukdesk.domain.errors import KnownError

if TYPE_CHECKING:
    from leukdesk.history.recovery import Restored


class Leaving(QObject):
    """Tells in the banner what is not on the disk, while working and when the window is closed."""

    def __init__(self, window: QWidget, desk: CaseDesk, banner: Banner, restore: QAction, theme: Theme) -> None:
        super().__init__(window)
        self._theme, self._restore = theme, restore
        casebook, recorder = desk.casebook, desk.recorder
        self._window, self._casebook, self._recorder, self._banner = window, casebook, recorder, banner
        restore.setEnabled(False)
        restore.triggered.connect(self._offer_to_restore)
        casebook.opened.connect(lambda: restore.setEnabled(False))
        self._wants_to_leave = self._warned = False
        recorder.not_kept.connect(self._tell)
        recorder.progressed.connect(self._go_on)
        casebook.failed.connect(self._tell_unopened)
        casebook.restored.connect(self._tell_restored)

    def may_leave(self) -> bool:
        """Whether the window may close now. If not it closes by itself as soon as it may, or says what is in the way.

        What cannot be written holds nobody up twice.
        """
        recorder = self._recorder
        if not recorder.waiting or self._casebook.is_locked or (self._warned and recorder.stuck):
            return True
        self._wants_to_leave = True
        if recorder.stuck:
            self._warn()
        else:
            self._banner.say(self.tr("Findings still to be kept: {count}").format(count=number(recorder.waiting)),
                             self.tr("leukdesk closes as soon as they are on the disk."))  # fmt: skip
        return False

    def _go_on(self) -> None:
        if not self._wants_to_leave:
            return
        if self._recorder.waiting and self._recorder.stuck:
            self._warn()
        elif self.may_leave():
            self._window.close()

    def _warn(self) -> None:
        self._warned, self._wants_to_leave = True, False
        error = self._recorder.error or self._casebook.error
        why = in_words(error) if error is not None else ""
        what = self.tr("Findings that are not kept: {count}").format(count=number(self._recorder.waiting))
        leave = self.tr("Close once more to leave without them.")
        self._banner.say(what, f"{why} {leave}".strip(), "refuse", self.tr("Try again"), self._recorder.try_again)

    def _tell(self, error: KnownError) -> None:
        what = self.tr("What was found is not kept in the case history.")
        self._banner.say(what, in_words(error), "refuse", self.tr("Try again"), self._recorder.try_again)

    def _tell_unopened(self, error: KnownError) -> None:
        if self._casebook.is_open:
            self._banner.tell(error)
            return
        self._tell(error)
        self._restore.setEnabled(self._casebook.restorable)
        if self._casebook.restorable:
            what = self.tr("The case history cannot be opened.")
            self._banner.say(what, in_words(error), "refuse", self.tr("Restore…"), self._restore.trigger)
        if self._wants_to_leave:
            self._warn()

    def _offer_to_restore(self) -> None:
        from leukdesk.app.views.restore_dialog import RestoreDialog

        RestoreDialog(self._casebook, self._theme, self._window).open()

    def _tell_restored(self, restored: Restored) -> None:
        if restored.missing:
            words = self.tr("Events that were recorded and are missing: {count}, from number {first} on.")
            words = words.format(count=number(restored.missing), first=number(restored.missing_from))
        else:
            words = self.tr("Nothing that was recorded is missing.")
        tone = "attention" if restored.missing else "ok"
        self._banner.say(self.tr("The case history is restored."), words, tone)
