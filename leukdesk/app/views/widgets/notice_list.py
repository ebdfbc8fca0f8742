"""Findings under each other, each with how grave it is in a word, what it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.labels import label

_TONES = {"error": ("refuse", "refuse"), "warning": ("attention", "attention"), "note": ("info", "plain")}


class NoticeList(QWidget):
    """What blocks comes first. Hidden where there is nothing to say."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: list[Mapping[str, Any]] = []
        self.setAccessibleName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(tokens.SPACE_3)
        self._grid.setVerticalSpacing(tokens.SPACE_2)
        self._grid.setColumnStretch(1, 1)
        self.hide()

    def show_notices(self, notices: Sequence[Mapping[str, Any]]) -> None:
        """Show findings: `severity` ("error", "warning", "note"), `words`, and perhaps `advice`."""
        wanted = sorted(notices, key=lambda one: list(_TONES).index(str(one["severity"])))
        if wanted != self._shown:
            self._shown = wanted
            self._fill()
        self.setVisible(bool(wanted))

    def words(self) -> list[str]:
        """What is said, the gravest first."""
        return [str(one["words"]) for one in self._shown]

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        names = {"error": self.tr("Settle first"), "warning": self.tr("Warning"), "note": self.tr("Note")}
        for row, one in enumerate(self._shown):
            severity = str(one["severity"])
            icon, tone = _TONES[severity]
            text = " ".join(filter(None, (_sentence(str(one["words"])), str(one.get("advice", "")))))
            top = Qt.AlignmentFlag.AlignTop
            chip = Chip(self._theme, names[severity], icon, tone)
            self._grid.addWidget(chip, row, 0, top | Qt.AlignmentFlag.AlignLeading)
            self._grid.addWidget(label(text, wrap=True), row, 1, top)


def _sentence(words: str) -> str:
    """With a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:]}" + ("" if words.endswith((".", ")")) else ".")
