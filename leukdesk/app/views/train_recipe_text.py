"""The recipe as text, for who wants to change more than the steps ask; what is wrong is said with its line."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.widgets.labels import label, link

_HIGH, _SHOWN = 320, 5  # px; problems listed at once
_REST_MS = 600  # after the last key, before the text is checked


class RecipeText(QWidget):
    """Folded away until it is asked for."""

    def __init__(self, setup: TrainSetup, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup, self._theme = setup, theme
        self.open = link(self.tr("Change the recipe itself (advanced)"))
        self.edit, self.anew = QPlainTextEdit(), QPushButton(self.tr("Undo my changes"))
        self.verdict = label("", wrap=True)
        self.problems: list[QPushButton] = []
        self._problems = QVBoxLayout()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._lay_out()
        self._connect()

    def show_choice(self) -> None:
        """Show what is chosen by now."""
        choice = self._setup.choice
        self.open.setVisible(bool(choice.recipe))
        if choice.problems and not self.open.isChecked():
            self.open.setChecked(True)
        if not self._rest.isActive() and self.edit.toPlainText() != choice.text:
            self.edit.blockSignals(True)
            self.edit.setPlainText(choice.text)
            self.edit.blockSignals(False)
        self.anew.setVisible(choice.edited)
        self._inside.setVisible(bool(choice.recipe) and self.open.isChecked())
        self.verdict.setText(self._words())
        self._list(choice.problems)

    def _words(self) -> str:
        choice = self._setup.choice
        if self._setup.doing == "check_text" or self._rest.isActive():
            return self.tr("Checking…")
        if choice.problems:
            return self.tr("It cannot be trained like this:")
        return self.tr("It can be trained.") if choice.edited else ""

    def _list(self, problems: object) -> None:
        wanted = list(problems)[:_SHOWN] if isinstance(problems, tuple) else []
        for old in self.problems:
            self._problems.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.problems = []
        for one in wanted:
            where = self.tr("Line {line}").format(line=one["line"]) if one["line"] else self.tr("Missing")
            made = link(f"{where}, {one['key']}: {one['words']}" if one["key"] else f"{where}: {one['words']}")
            made.clicked.connect(lambda _=False, line=int(one["line"]): self._go_to(line))
            self._problems.addWidget(made, 0, Qt.AlignmentFlag.AlignLeading)
            self.problems.append(made)

    def _go_to(self, line: int) -> None:
        block = self.edit.document().findBlockByNumber(max(0, line - 1))
        cursor = QTextCursor(block)
        cursor.select(QTextCursor.SelectionType.LineUnderCursor)
        self.edit.setTextCursor(cursor)
        self.edit.setFocus()

    def _connect(self) -> None:
        self.open.toggled.connect(lambda: self.show_choice())
        self.edit.textChanged.connect(self._wait)
        self._rest.timeout.connect(lambda: self._setup.use_text(self.edit.toPlainText()))
        self.anew.clicked.connect(self._undo)

    def _wait(self) -> None:
        self._rest.start()
        self.verdict.setText(self._words())

    def _undo(self) -> None:
        self._rest.stop()
        self._setup.use_classes(self._setup.choice.class_map, own=self._setup.choice.own_classes)

    def _lay_out(self) -> None:
        self.open.setCheckable(True)
        self.edit.setAccessibleName(self.tr("Text of the recipe"))
        self.edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(self._theme.px(_HIGH))
        foot = QHBoxLayout()
        foot.addWidget(self.verdict, 1)
        foot.addWidget(self.anew)
        self._inside = QWidget()
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(tokens.SPACE_2)
        inside.addWidget(self.edit)
        inside.addLayout(foot)
        inside.addLayout(self._problems)
        head = QHBoxLayout()
        head.addWidget(self.open)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addLayout(head)
        column.addWidget(self._inside)
