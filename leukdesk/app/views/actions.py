"""Every action of the window: words, keys, icon. Menus, buttons and the overview of keys are made from these."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from leukdesk.app.theme.theme import MODES, Theme

_NATIVE = QKeySequence.SequenceFormat.NativeText


class Actions(QObject):
    """All actions. To add one: make it here, connect it in the window, and put it into a menu there."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._all: list[QAction] = []
        self.open_images = self._action(self.tr("Open images…"), "image", "O", "Ctrl+O")
        self.open_folder = self._action(self.tr("Open folder…"), "folder", "Shift+O", "Ctrl+Shift+O")
        self.open_sample = self._action(self.tr("Open the sample case"), "sample")
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
        self.as_list = self._switch(self.tr("Show images as a list"), "rows", "L")
        self.stop = self._action(self.tr("Stop"), "stop", "Esc")
        self.resume = self._action(self.tr("Go on"), "resume")
        self.go_analyse = self._action(self.tr("Analyse"), "analyse", "Ctrl+1")
        self.go_models = self._action(self.tr("Models"), "models", "Ctrl+2")
        self.keys = self._action(self.tr("Keys"), "keyboard", "F1")
        self.about = self._action(self.tr("About leukdesk"), "")
        self.text_larger = self._action(self.tr("Larger text"), "", "Ctrl+Shift++")
        self.text_smaller = self._action(self.tr("Smaller text"), "", "Ctrl+Shift+-")
        self.text_as_designed = self._action(self.tr("Text as designed"), "", "Ctrl+Shift+0")
        self.themes = self._make_themes()

    def all(self) -> list[QAction]:
        """Every action, in the order of the overview."""
        return list(self._all)

    def _make_themes(self) -> QActionGroup:
        group = QActionGroup(self)
        names = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        names["high-contrast"] = self.tr("High contrast")
        for mode in MODES:
            action = QAction(names[mode], group)
            action.setCheckable(True)
            action.setData(mode)
            action.setChecked(mode == self._theme.mode)
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
        action.setToolTip(f"{text.rstrip('…')} ({QKeySequence(keys[0]).toString(_NATIVE)})" if keys else text)
        if icon:
            self._theme.dress(action, icon)
            action.setIconText(f" {text}")  # on a button: air between icon and text
        self._all.append(action)
        return action
