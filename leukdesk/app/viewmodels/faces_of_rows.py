"""How a row of a batch looks, as a line or tile like an image of the Analyse place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from leukdesk.app.viewmodels.faces import (
    DECISION_ICONS,
    DECISION_TONES,
    Face,
    RowState,
    Vocabulary,
    decision_word,
    percent,
)
from leukdesk.domain.finding import Decision
from leukdesk.domain.job import ItemState

if TYPE_CHECKING:
    from leukdesk.domain.batch import BatchRow

translate = QCoreApplication.translate


def face_of_row(row: BatchRow, vocabulary: Vocabulary) -> Face:
    """What the gallery shows of a row."""
    name = row.path.name
    if row.decision is Decision.ACCEPTED:
        look = vocabulary.look(row.label)
        words = percent(row.probability)
        return Face(name, RowState.DONE, "ok", "ok", look.display, look.colour, words, row.probability)
    if row.decision is not None:
        tone, icon = DECISION_TONES[row.decision], DECISION_ICONS[row.decision]
        return Face(name, RowState.DONE, icon, tone, decision_word(row.decision), "", "", 0.0)
    if row.error:
        left_out = row.state is ItemState.SKIPPED
        word = translate("Faces", "Left out") if left_out else translate("Faces", "Failed")
        tone = "muted" if left_out else "refuse"
        return Face(name, RowState.FAILED, "attention", tone, word, "", "", 0.0, row.what)
    return Face(name, RowState.WAITING, "waiting", "muted", translate("Faces", "Waiting"), "", "", 0.0)
