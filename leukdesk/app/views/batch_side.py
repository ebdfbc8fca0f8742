"""Beside the gallery of a batch: how many stand in which state and class, and why some failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.batch_desk import BatchDesk
from leukdesk.app.viewmodels.batch_order import FAILED, REJECTED, SKIPPED, UNIDENTIFIED, class_group
from leukdesk.app.views.batch_gallery import ICONS, TONES
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.tally import Count, Tally
from leukdesk.domain.batch import BatchEvent
from leukdesk.domain.finding import Decision
from leukdesk.domain.job import ItemState

_WIDTH = 260  # px at 100 % text


class BatchSide(QFrame):
    """Rows of classes and of what has no answer narrow the gallery down."""

    def __init__(self, desk: BatchDesk, words: Mapping[str, str], theme: Theme, parent: QWidget | None = None) -> None:
        """`words`: of the groups that are no classes."""
        super().__init__(parent)
        self._desk, self._theme, self._group_words = desk, theme, words
        self.states, self.groups, self.reasons = Tally(theme), Tally(theme), Tally(theme)
        self.models = Picker(theme, self.tr("Answers of"))
        self.who = label("", "caption", wrap=True)
        self._why = label(self.tr("Why some failed"), "section")
        self._lay_out()
        desk.changed.connect(self.follow)
        desk.shown.connect(self._fill_models)
        desk.items.moved.connect(self.follow)
        self.states.chosen.connect(self._narrow)
        self.groups.chosen.connect(self._narrow)
        self.models.activated.connect(lambda at: desk.choose_model(self.models.itemData(at)))
        theme.changed.connect(self._widen)
        self._widen()

    def follow(self) -> None:
        """Show the present counts."""
        event = self._desk.standing
        if event is None:
            return
        chosen = self._desk.items.wish.groups
        self.states.show_counts(self._state_counts(event), chosen)
        self.groups.show_counts(self._group_counts(event), chosen)
        reasons = Counter(row.error for row in self._desk.items.failed() if row.state is ItemState.FAILED)
        words = self._reason_words()
        rows = [Count("", words.get(one, one), many, "", "attention", "refuse") for one, many in reasons.most_common()]
        self.reasons.show_counts(rows)
        self._why.setVisible(bool(rows))

    def _state_counts(self, event: BatchEvent) -> list[Count]:
        counts = event.counts
        waiting = counts.get(ItemState.WAITING, 0) + counts.get(ItemState.RUNNING, 0)
        rows = [
            Count("", self.tr("Done"), counts.get(ItemState.DONE, 0), "", "ok", "ok"),
            Count("", self.tr("Waiting"), waiting, "", "waiting"),
            self._switch(FAILED, counts.get(ItemState.FAILED, 0)),
            self._switch(SKIPPED, counts.get(ItemState.SKIPPED, 0)),
        ]
        return rows[:1] + [one for one in rows[1:] if one.count]

    def _group_counts(self, event: BatchEvent) -> list[Count]:
        items, look = self._desk.items, self._desk.items.vocabulary.look
        counted, decided = event.classes.get(items.wish.model, {}), event.decisions.get(items.wish.model, {})
        model = next((one for one in self._desk.options.models if one.key == items.wish.model), None)
        rows = [
            Count(class_group(one), look(one).display, counted.get(one, 0), look(one).colour)
            for one in (model.classes if model is not None else ())
        ]
        rejected = decided.get(Decision.REJECTED, 0)
        rows.append(self._switch(UNIDENTIFIED, decided.get(Decision.UNIDENTIFIED, 0)))
        return [*rows, self._switch(REJECTED, rejected)] if rejected else rows

    def _switch(self, group: str, count: int) -> Count:
        return Count(group, self._group_words[group], count, "", ICONS[group], TONES[group])

    def _reason_words(self) -> dict[str, str]:
        return {
            "truncated": self.tr("Cut short"),
            "empty": self.tr("Empty file"),
            "damaged": self.tr("Damaged"),
            "unreadable": self.tr("Unreadable"),
            "not_an_image": self.tr("Not an image"),
            "too_large": self.tr("Too large"),
            "whole_slide": self.tr("A slide: open it to analyse fields"),
            "vanished": self.tr("Vanished"),
            "permission": self.tr("Not allowed to read"),
            "bug": self.tr("leukdesk's own mistake"),
            "cancelled": self.tr("Left out"),
        }

    def _narrow(self) -> None:
        items = self._desk.items
        items.arrange(replace(items.wish, groups=self.states.keys() | self.groups.keys()))

    def _fill_models(self) -> None:
        self.models.clear()
        for one in self._desk.options.models:
            self.models.addItem(f"{one.ref.name} {one.ref.version}", one.key)
        self.models.setVisible(self.models.count() > 1)
        self.who.setVisible(self.models.count() == 1)
        members = self._desk.options.members
        joined = self.tr("Mean of {models}").format(models=", ".join(members))
        self.who.setText(joined if members else self.models.itemText(0))
        self.follow()

    def _widen(self) -> None:
        self.setFixedWidth(self._theme.px(_WIDTH))

    def _lay_out(self) -> None:
        self.setProperty("panel", "side")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(label(self.tr("How far"), "section"))
        column.addWidget(self.states)
        column.addSpacing(tokens.SPACE_2)
        column.addWidget(label(self.tr("What was found"), "section"))
        column.addWidget(self.models)
        column.addWidget(self.who)
        column.addWidget(self.groups)
        column.addSpacing(tokens.SPACE_2)
        column.addWidget(self._why)
        column.addWidget(self.reasons)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(QScrollArea.focusPolicy(area).NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
