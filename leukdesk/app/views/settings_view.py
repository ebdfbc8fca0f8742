"""The Settings place: everything the user may choose, each choice kept at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QLocale, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.language import available, own_name
from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.keeping_settings import KeepingSettings
from leukdesk.app.views.key_settings import KeySettings
from leukdesk.app.views.review_settings import ReviewSettings
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.page import Page
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.settings import ENGINES

_WIDTH = 720
_NAMES, _CHOICES = 120, 240  # px, of the columns
_LIMITS = (64_000_000, 128_000_000, 256_000_000)  # px


class SettingsView(QWidget):
    """To add a setting: 1. the field in `leukdesk/settings.py`, 2. its setter in `Preferences`, 3. a picker here."""

    recents_cleared = Signal()

    def __init__(
        self,
        preferences: Preferences,
        theme: Theme,
        actions: Actions,
        sections: Iterable[tuple[str, list[QAction]]],
        folders: tuple[Path, Path],
        accounts: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        """`sections`: the actions by menu; `folders`: the user's data, and the translations."""
        super().__init__(parent)
        self._preferences, self._theme, self._actions = preferences, theme, actions
        self._data, self._translations = folders
        self.theme, self.text_size, self.language, self.engine, self.threads, self.limit = self._pickers()
        self.review = ReviewSettings(preferences, theme)
        self.keeping = KeepingSettings(preferences, theme)
        self.accounts = accounts
        self.keys = KeySettings(actions, sections)
        self.folder = label(str(self._data), "muted", wrap=True)
        self.reset = QPushButton(self.tr("All settings as on the first day"))
        self._page = Page(theme, _WIDTH)
        self._blocks: dict[str, QWidget] = {}
        self._lay_out()
        self._connect()
        self._show()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self.theme

    def show_section(self, name: str) -> None:
        """Bring a section into view: look, work, review, accounts, keys, data."""
        self._page.ensureWidgetVisible(self._blocks[name], 0, tokens.SPACE_5)
        if name == "keys":
            self.keys.list.setFocus()

    def _pickers(self) -> tuple[Picker, Picker, Picker, Picker, Picker, Picker]:
        sizes = [(QLocale().toString(size) + " %", size) for size in tokens.TEXT_SIZES]
        return (
            self._picker(self.tr("Theme"), [(one.text(), one.data()) for one in self._actions.themes.actions()]),
            self._picker(self.tr("Text size"), sizes),
            self._picker(self.tr("Language"), self._languages()),
            self._picker(self.tr("Engine"), list(zip(self._engine_names(), ENGINES, strict=True))),
            self._picker(self.tr("Threads"), self._thread_counts()),
            self._picker(self.tr("Largest image"), self._limits()),
        )

    def _picker(self, name: str, choices: Sequence[tuple[str, object]]) -> Picker:
        picker = Picker(self._theme, name)
        for words, data in choices:
            picker.addItem(words, data)
        return picker

    def _languages(self) -> list[tuple[str, object]]:
        return [
            (self.tr("As the system"), ""),
            *((own_name(one), one) for one in available(self._translations)),
        ]

    def _engine_names(self) -> tuple[str, str, str]:
        return self.tr("The fastest there is"), self.tr("LiteRT, on the processor"), self.tr("TensorFlow, on the GPU")

    def _thread_counts(self) -> list[tuple[str, object]]:
        cores = os.cpu_count() or 1
        wanted = self._preferences.settings.threads
        counts = sorted({*range(1, min(cores, 16) + 1), *([wanted] if wanted else [])})
        return [(self.tr("One for each core"), 0), *((str(one), one) for one in counts)]

    def _limits(self) -> list[tuple[str, object]]:
        wanted = self._preferences.settings.limit_px
        words = self.tr("{count} million pixels")
        return [(words.format(count=number(px / 1e6)), px) for px in sorted({*_LIMITS, wanted})]

    def _connect(self) -> None:
        keep = self._preferences
        self.theme.activated.connect(lambda at: self._actions.themes.actions()[at].trigger())
        self.text_size.activated.connect(lambda at: self._resize_text(self.text_size.itemData(at)))
        self.language.activated.connect(lambda at: keep.set_language(self.language.itemData(at)))
        self.engine.activated.connect(lambda at: keep.set_engine(self.engine.itemData(at)))
        self.threads.activated.connect(lambda at: keep.set_threads(self.threads.itemData(at)))
        self.limit.activated.connect(lambda at: keep.set_limit_px(self.limit.itemData(at)))
        self.reset.clicked.connect(self._reset)
        keep.changed.connect(self._show)

    def _show(self) -> None:
        now = self._preferences.settings
        for picker, value in (
            (self.theme, now.theme),
            (self.text_size, now.text_size),
            (self.language, now.language),
            (self.engine, now.engine),
            (self.threads, now.threads),
            (self.limit, now.limit_px),
        ):
            picker.setCurrentIndex(picker.findData(value))
        self.reset.setEnabled(now != self._preferences.as_designed())

    def _resize_text(self, percent: int) -> None:
        self._theme.use(self._theme.mode, percent)
        self._preferences.set_text_size(percent)

    def _reset(self) -> None:
        self._preferences.reset()
        self._actions.rebind({})
        self._resize_text(self._preferences.settings.text_size)
        mode = self._preferences.settings.theme
        next(one for one in self._actions.themes.actions() if one.data() == mode).trigger()

    def _lay_out(self) -> None:
        column = self._page.column
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(label(self.tr("Settings"), "title"))
        later = self.tr("Used from the next start on")
        self._add(
            column, "look", self.tr("Look"), self._form((self.theme, ""), (self.text_size, ""), (self.language, later))
        )
        self._add(
            column,
            "work",
            self.tr("Work"),
            self._form((self.engine, later), (self.threads, later), (self.limit, later)),
        )
        self._add(column, "review", self.tr("Review"), self.review)
        self._add(column, "accounts", self.tr("Accounts"), self.accounts)
        self._add(column, "data", self.tr("Your data"), self._data_block())
        self._add(column, "keys", self.tr("Keys"), self.keys)
        column.addWidget(self.reset, 0)
        column.addStretch(1)
        self._page.fill(self)

    def _add(self, column: QVBoxLayout, name: str, title: str, block: QWidget) -> None:
        column.addWidget(label(title, "heading"))
        column.addWidget(block)
        column.addSpacing(tokens.SPACE_2)
        self._blocks[name] = block

    def _data_block(self) -> QWidget:
        show, clear = QPushButton(self.tr("Show this folder")), QPushButton(self.tr("Forget what was open"))
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._data))))
        clear.clicked.connect(self.recents_cleared)
        words = self.tr("Models you imported, your settings and the log are kept here and nowhere else:")
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(words, wrap=True))
        column.addWidget(self.folder)
        column.addWidget(self.keeping)
        row = QHBoxLayout()
        row.addWidget(show)
        row.addWidget(clear)
        row.addStretch(1)
        column.addLayout(row)
        return block

    def _form(self, *rows: tuple[Picker, str]) -> QWidget:
        block = QWidget()
        grid = QGridLayout(block)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_4)
        grid.setVerticalSpacing(tokens.SPACE_2)
        grid.setColumnMinimumWidth(0, _NAMES)
        grid.setColumnMinimumWidth(1, _CHOICES)
        grid.setColumnStretch(2, 1)
        for row, (picker, hint) in enumerate(rows):
            name = label(picker.accessibleName())
            name.setBuddy(picker)
            grid.addWidget(name, row, 0)
            grid.addWidget(picker, row, 1)
            grid.addWidget(label(hint, "caption", wrap=True), row, 2)
        return block
