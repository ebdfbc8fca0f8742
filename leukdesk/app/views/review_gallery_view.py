"""All answers of one class in a gallery: look at each, put right what is wrong, agree to the rest at once."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.review import ReviewSession
from leukdesk.app.viewmodels.review_gallery import ReviewGallery
from leukdesk.app.viewmodels.review_heatmap import model_of
from leukdesk.app.viewmodels.review_words import label_name
from leukdesk.app.views.widgets.grid import Shape
from leukdesk.app.views.widgets.grid_view import GridView
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.row_delegates import TileDelegate
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED

_SETTLED_MS = 150  # what was only scrolled past was not looked at


class ReviewGalleryView(QWidget):
    """`left` leads back to the review of one after the other."""

    left = Signal()

    def __init__(self, session: ReviewSession, gallery: ReviewGallery, engine: Engine, theme: Theme) -> None:
        super().__init__()
        self._session, self._gallery, self._engine, self._theme = session, gallery, engine, theme
        self.back, self.classes = QPushButton(self.tr("Back to the review")), Picker(theme, self.tr("Class"))
        self.view, self._tiles = GridView(theme), TileDelegate(theme, self, large=True)
        self.progress = label("", "muted", wrap=True)
        self.accept, self.undo = QPushButton(), QPushButton(self.tr("Undo (Ctrl+Z)"))
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._look)
        self.view.setModel(gallery)
        self.view.setItemDelegate(self._tiles)
        self.view.setAccessibleName(self.tr("Answers of this class"))
        self.back.setProperty("kind", "small")
        self.undo.setProperty("kind", "small")
        self.accept.setProperty("kind", "primary")
        self._lay_out()
        self._connect()
        self._arrange()

    def begin(self) -> None:
        """Show the class of what is judged now, or the first of which something is left."""
        item = self._session.item
        self._fill(item.finding.label if item is not None else "")

    def first_control(self) -> QWidget:
        """Where keys go."""
        return self.view

    # -- keys

    def event(self, event: QEvent) -> bool:
        """Within a gallery 1 is a class, as in the review."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._means(event):
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The list would take letters for names."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._means(event):
            if not event.isAutoRepeat():
                self._do(event)
            return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._means(event):
            self._do(event)
        else:
            super().keyPressEvent(event)

    def _means(self, event: QKeyEvent) -> bool:
        return event.matches(QKeySequence.StandardKey.Undo) or self._label_of(event) is not None

    def _do(self, event: QKeyEvent) -> None:
        found, row = self._label_of(event), self.view.currentIndex().row()
        if found is None:
            self._session.undo()
        elif row >= 0:
            self._session.correct(self._gallery.items[row], found)
            self.view.setCurrentIndex(self._gallery.index(min(row, self._gallery.rowCount() - 1)))

    def _label_of(self, event: QKeyEvent) -> str | None:
        row, key = self.view.currentIndex().row(), event.text().upper()
        if row < 0 or event.modifiers() or not key:
            return None
        return (self._gallery.items[row].keys | {"U": UNIDENTIFIED, "N": NOT_CLASSED}).get(key)

    # -- what is shown

    @property
    def _vocabulary(self) -> Vocabulary:
        items = self._session.items
        return self._engine.vocabulary_of(model_of(items[0])) if items else Vocabulary()

    def _fill(self, wanted: str) -> None:
        self.classes.clear()
        for one, count in self._gallery.choices():
            self.classes.addItem(f"{self._vocabulary.look(one).display} ({number(count)})", one)
        self.classes.setCurrentIndex(max(0, self.classes.findData(wanted)))
        self._show_class()

    def _show_class(self) -> None:
        self._gallery.show_class(str(self.classes.currentData() or ""), self._vocabulary)
        if self._gallery.rowCount():
            self.view.setCurrentIndex(self._gallery.index(0))
        self.view.verticalScrollBar().setValue(0)
        self._settled.start()

    def _look(self) -> None:
        """Note which tiles are in view."""
        if not self.isVisible() or not self._gallery.rowCount():
            return
        room, count = self.view.viewport().rect(), self._gallery.rowCount()
        first = max(0, self.view.indexAt(QPoint(1, 1)).row())
        rows = []
        for row in range(first, count):
            tile = self.view.visualRect(self._gallery.index(row))
            if tile.top() > room.bottom():
                break
            if room.contains(tile.center()):
                rows.append(row)
        self._gallery.look_at(rows)

    def _show_progress(self) -> None:
        gallery = self._gallery
        total, name = gallery.rowCount(), self._vocabulary.look(gallery.label).display
        self.progress.setText(
            self.tr("Seen: {seen} of {total}. For what is wrong: {keys}").format(
                seen=number(gallery.seen_count), total=number(total), keys=self._spoken_keys()
            )
            if total
            else self.tr("Nothing is left of this class.")
        )
        self.accept.setText(self.tr("Accept {count}: {name}").format(count=number(total), name=name))
        self.accept.setToolTip("" if gallery.all_seen else self.tr("Look through all of them first"))
        self.accept.setVisible(total > 0)
        self.accept.setEnabled(gallery.all_seen)
        self.undo.setEnabled(self._session.can_undo)

    def _spoken_keys(self) -> str:
        """Which key gives which answer."""
        keys = self._gallery.items[0].keys | {"U": UNIDENTIFIED, "N": NOT_CLASSED}
        return "   ".join(f"{key} {label_name(one, self._vocabulary)}" for key, one in keys.items())

    def _agree(self) -> None:
        self._gallery.accept()
        self._fill("")
        if not self.classes.count():
            self.left.emit()

    # -- building

    def _connect(self) -> None:
        self.back.clicked.connect(self.left)
        self.undo.clicked.connect(self._session.undo)
        self.accept.clicked.connect(self._agree)
        self.classes.activated.connect(lambda _at: self._show_class())
        self.view.installEventFilter(self)
        self.view.verticalScrollBar().valueChanged.connect(lambda _at: self._settled.start())
        self._gallery.dataChanged.connect(lambda *_: self._settled.start())
        self._gallery.modelReset.connect(self._settled.start)
        self._gallery.looked.connect(self._show_progress)
        self._theme.changed.connect(self._arrange)

    def _arrange(self) -> None:
        self.view.arrange(Shape.GALLERY, self._tiles.size)

    def _lay_out(self) -> None:
        head, foot = QFrame(), QFrame()
        head.setProperty("panel", "header")
        head.setMinimumHeight(tokens.HEADER_HEIGHT)
        foot.setProperty("panel", "list")
        above, below = QHBoxLayout(head), QHBoxLayout(foot)
        for row in (above, below):
            row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_2)
            row.setSpacing(tokens.SPACE_3)
        above.addWidget(self.back)
        above.addWidget(label(self.tr("All answers of a class"), "heading"))
        above.addStretch(1)
        above.addWidget(self.classes)
        below.addWidget(self.progress, 1)
        below.addWidget(self.undo)
        below.addWidget(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.view, 1)
        column.addWidget(foot)
