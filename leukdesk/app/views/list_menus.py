"""The menus of the list: which images are shown, and how they are sorted. Both stay open while one chooses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from leukdesk.app.theme import tokens
from leukdesk.app.viewmodels.faces import KINDS
from leukdesk.app.viewmodels.image_list import ImageList
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.ordering import NO_OBJECTION, label_of, quality_of
from leukdesk.app.viewmodels.shown_images import ShownImages
from leukdesk.app.views.quality_words import flag_words
from leukdesk.app.views.widgets.labels import label
from leukdesk.domain.quality import QualityFlag


class _OpenMenu(QMenu):
    """A menu that stays open when an entry is switched."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (action := self.activeAction()) is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isCheckable():
            action.trigger()
        else:
            super().keyPressEvent(event)


class FilterMenu(_OpenMenu):
    """States, classes and quality flags that occur among the open images, with how many there are of each."""

    def __init__(self, images: ImageList, shown: ShownImages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images, self._shown = images, shown
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        rows, wish = self._images.rows(), self._shown.wish
        kinds = Counter(row.kind for row in rows)
        labels = Counter(filter(None, map(label_of, rows)))
        flags = Counter(flag for row in rows for flag in quality_of(row))
        words = self._kind_words()
        look = self._images.vocabulary.look
        self._add(self.tr("State"), "kinds", wish.kinds, ((one, words[one], kinds[one]) for one in KINDS))
        classes = (*self._images.vocabulary.classes, *sorted(wish.labels - self._images.vocabulary.classes.keys()))
        self._add(self.tr("Label"), "labels", wish.labels, ((one, look(one).display, labels[one]) for one in classes))
        named = [(NO_OBJECTION, self.tr("No objection")), *((str(one), flag_words(one)) for one in QualityFlag)]
        self._add(self.tr("Quality"), "flags", wish.flags, ((key, text, flags[key]) for key, text in named))
        self.addSeparator()
        everything = self.addAction(self.tr("Show all images"))
        everything.setEnabled(wish.narrows)
        everything.triggered.connect(self._shown.show_all)

    def _add(self, title: str, field: str, chosen: frozenset[str], entries: Iterable[tuple[str, str, int]]) -> None:
        present = [one for one in entries if one[2] or one[0] in chosen]
        if not present:
            return
        heading = QWidgetAction(self)
        words = label(title, "section")
        words.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_1)
        heading.setDefaultWidget(words)
        self.addAction(heading)
        for key, text, count in present:
            action = self.addAction(f"{text.replace('&', '&&')}\t{number(count)}")
            action.setCheckable(True)
            action.setChecked(key in chosen)
            action.toggled.connect(lambda on, key=key: self._choose(field, key, on))

    def _choose(self, field: str, key: str, on: bool) -> None:
        wish = self._shown.wish
        now = getattr(wish, field)
        self._shown.arrange(replace(wish, **{field: now | {key} if on else now - {key}}))

    def _kind_words(self) -> dict[str, str]:
        return {
            "missing": self.tr("File missing"),
            "failed": self.tr("Failed"),
            "rejected": self.tr("Rejected"),
            "unidentified": self.tr("Unidentified"),
            "accepted": self.tr("Accepted"),
            "running": self.tr("Analysing"),
            "waiting": self.tr("Waiting"),
        }


class SortMenu(_OpenMenu):
    """The actions that sort, one of them chosen."""

    def __init__(self, sorts: Iterable[QAction], reverse: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addActions(list(sorts))
        self.addSeparator()
        self.addAction(reverse)
