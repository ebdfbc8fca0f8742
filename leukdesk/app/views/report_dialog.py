"""The report of a case: look at its pages, save it in one of four forms, print it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.report_desk import FORMS, ReportDesk
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.domain.case import Case, CaseStatus

_PAGE = QSize(420, 594)  # px: A4
_SIDE = 280  # px, of what stands beside the page
_STEM = "leukdesk-report"  # names nobody


def show_report(desk: ReportDesk, theme: Theme, case: Case, parent: QWidget) -> ReportDialog:
    """Open the report of a case in a dialog of its own."""
    dialog = ReportDialog(desk, theme, case, parent)
    dialog.open()
    return dialog


class ReportDialog(QDialog):
    """Pages to look at; the buttons under them take the case out of the history, which is recorded."""

    def __init__(self, desk: ReportDesk, theme: Theme, case: Case, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme, self._page = desk, theme, 0
        self.setWindowTitle(self.tr("Report"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.page = Page(theme)
        self.before, self.after = QPushButton(self.tr("Previous page")), QPushButton(self.tr("Next page"))
        self.place = label("", "muted")
        self.form = Picker(theme, self.tr("Form"))
        self.save, self.print = QPushButton(self.tr("Save…")), QPushButton(self.tr("Print…"))
        self.error = InlineError(theme)
        self.told = label("", wrap=True)
        self.unsigned = label(self.tr("This case is not signed, and every page says so."), "strong", wrap=True)
        self.unsigned.setVisible(case.status is not CaseStatus.SIGNED)
        self._fill()
        self._lay_out()
        self._connect()
        desk.show(case.id)

    def _fill(self) -> None:
        words = (
            self.tr("PDF, as shown here"),
            self.tr("Excel workbook (XLSX)"),
            self.tr("Table (CSV)"),
            self.tr("Everything that was recorded (JSON)"),
        )
        for form, text in zip(FORMS, words, strict=True):
            self.form.addItem(text, form)
        self.save.setProperty("kind", "primary")
        self.save.setDefault(True)

    def _connect(self) -> None:
        self._desk.changed.connect(self._show)
        self._desk.page_ready.connect(self._take_page)
        self._desk.saved.connect(lambda path: self._tell(self.tr("Saved: {name}").format(name=path.name)))
        self._desk.printed.connect(lambda: self._tell(self.tr("Sent to the printer.")))
        self.before.clicked.connect(lambda: self._turn(-1))
        self.after.clicked.connect(lambda: self._turn(1))
        self.save.clicked.connect(self._ask_file)
        self.print.clicked.connect(self._ask_printer)
        self.finished.connect(self._desk.leave)

    # -- what the user does

    def _turn(self, by: int) -> None:
        self._page = min(max(0, self._page + by), max(0, self._desk.pages - 1))
        self._desk.want_page(self._page)
        self._show()

    def _ask_file(self) -> None:
        form = self.form.currentData()
        dialog = QFileDialog(self, self.tr("Save the report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form)
        dialog.setNameFilters([f"{form.upper()} (*.{form})"])
        dialog.selectFile(f"{_STEM}.{form}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self._desk.save(Path(names[0])))
        dialog.open()

    def _ask_printer(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName("leukdesk")  # print queues show it to everybody
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._desk.print_pages(Printing(printer).page))
        QDialog.open(dialog)

    # -- what is shown

    def _show(self) -> None:
        desk = self._desk
        if desk.pages and self.page.empty:
            desk.want_page(self._page)
        self.page.tell("" if desk.pages else self.tr("The pages are being made…") if desk.busy else "")
        words = self.tr("Page {number} of {total}")
        self.place.setText(words.format(number=number(self._page + 1), total=number(desk.pages)) if desk.pages else "")
        self.before.setEnabled(self._page > 0)
        self.after.setEnabled(self._page + 1 < desk.pages)
        for button in (self.save, self.print):
            button.setEnabled(desk.may_take_out and not desk.busy and desk.pages > 0)
        self.error.tell(desk.error)
        if desk.busy and desk.pages:
            self._tell(self.tr("Working…"))
        elif desk.error is not None:
            self._tell("")

    def _take_page(self, number_: int, image: QImage) -> None:
        if number_ == self._page:
            self.page.show_image(image, self.place.text())

    def _tell(self, words: str) -> None:
        self.told.setText(words)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_4)
        column.setSpacing(tokens.SPACE_3)
        both = QHBoxLayout()
        both.setSpacing(tokens.SPACE_5)
        both.addLayout(self._pages_column(), 1)
        both.addWidget(self._side())
        column.addLayout(both, 1)

    def _pages_column(self) -> QVBoxLayout:
        column, turning = QVBoxLayout(), QHBoxLayout()
        for one in (self.before, self.after):
            one.setAutoDefault(False)
        turning.addWidget(self.before)
        turning.addStretch(1)
        turning.addWidget(self.place)
        turning.addStretch(1)
        turning.addWidget(self.after)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(self.page, 1)
        column.addLayout(turning)
        return column

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(self._theme.px(_SIDE))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(label(self.tr("Report"), "title"))
        column.addWidget(self.unsigned)
        words = self.tr(
            "A report names the case, its images and everybody who worked on it. That it was saved or printed is "
            "recorded in the case's history."
        )
        column.addWidget(label(words, "muted", wrap=True))
        form = label(self.tr("Form"))
        form.setBuddy(self.form)
        for one in (form, self.form, self.save, self.print, self.error, self.told):
            column.addWidget(one)
        column.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        column.addWidget(close)
        return side


class Page(QWidget):
    """One page, as large as there is room; until it is there, words in its place."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._image, self._words = theme, QImage(), ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Page of the report"))
        theme.changed.connect(self.update)

    @property
    def empty(self) -> bool:
        """Whether there is no page yet."""
        return self._image.isNull()

    def show_image(self, image: QImage, place: str) -> None:
        """Show a page; `place` says which it is."""
        self._image = image
        self.setAccessibleDescription(place)
        self.update()

    def tell(self, words: str) -> None:
        """What is said while there is no page."""
        self._words = words
        self.update()

    def sizeHint(self) -> QSize:
        return _PAGE

    def minimumSizeHint(self) -> QSize:
        return _PAGE / 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = _fitted(_PAGE if self.empty else self._image.size(), self.rect())
        painter.fillRect(room, Qt.GlobalColor.white)
        painter.setPen(self._theme.colour("border"))
        painter.drawRect(room.adjusted(0, 0, -1, -1))
        if not self.empty:
            size = room.size() * self.devicePixelRatioF()
            keep = Qt.AspectRatioMode.IgnoreAspectRatio
            painter.drawImage(room, self._image.scaled(size, keep, Qt.TransformationMode.SmoothTransformation))
        elif self._words:
            painter.setPen(Qt.GlobalColor.black)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap), self._words)


class Printing:
    """Paints pages on a printer, one a sheet; belongs to the lane that it is called on."""

    def __init__(self, printer: QPrinter) -> None:
        self._printer = printer
        self._painter: QPainter | None = None

    def page(self, image: QImage, last: bool) -> None:
        """Put one page on the next sheet."""
        if self._painter is None:
            self._painter = QPainter(self._printer)
        else:
            self._printer.newPage()
        self._painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        sheet = self._painter.viewport()
        self._painter.drawImage(QRectF(_fitted(image.size(), sheet)), image)
        if last:
            self._painter.end()


def _fitted(size: QSize, room: QRect) -> QRect:
    """The largest rectangle of these proportions in the middle of a room."""
    scaled = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    fitted = QRect(room.topLeft(), scaled)
    fitted.moveCenter(room.center())
    return fitted
