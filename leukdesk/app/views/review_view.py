"""The review: one picture after the other, one key an answer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.review import Refusal, ReviewSession, ReviewState
from leukdesk.app.viewmodels.review_heatmap import ReviewHeatmap, model_of
from leukdesk.app.viewmodels.review_words import refusal_words
from leukdesk.app.viewmodels.shown_picture import ShownPicture
from leukdesk.app.views.pane import Pane
from leukdesk.app.views.review_bars import ReviewFoot, ReviewHead
from leukdesk.app.views.review_pages import ReviewPages
from leukdesk.app.views.review_panel import ReviewPanel
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import copy_details, in_words
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.recorded import CellBox
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED

_CELL_SHARE = 0.3  # of the view, for the cell that is judged
_UNDO = QKeySequence.StandardKey.Undo


class ReviewView(QWidget):
    """Shows a `ReviewSession`. `left` wants the case's page, `sign_wanted` its signature.

    Keys are looked at here and not by actions: within a review 1 is a class, everywhere else the zoom.
    """

    left = Signal()
    sign_wanted = Signal()
    gallery_wanted = Signal()

    def __init__(
        self, session: ReviewSession, shown: ShownPicture, heatmap: ReviewHeatmap, engine: Engine, theme: Theme
    ) -> None:
        super().__init__()
        self._session, self._shown, self._heatmap, self._engine = session, shown, heatmap, engine
        self.banner = Banner(theme)
        self.head, self.foot = ReviewHead(session), ReviewFoot(session, heatmap, theme)
        self.pane, self.panel = Pane(shown, theme), ReviewPanel(session, theme)
        self.pages = ReviewPages(session, theme)
        self.awaited = Skeleton(theme, "image", self.tr("The image is being read"))
        self.trouble = EmptyState(theme, "attention", "refuse")
        self._stage, self._work = QWidget(), QWidget()
        self._on_stage, self._whole = QStackedLayout(self._stage), QStackedLayout()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(tokens.LATE_MS)
        self._late.timeout.connect(self._show_picture)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Review"))
        self.pane.adjusted.hide()
        self._lay_out()
        self._connect()
        self._show_item()

    def first_control(self) -> QWidget:
        """Where keys go."""
        return self.pane.canvas if self._session.state is ReviewState.JUDGING else self.pages

    # -- keys

    def event(self, event: QEvent) -> bool:
        """Keys of a review come here before the window's own commands have them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._command(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = self._command(event)
        if command is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():  # a key that is held down must not answer for what nobody looked at
            command()

    def _command(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does now."""
        if event.matches(_UNDO):
            return self._session.undo
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            return None
        key, session, item = event.text().upper(), self._session, self._session.item
        named = self._moves().get(Qt.Key(event.key()))
        if named is not None or item is None:
            return named
        if key in item.keys:
            return lambda: session.press(key)
        return self._letters().get(key)

    def _moves(self) -> dict[Qt.Key, Callable[[], object]]:
        session, judging = self._session, self._session.state is ReviewState.JUDGING
        moves: dict[Qt.Key, Callable[[], object]] = {Qt.Key.Key_Escape: self.left.emit}
        if session.state in (ReviewState.JUDGING, ReviewState.DONE):
            moves[Qt.Key.Key_Left] = session.back
        if judging:
            moves |= {
                Qt.Key.Key_Return: session.accept,
                Qt.Key.Key_Enter: session.accept,
                Qt.Key.Key_Right: session.skip,
                Qt.Key.Key_Space: self.toggle_heatmap,
            }
        return moves

    def _letters(self) -> dict[str, Callable[[], object]]:
        canvas, say = self.pane.canvas, self._session.say
        return {
            "U": lambda: say(UNIDENTIFIED),
            "N": lambda: say(NOT_CLASSED),
            "A": self.gallery_wanted.emit,
            "+": canvas.zoom_in,
            "=": canvas.zoom_in,
            "-": canvas.zoom_out,
            "0": canvas.fit,
        }

    def toggle_heatmap(self) -> None:
        """Show or hide it; not while the model's answer is hidden."""
        item = self._session.item
        if item is None:
            return
        if not self._session.reveals:
            self.panel.say(refusal_words(Refusal.BLIND))
        else:
            self._heatmap.toggle(item)

    # -- what is shown

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._heatmap.off()

    @property
    def _vocabulary(self) -> Vocabulary:
        item = self._session.item
        return self._engine.vocabulary_of(model_of(item)) if item is not None else Vocabulary()

    def _show_item(self) -> None:
        """Another item: its picture follows as soon as it is there; the old one stays until then, for a moment."""
        item = self._session.item
        self._whole.setCurrentWidget(self._work if item is not None else self.pages)
        self.panel.say("")
        self._heatmap.off()
        if item is not None:
            self._show_answers()
            self._late.start()
            if self._session.pictures.picture(item.image.path) is not None:
                self._show_picture()
        elif self.isVisible():
            self.pages.setFocus()

    def _show_answers(self) -> None:
        item = self._session.item
        if item is not None:
            self.panel.show_item(item, self._vocabulary)
        self.foot.refresh()
        self.head.refresh()

    def _show_picture(self) -> None:
        item, pictures = self._session.item, self._session.pictures
        if item is None:
            return
        picture, error = pictures.picture(item.image.path), pictures.error(item.image.path)
        if picture is None and error is None and self._late.isActive():
            return
        if error is not None:
            self.trouble.say(self.tr("This image could not be opened"), f"{error.subject}\n\n{in_words(error)}")
        if picture is not self._shown.picture:
            self._shown.show(picture)
            self.pane.show_picture(item.image.um_per_px)
        self.pane.float(picture is not None)
        self._on_stage.setCurrentWidget(
            self.pane if picture is not None else self.trouble if error is not None else self.awaited
        )
        self._look_at(item.finding.box)
        self.pane.place()
        if self.isVisible() and not self.panel.isAncestorOf(self.focusWidget() or self):
            self.first_control().setFocus()

    def _look_at(self, box: CellBox | None) -> None:
        """Outline the cell that is judged and bring it near."""
        canvas = self.pane.canvas
        if box is None or not canvas.has_picture:
            canvas.show_region(QRectF())
            return
        area = QRectF(box.left, box.top, box.width, box.height)
        canvas.show_region(area)
        room = min(canvas.viewport().width(), canvas.viewport().height())
        canvas.look_at(area.center(), _CELL_SHARE * room / max(area.width(), area.height(), 1.0))

    def _show_heatmap(self) -> None:
        item = self._session.item
        if item is not None:
            self.pane.show_heatmap(self._heatmap.choice, self._vocabulary, hidden=False)
            self._look_at_region_again(item.finding.box)
        self.foot.refresh()

    def _look_at_region_again(self, box: CellBox | None) -> None:
        if box is not None:
            self.pane.canvas.show_region(QRectF(box.left, box.top, box.width, box.height))

    # -- building

    def _connect(self) -> None:
        session = self._session
        session.moved.connect(self._show_item)
        session.changed.connect(self._show_answers)
        session.pictured.connect(self._show_picture)
        session.refused.connect(lambda why: self.panel.say(refusal_words(why)))
        session.failed.connect(self.banner.tell)
        self._heatmap.failed.connect(self.banner.tell)
        self._heatmap.choice.changed.connect(self._show_heatmap)
        self._heatmap.running_changed.connect(self.foot.refresh)
        self._engine.listed.connect(self._show_answers)
        self.head.left.connect(self.left)
        self.pages.left.connect(self.left)
        self.pages.sign.clicked.connect(self.sign_wanted)
        self.foot.gallery.clicked.connect(self.gallery_wanted)
        self.foot.heatmap.clicked.connect(self.toggle_heatmap)
        again = self.trouble.add_button(self.tr("Try again"))
        again.clicked.connect(session.read_again)
        copy = self.trouble.add_button(self.tr("Copy details"))
        copy.clicked.connect(self._copy_details)

    def _copy_details(self) -> None:
        item = self._session.item
        copy_details(self._session.pictures.error(item.image.path) if item is not None else None)

    def _lay_out(self) -> None:
        for one in (self.pane, self.awaited, self.trouble):
            self._on_stage.addWidget(one)
        for one in (self.awaited, self.trouble):
            one.setProperty("panel", "canvas")
            one.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.head)
        left.addWidget(self._stage, 1)
        left.addWidget(self.foot)
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addLayout(self._whole, 1)
        self._whole.addWidget(self._work)
        self._whole.addWidget(self.pages)
