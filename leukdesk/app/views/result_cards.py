"""Two models on the same images, as cards: figures, class by class, calibration. For the gate and for adaptations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels import gate_words as words
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.review_words import label_name
from leukdesk.app.views.widgets.cards import card_of, figure_table
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.reliability_plot import ReliabilityPlot
from leukdesk.domain.gate import GateSet

translate = QCoreApplication.translate
_MARKS = {"ok": "▲", "refuse": "▼", "plain": ""}


@dataclass(frozen=True, slots=True)
class Pair:
    """What the two are called: at the head of a column, and by name; the other has no name where there is none."""

    new: str
    other: str
    new_name: str
    other_name: str = ""


def figures_card(one: GateSet, pair: Pair, title: str, *, whose: bool, named: bool) -> QFrame:
    """Accuracy, macro F1 and calibration error with limits; `whose`: say which images, `named`: which models."""
    card, column = card_of(title)
    if whose:
        column.addWidget(label(words.set_words(one), "muted", wrap=True))
    rows = [["", pair.new, pair.other, translate("Results", "Change, points")]]
    for key, name in (("accuracy", translate("Results", "Accuracy")), ("macro_f1", translate("Results", "Macro F1"))):
        far = words.points_words(one.difference) if key == "accuracy" else ""
        rows.append([name, words.percent_words(one.new.get(key)), words.percent_words(one.active.get(key)), far])
    error = translate("Results", "Calibration error")
    rows.append([error, words.error_words(one.new.get("ece")), words.error_words(one.active.get("ece")), ""])
    if one.baseline is not None:
        rows.append([translate("Results", "Colours alone, accuracy"), words.percent_words(one.baseline), "", ""])
    column.addLayout(figure_table(rows if one.active else [row[:2] for row in rows]))
    if named and pair.other_name:
        about = translate("Results", "In brackets: 95 % limits. {new}: {new_name}. {other}: {other_name}.")
        names = {"new": pair.new, "new_name": pair.new_name, "other": pair.other, "other_name": pair.other_name}
        column.addWidget(label(about.format(**names), "caption", wrap=True))
    return card


def classes_card(one: GateSet, pair: Pair, vocabulary: Vocabulary) -> QFrame:
    """How many of each class's images are recognised; `vocabulary` names the classes."""
    card, column = card_of(translate("Results", "Class by class: of its images, how many are recognised"))
    heads = (translate("Results", "Class"), translate("Results", "Images"))
    rows = [[*heads, pair.new, pair.other, translate("Results", "Change, points")]]
    tones = []
    for found in one.per_class:
        said, tone = words.change_word(found.difference)
        change = f"{_MARKS[tone]} {words.points_words(found.difference)} {said}".strip()
        tones.append(tone)
        shares = [words.percent_words(found.new), words.percent_words(found.active)]
        rows.append([label_name(found.label, vocabulary), number(found.images), *shares, change])
    table = figure_table(rows if one.active else [row[:3] for row in rows])
    for place, tone in enumerate(tones, start=1):
        item = table.itemAtPosition(place, 4)
        if item is not None and (cell := item.widget()) is not None and tone != "plain":
            cell.setProperty("tone", tone)
    column.addLayout(table)
    return card


def calibration_card(one: GateSet, pair: Pair, theme: Theme) -> QFrame:
    """How sure both were against how often they were right, drawn and in words."""
    card, column = card_of(translate("Results", "How far the probabilities can be believed"))
    plot = ReliabilityPlot(theme)
    spoken = [words.bins_words(pair.new_name, one, new=True)]
    if pair.other_name:
        spoken.append(words.bins_words(pair.other_name, one, new=False))
    plot.show_bins(one.bins_new, one.bins_active, "\n".join(filter(None, spoken)))
    row, side = QHBoxLayout(), QVBoxLayout()
    row.setSpacing(tokens.SPACE_4)
    row.addWidget(plot, 0, Qt.AlignmentFlag.AlignTop)
    named = translate("Results", "{mark} {what}: {name}")
    side.addWidget(label(named.format(mark="●", what=pair.new, name=pair.new_name), "strong", wrap=True))
    if one.bins_active and pair.other_name:
        side.addWidget(label(named.format(mark="■", what=pair.other, name=pair.other_name), wrap=True))
    about = translate(
        "Results",
        "Across: how sure the model was. Up: how often it was right. On the dashed line both are the same. Below it "
        "the model was too sure. Larger marks stand for more images.",
    )
    side.addWidget(label(about, "muted", wrap=True))
    side.addStretch(1)
    row.addLayout(side, 1)
    column.addLayout(row)
    return card


def notes_card(said: Sequence[str], title: str) -> QFrame:
    """Sentences under each other."""
    card, column = card_of(title)
    for one in said:
        column.addWidget(label(f"• {one}", wrap=True))
    return card
