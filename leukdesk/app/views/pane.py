"""One canvas with what floats over it. The stage has one, and a second one while something is compared."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.heatmap import HeatmapChoice
from leukdesk.app.viewmodels.shown_picture import ShownPicture
from leukdesk.app.views.widgets.canvas import Canvas
from leukdesk.app.views.widgets.canvas_overlays import Legend, ScaleBar
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.overview_map import OverviewMap

_ALL_SEEN = 0.97  # share of the image from which no overview is needed


class Pane(QWidget):
    """Shows one picture. `foot` is what floats in the corner at the lower right."""

    def __init__(
        self, shown: ShownPicture, theme: Theme, foot: QWidget | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.shown = shown
        self.canvas = Canvas(theme)
        self.legend, self.scale = Legend(theme, self.canvas), ScaleBar(theme, self.canvas)
        self.caption = Caption(self.canvas)
        self.readout = _Readout(self.canvas)
        self.overview = OverviewMap(theme, self.canvas)
        self.synthetic = Chip(theme, self.tr("Synthetic"), "sample", "attention", self.canvas)
        self.synthetic.setToolTip(self.tr("Drawn by a program: no patient, no real smear."))
        self.adjusted = Chip(theme, self.tr("Adjusted for viewing"), "settings", "attention", self.canvas)
        self.adjusted.setToolTip(self.tr("Brightness and contrast are changed on the screen only."))
        self._foot = foot
        self._um_per_px: float | None = None
        self._floating = False
        if foot is not None:
            foot.setParent(self.canvas)
        QStackedLayout(self).addWidget(self.canvas)
        self._connect()

    def _connect(self) -> None:
        self.canvas.zoomed.connect(lambda zoom: self.scale.show_scale(zoom, self._um_per_px))
        self.canvas.looked.connect(self._show_seen)
        self.canvas.pointed.connect(self._show_pixel)
        self.canvas.installEventFilter(self)
        self.overview.wanted.connect(lambda point: self.canvas.look_at(point, self.canvas.zoom))
        self.shown.tiles.arrived.connect(self.canvas.viewport().update)
        self.shown.shaded_changed.connect(lambda: self.canvas.show_shaded(self.shown.shaded))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.place()
            self._show_seen()
        return super().eventFilter(watched, event)

    def show_picture(self, um_per_px: float | None) -> None:
        """Show what the view-model has, fitted; `um_per_px` is None as long as nobody has said."""
        picture = self.shown.picture
        self._um_per_px = um_per_px
        if picture is None:
            self.canvas.show_picture(())
            self.synthetic.hide()
            self.float(False)
            return
        self.canvas.show_picture(picture.levels, self.shown.tiles)
        self.canvas.show_shaded(self.shown.shaded)
        whole = QSizeF(self.canvas.image_rect.size())
        self.overview.show_image(picture.levels[-1] if picture.levels else None, whole)
        self.synthetic.setVisible(picture.source.synthetic)
        self.calibrate(um_per_px)

    def calibrate(self, um_per_px: float | None) -> None:
        """What a pixel measures."""
        self._um_per_px = um_per_px
        self.canvas.calibrate(um_per_px)
        self.scale.show_scale(self.canvas.zoom, um_per_px)

    def show_heatmap(
        self, heatmap: HeatmapChoice, vocabulary: Vocabulary, *, hidden: bool, outlined: bool = True
    ) -> None:
        """Lay the heatmap over the image, or over the field of a slide that it explains, which is `outlined`."""
        image = heatmap.image if not hidden and self.canvas.has_picture else None
        region = heatmap.finding.source.region if heatmap.finding is not None else None
        area = QRectF(*region) if region is not None else None
        self.canvas.show_heatmap(image, heatmap.opacity, area)
        self.canvas.show_region(area if area is not None and outlined and not hidden else QRectF())
        was_shown = self.legend.isVisible()
        if image is not None and heatmap.label is not None:
            changed = self.legend.explain(vocabulary.look(heatmap.label).display, heatmap.bar)
            self.legend.show()
            if changed or not was_shown:
                self.place()
        else:
            self.legend.hide()

    def float(self, on: bool) -> None:
        """Show or hide what floats over the image; the caption stays."""
        self._floating = on
        self.scale.setVisible(on)
        if self._foot is not None:
            self._foot.setVisible(on)
        if not on:
            self.legend.hide()
            self.readout.hide()
        self._show_seen()

    def snapshot(self) -> tuple[QImage, bool]:
        """What is in view with scale bar and legend, unadjusted, and whether every part of it is there already."""
        view, complete = self.canvas.view_as_it_is()
        painter = QPainter(view)
        for one in (self.scale, self.legend):
            if one is self.scale or not one.isHidden():
                painter.drawPixmap(one.pos(), one.grab())
        painter.end()
        return view, complete

    def place(self) -> None:
        """Put everything where it belongs."""
        edge, room = tokens.SPACE_3, self.canvas.rect()
        for one in (self.legend, self.scale, self.synthetic, self.adjusted, self.caption, self.overview, self.readout):
            one.resize(one.sizeHint())
        self.synthetic.move(edge, edge)
        below = self.synthetic.height() + 2 * edge if not self.synthetic.isHidden() else edge
        self.adjusted.move(edge, below)
        self.caption.resize(min(self.caption.width(), max(80, room.width() - 2 * edge)), self.caption.height())
        left = (room.width() - self.caption.width()) // 2
        self.caption.move(left, edge)
        if not self.caption.isHidden() and left < self.synthetic.geometry().right() + edge:
            below = self.caption.geometry().bottom() + tokens.SPACE_2
            self.synthetic.move(edge, below)
            self.adjusted.move(edge, below + self.synthetic.height() + edge)
        self.legend.move(room.width() - self.legend.width() - edge, edge + self._caption_height())
        bottom = room.height() - edge
        self.scale.move(edge, bottom - self.scale.height())
        self.readout.move(edge, bottom - self.scale.height() - self.readout.height() - tokens.SPACE_1)
        foot = 0
        if self._foot is not None:
            self._foot.resize(self._foot.sizeHint())
            self._foot.move(room.width() - self._foot.width() - edge, bottom - self._foot.height())
            foot = self._foot.height() + tokens.SPACE_2
        self.overview.move(room.width() - self.overview.width() - edge, bottom - foot - self.overview.height())

    def _caption_height(self) -> int:
        """Where the caption leaves no room beside it, the legend stands below."""
        hit = not self.caption.isHidden() and self.caption.width() + 2 * self.legend.width() > self.canvas.width()
        return self.caption.height() + tokens.SPACE_2 if hit else 0

    def _show_seen(self) -> None:
        seen, whole = self.canvas.seen, self.canvas.image_rect
        part = whole.isEmpty() or min(seen.width() / whole.width(), seen.height() / whole.height()) >= _ALL_SEEN
        self.overview.setVisible(self._floating and not part and self._foot is not None)
        self.overview.show_seen(seen)

    def _show_pixel(self, at: QPointF | None) -> None:
        if at is None or not self._floating or not self.canvas.image_rect.contains(at):
            self.readout.hide()
            return
        self.readout.show_pixel(at, self.canvas.pixel(at))
        self.readout.show()


class _Readout(QFrame):
    """Which pixel the pointer is on, and its colour as the file has it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = label("", "caption")
        self.setProperty("overlay", "true")
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_2, 2, tokens.SPACE_2, 2)
        row.addWidget(self._words)
        self.hide()

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def show_pixel(self, at: QPointF, colour: QColor | None) -> None:
        """Say where, and the colour if it is known."""
        words = f"x {int(at.x())}  y {int(at.y())}"
        if colour is not None:
            words += f"  ·  R {colour.red()} G {colour.green()} B {colour.blue()}"
        self._words.setText(words)
        self.resize(self.sizeHint())


class Caption(QFrame):
    """What a pane shows, while two are compared."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = label("", "strong")
        self.setProperty("overlay", "true")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_1, tokens.SPACE_3, tokens.SPACE_1)
        self.row.setSpacing(tokens.SPACE_2)
        self.row.addWidget(self._words)
        self.hide()

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def say(self, words: str) -> None:
        """Say something; nothing hides the caption."""
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
