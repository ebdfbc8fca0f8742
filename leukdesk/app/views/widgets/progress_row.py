"""How far a run is, how long it will take, and the buttons to pause it, go on with it or give it up."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.views.widgets.action_button import ActionButton
from leukdesk.app.views.widgets.labels import ElidedLabel, link

translate = QCoreApplication.translate

_BAR = 120  # px


class ProgressRow(QWidget):
    """One run. The buttons belong to the actions given; each is there while its action can be taken.

    `failed` is a link to what failed: connect its `clicked`.
    """

    def __init__(
        self,
        theme: Theme,
        *,
        pause: QAction | None = None,
        resume: QAction | None = None,
        cancel: QAction | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.bar, self.words, self.failed = (
            QProgressBar(),
            ElidedLabel("caption", Qt.TextElideMode.ElideRight),
            link(""),
        )
        self.buttons = [ActionButton(theme, one) for one in (pause, resume, cancel) if one is not None]
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self._lay_out()
        theme.changed.connect(self._resize_bar)
        self._resize_bar()
        self.show_progress(Progress())

    def show_progress(self, progress: Progress, words: str = "") -> None:
        """Show a run; `words` instead of the count where something else is to be said, such as "Looking for images"."""
        unfinished = 0 < progress.total != progress.done
        self.bar.setVisible(unfinished or bool(words))
        self.bar.setRange(0, 0 if words and not progress.total else max(progress.total, 1))
        self.bar.setValue(progress.done)
        self.words.set_text(words or progress_words(progress))
        self.failed.setText(self.tr("{count} failed").format(count=progress.failed))
        self.failed.setVisible(progress.failed > 0)
        for button in self.buttons:
            button.setVisible(button.defaultAction().isEnabled())

    def _resize_bar(self) -> None:
        self.bar.setFixedWidth(self._theme.px(_BAR))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_2)
        for one in (self.bar, self.words, self.failed, *self.buttons):
            row.addWidget(one, 0, Qt.AlignmentFlag.AlignVCenter)


def progress_words(progress: Progress) -> str:
    """How far, how fast, how long still; nothing for a run of nothing."""
    if progress.total == 0:
        return ""
    words = translate("Progress", "{done} of {total} done").format(done=progress.done, total=progress.total)
    if progress.running and progress.rate > 0:
        words += ", " + translate("Progress", "{rate}/s").format(rate=_rounded(progress.rate))
    if progress.seconds_left is not None:
        words += ", " + translate("Progress", "{time} left").format(time=duration_words(progress.seconds_left))
    return words


def reading_words(progress: Progress) -> str:
    """That a slide is read whole, how far, how long still; `progress` is in MB."""
    words = translate("Progress", "Reading the slide once: {done} of {total} MB")
    words = words.format(done=number(progress.done), total=number(progress.total))
    if progress.seconds_left is not None:
        words += ", " + translate("Progress", "{time} left").format(time=duration_words(progress.seconds_left))
    return words


def duration_words(seconds: float) -> str:
    """An estimated time in one unit."""
    if seconds < 90:
        return translate("Progress", "{count} s").format(count=max(1, round(seconds)))
    if seconds < 90 * 60:
        return translate("Progress", "{count} min").format(count=round(seconds / 60))
    return translate("Progress", "{count} h").format(count=round(seconds / 3600))


def _rounded(rate: float) -> str:
    return number(rate, 1 if rate < 10 else 0)
