"""A new case, or other details of one: made for a barcode scanner, whose Enter leads to the next field."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QDoubleValidator, QKeyEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.case_words import specimen_word
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.domain.case import CaseDetails, Specimen
from leukdesk.domain.case_fields import from_lines, to_lines
from leukdesk.domain.errors import KnownError
from leukdesk.domain.optics import STAINS

_WIDTH = 560  # px
_LINES = 4  # of text that the values show
_LONGEST = 100  # characters


class CaseDialog(FormDialog):
    """Asks for the details of a case; `finished_with` carries them and the reason, and whoever keeps them closes it.

    Enter goes to the next field, Ctrl+Enter or the button finishes. `refuse` says why something was not kept.
    """

    finished_with = Signal(object, str)  # CaseDetails, reason

    def __init__(
        self, theme: Theme, before: CaseDetails, *, new: bool, signed: bool = False, parent: QWidget | None = None
    ) -> None:
        """`before`: what the fields begin with; a correction (not `new`) needs a reason."""
        title = self.tr("New case") if new else self.tr("Correct the details")
        super().__init__(theme, title, _WIDTH, parent)
        self._new = new
        self.accession = self._line(self.tr("Accession number"), self.tr("scan or type"))
        self.patient = self._line(self.tr("Patient's pseudonym"), self.tr("never a name"))
        self.specimen, self.stain = Picker(theme, self.tr("Specimen")), Picker(theme, self.tr("Stain"))
        self.objective = self._line(self.tr("Objective"), self.tr("100x oil"))
        self.scale = self._line(self.tr("µm in a pixel"), "")
        self.received = self._line(self.tr("Received"), self.tr("year-month-day"))
        self.values = self._text(self.tr("Laboratory values"), self.tr("one a line: WBC 10^9/L = 12.4"))
        self.phenotype = self._text(self.tr("Immunophenotype"), self.tr("one a line: CD34 = positive, 62 %"))
        self.why = self._line(self.tr("Reason"), self.tr("why it is corrected"))
        self.save = QPushButton(self.tr("Open the case") if new else self.tr("Keep the correction"))
        self._fill(before)
        self._lay_out(signed)
        self.scale.setValidator(QDoubleValidator(0.0, 999.0, 6, self.scale))
        self.save.clicked.connect(self._finish)
        for field in (self.accession, self.why):
            field.textChanged.connect(self._check)
        self._check()
        self.accession.setFocus()

    def details(self) -> CaseDetails:
        """What was entered. ValueError for a date or a scale that is none."""
        received = self.received.text().strip()
        number, known = QLocale().toDouble(self.scale.text()) if self.scale.text().strip() else (0.0, True)
        if not known:
            raise ValueError
        return CaseDetails(
            self.accession.text().strip(),
            self.patient.text().strip(),
            Specimen(self.specimen.currentData()),
            self.stain.currentData(),
            self.objective.text().strip(),
            number or None,
            date.fromisoformat(received) if received else None,
            from_lines(self.values.toPlainText(), self.phenotype.toPlainText()),
        )

    def refuse(self, error: Exception) -> None:
        """Say why it was not kept; what was entered stays."""
        self.save.setEnabled(True)
        super().refuse(error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._finish()
        else:  # a scanner ends with Enter
            self.focusNextChild()

    # -- building

    def _line(self, name: str, hint: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setPlaceholderText(hint)
        line.setMaxLength(_LONGEST)
        return line

    def _text(self, name: str, hint: str) -> QPlainTextEdit:
        text = QPlainTextEdit()
        text.setAccessibleName(name)
        text.setPlaceholderText(hint)
        text.setTabChangesFocus(True)
        text.setFixedHeight(_LINES * text.fontMetrics().lineSpacing() + 2 * tokens.SPACE_2)
        return text

    def _fill(self, before: CaseDetails) -> None:
        for one in Specimen:
            self.specimen.addItem(specimen_word(one), str(one))
        self.stain.addItem(self.tr("Not said"), "")
        for stain in dict.fromkeys([*STAINS, *filter(None, [before.stain])]):
            self.stain.addItem(stain, stain)
        self.accession.setText(before.accession)
        self.patient.setText(before.patient)
        self.specimen.setCurrentIndex(self.specimen.findData(str(before.specimen)))
        self.stain.setCurrentIndex(self.stain.findData(before.stain))
        self.objective.setText(before.objective)
        self.scale.setText(QLocale().toString(before.um_per_px, "g", 6) if before.um_per_px else "")
        self.received.setText(before.received.isoformat() if before.received else "")
        values, phenotype = to_lines(before.fields)
        self.values.setPlainText(values)
        self.phenotype.setPlainText(phenotype)

    def _check(self) -> None:
        enough = bool(self.accession.text().strip()) and (self._new or bool(self.why.text().strip()))
        self.save.setEnabled(enough)

    def _finish(self) -> None:
        if not self.save.isEnabled():
            return
        try:
            details = self.details()
        except ValueError:
            what = self.tr("the date or the scale cannot be read")
            advice = self.tr("Write a date as 2026-11-21, a scale as a number, or leave them empty.")
            self.refuse(KnownError(what, reason="invalid", advice=advice))
            return
        self.save.setEnabled(False)
        self.finished_with.emit(details, self.why.text().strip())

    def _lay_out(self, signed: bool) -> None:
        if signed:
            words = self.tr("This case is signed. Keeping a correction opens it again; the signed version stays.")
            self.say(words, "muted")
        fields = [self.accession, self.patient, self.specimen, self.stain, self.objective, self.scale, self.received]
        self.ask(*fields, self.values, self.phenotype, *([] if self._new else [self.why]))
        self.end(self.save, self.tr("Cancel"))
