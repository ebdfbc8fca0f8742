"""The few dialogs: the overview of keys, what leukdesk is, and the report of a bug."""

from __future__ import annotations

import platform
from collections.abc import Iterable

import PySide6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from leukdesk import __version__
from leukdesk.app.theme import tokens
from leukdesk.app.viewmodels.faces import research_use
from leukdesk.app.views.actions import plain, spoken_keys
from leukdesk.app.views.widgets.labels import label
from leukdesk.logs import WithoutIdentifiers


class KeysDialog(QDialog):
    """All keys, from the actions themselves, in the sections of the menus."""

    change = Signal()

    def __init__(self, sections: Iterable[tuple[str, list[QAction]]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns = QHBoxLayout()
        columns.setSpacing(2 * tokens.SPACE_5)
        with_keys = ((title, [one for one in actions if one.shortcuts()]) for title, actions in sections)
        for sides in _halves([section for section in with_keys if section[1]]):
            columns.addLayout(_key_grid(sides))
        page = QWidget()
        page.setLayout(columns)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setMinimumWidth(page.sizeHint().width() + 2 * tokens.SPACE_4)
        area.setMinimumHeight(min(page.sizeHint().height(), 480))
        grid = QGridLayout()
        grid.addWidget(area, 0, 0)
        change = QPushButton(self.tr("Change keys…"))
        change.clicked.connect(self.accept)
        change.clicked.connect(self.change)
        _lay_out(self, label(self.tr("Keys"), "title"), grid, self.tr("Close"), change)


class AboutDialog(QDialog):
    """What leukdesk is, and what it is not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About leukdesk"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout()
        words = self.tr(
            "Shows what convolutional networks see in blood-smear images: findings for a human to confirm, never a "
            "diagnosis. Nothing leaves this computer."
        )
        text = label(words, wrap=True)
        text.setMinimumWidth(420)
        grid.addWidget(text, 0, 0)
        grid.addWidget(label(research_use(), "strong", wrap=True), 1, 0)
        grid.addWidget(label("Apache-2.0", "muted"), 2, 0)
        _lay_out(self, label(f"leukdesk {__version__}", "title"), grid, self.tr("Close"))


class CrashDialog(QDialog):
    """One dialog for a bug: what the report holds is there to read before it is sent anywhere."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("leukdesk made a mistake"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setMinimumSize(520, 200)
        self.report.setAccessibleName(self.tr("Report"))
        words = self.tr(
            "This is a fault of the program, not yours. You can go on working. The report below names no files, "
            "folders, people or images; please send it to whoever looks after leukdesk for you."
        )
        grid = QGridLayout()
        grid.setVerticalSpacing(tokens.SPACE_3)
        grid.addWidget(label(words, wrap=True), 0, 0)
        grid.addWidget(self.report, 1, 0)
        copy = QPushButton(self.tr("Copy report"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        _lay_out(self, label(self.tr("leukdesk made a mistake"), "title"), grid, self.tr("Go on working"), copy)


def crash_report(error: BaseException) -> str:
    """A bug as text without identifiers: versions, and what the log would keep of it: type and places in the code."""
    lines = [
        f"leukdesk {__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}",
        f"{platform.system()} {platform.machine()}, {QGuiApplication.platformName()}",
        "",
        WithoutIdentifiers().formatException((type(error), error, error.__traceback__)),
    ]
    return "\n".join(lines)


def _halves(sections: list[tuple[str, list[QAction]]]) -> list[list[tuple[str, list[QAction]]]]:
    """Two columns of about the same length."""
    total, before = sum(len(actions) + 1 for _, actions in sections), 0
    halves: list[list[tuple[str, list[QAction]]]] = [[], []]
    for title, actions in sections:
        halves[int(before + len(actions) / 2 > total / 2)].append((title, actions))
        before += len(actions) + 1
    return halves


def _key_grid(sections: list[tuple[str, list[QAction]]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.SPACE_4)
    grid.setVerticalSpacing(tokens.SPACE_1)
    for title, actions in sections:
        head = label(title, "section")
        head.setContentsMargins(0, tokens.SPACE_2, 0, 0)
        grid.addWidget(head, grid.rowCount(), 0, 1, 2)
        for action in actions:
            row = grid.rowCount()
            grid.addWidget(label(plain(action.text())), row, 0)
            grid.addWidget(label(spoken_keys(action), "strong"), row, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid


def _lay_out(dialog: QDialog, title: QWidget, grid: QGridLayout, close: str, *buttons: QPushButton) -> None:
    row = QHBoxLayout()
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    last = QPushButton(close)
    last.setProperty("kind", "primary")
    last.setDefault(True)
    last.clicked.connect(dialog.accept)
    row.addWidget(last)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_4)
    column.setSpacing(tokens.SPACE_4)
    column.addWidget(title)
    column.addLayout(grid)
    column.addLayout(row)
