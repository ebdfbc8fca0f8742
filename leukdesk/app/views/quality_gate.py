"""Over the image: whether its cells count, what makes the answers weaker, and what a good image looks like."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.cells import Cells
from leukdesk.app.views.pane import Pane
from leukdesk.app.views.quality_words import flag_words
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.labels import label, link
from leukdesk.domain.cell import CellWarning
from leukdesk.domain.quality import REFUSING_FLAGS, QualityFlag

translate = QCoreApplication.translate
_EXAMPLE = 420  # px
_FLAWS = (QualityFlag.LOW_CONTRAST, QualityFlag.GREY, QualityFlag.THIN, QualityFlag.THICK, QualityFlag.MARKS)


class QualityGate(QFrame):
    """Floats in an upper corner, below what else stands there: at the left, or where it lies over fewer cells."""

    def __init__(self, cells: Cells, pane: Pane, theme: Theme, lie_under: Callable[[QRect], int]) -> None:
        """`lie_under` says how many cells lie under a part of the canvas."""
        super().__init__(pane.canvas)
        self._cells, self._pane, self._theme, self._lie_under = cells, pane, theme, lie_under
        self.chips: list[Chip] = []
        self.example = link(self.tr("What a good image looks like"))
        self._hidden = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_1)
        self._plate = QFrame()
        self._plate.setProperty("overlay", "true")
        inner = QVBoxLayout(self._plate)
        inner.setContentsMargins(tokens.SPACE_2, 2, tokens.SPACE_2, 2)
        inner.addWidget(self.example)
        self._column.addWidget(self._plate, 0, Qt.AlignmentFlag.AlignLeading)
        self.example.clicked.connect(self._show_example)
        pane.canvas.installEventFilter(self)
        pane.canvas.zoomed.connect(self.give_way)
        cells.changed.connect(self.refresh)
        cells.switched.connect(self.refresh)
        theme.changed.connect(self.give_way)
        self.refresh()

    def hide_all(self, on: bool) -> None:
        """With everything else over the image."""
        self._hidden = on
        self.refresh()

    def refresh(self) -> None:
        """Follow the view-model."""
        for old in self.chips:
            old.hide()
            old.deleteLater()
        reading = self._cells.reading if self._cells.on and not self._hidden else None
        self.chips = []
        if reading is not None:
            quality = reading.analysis.quality
            self.chips = [self._chip(self._refusal(flag_words(one)), "refuse") for one in quality.refuses]
            self.chips += [self._chip(flag_words(one), "attention") for one in quality.flags if one in _FLAWS]
            self.chips += [self._chip(warning_words(one), "attention") for one in reading.analysis.warnings]
        for at, chip in enumerate(self.chips):
            self._column.insertWidget(at, chip, 0, Qt.AlignmentFlag.AlignLeading)
            chip.show()
        good = reading is None or REFUSING_FLAGS.union(_FLAWS).isdisjoint(reading.analysis.quality.flags)
        self._plate.setVisible(not good and self._cells.example is not None)
        self.setVisible(bool(self.chips))
        self.give_way()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.give_way()
        return super().eventFilter(watched, event)

    def _refusal(self, words: str) -> str:
        return self.tr("Cells not counted: {reason}").format(reason=words)

    def _chip(self, words: str, tone: str) -> Chip:
        return Chip(self._theme, words, "attention", tone)

    def give_way(self, _zoom: float = 1.0) -> None:
        """Stand in the corner where fewer cells are covered."""
        above = [one for one in (self._pane.synthetic, self._pane.adjusted) if not one.isHidden()]
        top = max((one.geometry().bottom() + tokens.SPACE_2 for one in above), default=tokens.SPACE_3)
        self.resize(self.sizeHint())
        right = max(tokens.SPACE_3, self._pane.canvas.viewport().width() - self.width() - tokens.SPACE_3)
        places = [QPoint(tokens.SPACE_3, top), QPoint(right, tokens.SPACE_3)]
        self.move(min(places, key=lambda place: self._lie_under(QRect(place, self.size()))))

    def _show_example(self) -> None:
        ExampleDialog(self._cells, self._theme, self.window()).open()


class ExampleDialog(QDialog):
    """A good field, with what makes it good."""

    def __init__(self, cells: Cells, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("A good image"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.picture = QLabel()
        self.picture.setMinimumSize(theme.px(_EXAMPLE), theme.px(_EXAMPLE * 3 // 4))
        self.picture.setAccessibleName(self.tr("A synthetic field: sharp, evenly lit, cells apart from each other"))
        close = QPushButton(self.tr("Close"))
        close.setProperty("kind", "primary")
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_4)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(label(self.tr("A good image"), "title"))
        column.addWidget(self.picture)
        for words in (
            self.tr("Sharp: the rims of red cells and the grain of nuclei can be seen."),
            self.tr("Evenly lit: the background is bright, and nothing is white all over."),
            self.tr("Stained: nuclei purple, red cells pink or grey."),
            self.tr("Taken where red cells lie side by side and hardly overlap: not too thick, not too thin."),
            self.tr("Nothing written into it: a model may learn to read a scale bar instead of the cells."),
            self.tr("Synthetic: drawn by a program, no patient."),
        ):
            column.addWidget(label(words, wrap=True))
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignTrailing)
        cells.show_example(theme.px(_EXAMPLE), self._take)

    def _take(self, image: QImage) -> None:
        self.picture.setPixmap(QPixmap.fromImage(image))


def warning_words(warning: CellWarning) -> str:
    """What makes the answers about an image's cells weaker, in a few words."""
    return {
        CellWarning.NO_CELL: translate("CellWarnings", "No whole nucleated cell in view"),
        CellWarning.SCALE_UNKNOWN: translate("CellWarnings", "Scale not known: calibrate"),
        CellWarning.SCALE_ESTIMATED: translate("CellWarnings", "Scale estimated from the red cells"),
        CellWarning.COARSE: translate("CellWarnings", "Fewer pixels than the model learned from"),
        CellWarning.STAIN: translate("CellWarnings", "Stained otherwise than what the model learned from"),
        CellWarning.WORLD: translate("CellWarnings", "Synthetic image or model: answers mean little"),
        CellWarning.SMUDGES: translate("CellWarnings", "Many smudges: the count may be skewed"),
    }[warning]
