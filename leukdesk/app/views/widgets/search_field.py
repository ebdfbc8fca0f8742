"""A field to search in, with chips beside it that narrow down what is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme

_WIDTH = 200  # px, of the field


class SearchField(QWidget):
    """`changed` is emitted with every letter and every chip; several chips that are on are one filter ("or")."""

    changed = Signal()

    def __init__(self, theme: Theme, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chips: dict[str, QPushButton] = {}
        self.field = _Field()
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(placeholder.rstrip("…"))
        self.field.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.field.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        theme.dress(self._glass, "search", "muted", 16)
        self.field.textChanged.connect(self.changed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(tokens.SPACE_1)
        self._row.addWidget(self.field)
        self.setFocusProxy(self.field)
        theme.changed.connect(self._resize_field)
        self._resize_field()

    def text(self) -> str:
        """What is searched for."""
        return self.field.text().strip()

    def filters(self) -> frozenset[str]:
        """Keys of the chips that are on; none means that nothing is filtered."""
        return frozenset(key for key, chip in self._chips.items() if chip.isChecked())

    def add_filter(self, key: str, text: str) -> QPushButton:
        """Add a chip."""
        chip = QPushButton(text)
        chip.setProperty("kind", "filter")
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.toggled.connect(self.changed)
        self._chips[key] = chip
        self._row.addWidget(chip)
        return chip

    def show_count(self, key: str, text: str, count: int) -> None:
        """Say on a chip how many it would leave; a chip that would leave none can only be taken off."""
        chip = self._chips[key]
        chip.setText(f"{text} {count}")
        chip.setEnabled(count > 0 or chip.isChecked())

    def clear(self) -> None:
        """Show all again."""
        self.field.clear()
        for chip in self._chips.values():
            chip.setChecked(False)

    def _resize_field(self) -> None:
        self.field.setMinimumWidth(self._theme.px(_WIDTH))


class _Field(QLineEdit):
    """Esc empties a field with text in it; an empty one leaves the key to others."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
