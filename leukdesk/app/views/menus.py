"""The menus. Their titles are also the sections of the overview of keys and of the list of all commands."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from leukdesk.app.views.actions import Actions
from leukdesk.app.views.cell_actions import insert_cell_menu


def fill_menus(bar: QMenuBar, one: Actions) -> QMenu:
    """Put every action into a menu; `None` is a line between two groups. Returns the menu for recent files."""
    translate = QCoreApplication.translate
    file = bar.addMenu(translate("Menus", "&File"))
    _fill(file, (one.open_images, one.open_folder, one.paste, one.open_sample, one.reopen, one.fetch))
    _fill(file, (None, one.go_settings, one.quit))
    recent = QMenu(translate("Menus", "Open &recent"), file)
    recent.setObjectName("recent")
    recent.setToolTipsVisible(True)
    recent.addAction(one.forget_recent)
    file.insertMenu(one.open_sample, recent)
    image = bar.addMenu(translate("Menus", "&Image"))
    _fill(
        image,
        (
            one.previous,
            one.next,
            one.next_failed,
            one.find_missing,
            None,
            one.heatmap,
            one.truth,
            one.hide_overlays,
            one.calibrate,
            None,
            one.analyse_view,
            one.export_view,
            None,
            one.stop,
            one.resume,
        ),
    )
    insert_cell_menu(image, one, one.analyse_view)
    _fill_case(bar.addMenu(translate("Menus", "&Case")), one)
    _fill_view(bar.addMenu(translate("Menus", "&View")), one)
    _fill(
        bar.addMenu(translate("Menus", "&Help")), (one.palette, one.keys, one.guide, None, one.show_welcome, one.about)
    )
    return recent


def _fill_case(case: QMenu, one: Actions) -> None:
    _fill(case, (one.new_case, one.put_into_case, None, one.add_to_case, one.edit_case, one.erase_case))
    _fill(
        case, (None, one.review_case, one.most_useful, one.sign_case, one.amend_case, one.case_versions, one.agreement)
    )
    _fill(case, (None, one.report_case, None, one.lock, one.restore_history))


def _fill_view(view: QMenu, one: Actions) -> None:
    translate = QCoreApplication.translate
    places = (one.go_analyse, one.go_batch, one.go_cases, one.go_models, one.go_train)
    _fill(view, (*places, None, one.zoom_in, one.zoom_out, one.fit, one.actual))
    moves = (one.pan_left, one.pan_right, one.pan_up, one.pan_down, one.ruler)
    _fill(view.addMenu(translate("Menus", "&Move and measure")), moves)
    _fill(view.addMenu(translate("Menus", "&Compare")), (*one.compared.actions(), None, one.blink))
    _fill(view, (None, one.as_list, one.as_gallery, one.search_images, one.show_all))
    _fill(view.addMenu(translate("Menus", "&Sort images")), (*one.sorts.actions(), None, one.sort_reversed))
    view.addMenu(translate("Menus", "&Theme")).addActions(one.themes.actions())
    _fill(view.addMenu(translate("Menus", "Te&xt size")), (one.text_larger, one.text_smaller, one.text_as_designed))


def sections(bar: QMenuBar) -> Iterator[tuple[str, list[QAction]]]:
    """Each menu's title and its actions; a menu within a menu is a section of its own: "View › Theme"."""
    for action in bar.actions():
        if isinstance(menu := action.menu(), QMenu):
            yield from _sections(action.text().replace("&", ""), menu)


def _sections(title: str, menu: QMenu) -> Iterator[tuple[str, list[QAction]]]:
    yield title, [one for one in menu.actions() if one.objectName() and one.menu() is None]
    for action in menu.actions():
        if isinstance(inner := action.menu(), QMenu):
            yield from _sections(f"{title} › {action.text().replace('&', '')}", inner)


def _fill(menu: QMenu, entries: tuple[QAction | None, ...]) -> None:
    for entry in entries:
        if entry is None:
            menu.addSeparator()
        else:
            menu.addAction(entry)
