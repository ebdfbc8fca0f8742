"""Every view and dialog by keyboard and by ear: names, roles, an order, a focus that is seen, no class by hue alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from findings import make_finding, make_prediction
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QScrollArea, QWidget
from window_desk import Desk
from window_walk import controls, scenes, spoken, visible

from leukdesk.app.viewmodels.faces import Face, Vocabulary, face
from leukdesk.app.viewmodels.image_list import Row

# Roles a screen reader can say; a bare widget has none of these.
SAID = {
    QAccessible.Role.Button, QAccessible.Role.CheckBox, QAccessible.Role.RadioButton, QAccessible.Role.ComboBox,
    QAccessible.Role.Slider, QAccessible.Role.EditableText, QAccessible.Role.List, QAccessible.Role.Tree,
    QAccessible.Role.Table, QAccessible.Role.Link, QAccessible.Role.SpinBox, QAccessible.Role.ButtonMenu,
    QAccessible.Role.ButtonDropDown, QAccessible.Role.StaticText, QAccessible.Role.Document, QAccessible.Role.Graphic,
}  # fmt: skip
STEPS = 200  # more than there are controls: a trap would use them up


def walked(top: QWidget) -> list[QWidget]:
    """What the Tab key reaches, in its order, until it is back at the first."""
    top.activateWindow()
    start = next(one for one in controls(top) if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isEnabled())
    start.setFocus(Qt.FocusReason.TabFocusReason)
    found: list[QWidget] = []
    for _ in range(STEPS):
        now = QApplication.focusWidget()
        assert now is not None
        if found and now is found[0]:
            return found
        found.append(now)
        now.window().focusNextChild()
    raise AssertionError(f"the Tab key does not come round: {found[-5:]}")


def wanted(top: QWidget) -> list[QWidget]:
    """What the Tab key should reach; of exclusive buttons one is enough, since arrows go through the others."""
    able = [one for one in controls(top) if one.isEnabled() and one.isVisible()]
    return [one for one in able if not (isinstance(one, QAbstractButton) and one.group() and not one.isChecked())]


def one_of(one: QWidget) -> list[QAbstractButton]:
    """The buttons of which one is chosen: the Tab key goes to one of them, the arrow keys to the others."""
    group = one.group() if isinstance(one, QAbstractButton) else None
    return group.buttons() if group is not None else []


def test_every_control_of_every_view_has_a_name_a_role_and_its_turn(
    desk: Desk, smear_folder: Path, broken: Path
) -> None:
    nameless: list[str] = []
    without_role: list[str] = []
    unreached: list[str] = []
    for name, top in scenes(desk, smear_folder, broken):
        for one in controls(top):
            reader = QAccessible.queryAccessibleInterface(one)
            shown = f"{name}: {type(one).__name__} {spoken(one)!r}"
            nameless += [] if spoken(one).strip() else [shown]
            without_role += [] if reader is not None and reader.role() in SAID else [f"{shown} {reader.role()}"]
        reached = walked(top)
        unreached += [
            f"{name}: {type(one).__name__} {spoken(one)!r}"
            for one in wanted(top)
            if not any(one is other or one.isAncestorOf(other) or other in one_of(one) for other in reached)
        ]
    assert "\n".join(nameless) == ""
    assert "\n".join(without_role) == ""
    assert "\n".join(unreached) == ""


def picture(one: QWidget) -> QImage:
    QApplication.processEvents()
    room = QRect(one.mapTo(one.window(), QPoint(-3, -3)), one.size()).adjusted(0, 0, 6, 6)
    return one.window().grab(room).toImage()


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_whatever_has_the_focus_looks_different(desk: Desk, smear_folder: Path, theme: str) -> None:
    desk.start(smear_folder)
    desk.session.theme.use(theme)
    desk.window.activateWindow()
    unseen: list[str] = []
    for place in range(desk.window.places.count()):
        desk.window.go_to(place)
        for one in wanted(desk.window):
            bring_into_view(one)
            desk.window.setFocus()
            one.clearFocus()
            before = picture(one)
            one.setFocus(Qt.FocusReason.TabFocusReason)
            if one.hasFocus() and picture(one) == before:
                unseen.append(f"{place}: {type(one).__name__} {spoken(one)!r}")
    assert "\n".join(unseen) == ""


def bring_into_view(one: QWidget) -> None:
    """As the Tab key does."""
    above = one.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(one)
        above = above.parentWidget()


def rows(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    for row in range(model.rowCount()):
        yield str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_the_list_says_of_each_image_what_it_shows(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    for row, said in zip(smears, rows(desk.analyse.strip.view), strict=True):
        assert row.name in said
        assert any(one.capitalize() in said for one in ("benign", "early", "pre", "pro", "unidentified", "rejected"))


@settings(deadline=None)
@given(st.floats(0.0, 1.0), st.floats(0.0, 2.0))
def test_wherever_a_class_has_a_colour_it_has_a_name(probability: float, novelty: float) -> None:
    """A line or tile never shows a colour without the words beside it, nor one that no words explain."""
    shown: Face = face(
        Row(Path("a.png"), outcome=make_finding(prediction=make_prediction(0.6, novelty=novelty))), Vocabulary()
    )
    if shown.colour:
        assert shown.verdict
        assert shown.verdict in shown.spoken
        assert shown.percent


def test_every_bar_and_box_of_a_class_carries_its_name(desk: Desk, smear_folder: Path) -> None:
    desk.start(smear_folder)
    desk.model.show_truth(True)
    bars = [row for row in desk.analyse.inspector.bars.rows if row.isVisible()]
    assert bars
    names = {one.display for one in desk.session.engine.vocabulary.classes.values()}
    assert {next(name for name in names if name in row.accessibleName()) for row in bars} == names
    assert all(one.accessibleName() for one in visible(desk.window) if one in bars)
