"""How a cell looks: its name, its letters beside the outline, its line. Never a class by hue alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from leukdesk.app.viewmodels.faces import percent
from leukdesk.domain.cell import CellKind
from leukdesk.domain.differential import stands_for_blast
from leukdesk.domain.marked_cell import MarkedCell
from leukdesk.domain.reader_classes import ReaderClass, adjacent
from leukdesk.domain.review import UNIDENTIFIED
from leukdesk.domain.vocabulary import OKABE_ITO

translate = QCoreApplication.translate
_GREY = OKABE_ITO[-1]
_NEXT_AT_LEAST = 0.1  # probability of the second class, from which a cell lies between two stages


class CellRef(NamedTuple):
    """One cell of one image."""

    path: Path
    key: int


class Line(StrEnum):
    """How an outline is drawn: whether the answer counts, waits for the reader, or is kept apart."""

    SOLID = "solid"
    DASHED = "dashed"  # unidentified
    DOTTED = "dotted"  # not counted


@dataclass(frozen=True, slots=True)
class CellFace:
    """Everything that image, gallery and inspector show of a cell."""

    key: int
    class_id: str  # UNIDENTIFIED where nobody knows, "" where it is not counted
    name: str
    short: str
    percent: str  # of the model; empty where a person decided, or the model was not asked
    probability: float
    colour: str
    line: Line
    by_hand: bool
    blast: bool  # drawn stronger

    @property
    def label(self) -> str:
        """What stands beside the outline: "LY 97%"; with a mark where a person decided."""
        return (
            f"{self.short} {self.percent}" if self.percent else f"{self.short} \u2713" if self.by_hand else self.short
        )

    @property
    def spoken(self) -> str:
        """For a screen reader."""
        hand = translate("CellFaces", "changed by hand") if self.by_hand else ""
        number = translate("CellFaces", "cell {number}").format(number=self.key)
        return ", ".join(part for part in (self.name, self.percent, number, hand) if part)


class CellLooks:
    """The classes a reader may give, with the words for what has none."""

    def __init__(self, classes: Sequence[ReaderClass] = ()) -> None:
        own = class_words()  # the model's are named by its card
        self.classes = tuple(
            one if one.known else replace(one, display=own.get(one.id, one.display)) for one in classes
        )
        self._by_id = {one.id: one for one in self.classes}

    def look(self, class_id: str) -> ReaderClass:
        """Name, letters and colour of a class; of `UNIDENTIFIED`, and of one that is not known."""
        if class_id == UNIDENTIFIED:
            return ReaderClass(UNIDENTIFIED, translate("CellFaces", "Unidentified"), "?", _GREY, False)
        return self._by_id.get(class_id) or ReaderClass(class_id, class_id, class_id[:3].upper(), _GREY, False)

    def face(self, one: MarkedCell) -> CellFace:
        """How one cell looks."""
        if not one.counts:
            name, short = kind_words(one.cell.kind)
            return CellFace(one.key, "", name, short, "", 0.0, _GREY, Line.DOTTED, one.by_hand, False)
        class_id = one.class_id
        look = self.look(class_id)
        named = class_id != UNIDENTIFIED
        said = percent(one.certainty) if named and not one.label and one.said is not None else ""
        line = Line.SOLID if named else Line.DASHED
        blast = named and stands_for_blast(class_id)
        return CellFace(
            one.key, class_id, look.display, look.short, said, one.certainty, look.colour, line, one.by_hand, blast
        )


def class_words() -> Mapping[str, str]:
    """The classes of the ICSH list by id, in the user's language."""
    return {
        "blast": translate("CellClasses", "Blast"),
        "promyelocyte": translate("CellClasses", "Promyelocyte"),
        "myelocyte": translate("CellClasses", "Myelocyte"),
        "metamyelocyte": translate("CellClasses", "Metamyelocyte"),
        "band": translate("CellClasses", "Band neutrophil"),
        "segmented": translate("CellClasses", "Segmented neutrophil"),
        "eosinophil": translate("CellClasses", "Eosinophil"),
        "basophil": translate("CellClasses", "Basophil"),
        "lymphocyte": translate("CellClasses", "Lymphocyte"),
        "reactive_lymphocyte": translate("CellClasses", "Reactive lymphocyte"),
        "abnormal_lymphocyte": translate("CellClasses", "Abnormal lymphocyte"),
        "plasma_cell": translate("CellClasses", "Plasma cell"),
        "monocyte": translate("CellClasses", "Monocyte"),
        "erythroblast": translate("CellClasses", "Nucleated red cell"),
        "smudge": translate("CellClasses", "Smudge cell"),
        "giant_platelet": translate("CellClasses", "Giant platelet"),
        "artefact": translate("CellClasses", "Artefact"),
    }


def kind_words(kind: CellKind) -> tuple[str, str]:
    """What an object is that is not counted: in words, and in letters."""
    return {
        CellKind.CELL: (translate("CellFaces", "Cell"), ""),
        CellKind.CUT: (translate("CellFaces", "Cut by the border"), translate("CellFaces", "cut")),
        CellKind.SMUDGE: (translate("CellFaces", "Smudge"), translate("CellFaces", "smu")),
        CellKind.PLATELETS: (translate("CellFaces", "Platelets"), translate("CellFaces", "plt")),
        CellKind.DEBRIS: (translate("CellFaces", "Stain or dirt"), translate("CellFaces", "dirt")),
    }[kind]


def between_stages(one: MarkedCell) -> bool:
    """Whether the model, or a person against the model, is one stage of maturation apart: most errors are."""
    if one.said is None:
        return False
    (first, _), (second, probable) = one.said.prediction.ranked()[:2]
    corrected = one.label not in ("", UNIDENTIFIED) and adjacent(first, one.label)
    return corrected or (probable >= _NEXT_AT_LEAST and adjacent(first, second))
