"""Step 6 of a new training run: everything once more, how long it takes here, and the button."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.train_step import TrainStep
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.notice_list import NoticeList
from leukdesk.app.views.widgets.progress_row import duration_words

_LONGEST = 80  # letters of a title
_FACTS = ("data", "division", "recipe", "original", "time", "memory", "place")


class StartStep(TrainStep):
    """The time is measured, not guessed; the run goes on when the window is closed."""

    def __init__(self, setup: TrainSetup, theme: Theme) -> None:
        super().__init__(
            setup,
            theme,
            self.tr("Start the run"),
            self.tr(
                "It runs in the background, also after leukdesk is closed, and can be stopped and gone on with at any "
                "time. The new model is not used before you decide so."
            ),
        )
        self.title = QLineEdit()
        self.facts = {name: label("", wrap=True) for name in _FACTS}
        self.notices = NoticeList(theme, self.tr("What may mislead"))
        self._set_up()
        self.title.textEdited.connect(setup.use_title)

    def first_control(self) -> QWidget:
        return self.title

    def show_choice(self) -> None:
        choice = self._setup.choice
        if self.title.text() != choice.title:
            self.title.setText(choice.title)
        self.title.setPlaceholderText(str(choice.recipe.get("title", "")))
        self.facts["data"].setText(self._data())
        self.facts["division"].setText(self._division())
        self.facts["recipe"].setText(self._recipe())
        self.facts["original"].setText(self._original())
        self.facts["time"].setText(self._time())
        self.facts["memory"].setText(self._memory())
        self.notices.show_notices([*choice.plan.get("warnings", ()), *choice.recipe.get("warnings", ())])

    def _data(self) -> str:
        counts = self._setup.choice.plan.get("data") or self._setup.choice.looked
        if not counts:
            return ""
        words = self.tr("{images} images, {classes} classes")
        return words.format(images=number(counts["images"]), classes=number(len(counts["classes"])))

    def _division(self) -> str:
        split = (self._setup.choice.plan or self._setup.choice.division).get("split")
        if not split:
            return ""
        words = self.tr("{train} training, {validation} validation, {test} test images")
        return words.format(**{part: number(count) for part, count in split["images"].items()})

    def _recipe(self) -> str:
        choice = self._setup.choice
        if not choice.recipe:
            return ""
        begun = self.tr("begins with {name}").format(name=choice.recipe["bundle"]) if choice.recipe["bundle"] else ""
        edited = self.tr("changed by hand") if choice.edited else ""
        return ", ".join(filter(None, (str(choice.recipe["name"]), begun, edited)))

    def _original(self) -> str:
        choice = self._setup.choice
        again = sum((choice.recipe.get("replayed") or {}).values())
        if choice.original is not None and again:
            words = self.tr("{count} images from {folder}")
            return words.format(count=number(again), folder=choice.original.name)
        adapts = choice.source is not None and choice.source.adapts
        return self.tr("None: what it forgets is not seen") if adapts else self.tr("None")

    def _time(self) -> str:
        estimate = self._setup.choice.plan.get("estimate")
        if not estimate:
            measured = self.tr("Being measured. You need not wait for it.")
            return measured if self._setup.doing == "estimate" else self.tr("Not measured")
        low, high = (duration_words(estimate[key]) for key in ("low_s", "high_s"))
        words = self.tr("{low} to {high} on this machine ({device}). Measured with {count} batches of each phase.")
        said = words.format(low=low, high=high, device=estimate["device"], count=number(estimate["batches"]))
        early = self.tr("It ends earlier where nothing gets better any more.")
        return f"{said} {early}" if estimate["early_stop"] else said

    def _memory(self) -> str:
        estimate = self._setup.choice.plan.get("estimate")
        if not estimate:
            return self.tr("Not measured")
        return self.tr("about {count} MB").format(count=number(estimate["memory_mb"]))

    def _set_up(self) -> None:
        self.title.setAccessibleName(self.tr("Name of the run"))
        self.title.setMaxLength(_LONGEST)
        self.title.setToolTip(self.tr("No names of patients: it is shown in the list of runs"))
        self.facts["place"].setText(self.tr("In leukdesk's own folder on this computer. No image is sent anywhere."))
        names = (
            self.tr("Images"),
            self.tr("Division"),
            self.tr("Recipe"),
            self.tr("Shown again"),
            self.tr("Time"),
            self.tr("Memory"),
            self.tr("Place"),
        )
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_4)
        form.setVerticalSpacing(tokens.SPACE_2)
        form.addRow(label(self.title.accessibleName()), self.title)
        for name, field in zip(names, self.facts.values(), strict=True):
            form.addRow(label(name, "muted"), field)
        self._card().addLayout(form)
        self._column.addWidget(self.notices)
