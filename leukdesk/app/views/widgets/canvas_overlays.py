"""What floats over the canvas: legend of the heatmap, scale bar, zoom buttons."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.labels import label

_BAR_WIDTH, _BAR_HEIGHT = 12, 96
_LONGEST = 140  # px, of the scale bar
_PERCENT_WIDTH = 48  # px, so that the buttons stand still while the magnification changes


class ColourBar(QWidget):
    """The heatmap's colours, strong at the top, as they look over the image."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bar: QImage | None = None
        self.setFixedSize(_BAR_WIDTH, _BAR_HEIGHT)

    def show_bar(self, bar: QImage | None) -> None:
        """Show the colours, a picture of any width."""
        self._bar = bar
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.fillRect(area, self._theme.colour("canvas"))
        if self._bar is not None:
            painter.drawImage(area, self._bar, self._bar.rect().toRectF())
        painter.setPen(QPen(self._theme.colour("border"), 1))
        painter.drawRect(area)


class Legend(QFrame):
    """Says which class the heatmap explains and what its colours mean."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar, self._name = ColourBar(theme), label("", "strong")
        self._shown: tuple[str, QImage | None] = ("", None)
        self.setProperty("overlay", "true")
        self.setToolTip(
            self.tr(
                "Grad-CAM: where the image raises the model's score for this class. One scale for all classes of an "
                "image. It is coarse, outlines no cells, and does not say that the answer is right."
            )
        )
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(self.tr("raises the score"), "caption"))
        words.addStretch(1)
        words.addWidget(label(self.tr("no influence"), "caption"))
        scale = QHBoxLayout()
        scale.setSpacing(tokens.SPACE_2)
        scale.addWidget(self._bar)
        scale.addLayout(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self._name)
        column.addLayout(scale)

    def explain(self, name: str, bar: QImage | None) -> bool:
        """Show for which class; tells whether anything changed."""
        if (name, bar) == self._shown:
            return False
        self._shown = name, bar
        self._name.setText(name)
        self.setAccessibleName(self.tr("Heatmap for {name}").format(name=name))
        self._bar.show_bar(bar)
        self.adjustSize()
        return True


class ScaleBar(QWidget):
    """A length in micrometres, or in pixels as long as the scale is not known."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._um_per_px: float | None = None
        self._zoom = 1.0
        theme.changed.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_scale(self, zoom: float, um_per_px: float | None) -> None:
        """`zoom`: screen pixels for an image pixel."""
        self._zoom, self._um_per_px = zoom, um_per_px
        self.setAccessibleName(self.tr("Scale bar {length}").format(length=self.words()[1]))
        self.resize(self.sizeHint())
        self.update()

    def words(self) -> tuple[float, str]:
        """The bar's length on screen in px, and what it says."""
        unit = self._um_per_px or 1.0
        length = nice_length(_LONGEST / self._zoom * unit)
        text = f"{length:g} µm" if self._um_per_px else self.tr("{length} px").format(length=f"{length:g}")
        return length / unit * self._zoom, text

    def sizeHint(self) -> QSize:
        return QSize(_LONGEST + 2 * tokens.SPACE_3, self.fontMetrics().height() + 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, text = self.words()
        plate = QRectF(
            0.5, 0.5, max(width, painter.fontMetrics().horizontalAdvance(text)) + 2 * tokens.SPACE_3, self.height() - 1
        )
        painter.setPen(QPen(self._theme.colour("border"), 1))
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(plate, tokens.RADIUS, tokens.RADIUS)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(plate.adjusted(0, 0, 0, -8), Qt.AlignmentFlag.AlignCenter, text)
        left, bottom = plate.center().x() - width / 2, plate.bottom() - 7
        painter.setPen(QPen(self._theme.colour("text"), 2, c=Qt.PenCapStyle.FlatCap))
        painter.drawLine(round(left), round(bottom), round(left + width), round(bottom))


def nice_length(most: float) -> float:
    """The largest of ..., 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, ... that is not above `most`, a positive length."""
    power = 10.0 ** math.floor(math.log10(most))
    return next((factor * power for factor in (5, 2) if factor * power <= most), power)


class ZoomBar(QFrame):
    """Zoom by mouse: out, the magnification, in, whole image, pixel for pixel."""

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zoom = QLabel()
        self._zoom.setProperty("role", "caption")
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom.setMinimumWidth(_PERCENT_WIDTH)
        self.setProperty("overlay", "true")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for one in (actions.zoom_out, self._zoom, actions.zoom_in, actions.fit, actions.actual, actions.ruler):
            row.addWidget(one if isinstance(one, QLabel) else _button(one))
        row.addWidget(_compare_button(theme, actions))
        row.addWidget(_button(actions.export_view))

    def show_zoom(self, zoom: float) -> None:
        """Screen pixels for an image pixel."""
        self._zoom.setText(f"{number(100 * zoom)}%")


def _compare_button(theme: Theme, actions: Actions) -> QToolButton:
    button, menu = QToolButton(), QMenu()
    menu.addActions(actions.compared.actions())
    menu.addSeparator()
    menu.addAction(actions.blink)
    menu.setParent(button, menu.windowFlags())
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolTip(QCoreApplication.translate("ZoomBar", "Compare"))
    button.setAccessibleName(button.toolTip())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    theme.dress(button, "compare")
    return button


def _button(action: object) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)  # type: ignore[arg-type]  # a QAction; kept loose for the mixed row above
    button.setIconSize(QSize(tokens.ICON, tokens.ICON))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
