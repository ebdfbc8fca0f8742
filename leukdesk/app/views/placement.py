"""Where the window stands: on a screen that exists, whichever one it stood on last time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize

_GRIP = 120  # px of the top edge that must be on a screen, to be taken hold of
_EDGE = 40  # px


def fitting(wanted: QRect, screens: Sequence[QRect], smallest: QSize) -> QRect | None:
    """`wanted`, moved and shrunk so that it can be used on one of these screens; None for the window's own choice.

    `screens` are what is free on each, the main one first. A screen that is gone is replaced by the main one.
    """
    if not screens or wanted.width() < 1 or wanted.height() < 1:
        return None
    top = QRect(wanted.x(), wanted.y(), wanted.width(), _EDGE)
    held = [one for one in screens if one.intersected(top).width() >= _GRIP and one.intersected(top).height() == _EDGE]
    screen = max(held, key=lambda one: _area(one.intersected(wanted))) if held else screens[0]
    placed = QRect(wanted.topLeft(), wanted.size().expandedTo(smallest).boundedTo(screen.size()))
    if not held:
        placed.moveCenter(screen.center())
    placed.moveLeft(max(min(placed.left(), screen.right() + 1 - placed.width()), screen.left()))
    placed.moveTop(max(min(placed.top(), screen.bottom() + 1 - placed.height()), screen.top()))
    return placed


def fills(placed: QRect, free: QRect, smallest: QSize) -> bool:
    """Whether a window with its title above it would reach beyond what is free of a screen: better shown maximized.

    On a screen below the `smallest` size of the window that would help nobody.
    """
    if free.width() < smallest.width() or free.height() < smallest.height():
        return False
    return placed.width() > free.width() or placed.height() + _EDGE > free.height()


def _area(one: QRect) -> int:
    return max(one.width(), 0) * max(one.height(), 0)
