"""What a newcomer sees: what this is, what to open, and what it does not do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.open_fields import OpenFieldsViewModel
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.labels import label, link
from leukdesk.app.views.widgets.page import Page

_WIDTH = 560
_RECENT = 4  # of what was open before; the menu has more


class Welcome(QWidget):
    """The empty state of the Analyse place."""

    reopened = Signal(str)  # the path of what was open before

    def __init__(
        self, fields: OpenFieldsViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._fields = fields
        self.choices: dict[QAction, Choice] = {}
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._page = Page(theme, _WIDTH)
        self._column = self._page.column
        self._column.setSpacing(tokens.SPACE_2)
        self._add_head()
        for action, icon, words in self._choices(actions):
            self.choices[action] = Choice(theme, action, icon, words)
            self._column.addWidget(self.choices[action])
        self._fetch = self.choices[actions.fetch]
        self._cancel = link(self.tr("Stop fetching"))
        self._cancel.clicked.connect(fields.cancel)
        self._column.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignLeading)
        self._recent = QWidget()
        self._column.addWidget(self._recent)
        self._add_foot()
        self._page.fill(self)
        fields.changed.connect(self._show_fields)
        self._show_fields()

    def offer(self, names: Sequence[str]) -> None:
        """Offer what was open before: files and folders by their paths."""
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, tokens.SPACE_3, 0, 0)
        column.setSpacing(tokens.SPACE_1)
        if names:
            column.addWidget(label(self.tr("Open again"), "section"))
        for name in names[:_RECENT]:
            again = link(Path(name).name)
            again.setToolTip(name)
            again.clicked.connect(lambda _on=False, name=name: self.reopened.emit(name))
            column.addWidget(again, 0, Qt.AlignmentFlag.AlignLeading)
        self._column.replaceWidget(self._recent, block)
        self._recent.hide()  # at once: it is deleted when the event loop comes to it
        self._recent.deleteLater()
        self._recent = block

    def _show_fields(self) -> None:
        offer, (done, total) = self._fields.offer, self._fields.progress
        self._fetch.setVisible(offer is not None)
        self._cancel.setVisible(self._fields.running)
        if self._fields.running:
            self._fetch.say(self.tr("Fetching: {done} of {total}").format(done=done, total=total or "…"))
        elif offer is not None:
            size = sum(field.bytes for field in offer.fields) / 1e6
            words = self.tr("{title} · {licence} licence · {size} MB")
            self._fetch.say(words.format(title=offer.title, licence=offer.licence, size=number(size, 1)))

    def _choices(self, actions: Actions) -> tuple[tuple[QAction, str, str], ...]:
        return (
            (actions.open_images, "image", self.tr("One or more files: JPEG, PNG, BMP or TIFF, or an archive of them")),
            (actions.open_folder, "folder", self.tr("All images in a folder and below it")),
            (
                actions.open_sample,
                "sample",
                self.tr("Synthetic fields with known truth: the model right, wrong and unsure"),
            ),
            (actions.fetch, "download", ""),
        )

    def _add_head(self) -> None:
        self._column.addStretch(2)
        self._column.addWidget(label(self.tr("See what a model sees in a blood smear"), "title", wrap=True))
        self._column.addWidget(
            label(
                self.tr("Drop images or a folder here, or choose. Nothing leaves this computer."),
                "muted",
                wrap=True,
            )
        )
        self._column.addSpacing(tokens.SPACE_3)

    def _add_foot(self) -> None:
        self._column.addSpacing(tokens.SPACE_3)
        words = self.tr(
            "leukdesk shows findings for you to confirm. It makes no diagnosis, it knows only the classes its model "
            "was trained on, and it can be wrong with high confidence."
        )
        self._column.addWidget(label(words, "caption", wrap=True))
        self._column.addStretch(3)


class Choice(QPushButton):
    """A large button: icon, what it does, a line of explanation, its key."""

    def __init__(self, theme: Theme, action: QAction, icon: str, words: str) -> None:
        super().__init__()
        self._theme, self._icon_name = theme, icon
        self.setProperty("kind", "choice")
        self.setAccessibleName(action.text().rstrip("…"))
        self.setAccessibleDescription(words)
        self.setToolTip(action.toolTip())
        self.clicked.connect(action.trigger)
        self._words = label(words, "caption", wrap=True)
        self._icon, key = QLabel(), label(action.shortcut().toString(), "caption")
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(label(action.text(), "strong", wrap=True))
        column.addWidget(self._words)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_3)
        row.setSpacing(tokens.SPACE_4)
        row.addWidget(self._icon)
        row.addLayout(column, 1)
        row.addWidget(key)
        for part in (self._icon, key):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._draw_icon()
        theme.changed.connect(self._draw_icon)

    def say(self, words: str) -> None:
        """Explain it in other words."""
        self._words.setText(words)
        self.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._row.minimumSize()

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(self._icon_name, "accent", tokens.ICON_LARGE))
