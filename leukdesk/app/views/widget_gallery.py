"""All shared widgets in all their states on one page: `leukdesk --widgets`. For whoever builds views, and for tests.

To add a widget: write a function that returns it in each of its states, and name it in `_sections`.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QBoxLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import MODES, Theme
from leukdesk.app.viewmodels.faces import ClassLook, Vocabulary
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.views.widgets.action_button import ActionButton
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.probability_bars import ProbabilityBars
from leukdesk.app.views.widgets.progress_row import ProgressRow
from leukdesk.app.views.widgets.search_field import SearchField
from leukdesk.app.views.widgets.segments import Segments
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.app.views.widgets.switch import Switch
from leukdesk.app.views.widgets.tally import Count, Tally
from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.vocabulary import OKABE_ITO

_LONG = "Plasmacytoid dendritic cells and their precursors, mature and immature"
_IN_FIRST_COLUMN = 6
_LARGEST_IN_TWO_COLUMNS = 125  # per cent, of text


class WidgetGallery(QWidget):
    """Sections in two columns; theme and size of text are chosen at the top."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(self.tr("leukdesk: widgets"))
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.sections = {name: make() for name, make in self._sections().items()}
        self._lay_out()
        theme.changed.connect(self._turn)
        self._turn()
        self.resize(1280, 800)

    def _sections(self) -> dict[str, Callable[[], QWidget]]:
        return {
            "Text": self._text, "Buttons": self._buttons, "Choices": self._choices, "Chips": self._chips,
            "Progress": self._progress, "Inline error": self._error, "Probabilities": self._probabilities,
            "Banners": self._banners, "Table": self._table, "Counts": self._counts,
            "Loading": self._loading, "Empty": self._empty,
        }  # fmt: skip

    # -- the widgets, each in its states

    def _text(self) -> QWidget:
        roles = ("title", "heading", "strong", "", "muted", "caption", "section")
        lines = [label(f"{role or 'body'}: Lymphocytes 97.1%", role) for role in roles]
        shortened = ElidedLabel("muted")
        shortened.set_text(f"shortened: {_LONG} in specimen 24-0117 of the second slide.tiff")
        return _stack(*lines, shortened)

    def _buttons(self) -> QWidget:
        plain, main, small = QPushButton("Open folder…"), QPushButton("Analyse"), QPushButton("Copy details")
        off, main_off = QPushButton("Not now"), QPushButton("Sign")
        for one, kind in ((main, "primary"), (small, "small"), (main_off, "primary")):
            one.setProperty("kind", kind)
        for one in (off, main_off):
            one.setEnabled(False)
        tools = [ActionButton(self.theme, self._action(name, name)) for name in ("zoom-in", "fit", "heatmap", "copy")]
        switches = [self._action("Heatmap", "heatmap"), self._action("Show truth", "truth")]
        for action in switches:
            action.setCheckable(True)
        switches[0].setChecked(True)
        toggles = [ActionButton(self.theme, action, "toggle") for action in switches]
        return _stack(_line(plain, main, small, link("Stop fetching")), _line(off, main_off), _line(*tools, *toggles))

    def _choices(self) -> QWidget:
        on, off, never = (Switch(self.theme, name) for name in ("on", "off", "cannot be changed"))
        on.setChecked(True)
        never.setEnabled(False)
        picker, slider = Picker(self.theme, "Model"), QSlider(Qt.Orientation.Horizontal)
        picker.addItems(["all-stage 1.0", "phantom-demo 1.0"])
        slider.setValue(65)
        slider.setAccessibleName("Opacity")
        segments = Segments(self.theme, "How images are shown")
        for key, text, icon in (("strip", "Filmstrip", "film"), ("list", "List", "rows"), ("grid", "Gallery", "grid")):
            segments.add(key, text, icon)
        search = SearchField(self.theme, "Search images…")
        for key, text, count in (("blasts", "Blasts", 12), ("failed", "Failed", 3), ("rejected", "Rejected", 0)):
            search.add_filter(key, text).setChecked(key == "blasts")
            search.show_count(key, text, count)
        typed = QLineEdit("24-0117")
        typed.setAccessibleName("Accession number")
        return _stack(_line(on, off, never, picker, slider), _line(segments, typed), _line(search))

    def _chips(self) -> QWidget:
        good = (("Accepted", "ok", "ok"), ("Unidentified", "unidentified", "attention"), ("No objection", "ok", "ok"))
        doubtful = (("Low contrast", "attention", "attention"), ("Rejected", "refuse", "refuse"))
        others = (("Out of focus", "refuse", "refuse"), ("Waiting", "waiting", "plain"), ("3 selected", "", "strong"))
        return _stack(*(_line(*(Chip(self.theme, *one) for one in row)) for row in (good, doubtful + others)))

    def _probabilities(self) -> QWidget:
        names = {"blast": "Blasts", "lymphocyte": "Lymphocytes", "long": _LONG, "segmented": "Segmented neutrophils"}
        looks = {key: ClassLook(name, OKABE_ITO[at]) for at, (key, name) in enumerate(names.items())}
        bars = ProbabilityBars(self.theme)
        bars.show_ranked(
            [("blast", 0.9996), ("lymphocyte", 0.31), ("long", 0.0021), ("segmented", 0.00001)], Vocabulary(looks)
        )
        return bars

    def _progress(self) -> QWidget:
        pause, resume = self._action("Pause", "pause"), self._action("Go on", "resume")
        cancel, over = self._action("Give up", "close"), self._action("Give up", "close")
        over.setEnabled(False)
        looking, running, paused, done = (
            ProgressRow(self.theme, cancel=cancel, parent=self),
            ProgressRow(self.theme, pause=pause, cancel=cancel, parent=self),
            ProgressRow(self.theme, resume=resume, cancel=cancel, parent=self),
            ProgressRow(self.theme, cancel=over, parent=self),
        )
        looking.show_progress(Progress(), "Looking for images…")
        running.show_progress(Progress(120, 340, 3, 0.4, True))
        paused.show_progress(Progress(120, 340, 3))
        done.show_progress(Progress(340, 340, 3))
        return _stack(*map(_line, (looking, running, paused, done)))

    def _error(self) -> QWidget:
        shown = InlineError(self.theme, self)
        shown.tell(_unreadable())
        return shown

    def _banners(self) -> QWidget:
        error, plain, done, refused = (Banner(self.theme, self) for _ in range(4))
        error.tell(_unreadable())
        plain.say("This case is signed: it can be read, not changed.", button="Amend")
        done.say("12 images were analysed.", tone="ok")
        refused.say("The model was changed after it was sealed.", "Import it again.", "refuse", "Show models")
        return _stack(error, plain, done, refused)

    def _counts(self) -> QWidget:
        tally = Tally(self.theme)
        tally.show_counts(
            (
                Count("blast", "Blasts", 61, OKABE_ITO[0]),
                Count("long", _LONG, 7, OKABE_ITO[1]),
                Count("failed", "Failed", 3, icon="attention", tone="refuse"),
                Count("", "Waiting", 0, icon="waiting"),
            ),
            frozenset({"blast"}),
        )
        return tally

    def _loading(self) -> QWidget:
        return _stack(*(Skeleton(self.theme, shape) for shape in ("lines", "tiles")))

    def _empty(self) -> QWidget:
        empty = EmptyState(self.theme, "folder", parent=self)
        empty.say("No images in this folder", "leukdesk looked in 3 folders and passed over 12 other files.")
        empty.add_button("Open another folder…", primary=True)
        empty.add_button("Show the sample case")
        return empty

    def _table(self) -> QWidget:
        model = QStandardItemModel(0, 4, self)
        model.setHorizontalHeaderLabels(["Image", "Finding", "Probability", "Quality"])
        rows = (
            ("field 001.jpg", "Blasts", "> 99.9%", "No objection"),
            ("field 002.jpg", "Lymphocytes", "95.2%", "Low contrast"),
            ("field 003.jpg", "Failed", "", ""),
        )
        for row in rows:
            model.appendRow([QStandardItem(cell) for cell in row])
        table = QTableView()
        table.setModel(model)
        table.setAccessibleName("Findings")
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setStretchLastSection(True)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustToContents)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.selectRow(0)
        return table

    # -- building

    def _action(self, text: str, icon: str) -> QAction:
        action = QAction(text, self)
        action.setIconText(f" {text}")
        self.theme.dress(action, icon)
        return action

    def _head(self) -> QWidget:
        themes = Segments(self.theme, self.tr("Theme"))
        for mode in MODES:
            themes.add(mode, mode)
        themes.choose(self.theme.mode)
        themes.chosen.connect(self.theme.use)
        sizes = Segments(self.theme, self.tr("Text size"))
        for size in tokens.TEXT_SIZES:
            sizes.add(str(size), f"{size}%")
        sizes.choose(str(self.theme.text_size))
        sizes.chosen.connect(lambda size: self.theme.use(self.theme.mode, int(size)))
        return _line(themes, sizes)

    def _lay_out(self) -> None:
        page, halves = QWidget(), (QVBoxLayout(), QVBoxLayout())
        column = QVBoxLayout(page)
        column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_4, tokens.SPACE_5, tokens.SPACE_5)
        column.setSpacing(tokens.SPACE_5)
        column.addWidget(self._head())
        column.addLayout(self._columns, 1)
        self._columns.setSpacing(2 * tokens.SPACE_5)
        for half in halves:
            half.setSpacing(tokens.SPACE_2)
            self._columns.addLayout(half, 1)
        for place, (name, widget) in enumerate(self.sections.items()):
            half = halves[place >= _IN_FIRST_COLUMN]
            half.addWidget(label(name, "section"))
            half.addWidget(widget)
            half.addSpacing(tokens.SPACE_3)
        for half in halves:
            half.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _turn(self) -> None:
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(beside if self.theme.text_size <= _LARGEST_IN_TWO_COLUMNS else below)


def _unreadable() -> ImageError:
    return ImageError(
        "the file ends early",
        reason=ImageReason.TRUNCATED,
        subject="field 003.jpg",
        advice="Copy it again from the microscope.",
    )


def _stack(*widgets: QWidget) -> QWidget:
    return _laid(QVBoxLayout(), *widgets)


def _line(*widgets: QWidget) -> QWidget:
    row = QHBoxLayout()
    made = _laid(row, *widgets)
    row.addStretch(1)
    return made


def _laid(layout: QHBoxLayout | QVBoxLayout, *widgets: QWidget) -> QWidget:
    made = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(tokens.SPACE_2)
    for widget in widgets:
        layout.addWidget(widget)
    made.setLayout(layout)
    return made
