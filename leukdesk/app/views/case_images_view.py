"""The images of a case as lines: thumbnail, name, the model's answer, the person's answer beside it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.case_images import CaseImage, CaseImages, ImageRole
from leukdesk.app.viewmodels.case_words import label_word
from leukdesk.app.viewmodels.faces import (
    DECISION_ICONS,
    DECISION_TONES,
    Face,
    RowState,
    Vocabulary,
    decision_word,
    percent,
)
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.sketch import Sketch
from leukdesk.domain.finding import Decision

translate = QCoreApplication.translate
_Index = QModelIndex | QPersistentModelIndex
_LINE, _PICTURE = 64, QSize(72, 52)  # px at 100 % text; the picture does not grow
_ANSWER = 190  # px, at 100 % text, of each answer's column


class CaseImagesView(QListView):
    """Enter or a double click opens an image."""

    def __init__(self, images: CaseImages, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.delegate = _ImageLine(theme, self)
        self.setModel(images)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName(self.tr("Images of this case"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self.doItemsLayout)

    def use(self, vocabulary: Vocabulary) -> None:
        """How classes are called and coloured."""
        self.delegate.vocabulary = vocabulary
        self.viewport().update()

    def keyboardSearch(self, _text: str) -> None:
        """Letters are commands of the window."""


class _ImageLine(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.vocabulary = Vocabulary()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(320, max(_LINE, self._theme.px(_LINE - tokens.SPACE_4)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        sketch = Sketch(painter, option.rect, self._theme)
        sketch.ground(
            selected=bool(option.state & QStyle.StateFlag.State_Selected),
            hovered=bool(option.state & QStyle.StateFlag.State_MouseOver),
            focused=bool(option.state & QStyle.StateFlag.State_HasFocus),
        )
        self._draw(sketch, index.data(ImageRole), index)
        painter.restore()

    def _draw(self, sketch: Sketch, one: CaseImage, index: _Index) -> None:
        px = self._theme.px
        inner = sketch.cell.adjusted(tokens.SPACE_3, 0, -tokens.SPACE_4, 0)
        top = inner.center().y() - _PICTURE.height() // 2
        sketch.picture(QRect(QPoint(inner.left(), top), _PICTURE), index.data(Qt.ItemDataRole.DecorationRole))
        wide = min(px(_ANSWER), inner.width() * 3 // 10)
        human = QRect(inner.right() - wide, inner.top(), wide, inner.height())
        model = human.translated(-wide - tokens.SPACE_3, 0)
        name = inner.adjusted(_PICTURE.width() + tokens.SPACE_3, 0, 0, 0)
        name.setRight(model.left() - tokens.SPACE_3)
        upper, lower = _halves(name, px(tokens.HEADING + tokens.SPACE_1))
        sketch.words(upper, one.name, "text", Qt.TextElideMode.ElideMiddle)
        sketch.words(lower, _size_words(one), "muted")
        self._answer(sketch, model, model_face(one, self.vocabulary), _model_words(one))
        self._answer(sketch, human, human_face(one, self.vocabulary), one.label.author if one.label else "")

    def _answer(self, sketch: Sketch, room: QRect, face: Face, below: str) -> None:
        upper, lower = _halves(room, self._theme.px(tokens.HEADING + tokens.SPACE_1))
        sketch.mark(upper, face, 14)
        indent = self._theme.px(20)
        sketch.words(upper.adjusted(indent, 0, 0, 0), face.verdict, "text" if face.colour else face.tone)
        sketch.words(lower.adjusted(indent, 0, 0, 0), below, "muted")


def model_face(one: CaseImage, vocabulary: Vocabulary) -> Face:
    """What the model's column shows."""
    found = one.finding
    if found is None:
        return Face("", RowState.DONE, "waiting", "muted", "–", "", "", 0.0)
    if found.decision is not Decision.ACCEPTED:
        tone, icon = DECISION_TONES[found.decision], DECISION_ICONS[found.decision]
        return Face("", RowState.DONE, icon, tone, decision_word(found.decision), "", "", 0.0)
    look = vocabulary.look(found.label)
    return Face("", RowState.DONE, "ok", "ok", look.display, look.colour, percent(found.probability), 1.0)


def human_face(one: CaseImage, vocabulary: Vocabulary) -> Face:
    """What the person's column shows."""
    if one.label is None:
        return Face("", RowState.DONE, "waiting", "muted", translate("CaseImages", "Not reviewed"), "", "", 0.0)
    known = vocabulary.classes.get(one.label.label)
    word = label_word(one.label.label, vocabulary)
    agreed = one.finding is not None and one.finding.label == one.label.label
    icon, tone = ("ok", "ok") if agreed else ("attention", "attention")
    return Face("", RowState.DONE, icon, tone, word, known.colour if known else "", "", 0.0)


def _halves(room: QRect, line: int) -> tuple[QRect, QRect]:
    middle = room.center().y()
    return QRect(room.left(), middle - line, room.width(), line), QRect(room.left(), middle, room.width(), line)


def _model_words(one: CaseImage) -> str:
    if one.finding is None:
        return ""
    return f"{percent(one.finding.probability)} · {one.finding.bundle.name} {one.finding.bundle.version}"


def _size_words(one: CaseImage) -> str:
    words = f"{number(one.image.width)} × {number(one.image.height)} px"
    if not one.cells:
        return words
    return f"{words} · {translate('CaseImages', 'cells')}: {number(one.cells)}"
