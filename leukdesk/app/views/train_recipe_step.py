"""Step 4 of a new training run: what to begin with, which class is which, and, for who wants it, the recipe's text."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_choice import Source
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.original_images import OriginalImages
from leukdesk.app.views.train_class_map import ClassMap
from leukdesk.app.views.train_first_stage import FirstStage
from leukdesk.app.views.train_recipe_text import RecipeText
from leukdesk.app.views.train_step import TrainStep
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.notice_list import NoticeList

_HIGH = 210  # px
_SOURCE = Qt.ItemDataRole.UserRole


class RecipeStep(TrainStep):
    """Installed models first: whoever begins with one needs the fewest images."""

    def __init__(self, setup: TrainSetup, theme: Theme) -> None:
        super().__init__(
            setup,
            theme,
            self.tr("What does it begin with?"),
            self.tr(
                "An installed model needs the fewest images and the least time: about a hundred images of your own can "
                "adapt it to your microscope and stain. The recipes below it begin further back."
            ),
        )
        self.sources = QTreeWidget()
        self.details = label("", "muted", wrap=True)
        self.original = OriginalImages(
            self.tr("The images that model was made with (optional)"),
            self.tr(
                "At hand, as many of them as of your own are shown again while it learns, so that it does not forget "
                "them; and at its end the run tells how it does on their test images. Without them it may forget "
                "much, and nobody sees how much."
            ),
        )
        self.first = FirstStage(setup, theme)
        self.classes = ClassMap(setup, theme)
        self.notices = NoticeList(theme, self.tr("What to know of the recipe"))
        self.text = RecipeText(setup, theme)
        self._listed: tuple[Source, ...] = ()
        self._set_up()
        self.sources.currentItemChanged.connect(self._use)
        self.original.chosen.connect(setup.use_original)

    def first_control(self) -> QWidget:
        return self.sources

    def show_choice(self) -> None:
        setup = self._setup
        if setup.sources != self._listed:
            self._listed = setup.sources
            self._list()
        self._mark(setup.choice.source)
        source = setup.choice.source
        self.details.setText(source.details if source is not None else "")
        self.details.setVisible(source is not None)
        self.first.show_choice()
        self._show_original()
        self.classes.show_choice()
        self.notices.show_notices(setup.choice.recipe.get("warnings", ()))
        self.text.show_choice()
        self._text_card.setVisible(bool(setup.choice.recipe))

    def _show_original(self) -> None:
        choice = self._setup.choice
        again: Mapping[str, int] = choice.recipe.get("replayed") or {}
        self.original.show_chosen(choice.original, choice.original_split, sum(again.values()))
        self.original.setVisible(choice.source is not None and choice.source.adapts)

    def _use(self, item: QTreeWidgetItem | None) -> None:
        source = item.data(0, _SOURCE) if item is not None else None
        if source is not None and source != self._setup.choice.source:
            self._setup.use_source(source)

    def _list(self) -> None:
        self.sources.blockSignals(True)
        self.sources.clear()
        heads: dict[str, QTreeWidgetItem] = {}
        for one in self._listed:
            if one.group not in heads:
                heads[one.group] = QTreeWidgetItem([self._group(one.group)])
                heads[one.group].setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.sources.addTopLevelItem(heads[one.group])
            heads[one.group].addChild(self._item(one))
        for name, head in heads.items():
            head.setExpanded(name in ("adapt", "bundle"))
        self.sources.blockSignals(False)

    def _item(self, source: Source) -> QTreeWidgetItem:
        item = QTreeWidgetItem([source.title])
        item.setToolTip(0, source.title)
        item.setData(0, _SOURCE, source)
        return item

    def _group(self, name: str) -> str:
        known = {
            "adapt": self.tr("Adapt an installed model to this laboratory (recommended, from about 100 images)"),
            "bundle": self.tr("Train an installed model further (recommended, with several hundred)"),
            "leukdesk": self.tr("As the shipped models were made"),
        }
        return known.get(name) or self.tr("Published system {name}").format(name=name)

    def _mark(self, source: Source | None) -> None:
        self.sources.blockSignals(True)
        for at in range(self.sources.topLevelItemCount()):
            head = self.sources.topLevelItem(at)
            for row in range(head.childCount() if head is not None else 0):
                child = head.child(row) if head is not None else None
                if child is not None and source is not None and child.data(0, _SOURCE) == source:
                    self.sources.setCurrentItem(child)
        self.sources.blockSignals(False)

    def _set_up(self) -> None:
        self.sources.setHeaderHidden(True)
        self.sources.setAccessibleName(self.tr("What a run can begin with"))
        self.sources.setMinimumHeight(self._theme.px(_HIGH))
        self.sources.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.sources.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._card(self.sources, self.details)
        for card in (self.first, self.original):
            self._column.addWidget(card)
        self._card(self.classes, self.notices)
        self._card(self.text)
        holder = self.text.parentWidget()
        assert holder is not None  # for the type checker
        self._text_card = holder
