"""What helps a person on: welcome and tour, guide, keys, all commands, about, and the report of a bug."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QDialog, QMainWindow

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.guide import GuideViewModel
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.analyse_view import AnalyseView
from leukdesk.app.views.menus import sections


class HelpDesk(QObject):
    """Opens the dialogs; each is imported with its first use, to keep the start short."""

    change_keys = Signal()
    welcomed = Signal()

    def __init__(
        self,
        window: QMainWindow,
        actions: Actions,
        analyse: AnalyseView,
        theme: Theme,
        model: AnalyseViewModel,
        guide: GuideViewModel,
        data_folder: Path,
    ) -> None:
        super().__init__(window)
        self._window, self._actions, self._analyse, self._theme = window, actions, analyse, theme
        self._guide_model, self._data = guide, data_folder
        self._crash: QDialog | None = None
        self._guide: QDialog | None = None
        self._wants_tour = False
        model.opened.connect(lambda: QTimer.singleShot(0, self, self._point))  # once the view has settled
        actions.keys.triggered.connect(self.show_keys)
        actions.palette.triggered.connect(self.show_palette)
        actions.guide.triggered.connect(self.show_guide)
        actions.show_welcome.triggered.connect(self.welcome)
        actions.about.triggered.connect(self.show_about)

    def welcome(self) -> None:
        """Say what this is, and offer to look around."""
        from leukdesk.app.views.first_welcome import FirstWelcome

        dialog = FirstWelcome(self._theme, self._data, self._window)
        dialog.look_around.connect(self.look_around)
        dialog.finished.connect(self.welcomed)
        dialog.open()

    def look_around(self) -> None:
        """Open the sample case, and point at three things in it."""
        self._wants_tour = True
        self._actions.open_sample.trigger()

    def show_guide(self) -> None:
        """The user guide, in one window."""
        from leukdesk.app.views.guide_window import GuideWindow

        self._guide = self._guide or GuideWindow(self._guide_model, self._theme, self._window)
        self._guide.show()
        self._guide.raise_()
        self._guide.activateWindow()

    def show_keys(self) -> None:
        """All keys."""
        from leukdesk.app.views.dialogs import KeysDialog

        dialog = KeysDialog(sections(self._window.menuBar()), self._window)
        dialog.change.connect(self.change_keys)
        dialog.open()

    def show_palette(self) -> None:
        """All commands."""
        from leukdesk.app.views.command_palette import CommandPalette

        CommandPalette(sections(self._window.menuBar()), self._window).open()

    def show_about(self) -> None:
        """What leukdesk is."""
        from leukdesk.app.views.dialogs import AboutDialog

        AboutDialog(self._window).open()

    def report_crash(self, error: BaseException) -> None:
        """Show a bug, in one dialog at a time; work goes on."""
        from leukdesk.app.views.dialogs import CrashDialog, crash_report

        if self._crash is None:
            self._crash = CrashDialog(crash_report(error), self._window)
            self._crash.destroyed.connect(self._forget_crash)
            self._crash.open()

    def _forget_crash(self) -> None:
        self._crash = None

    def _point(self) -> None:
        """Begin the tour, if it was for the tour that something was opened."""
        from leukdesk.app.views.tour import Stop, Tour

        wanted, self._wants_tour, view = self._wants_tour, False, self._analyse
        if not wanted:
            return
        Tour(
            self._theme,
            [
                Stop(
                    view.inspector.verdict,
                    self.tr("What the model says"),
                    self.tr(
                        "The class it names and how sure it is; or why it gives no answer. It is for you to confirm."
                    ),
                ),
                Stop(
                    view.heatmap_button,
                    self.tr("What it looked at"),
                    self.tr(
                        "Look at the image yourself first. Then the heatmap shows which part of it spoke for the "
                        "class. The space bar switches it on and off."
                    ),
                ),
                Stop(
                    view.strip,
                    self.tr("All open images"),
                    self.tr("The arrow keys go from image to image. F1 shows all keys, Ctrl+K finds every command."),
                ),
            ],
            self._window,
        )
