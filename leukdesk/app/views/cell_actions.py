"""What can be done with cells, as actions: made among all others, so that keys, menus and the list of commands know."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

translate = QCoreApplication.translate
Entry = QAction | None  # None is a line between two groups


class Maker(Protocol):
    """Makes an action, as `Actions` does."""

    def __call__(self, text: str, icon: str, *keys: str, in_pane: bool = False) -> QAction: ...


class HasCellActions:
    """The part of `Actions` that is about cells."""

    cells: QAction
    cells_everywhere: QAction
    cells_in_view: QAction
    keep_cells: QAction
    zoom_to_cell: QAction
    add_cell: QAction
    remove_cell: QAction
    merge_cells: QAction
    split_cell: QAction
    own_word_back: QAction
    undo_cells: QAction
    redo_cells: QAction

    def _add_cell_actions(self, action: Maker, switch: Maker) -> None:
        """Keys that edit count where the image or the gallery has the focus."""
        self.cells = switch(translate("Cells", "Cells"), "cells", "F")
        self.cells_everywhere = action(translate("Cells", "Find the cells of all open images"), "", "Shift+A")
        self.cells_in_view = action(translate("Cells", "Find the cells in view"), "cells", "V")
        self.keep_cells = action(translate("Cells", "Keep the cells in the case history"), "", "Ctrl+S")
        self.zoom_to_cell = action(translate("Cells", "Zoom to the chosen cell"), "", "Z", in_pane=True)
        self.add_cell = switch(translate("Cells", "Outline a cell by hand"), "", "N", in_pane=True)
        self.remove_cell = action(translate("Cells", "It is no cell: remove"), "", "Del", in_pane=True)
        self.merge_cells = action(translate("Cells", "Merge the chosen outlines"), "", "K", in_pane=True)
        self.split_cell = action(translate("Cells", "Split the chosen outline"), "", "X", in_pane=True)
        self.own_word_back = action(translate("Cells", "Back to the model's answer"), "", "Backspace", in_pane=True)
        self.undo_cells = action(translate("Cells", "Undo the change of cells"), "", "Ctrl+Z", in_pane=True)
        self.redo_cells = action(translate("Cells", "Redo the change of cells"), "", "Ctrl+Y", in_pane=True)
        for one in self.cell_edits():
            one.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def cell_edits(self) -> tuple[QAction, ...]:
        """What works on the chosen cells."""
        return (
            self.zoom_to_cell, self.add_cell, self.remove_cell, self.merge_cells, self.split_cell, self.own_word_back,
            self.undo_cells, self.redo_cells,
        )  # fmt: skip


def insert_cell_menu(image: QMenu, one: HasCellActions, before: QAction) -> None:
    """The menu Image > Cells."""
    menu = QMenu(translate("Menus", "&Cells"), image)
    image.insertMenu(before, menu)
    menu.addActions([one.cells, one.cells_in_view, one.cells_everywhere, one.keep_cells])
    menu.addSeparator()
    menu.addActions(list(one.cell_edits()[:6]))
    menu.addSeparator()
    menu.addActions([one.undo_cells, one.redo_cells])
