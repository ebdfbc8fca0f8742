"""Naming cells: with the keys 1 to 9 and U where image or gallery has the focus, and from a menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from leukdesk.app.viewmodels.cells import Cells
from leukdesk.domain.review import UNIDENTIFIED

_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class ClassKeys(QObject):
    """Watches widgets. While a cell is chosen these keys name it; else they are the window's, as ever."""

    def __init__(self, cells: Cells, name: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._cells, self._name = cells, name

    def watch(self, *widgets: QWidget) -> None:
        """Take the keys of these."""
        for one in widgets:
            one.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and self._cells.on and self._cells.selected:
            label = class_of(self._cells, event)
            if label is not None and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if label is not None and event.type() == QEvent.Type.KeyPress:
                self._name(label)
                return True
        return super().eventFilter(watched, event)


def class_of(cells: Cells, event: QKeyEvent) -> str | None:
    """The class id that a key stands for; None for other keys."""
    if event.modifiers() not in _PLAIN:
        return None
    if event.key() == Qt.Key.Key_U:
        return UNIDENTIFIED
    place = event.key() - Qt.Key.Key_1
    return cells.keys[place].id if 0 <= place < len(cells.keys) else None


def fill_class_menu(menu: QMenu, cells: Cells, name: Callable[[str], None]) -> None:
    """Every class a cell may be given, in ICSH order, with its key."""
    keys = {one.id: str(at) for at, one in enumerate(cells.keys, 1)} | {UNIDENTIFIED: "U"}
    now = cells.current.class_id if cells.current is not None else ""
    for look in (*cells.looks.classes, cells.looks.look(UNIDENTIFIED)):
        action = menu.addAction(f"{look.display.replace('&', '&&')}\t{keys.get(look.id, '')}")
        action.setCheckable(True)
        action.setChecked(look.id == now)
        action.triggered.connect(lambda _on=False, chosen=look.id: name(chosen))
