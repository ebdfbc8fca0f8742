"""The cells of the open images: what was found, what a person made of it, which are selected; undo and redo."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.cell_faces import CellLooks, CellRef
from leukdesk.app.viewmodels.cell_pictures import CellPictures
from leukdesk.app.viewmodels.cell_run import Analysed, CellRun
from leukdesk.app.viewmodels.engine import Engine, model_key
from leukdesk.app.viewmodels.faces import ClassLook, Vocabulary, is_large
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.cell import Box, Cell, CellAnalysis, NamedCell, Polygon
from leukdesk.domain.cell_counts import CellCounts
from leukdesk.domain.errors import KnownError
from leukdesk.domain.finding import Failure, Finding
from leukdesk.domain.grown_reading import grown, known_boxes
from leukdesk.domain.image import Region
from leukdesk.domain.marked_cell import FieldReading, MarkedCell, reading_of
from leukdesk.domain.reader_classes import ReaderClass, by_key, reader_classes
from leukdesk.domain.remembered_cells import RememberedCell, laid_over, remembered

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from leukdesk.domain.card import Card

MOST_CELLS = 10_000  # held with outlines and heatmaps, about 150 MiB; images that a person changed are never dropped
_STEPS_BACK = 200


class Cells(QObject):
    """Cells of the image that is looked at, and counts of all open images.

    To edit: `change` takes the selected image's `FieldReading` and gives another; it can be undone.
    """

    switched = Signal()  # shown or not
    changed = Signal()  # the cells of some image
    found = Signal(Path)  # an image's cells came from the model
    selection_changed = Signal()
    model_changed = Signal()
    problem = Signal(object)  # KnownError, for a banner
    wanted = Signal(Path)  # this image is to be shown, since a cell of it was chosen

    def __init__(self, engine: Engine, lane: Lane, pictures: PictureSource, parent: QObject | None = None) -> None:
        """`lane`: where small pictures are made."""
        super().__init__(parent)
        self._engine, self._lane, self._source = engine, lane, pictures
        self.example: Path | None = None  # a good image, to be shown beside poor ones
        self.run = CellRun(engine, self)
        self.pictures = CellPictures(lane, pictures, self)
        self.looks = CellLooks()
        self.card: Card | None = None
        self.hidden: frozenset[str] = frozenset()  # class ids that are not drawn
        self._on = False
        self._path: Path | None = None
        self._readings: OrderedDict[Path, FieldReading] = OrderedDict()
        self._dropped: dict[Path, CellCounts] = {}
        self._errors: dict[Path, KnownError] = {}
        self._slides: set[Path] = set()
        self._selected: tuple[CellRef, ...] = ()
        self._edited: dict[Path, tuple[RememberedCell, ...]] = {}  # while their cells are looked for anew
        self._undo: list[tuple[Path, FieldReading]] = []
        self._redo: list[tuple[Path, FieldReading]] = []
        self.run.found.connect(self._take)
        self.run.failed.connect(self._fail)
        self.run.refused.connect(self.problem)

    # -- what is known

    @property
    def on(self) -> bool:
        """Whether cells are looked for and shown."""
        return self._on

    @property
    def path(self) -> Path | None:
        """The image that is looked at."""
        return self._path

    @property
    def reading(self) -> FieldReading | None:
        """Its cells; None while they are not known."""
        return self._readings.get(self._path) if self._path is not None else None

    @property
    def error(self) -> KnownError | None:
        """Why its cells could not be found."""
        return self._errors.get(self._path) if self._path is not None else None

    def reading_of(self, path: Path) -> FieldReading | None:
        """The cells of another open image."""
        return self._readings.get(path)

    def readings(self) -> list[FieldReading]:
        """All that are held, in the order of finding."""
        return list(self._readings.values())

    def cell(self, ref: CellRef) -> MarkedCell | None:
        """One cell; None where it is no longer there."""
        reading = self._readings.get(ref.path)
        return reading.cell(ref.key) if reading is not None else None

    def counted(self, *, all_images: bool) -> CellCounts:
        """Counts of the image that is looked at, or of all open images whose cells were found."""
        if all_images:
            held = (one.counted() for one in self._readings.values())
            return sum((*held, *self._dropped.values()), CellCounts({}))
        return self.reading.counted() if self.reading is not None else CellCounts({})

    @property
    def keys(self) -> tuple[ReaderClass, ...]:
        """The classes of the keys 1 to 9."""
        return by_key(self.looks.classes)

    # -- what is selected

    @property
    def selected(self) -> tuple[CellRef, ...]:
        """The chosen cells, the last one last."""
        return self._selected

    @property
    def current(self) -> MarkedCell | None:
        """The cell chosen last."""
        return self.cell(self._selected[-1]) if self._selected else None

    @property
    def explained(self) -> bool:
        """Whether a heatmap is that of a cell."""
        return self._on and self.finding() is not None

    @property
    def vocabulary(self) -> Vocabulary:
        """How the cell model's classes look."""
        return Vocabulary({one.id: ClassLook(one.display, one.colour) for one in self.looks.classes if one.known})

    def choose(self, ref: CellRef | None, *, add: bool = False) -> None:
        """Choose a cell, alone or beside those that are chosen (or no longer, if it was); None chooses none."""
        before = self._selected if add else ()
        if ref is None:
            self._selected = before
        else:
            self._selected = tuple(one for one in before if one != ref)
            self._selected += () if ref in before else (ref,)
            if ref.path != self._path:
                self.wanted.emit(ref.path)
        self.selection_changed.emit()

    def finding(self) -> Finding | None:
        """The chosen cell as a finding about the square that the model saw, for its heatmap."""
        one, reading = self.current, self.reading
        if one is None or one.said is None or reading is None or self._selected[-1].path != self._path:
            return None
        side = self._seen_px(one.cell, reading.analysis)
        x, y = one.cell.box.centre
        region = Region(round(x - side / 2), round(y - side / 2), side, side)
        source = replace(reading.analysis.source, width=side, height=side, region=region)
        told = one.said
        analysis = reading.analysis
        return Finding(
            source, analysis.bundle, told.prediction, analysis.quality, told.decision, told.reason, analysis.engine
        )

    def _seen_px(self, cell: Cell, analysis: CellAnalysis) -> int:
        from leukdesk.analysis.cells import crop_side_px

        assert self.card is not None  # for the type checker: nothing was said without a model
        return max(1, round(crop_side_px(cell.box, analysis.field.scale, self.card)))

    # -- what the user does

    def show(self, on: bool) -> None:
        """Find the cells of the image that is looked at, and of those looked at later; or no longer."""
        if on != self._on:
            self._on = on
            if not on:
                self.run.stop()
            self.find()
            self.switched.emit()

    def show_example(self, side: int, done: Callable[[QImage], object]) -> None:
        """Have the example of a good image read, `side` px wide or high."""
        if self.example is not None:
            self._lane.submit(partial(self._source.thumbnail, self.example, side), done, urgent=True)

    def find(self, paths: Sequence[Path] = ()) -> None:
        """Find cells of these images, or of the one that is looked at, where that was not done yet."""
        asked = paths or ([self._path] if self._path is not None and self._on else [])
        new = [path for path in asked if path not in self._readings and path not in self._errors]
        new = [path for path in new if path not in self._slides]
        if new:
            self.run.start(new)

    def find_in_view(self, path: Path, view: Region) -> None:
        """Find the cells of a part of a slide too, and show them; those that are known already stay as they are."""
        self._slides.add(path)
        self._errors.pop(path, None)
        self.show(True)
        self.run.start_view(path, view, partial(self._known, path))

    @property
    def on_slide(self) -> bool:
        """Whether a slide is looked at: its cells are found in views that are asked for, never in the whole."""
        return self._path in self._slides

    def _known(self, path: Path) -> Sequence[Box]:
        reading = self._readings.get(path)
        return known_boxes(reading) if reading is not None else ()

    def look_at(self, path: Path | None) -> None:
        """Another image is looked at."""
        self._path = path
        if self._selected and self._selected[-1].path != path:
            self._selected = ()
            self.selection_changed.emit()
        if path is not None and path in self._readings:
            self._readings.move_to_end(path)
        self.find()
        self.changed.emit()

    def use_model(self, key: str) -> None:
        """Ask another model; what a person changed is laid over its answers."""
        if self.card is None or model_key(self.card) != key:
            self.run.model = key
            self.find_anew()

    def find_anew(self) -> None:
        """What was found no longer holds; what a person changed does."""
        edited = {path: remembered(one) for path, one in self._readings.items() if one.changed}
        edited = self._edited | edited
        views = [(path, view) for path, one in self._readings.items() for view in one.views]
        slides = self._slides
        self.forget()
        self._edited, self._slides = edited, slides
        for path, view in reversed(views):  # the last one that is asked for comes first
            self.run.start_view(path, view, partial(self._known, path))
        self.find([*edited, *([self._path] if self._on and self._path not in edited and self._path else [])])

    def forget(self) -> None:
        """Other images are open."""
        self.run.stop()
        self._edited.clear()
        self._readings.clear()
        self._dropped.clear()
        self._errors.clear()
        self._slides = set()
        self._undo.clear()
        self._redo.clear()
        self._selected = ()
        self.pictures.forget()
        self.selection_changed.emit()
        self.changed.emit()

    def hide(self, class_ids: Collection[str]) -> None:
        """Do not draw these classes."""
        self.hidden = frozenset(class_ids)
        self.changed.emit()

    def change(self, how: Callable[[FieldReading], FieldReading], path: Path | None = None) -> None:
        """Edit the cells of one image; of the one that is looked at unless another is named."""
        where = path or self._path
        before = self._readings.get(where) if where is not None else None
        if where is None or before is None or (after := how(before)) is before:
            return
        self._undo = [*self._undo[-_STEPS_BACK:], (where, before)]
        self._redo.clear()
        self._put(where, after)
        self._ask_about(where, after)

    def name(self, label: str, refs: Sequence[CellRef] = ()) -> None:
        """A person says what the chosen cells are, or these; "" takes his word back."""
        chosen = refs or self._selected
        for path in dict.fromkeys(one.path for one in chosen):
            keys = {one.key for one in chosen if one.path == path}
            self.change(lambda reading, keys=keys: reading.named(keys, label), path)  # type: ignore[misc]

    def recall(self, path: Path, how: Callable[[FieldReading], FieldReading]) -> None:
        """What was said of an image's cells before came back: it holds in every step that can be gone back to."""
        for steps in (self._undo, self._redo):
            steps[:] = [(at, how(one) if at == path else one) for at, one in steps]
        if path in self._readings:
            self._put(path, how(self._readings[path]))
            self._ask_about(path, self._readings[path])

    def add(self, outline: Polygon) -> None:
        """Outline a cell that was not found, and choose it."""
        self.change(lambda reading: reading.added(outline))
        if self._path is not None and self.reading is not None and self.reading.cells:
            self.choose(CellRef(self._path, self.reading.cells[-1].key))

    def remove(self) -> None:
        """The chosen objects are no cells."""
        self.change(lambda reading: reading.without(self._keys()))

    def merge(self) -> None:
        """The chosen outlines are one cell."""
        self.change(lambda reading: reading.merged(self._keys()))

    def split(self) -> None:
        """The chosen outline is two cells."""
        if self._keys():
            self.change(lambda reading: reading.split(self._selected[-1].key))

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._redo)

    def undo(self) -> None:
        """Take the last change back."""
        self._go(self._undo, self._redo)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._go(self._redo, self._undo)

    def _go(self, there: list[tuple[Path, FieldReading]], back: list[tuple[Path, FieldReading]]) -> None:
        if there:
            path, reading = there.pop()
            back.append((path, self._readings[path]))
            if path != self._path:
                self.wanted.emit(path)
            self._put(path, reading)

    def _keys(self) -> set[int]:
        return {one.key for one in self._selected if one.path == self._path}

    # -- what comes back

    def _put(self, path: Path, reading: FieldReading) -> None:
        self._readings[path] = reading
        there = tuple(one for one in self._selected if self.cell(one) is not None)
        if there != self._selected:
            self._selected = there
        self.changed.emit()
        self.selection_changed.emit()

    def _ask_about(self, path: Path, reading: FieldReading) -> None:
        """Have the model look at what a person drew."""
        asked = [one.cell for one in reading.cells if one.said is None and (one.drawn or one.label)]
        if asked:
            told = partial(self._told, path, asked)
            self.run.look_at(path, reading.analysis, asked, told, on_slide=bool(reading.views))

    def _told(self, path: Path, asked: Sequence[Cell], answers: Sequence[NamedCell]) -> None:
        for steps in (self._undo, self._redo):
            steps[:] = [(at, _told(one, asked, answers) if at == path else one) for at, one in steps]
        if path in self._readings:
            self._put(path, _told(self._readings[path], asked, answers))

    def _take(self, path: Path, found: Analysed) -> None:
        if self.card is not found.card:
            self.card = found.card
            self.looks = CellLooks(reader_classes(found.card.classes))
            self.model_changed.emit()
        analysis = _without_embeddings(found.analysis)
        reading = reading_of(analysis) if found.view is None else self._grow(path, analysis, found.view)
        self._readings[path] = reading = laid_over(reading, self._edited.pop(path, ()))
        self._dropped.pop(path, None)
        self._make_room()
        self.changed.emit()
        self._ask_about(path, reading)
        self.found.emit(path)

    def _grow(self, path: Path, more: CellAnalysis, view: Region) -> FieldReading:
        """What was found in one more view stays in every step that can be gone back to."""
        for steps in (self._undo, self._redo):
            steps[:] = [(at, grown(one, more, view) if at == path else one) for at, one in steps]
        return grown(self._readings.get(path), more, view)

    def _make_room(self) -> None:
        """Drop the outlines of what was looked at longest ago; what was counted there still counts."""
        held = sum(len(one.cells) for one in self._readings.values())
        kept = {self._path, *(path for path, _ in (*self._undo, *self._redo))}
        for path in list(self._readings):
            if held <= MOST_CELLS:
                return
            if path not in kept and not self._readings[path].changed:
                dropped = self._readings.pop(path)
                held -= len(dropped.cells)
                self._dropped[path] = dropped.counted()

    def _fail(self, path: Path, error: KnownError) -> None:
        if is_large(Failure(path, error)):
            self._slides.add(path)
        else:
            self._errors[path] = error
        self.changed.emit()


def _told(reading: FieldReading, asked: Sequence[Cell], answers: Sequence[NamedCell]) -> FieldReading:
    for cell, answer in zip(asked, answers, strict=True):
        reading = reading.told(cell, answer)
    return reading


def _without_embeddings(analysis: CellAnalysis) -> CellAnalysis:
    """Nothing here needs them, and they are most of what a cell weighs."""
    named = tuple(
        replace(one, prediction=replace(one.prediction, embedding=one.prediction.embedding[:0]))
        for one in analysis.named
    )
    return replace(analysis, named=named)
