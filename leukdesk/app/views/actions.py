"""Every action of the window: words, keys, icon. Menus, buttons and the overview of keys are made from these."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from leukdesk.app.theme.theme import MODES, Theme
from leukdesk.app.viewmodels.ordering import SortBy
from leukdesk.app.views.cell_actions import HasCellActions

_NATIVE = QKeySequence.SequenceFormat.NativeText
_NO_KEYS = {Qt.Key.Key_unknown, Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}


class Actions(QObject, HasCellActions):
    """All actions. To add one: make it here, put it into a menu in `menus.py`, and connect it where it works.

    An action is stored, searched and rebound by the name of its attribute here. `keys_changed` follows every rebinding.
    """

    keys_changed = Signal()

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._all: list[QAction] = []
        self.open_images = self._action(self.tr("Open images…"), "image", "O", "Ctrl+O")
        self.open_folder = self._action(self.tr("Open folder…"), "folder", "Shift+O", "Ctrl+Shift+O")
        self.open_sample = self._action(self.tr("Open the sample case"), "sample")
        self.reopen = self._action(self.tr("Go on where I was"), "resume", "Ctrl+Shift+T")
        self.fetch = self._action(self.tr("Fetch a few real fields (uses the network)"), "download")
        self.quit = self._action(self.tr("Quit"), "", "Ctrl+Q")
        self.previous = self._action(self.tr("Previous image"), "", "Left", in_pane=True)
        self.next = self._action(self.tr("Next image"), "", "Right", in_pane=True)
        self.next_failed = self._action(self.tr("Next failed image"), "", "Shift+F")
        self.heatmap = self._switch(self.tr("Heatmap"), "heatmap", "Space", in_pane=True)
        self.truth = self._switch(self.tr("Show truth"), "truth", "T")
        self.hide_overlays = self._switch(self.tr("Hide everything over the image"), "", "H")
        self.zoom_in = self._action(self.tr("Zoom in"), "zoom-in", "+", "=", "Ctrl++")
        self.zoom_out = self._action(self.tr("Zoom out"), "zoom-out", "-", "Ctrl+-")
        self.fit = self._action(self.tr("Whole image"), "fit", "0")
        self.actual = self._action(self.tr("Pixel for pixel"), "actual-size", "1")
        self._add_looking()
        self._add_list_actions()
        self._add_cell_actions(self._action, self._switch)
        self.stop = self._action(self.tr("Stop"), "stop", "Esc")
        self.resume = self._action(self.tr("Go on"), "resume")
        self._add_places()
        self._add_case_actions()
        self.palette = self._action(self.tr("All commands…"), "search", "Ctrl+K", "Ctrl+Shift+P")
        self.keys = self._action(self.tr("Keys"), "keyboard", "F1")
        self.guide = self._action(self.tr("User guide"), "", "Shift+F1")
        self.show_welcome = self._action(self.tr("Welcome"), "")
        self.about = self._action(self.tr("About leukdesk"), "")
        self.text_larger = self._action(self.tr("Larger text"), "", "Ctrl+Shift++")
        self.text_smaller = self._action(self.tr("Smaller text"), "", "Ctrl+Shift+-")
        self.text_as_designed = self._action(self.tr("Text as designed"), "", "Ctrl+Shift+0")
        self.themes = self._make_themes()
        for name, value in vars(self).items():
            if isinstance(value, QAction):
                value.setObjectName(name)
        self._designed = {action.objectName(): keys_of(action) for action in self._all}

    def all(self) -> list[QAction]:
        """Every action, in the order of the overview."""
        return list(self._all)

    def designed_keys(self, action: QAction) -> tuple[str, ...]:
        """The keys an action has unless the user gave it others."""
        return self._designed[action.objectName()]

    def rebound(self) -> dict[str, tuple[str, ...]]:
        """The keys of those actions whose keys are not as designed, by the action's name; for the settings."""
        return {one.objectName(): keys_of(one) for one in self._all if keys_of(one) != self.designed_keys(one)}

    def rebind(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Give these actions these keys and all others their designed ones.

        A setting may have been edited by hand: names and keys that do not exist are passed over, and a key that another
        action has already (the user's choice goes before the design).
        """
        taken: list[QKeySequence] = []
        for action in sorted(self._all, key=lambda one: one.objectName() not in keys):
            wanted = keys.get(action.objectName(), self.designed_keys(action))
            free = [one for one in map(QKeySequence, wanted) if is_key(one) and not any(clash(one, t) for t in taken)]
            taken += free
            action.setShortcuts(free)
            action.setToolTip(_tooltip(action))
        self.keys_changed.emit()

    def bind(self, action: QAction, keys: tuple[str, ...]) -> None:
        """Give one action these keys; whoever had one of them loses it."""
        wanted = self.rebound() | {action.objectName(): keys}
        for key in keys:
            if (other := self.holder(QKeySequence(key), action)) is not None:
                left = tuple(one for one in keys_of(other) if not clash(QKeySequence(one), QKeySequence(key)))
                wanted[other.objectName()] = left
        self.rebind({name: keys for name, keys in wanted.items() if keys != self._designed.get(name)})

    def holder(self, key: QKeySequence, beside: QAction) -> QAction | None:
        """The other action that this key would be in conflict with."""
        others = (one for one in self._all if one is not beside)
        return next((one for one in others if any(clash(key, held) for held in one.shortcuts())), None)

    def ways(self) -> tuple[QAction, ...]:
        """The ways to the places, in their order."""
        return self.go_analyse, self.go_batch, self.go_cases, self.go_models, self.go_train, self.go_settings

    def _add_list_actions(self) -> None:
        self.calibrate = self._action(self.tr("Calibration and stain…"), "", "Ctrl+L")
        self.paste = self._action(self.tr("Paste an image or files"), "", "Ctrl+V")
        self.forget_recent = self._action(self.tr("Forget what was open"), "")
        self.as_list = self._switch(self.tr("Show images as a list"), "rows", "L")
        self.as_gallery = self._switch(self.tr("Show images as a gallery"), "grid", "G")
        self.search_images = self._action(self.tr("Search images"), "search", "/")
        self.show_all = self._action(self.tr("Show all images"), "")
        self.find_missing = self._action(self.tr("Find missing files…"), "folder")
        self.sorts = self._make_sorts()
        self.sort_reversed = self._switch(self.tr("Reverse the order"), "", "Shift+S")

    def _add_places(self) -> None:
        self.go_analyse = self._action(self.tr("Analyse"), "analyse", "Ctrl+1")
        self.go_batch = self._action(self.tr("Batch"), "batch", "Ctrl+2")
        self.go_cases = self._action(self.tr("Cases"), "cases", "Ctrl+3")
        self.go_models = self._action(self.tr("Models"), "models", "Ctrl+4")
        self.go_train = self._action(self.tr("Train"), "train", "Ctrl+5")
        self.go_settings = self._action(self.tr("Settings"), "settings", "Ctrl+,")

    def _add_case_actions(self) -> None:
        self.new_case = self._action(self.tr("New case…"), "add", "Ctrl+N")
        self.put_into_case = self._action(self.tr("Put these images into a case…"), "cases", "Ctrl+Shift+N")
        self.add_to_case = self._action(self.tr("Add images…"), "image")
        self.edit_case = self._action(self.tr("Correct the details…"), "edit")
        self.report_case = self._action(self.tr("Report…"), "export", "Ctrl+P")
        self.erase_case = self._action(self.tr("Erase this case…"), "close")
        self.lock = self._action(self.tr("Lock the window"), "lock", "Ctrl+Shift+L")
        self.review_case = self._action(self.tr("Review"), "ok", "Ctrl+R")
        self.most_useful = self._action(self.tr("Label most useful next"), "ok", "Ctrl+Shift+R")
        short = self.tr("Most useful next")  # beside the list of runs there is little room
        self.most_useful.setIconText(f" {short}")
        self.sign_case = self._action(self.tr("Sign off…"), "lock")
        self.amend_case = self._action(self.tr("Amend…"), "edit")
        self.case_versions = self._action(self.tr("Signed versions…"), "rows")
        self.agreement = self._action(self.tr("Agreement…"), "compare")
        self.restore_history = self._action(self.tr("Restore the case history…"), "")

    def _add_looking(self) -> None:
        """What is done with the canvas beside zooming."""
        self.pan_left = self._action(self.tr("Look further left"), "", "Shift+Left", in_pane=True)
        self.pan_right = self._action(self.tr("Look further right"), "", "Shift+Right", in_pane=True)
        self.pan_up = self._action(self.tr("Look further up"), "", "Shift+Up", in_pane=True)
        self.pan_down = self._action(self.tr("Look further down"), "", "Shift+Down", in_pane=True)
        self.ruler = self._switch(self.tr("Ruler"), "ruler", "R")
        self.analyse_view = self._action(self.tr("Analyse this view"), "analyse", "A")
        self.export_view = self._action(self.tr("Save the view as a picture…"), "export", "Ctrl+E")
        self.compared = self._make_compared()
        self.blink = self._switch(self.tr("Take turns instead of side by side"), "", "B")

    def _make_compared(self) -> QActionGroup:
        group = QActionGroup(self)
        ways = (
            ("nothing", self.tr("Compare nothing"), "Shift+C"),
            ("heatmap", self.tr("Compare image and heatmap"), "C"),
            ("models", self.tr("Compare two models"), "M"),
            ("images", self.tr("Compare with another image"), "I"),
        )
        for mode, text, key in ways:
            action = self._switch(text, "", key)
            action.setObjectName(f"compare_{mode}")
            action.setData(mode)
            group.addAction(action)
        return group

    def _make_themes(self) -> QActionGroup:
        group = QActionGroup(self)
        names = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        names["high-contrast"] = self.tr("High contrast")
        for mode in MODES:
            action = QAction(names[mode], group)
            action.setObjectName(f"theme_{mode}")
            action.setCheckable(True)
            action.setData(mode)
            action.setChecked(mode == self._theme.mode)
            self._all.append(action)
        return group

    def _make_sorts(self) -> QActionGroup:
        group = QActionGroup(self)
        names = {
            SortBy.OPENED: self.tr("As opened"),
            SortBy.NAME: self.tr("By name"),
            SortBy.LABEL: self.tr("By label"),
            SortBy.PROBABILITY: self.tr("By probability, least sure first"),
            SortBy.QUALITY: self.tr("By quality, best first"),
            SortBy.STATE: self.tr("By state, trouble first"),
        }
        for sort, name in names.items():
            action = QAction(name, group)
            action.setObjectName(f"sort_{sort}")
            action.setCheckable(True)
            action.setData(str(sort))
            action.setChecked(sort is SortBy.OPENED)
            self._all.append(action)
        return group

    def _switch(self, text: str, icon: str, *keys: str, in_pane: bool = False) -> QAction:
        action = self._action(text, icon, *keys, in_pane=in_pane)
        action.setCheckable(True)
        return action

    def _action(self, text: str, icon: str, *keys: str, in_pane: bool = False) -> QAction:
        """`in_pane`: the keys count only where the image or the list has the focus, since controls need them too."""
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        if in_pane:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(_tooltip(action))
        if icon:
            self._theme.dress(action, icon)
            action.setIconText(f" {text}")  # on a button: air between icon and text
        self._all.append(action)
        return action


def keys_of(action: QAction) -> tuple[str, ...]:
    """An action's keys as they are stored: the same on every system and in every language."""
    return tuple(key.toString(QKeySequence.SequenceFormat.PortableText) for key in action.shortcuts())


def is_key(key: QKeySequence) -> bool:
    """Whether a person could press this: keys that exist, and not only Shift or Ctrl."""
    pressed = [key[at].key() for at in range(key.count())]  # type: ignore[index]  # PySide's stub
    return bool(pressed) and not any(one in _NO_KEYS for one in pressed)


def clash(one: QKeySequence, other: QKeySequence) -> bool:
    """Whether Qt could not tell these apart: they are the same, or one begins with the other."""
    none = QKeySequence.SequenceMatch.NoMatch
    return one.matches(other) != none or other.matches(one) != none


def spoken_keys(action: QAction) -> str:
    """An action's keys as this system writes them."""
    return "  ".join(key.toString(_NATIVE) for key in action.shortcuts())


def plain(text: str) -> str:
    """An action's words without the dots and marks of menus."""
    return text.replace("&", "").rstrip("…")


def _tooltip(action: QAction) -> str:
    shortcuts = action.shortcuts()
    return f"{plain(action.text())} ({shortcuts[0].toString(_NATIVE)})" if shortcuts else plain(action.text())
