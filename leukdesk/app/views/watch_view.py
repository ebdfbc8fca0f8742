"""Keeping watch: what drifts, the chart of the control set and of the daily work, and what can be done about it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.watch_desk import WatchDesk
from leukdesk.app.viewmodels.watch_words import chart_of, facts_of, kind_words, measures_of, quantities, set_words
from leukdesk.app.views.watch_state import WatchState
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.control_chart import ControlChart
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.page import Page
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.progress_row import ProgressRow
from leukdesk.app.views.widgets.segments import Segments
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.drift import Judged

_WIDTH = 860  # px
_RUNS, _DAYS = "runs", "days"


class WatchView(QWidget):
    """`left` wants the models back; `anew_wished` wants to be asked why base lines begin anew."""

    left = Signal()
    anew_wished = Signal()

    def __init__(self, desk: WatchDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme = desk, theme
        self.back, self.banner = link(self.tr("Models")), Banner(theme)
        self.run, self.more = QPushButton(self.tr("Run now")), QToolButton()
        self._cancel = QAction(self.tr("Cancel"), self)
        theme.dress(self._cancel, "stop")
        self.progress = ProgressRow(theme, cancel=self._cancel)
        self.state, self.chart = WatchState(theme), ControlChart(theme)
        self.sources = Segments(theme, self.tr("What is shown"))
        self.quantity = Picker(theme, self.tr("What is drawn"))
        self.set_line, self.folder = label("", wrap=True), ElidedLabel("caption")
        self._facts, self._measures = QFormLayout(), QFormLayout()
        self._facts_of = label("", "section")
        self.empty, self.awaited = EmptyState(theme, "models"), Skeleton(theme, "lines", self.tr("Reading"))
        self._pages = QStackedLayout()
        self._set_up()
        self._lay_out()
        self._connect()
        self._show()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self.back

    # -- what is shown

    def _show(self) -> None:
        watched, doing = self._desk.watched, self._desk.doing
        self._allow()
        self._cancel.setEnabled(doing in ("run", "choose", "daily"))
        self.progress.show_progress(self._desk.progress, self._words(doing) if not self._desk.progress.total else "")
        self.progress.setVisible(bool(doing))
        if watched is None:
            self._pages.setCurrentWidget(self.awaited)
            return
        some = watched.control is not None or bool(watched.days) or bool(watched.runs) or watched.trouble is not None
        self._pages.setCurrentWidget(self._page if some else self.empty)
        self.state.show_watched(watched)
        self.set_line.setText(set_words(watched.control) if watched.control else self.tr("There is no control set."))
        self.folder.set_text(str(watched.control.folder) if watched.control else "")
        self.folder.setVisible(watched.control is not None and watched.trouble is None)
        self._show_chart()

    def _allow(self) -> None:
        watched, free = self._desk.watched, not self._desk.doing
        has_set = watched is not None and watched.control is not None
        self.run.setEnabled(free and has_set)
        self.photos.setEnabled(free and has_set)
        self.give_up.setEnabled(free and has_set)
        self.anew.setEnabled(free and watched is not None and bool(watched.runs or watched.days))
        for action in (self.choose, self.reviewed):
            action.setEnabled(free)
        for button in self._first:
            button.setEnabled(free)

    def _words(self, doing: str) -> str:
        return {
            "run": self.tr("The control set is run"),
            "daily": self.tr("The control set is run, as once every day"),
            "choose": self.tr("The images are frozen"),
            "give_up": self.tr("One moment"),
            "anew": self.tr("One moment"),
        }.get(doing, "")

    def _shown(self) -> list[Judged]:
        watched = self._desk.watched
        if watched is None:
            return []
        return list(watched.days if self.sources.current() == _DAYS else watched.of_present_set)

    def _show_chart(self) -> None:
        shown, chosen = self._shown(), self.quantity.currentData()
        wanted = quantities(days=self.sources.current() == _DAYS)
        with QSignalBlocker(self.quantity):
            self.quantity.clear()
            for key, name in wanted:
                self.quantity.addItem(name, key)
            self.quantity.setCurrentIndex(max(0, self.quantity.findData(chosen)))
        self._draw()
        self._chart_area.setVisible(bool(shown))
        self.quantity.setEnabled(bool(shown))
        self._nothing.setVisible(not shown)
        days = self.sources.current() == _DAYS
        self._nothing.setText(
            self.tr("No day with ten images or more was recorded with the model in use.")
            if days
            else self.tr("The control set has not been run yet.")
        )
        self._show_facts(shown[-1] if shown else None)

    def _draw(self) -> None:
        self.chart.show_chart(chart_of(self._shown(), self.quantity.currentData()))

    def _show_facts(self, newest: Judged | None) -> None:
        for form, rows in (
            (self._facts, facts_of(newest) if newest is not None else []),
            (self._measures, measures_of(newest) if newest is not None else []),
        ):
            while form.rowCount():
                form.removeRow(0)
            for name, said in rows:
                form.addRow(label(name, "muted"), label(said, wrap=True))
        words = self.tr("Newest: {what}")
        self._facts_of.setText(words.format(what=kind_words(newest)) if newest is not None else "")

    # -- what is asked for

    def _ask_folder(self, title: str, then: str) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        act = self._desk.run if then == "photos" else self._desk.choose
        dialog.filesSelected.connect(lambda names: act(Path(names[0])))
        dialog.open()

    def _ask_set(self) -> None:
        self._ask_folder(self.tr("Control set: a folder with a folder for each class"), "set")

    def _ask_photos(self) -> None:
        self._ask_folder(self.tr("New photographs: a folder with a folder for each class"), "photos")

    def _tell_done(self, what: str) -> None:
        words = {
            "choose": (self.tr("The control set is frozen."), self.tr("Run it now for its base line.")),
            "give_up": (self.tr("There is no control set any more."), self.tr("Its runs are kept.")),
            "anew": (self.tr("Base lines begin anew with what follows."), ""),
        }.get(what)
        if words is not None:
            self.banner.say(*words, "ok")
        elif what == "run":
            self.banner.hide()

    # -- building

    def _set_up(self) -> None:
        self.run.setProperty("kind", "primary")
        self.more.setText(self.tr("More"))
        self.more.setAccessibleName(self.tr("What else can be done with the control set"))
        self.more.setProperty("kind", "toggle")
        self.more.setMenu(QMenu(self.more))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = self.more.menu()
        self.photos = menu.addAction(self.tr("Run new photographs of its slides…"))
        menu.addSeparator()
        self.choose = menu.addAction(self.tr("Choose a folder as the control set…"))
        self.reviewed = menu.addAction(self.tr("Use the reviewed images as the control set"))
        menu.addSeparator()
        self.anew = menu.addAction(self.tr("Begin base lines anew…"))
        self.give_up = menu.addAction(self.tr("Use no control set any more"))
        self.sources.add(_RUNS, self.tr("Control set"))
        self.sources.add(_DAYS, self.tr("Daily work"))
        words = self.tr(
            "A control set is some labelled images that the model is asked about every day. What it says of them shows "
            "when the model, this computer, the stain or the camera has changed."
        )
        self.empty.say(self.tr("Nothing is kept watch of yet"), words)
        self._first = [
            self.empty.add_button(self.tr("Choose a folder…"), primary=True),
            self.empty.add_button(self.tr("Use the reviewed images")),
        ]

    def _connect(self) -> None:
        desk = self._desk
        desk.changed.connect(self._show)
        desk.failed.connect(self.banner.tell)
        desk.done.connect(self._tell_done)
        self._theme.changed.connect(self._show)
        self.back.clicked.connect(self.left)
        self.run.clicked.connect(lambda: desk.run())
        self._cancel.triggered.connect(desk.cancel)
        self.photos.triggered.connect(self._ask_photos)
        self.choose.triggered.connect(self._ask_set)
        self._first[0].clicked.connect(self._ask_set)
        self.reviewed.triggered.connect(desk.choose_reviewed)
        self._first[1].clicked.connect(desk.choose_reviewed)
        self.anew.triggered.connect(self.anew_wished)
        self.give_up.triggered.connect(desk.give_up)
        self.sources.chosen.connect(lambda _key: self._show_chart())
        self.quantity.activated.connect(lambda _at: self._draw())

    def _lay_out(self) -> None:
        page = Page(self._theme, _WIDTH)
        page.column.setSpacing(tokens.SPACE_4)
        page.column.addWidget(self.state)
        about = QVBoxLayout()
        about.setSpacing(tokens.SPACE_1)
        about.addWidget(label(self.tr("Control set"), "section"))
        about.addWidget(self.set_line)
        about.addWidget(self.folder)
        page.column.addLayout(about)
        choice = QHBoxLayout()
        choice.setSpacing(tokens.SPACE_3)
        choice.addWidget(self.sources)
        choice.addWidget(self.quantity)
        choice.addStretch(1)
        page.column.addLayout(choice)
        self._nothing = label("", "muted", wrap=True)
        page.column.addWidget(self._nothing)
        page.column.addWidget(self._charted())
        page.column.addStretch(1)
        self._page = QWidget()
        page.fill(self._page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._head())
        whole.addWidget(self.banner)
        whole.addLayout(self._pages, 1)
        for page_of_state in (self._page, self.empty, self.awaited):
            self._pages.addWidget(page_of_state)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def _charted(self) -> QWidget:
        """The chart with what it draws, and the newest run in numbers."""
        self._chart_area = QWidget()
        column = QVBoxLayout(self._chart_area)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(self.chart)
        words = self.tr(
            "Filled: the frozen files. Hollow: new photographs. Triangle: drift. Line and broken lines: base line and "
            "its limits. Dotted: another model."
        )
        column.addWidget(label(words, "caption", wrap=True))
        column.addWidget(self._facts_of)
        both = QHBoxLayout()
        both.setSpacing(tokens.SPACE_5)
        for form in (self._facts, self._measures):
            form.setHorizontalSpacing(tokens.SPACE_4)
            form.setVerticalSpacing(tokens.SPACE_1)
            both.addLayout(form, 1)
        column.addLayout(both)
        return self._chart_area

    def _head(self) -> QFrame:
        head = QFrame()
        head.setProperty("panel", "header")
        row = QHBoxLayout(head)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_4, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_2)
        for one in (self.back, label("›", "muted"), label(self.tr("Keeping watch"), "title")):
            row.addWidget(one)
        row.addStretch(1)
        for control in (self.progress, self.more, self.run):
            row.addWidget(control)
        return head
