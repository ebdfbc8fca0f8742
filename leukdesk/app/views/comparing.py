"""The selected image, and beside it or in turns with it what it is compared with; both look at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QSignalBlocker, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.comparison import Compared
from leukdesk.app.viewmodels.faces import Vocabulary, decision_word, percent
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.pane import Pane
from leukdesk.app.views.widgets.canvas import Canvas
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.domain.finding import Decision, Finding

if TYPE_CHECKING:
    from leukdesk.app.workers.pictures import Picture

_BLINK_MS = 800  # slower than three a second, which would be dangerous for some
_GAP = 2  # px between the panes


class Comparing(QWidget):
    """One pane, or two."""

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions, first: Pane) -> None:
        super().__init__()
        self._model, self._actions = model, actions
        self.first, self.second = first, Pane(model.comparison.shown, theme)
        self.models = Picker(theme, self.tr("Model to compare with"))
        self.second.caption.row.addWidget(self.models)
        self._following = False
        self._seen: Picture | None = None
        self._blink = QTimer(self)
        self._blink.setInterval(_BLINK_MS)
        self._blink.timeout.connect(self._take_turns)
        for pane in (first, self.second):
            pane.setParent(self)
        self.second.hide()
        self._connect()

    def _connect(self) -> None:
        comparison = self._model.comparison
        comparison.changed.connect(self._show)
        comparison.heatmap.changed.connect(self._show_heatmap)
        self._model.outcome_changed.connect(self._show_captions)
        self._model.selected.connect(self._show_captions)
        self._model.picture_changed.connect(self._show_captions)
        self._model.adjustment.changed.connect(self._show_adjusted)
        self._actions.hide_overlays.toggled.connect(self._show_heatmap)
        self._actions.blink.toggled.connect(comparison.blink)
        self._actions.compared.triggered.connect(lambda action: self._model.compare(Compared(action.data())))
        self.models.activated.connect(lambda at: comparison.choose_model(self.models.itemData(at)))
        for one, other in ((self.first, self.second), (self.second, self.first)):
            one.canvas.looked.connect(lambda one=one, other=other: self._follow(one.canvas, other.canvas))

    def panes(self) -> list[Pane]:
        """The panes in use."""
        return [self.first, self.second] if self._model.comparison.on else [self.first]

    def words_for(self, pane: Pane) -> str:
        """What is said of a pane's image: class, probability and model, and what its heatmap explains."""
        comparison = self._model.comparison
        first = pane is self.first
        finding = self._model.finding if first else comparison.finding
        heatmap = self._model.heatmap if first else comparison.heatmap
        vocabulary = self._model.images.vocabulary if first else self._second_vocabulary()
        if finding is None:
            return ""
        words = [self._verdict(finding, vocabulary), f"{finding.bundle.name} {finding.bundle.version}"]
        if pane.legend.isVisible() and heatmap.label is not None:
            words.append(self.tr("heatmap: {name}").format(name=vocabulary.look(heatmap.label).display))
        return " · ".join(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # -- what is shown

    def _show(self) -> None:
        comparison = self._model.comparison
        for action in self._actions.compared.actions():
            action.setChecked(action.data() == comparison.mode)
        self._actions.blink.setEnabled(comparison.on)
        if comparison.on:
            self._show_second()
        self._following = True  # only what the user does moves the other pane
        self.second.setVisible(comparison.on)
        self._following = False
        self._blink.stop()
        if comparison.blinking:
            self._blink.start()
        self._arrange()
        self._show_captions()

    def _show_second(self) -> None:
        shown, pane = self._model.comparison.shown, self.second
        if not pane.canvas.has_picture or self._seen is not shown.picture:
            self._seen = shown.picture
            finding, picture = self._model.comparison.finding, shown.picture
            source = finding.source if finding is not None else picture.source if picture is not None else None
            self._following = True
            pane.show_picture(source.um_per_px if source is not None else None)
            self._following = False
            pane.float(picture is not None)
            self._show_adjusted()
        self._show_heatmap()
        self._follow(self.first.canvas, pane.canvas)

    def _show_heatmap(self) -> None:
        comparison, hidden = self._model.comparison, self._actions.hide_overlays.isChecked()
        self.second.show_heatmap(comparison.heatmap, self._second_vocabulary(), hidden=hidden)
        self._show_captions()

    def _show_adjusted(self) -> None:
        self.second.adjusted.setVisible(not self._model.adjustment.neutral and self._model.comparison.on)
        self.second.place()

    def _show_captions(self) -> None:
        comparison = self._model.comparison
        self.models.setVisible(comparison.mode is Compared.MODELS)
        if not comparison.on:
            self.first.caption.say("")
            return
        if comparison.mode is Compared.HEATMAP:
            words = (self.tr("Image"), self.tr("Heatmap"))
        elif comparison.mode is Compared.MODELS:
            self._fill_models()
            words = (self._said_by(self._model.finding), self._said_by(comparison.finding))
        else:
            paths = (self._model.path, comparison.path)
            first, second = (path.name if path is not None else "" for path in paths)
            words = (first, second)
        for pane, said in zip((self.first, self.second), words, strict=True):
            pane.caption.say(said)
            pane.place()

    def _said_by(self, finding: Finding | None) -> str:
        if finding is None:
            comparison = self._model.comparison
            return self.tr("Analysing") if comparison.waiting else self.tr("No finding yet")
        vocabulary = self._model.images.vocabulary if finding is self._model.finding else self._second_vocabulary()
        verdict = self._verdict(finding, vocabulary)
        mine = finding is self._model.finding
        return f"{finding.bundle.name} {finding.bundle.version}: {verdict}" if mine else verdict

    def _verdict(self, finding: Finding, vocabulary: Vocabulary) -> str:
        if finding.decision is not Decision.ACCEPTED:
            return decision_word(finding.decision)
        prediction = finding.prediction
        return f"{vocabulary.look(prediction.label).display} {percent(prediction.probability)}"

    def _second_vocabulary(self) -> Vocabulary:
        comparison = self._model.comparison
        if comparison.mode is Compared.MODELS:
            return self._model.engine.vocabulary_of(comparison.model)
        return self._model.images.vocabulary

    def _fill_models(self) -> None:
        models, comparison = self.models, self._model.comparison
        if [models.itemData(at) for at in range(models.count())] != [key for key, _ in comparison.models]:
            with QSignalBlocker(models):
                models.clear()
                for key, name in comparison.models:
                    models.addItem(name, key)
        with QSignalBlocker(models):
            models.setCurrentIndex(max(0, models.findData(comparison.model)))

    # -- two views as one

    def _arrange(self) -> None:
        room, comparison = self.rect(), self._model.comparison
        self._following = True
        if not comparison.on or comparison.blinking:
            self.first.setGeometry(room)
            self.second.setGeometry(room)
            if not comparison.on:
                self.first.raise_()
        else:
            half = (room.width() - _GAP) // 2
            self.first.setGeometry(QRect(0, 0, half, room.height()))
            self.second.setGeometry(QRect(half + _GAP, 0, room.width() - half - _GAP, room.height()))
        self._following = False
        self._follow(self.first.canvas, self.second.canvas)

    def _take_turns(self) -> None:
        above = self.children()[-1]
        (self.first if above is self.second else self.second).raise_()

    def _follow(self, one: Canvas, other: Canvas) -> None:
        """Let the other canvas look at the same place; pictures of other sizes are laid over each other."""
        if self._following or not self._model.comparison.on or not (one.has_picture and other.has_picture):
            return
        self._following = True
        across = other.image_rect.width() / one.image_rect.width()
        down = other.image_rect.height() / one.image_rect.height()
        other.look_at(QPointF(one.centre.x() * across, one.centre.y() * down), one.zoom / across)
        self._following = False
