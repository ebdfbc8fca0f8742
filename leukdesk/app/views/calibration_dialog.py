"""What a pixel measures, and how this laboratory stains: profiles chosen for an image or a folder."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.domain.optics import STAINS, OpticsProfile

_WIDTH = 480  # px


class CalibrationDialog(FormDialog):
    """Each choice is kept at once; a profile when its button is pressed."""

    def __init__(
        self, model: AnalyseViewModel, preferences: Preferences, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, self.tr("Calibration"), _WIDTH, parent)
        self._model, self._keep = model, preferences
        self.used = Picker(theme, self.tr("Profile of these images"))
        self.scope = Picker(theme, self.tr("Used for"))
        self.stain = Picker(theme, self.tr("Stain"))
        self.objective = self._line(self.tr("Objective"), self.tr("100x oil"))
        self.camera = self._line(self.tr("Camera"), self.tr("camera and adapter"))
        self.scale = self._number(self.tr("µm in a pixel"))
        self.length = self._number(self.tr("A known length in µm"))
        self.pixels = self._number(self.tr("The same length in pixels"))
        self.site = self._line(self.tr("Laboratory"), "")
        self.add, self.remove = QPushButton(self.tr("Keep profile")), QPushButton(self.tr("Remove profile"))
        self.trouble = label("", wrap=True)
        self.trouble.setProperty("tone", "refuse")
        self._fill()
        self._lay_out()
        self._connect()
        self._show()

    def _line(self, name: str, hint: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setPlaceholderText(hint)
        line.setMaxLength(80)
        return line

    def _number(self, name: str) -> QLineEdit:
        line = self._line(name, "")
        line.setValidator(QDoubleValidator(0.0, 1e6, 6, line))
        return line

    def _fill(self) -> None:
        self.scope.addItem(self.tr("All images of this folder"), "folder")
        self.scope.addItem(self.tr("This image only"), "image")
        self.stain.addItem(self.tr("Not said"), "")
        for stain in STAINS:
            self.stain.addItem(stain, stain)

    def _connect(self) -> None:
        self.used.activated.connect(lambda _at: self._use())
        self.stain.activated.connect(lambda _at: self._keep_site())
        self.site.editingFinished.connect(self._keep_site)
        self.length.textEdited.connect(self._measure)
        self.pixels.textEdited.connect(self._measure)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self._keep.changed.connect(self._show)
        self._model.selected.connect(self._show)

    # -- what the user does

    def _use(self) -> None:
        path = self._model.path
        if path is not None:
            whole = path.absolute()
            self._keep.set_optics_of(
                whole if self.scope.currentData() == "image" else whole.parent, self.used.currentData()
            )

    def _measure(self) -> None:
        """A stage micrometre: what is known in micrometres and was measured with the ruler."""
        length, pixels = _value(self.length), _value(self.pixels)
        if length and pixels:
            self.scale.setText(QLocale().toString(length / pixels, "g", 6))

    def _add(self) -> None:
        try:
            made = OpticsProfile(self.objective.text().strip(), self.camera.text().strip(), _value(self.scale))
        except ValueError:
            words = self.tr("Name the objective or the camera, and give a scale from 0.001 to 100 µm in a pixel.")
            self.trouble.setText(words)
            self.trouble.show()
            self.fit()
            return
        others = [one for one in self._keep.settings.optics if one.name != made.name]
        self._keep.set_optics([*others, made])
        self.used.setCurrentIndex(self.used.findData(made.name))
        self._use()

    def _remove(self) -> None:
        name = self.used.currentData()
        self._keep.set_optics([one for one in self._keep.settings.optics if one.name != name])

    def _keep_site(self) -> None:
        self._keep.set_site(self.site.text().strip(), self.stain.currentData())

    # -- what is shown

    def _show(self) -> None:
        now, path = self._keep.settings, self._model.path
        self.used.clear()
        self.used.addItem(self.tr("As the file states"), "")
        for profile in now.optics:
            scale = QLocale().toString(profile.um_per_px, "g", 4)
            self.used.addItem(f"{profile.name} · {scale} µm", profile.name)
        own = now.optics_of.get(str(path.absolute()), "") if path is not None else ""
        chosen = now.profile_of(path) if path is not None else ""
        self.used.setCurrentIndex(max(0, self.used.findData(chosen)))
        if own:
            self.scope.setCurrentIndex(1)
        for widget in (self.used, self.scope):
            widget.setEnabled(path is not None)
        self.remove.setEnabled(bool(self.used.currentData()))
        self.stain.setCurrentIndex(self.stain.findData(now.stain))
        if not self.site.hasFocus():
            self.site.setText(now.site)
        self.trouble.hide()

    def _lay_out(self) -> None:
        words = self.tr(
            "Lengths and the check of the scale need to know what a pixel measures. What a file itself states is used "
            "unless a profile is chosen for that very image."
        )
        self.say(words, "muted")
        self.ask(self.used, self.scope)
        self.say(self.tr("A profile"), "heading")
        self.ask(self.objective, self.camera, self.scale)
        self.say(self.tr("Or measure a stage micrometre with the ruler:"), "muted")
        self.ask(self.length, self.pixels)
        self.column.addWidget(self.trouble)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.remove)
        row.addStretch(1)
        self.column.addLayout(row)
        self.say(self.tr("This laboratory"), "heading")
        self.ask(self.site, self.stain)
        self.end_reading()


def _value(line: QLineEdit) -> float:
    value, known = QLocale().toDouble(line.text())
    return value if known else 0.0
