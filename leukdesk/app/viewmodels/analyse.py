"""The Analyse place: which images are open, which is selected, what is known of it, and what the user is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.analysis.sample import SampleImage
from leukdesk.app.viewmodels.adjustment import Adjustment
from leukdesk.app.viewmodels.batch import Batch
from leukdesk.app.viewmodels.cells import Cells
from leukdesk.app.viewmodels.comparison import Compared, Comparison
from leukdesk.app.viewmodels.differential import DifferentialViewModel
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.faces import RowState, is_large
from leukdesk.app.viewmodels.field_of_view import FieldOfView
from leukdesk.app.viewmodels.files_on_disk import FilesOnDisk
from leukdesk.app.viewmodels.heatmap import HeatmapChoice
from leukdesk.app.viewmodels.image_list import ImageList
from leukdesk.app.viewmodels.opening import Opening, concerned, find, kept_as_file
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.viewmodels.shown_images import ShownImages
from leukdesk.app.viewmodels.shown_picture import ShownPicture
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.app.viewmodels.tiles import Tiles, tile_cache
from leukdesk.app.workers.lanes import Lanes, Token
from leukdesk.app.workers.private_folder import PrivateFolder
from leukdesk.domain.case import Case
from leukdesk.domain.errors import KnownError
from leukdesk.domain.finding import Failure, Finding
from leukdesk.domain.image import Region
from leukdesk.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from leukdesk.app.workers.pictures import Picture

THUMBNAIL_PX = 160  # longer side; shown smaller, so that it is sharp on dense screens


class AnalyseViewModel(QObject):
    """What the Analyse place shows and does; views only listen and call."""

    opened = Signal()  # another set of images
    selected = Signal()  # another image, or none
    searching_changed = Signal()
    picture_changed = Signal()
    outcome_changed = Signal()
    truth_changed = Signal()
    files_changed = Signal()  # some came, some are gone
    problem = Signal(object)  # KnownError: for a banner
    case_changed = Signal()
    view_kept = Signal(Path)  # a picture of the view was written
    _cases: tuple[Case | None, Case | None] = (None, None)  # of what is open, and of what is being opened

    def __init__(
        self,
        lanes: Lanes,
        engine: Engine,
        pictures: PictureSource,
        private: PrivateFolder | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`private`: where archives are unpacked."""
        super().__init__(parent)
        self._lanes, self._pictures, self._private = lanes, pictures, private or PrivateFolder()
        self.engine = engine
        self.images = ImageList(Thumbnails(lanes.thumbnails, pictures, THUMBNAIL_PX, self), self)
        self.listed = ShownImages(self.images, lanes.pictures, self)
        self.batch = Batch(lanes.inference, self.images, self)
        self.files = FilesOnDisk(lanes, self.images, self.batch, self)
        self.heatmap = HeatmapChoice(lanes.pictures, pictures, self)
        self._settings = Settings()
        self.adjustment = Adjustment(self)
        self.field = FieldOfView(engine, self)
        tiles = tile_cache()
        self.shown = ShownPicture(lanes, tiles, pictures, self.adjustment, self)
        second = ShownPicture(lanes, tiles, pictures, self.adjustment, self)
        self.comparison = Comparison(engine, second, HeatmapChoice(lanes.pictures, pictures, self), self)
        self.cells = Cells(engine, lanes.pictures, pictures, self)
        self.differential = DifferentialViewModel(self.cells, lanes.pictures, self)
        self._opening: Opening | None = None
        self._open_token, self._picture_token = Token(), Token()
        self._at: Path | None = None
        self._place = -1
        self._picture: Picture | None = None
        self._unreadable: KnownError | None = None
        self._truth_shown = self._searching = False
        self._connect(second.tiles)

    def _connect(self, other_tiles: Tiles) -> None:
        self.engine.opened.connect(self._use_model)
        self.engine.failed.connect(self.problem)
        self.batch.finished.connect(self._finished)
        self.files.changed.connect(self._files_changed)
        self.field.changed.connect(self._field_changed)
        self.heatmap.changed.connect(lambda: self.comparison.follow_choice(self.heatmap))
        for teller in (self.field.failed, self.comparison.failed, self.shown.tiles.failed, other_tiles.failed):
            teller.connect(self.problem)
        self.cells.wanted.connect(self._select_file)
        self.selected.connect(lambda: self.cells.look_at(self.path))
        for teller in (self.cells.problem, self.differential.failed):
            teller.connect(self.problem)

    # -- what is open

    @property
    def searching(self) -> bool:
        """Whether folders are being looked through."""
        return self._searching

    @property
    def case(self) -> Case | None:
        """The case that the open images belong to, and what is found in them; None: no case."""
        return self._cases[0]

    def put_into(self, case: Case | None) -> None:
        """From now on the open images belong to another case."""
        self._cases = (case, case)
        self.case_changed.emit()

    @property
    def title(self) -> str:
        """What the selected image belongs to: a case, or its folder's name."""
        if self.case is not None:
            return self.tr("case {number}").format(number=self.case.details.accession)
        folder = self.path.parent.name if self.path is not None else ""
        return (self._opening.title if self._opening else "") or folder

    @property
    def named(self) -> Sequence[Path]:
        """The files and folders that the user opened, but for what exists only while it is looked at."""
        named = self._opening.named if self._opening else ()
        return [path for path in named if not self._private.holds(path)]

    @property
    def skipped(self) -> int:
        """Files of the opened folders that are no images by name."""
        return self._opening.skipped if self._opening else 0

    @property
    def place(self) -> int:
        """The selected row; -1 for none."""
        return self._place

    @property
    def path(self) -> Path | None:
        """The selected image's file."""
        return self.images.row(self._place).path if self._place >= 0 else None

    @property
    def state(self) -> RowState | None:
        """Where the selected image stands."""
        return self.images.row(self._place).state if self._place >= 0 else None

    @property
    def picture(self) -> Picture | None:
        """The selected image, once it was read."""
        return self._picture

    @property
    def finding(self) -> Finding | None:
        """What the model says of the selected image; of a slide, of the field of it that was analysed last."""
        return self.images.finding(self._place) or self.field.finding(self.path)

    @property
    def error(self) -> KnownError | None:
        """Why the selected image could not be analysed, or not even be shown."""
        outcome = self.images.row(self._place).outcome if self._place >= 0 else None
        return outcome.error if isinstance(outcome, Failure) and not is_large(outcome) else self._unreadable

    @property
    def is_slide(self) -> bool:
        """Whether the selected image is too large to be classified as one image, so that only its fields are."""
        return self._place >= 0 and is_large(self.images.row(self._place).outcome)

    @property
    def um_per_px(self) -> float | None:
        """What a pixel of the selected image measures; None as long as nobody has said."""
        source = self.finding.source if self.finding is not None else None
        return source.um_per_px if source else self._picture.source.um_per_px if self._picture else None

    @property
    def has_truths(self) -> bool:
        """Whether the open set says what is true."""
        return bool(self._opening and self._opening.truths)

    @property
    def truth(self) -> SampleImage | None:
        """What is true of the selected image, where that is known and wanted."""
        return self.truth_of(self._place) if self._truth_shown else None

    def truth_of(self, place: int) -> SampleImage | None:
        """What is true of the image at a place, where that is known."""
        known = self._opening.truths if self._opening else {}
        return known.get(self.images.row(place).path) if place >= 0 else None

    @property
    def truth_shown(self) -> bool:
        """Whether the user wants to see what is true."""
        return self._truth_shown

    # -- what the user does

    def begin(self, paths: Sequence[Path]) -> None:
        """Start with some paths, or none; the model is loaded as soon as it is known which."""
        if paths:
            self.open(paths)
        else:
            self.engine.open()

    def open(self, paths: Sequence[Path], at: Path | None = None, case: Case | None = None) -> None:
        """Open files, folders (with all below them), or one folder that holds a case; show the first image, or `at`.

        `case`: the one of the history that these images belong to.
        """
        self._open_token.cancel()
        self._at, self._cases = at, (self.case, case)
        self._search(True)
        token = Token()
        work = partial(find, tuple(paths), self._private, lambda: token.cancelled)
        self._open_token = token
        self._lanes.pictures.submit(work, self._show, self._cannot_open, token=token, urgent=True)

    def open_pasted(self, image: QImage) -> None:
        """Open a picture that is no file."""
        self._lanes.pictures.submit(
            partial(kept_as_file, image, self._private), lambda path: self.open([path]), self._cannot_open
        )

    def start_with(self, chosen: Settings) -> None:
        """Believe the calibration profiles of these settings, before anything is open."""
        self._settings = chosen

    def use_optics(self, before: Settings, now: Settings) -> None:
        """Other calibration profiles or another stain: what they are about is analysed anew."""
        self._settings = now
        self.engine.use_optics(now)
        paths = [row.path for row in self.images.rows()]
        self._lanes.pictures.submit(partial(concerned, paths, before, now), self._take_anew, urgent=True)

    def forget_thumbnails(self) -> None:
        """Remove what was kept on the disk of images that were looked at."""
        self._lanes.thumbnails.submit(self._pictures.forget_thumbnails)

    def select(self, place: int) -> None:
        """Show another image; it is analysed next if it was not yet."""
        if place == self._place or not 0 <= place < self.images.rowCount():
            return
        self._place = place
        self._load_picture()
        self.heatmap.explain(self.finding)
        self.batch.prefer(place)
        self.selected.emit()

    def step(self, by: int) -> None:
        """Select the next (1) or previous (-1) of the images that are shown; stays at the ends."""
        if (count := self.listed.rowCount()) > 0:
            row = self.listed.row_of(self._place)
            self.select(self.listed.place(min(max(row + by, 0), count - 1) if row is not None else 0))

    def select_next_failed(self) -> None:
        """Go round the images that failed."""
        place = self.images.next_failed(self._place)
        if place is not None:
            self.select(place)

    def analyse_field(self, region: Region) -> None:
        """Analyse a field of the selected slide, given in px of its full size."""
        if self.path is not None:
            self.field.analyse(self.path, region)

    def compare(self, mode: Compared) -> None:
        """Compare something of the selected image; `NOTHING` ends it."""
        self.comparison.start(mode, self.path, self._picture, self.finding)
        self.comparison.follow_choice(self.heatmap)

    def keep_view(self, path: Path, image: QImage, *, synthetic: bool) -> None:
        """Write a picture of what is in view."""
        work = partial(self._pictures.write, path, image, synthetic=synthetic)
        self._lanes.pictures.submit(work, lambda _: self.view_kept.emit(path), self._tell)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.problem.emit(error)

    def show_truth(self, on: bool) -> None:
        """Show or hide what is true of phantoms."""
        self._truth_shown = on
        self.truth_changed.emit()

    def resume(self) -> None:
        """Analyse all images that wait."""
        analyse = self.engine.analyser()
        if analyse is not None:
            self.batch.start(analyse)

    # -- what comes back

    def _show(self, opening: Opening) -> None:
        before, self._opening = self._opening, opening
        self._cases = (self._cases[1],) * 2
        self._search(False)
        self._place, self._picture, self._unreadable = -1, None, None
        self.batch.forget()
        self.heatmap.explain(None)
        self.shown.show(None)
        self.comparison.start(Compared.NOTHING, None, None, None)
        self.field.forget()
        self.cells.forget()
        self.images.fill(opening.images, opening.failures)
        self._lanes.pictures.submit(partial(self._private.keep_only, opening.images))
        self.files.follow(() if opening.truths else self.named)  # a case is what its list says
        self.opened.emit()
        self.selected.emit()
        self.select(self._place_of(self._at))
        if self._has_no_model() or opening.model != (before.model if before else None):
            self.engine.open(opening.model)  # a case brings its model; with the next images the active one is back
        else:
            self.resume()

    def _place_of(self, path: Path | None) -> int:
        """Where an image is; the first place if it is not open."""
        rows = range(self.images.rowCount()) if path is not None else ()
        return next((place for place in rows if self.images.row(place).path.absolute() == path), 0)

    def _search(self, on: bool) -> None:
        self._searching = on
        self.searching_changed.emit()

    def _cannot_open(self, error: Exception) -> None:
        self._search(False)
        if isinstance(error, KnownError):
            self.problem.emit(error)
        if self._has_no_model():
            self.engine.open()

    def _has_no_model(self) -> bool:
        return self.engine.predictor is None and not self.engine.loading

    def _use_model(self) -> None:
        self.batch.stop()
        self.images.start_over()
        self.images.use(self.engine.vocabulary)
        self.heatmap.choose(None)
        self.heatmap.explain(None)
        self.field.forget()
        self.outcome_changed.emit()
        self.resume()

    def _finished(self, place: int) -> None:
        if place == self._place:
            self._finding_changed()

    def _field_changed(self) -> None:
        if self.is_slide:
            self._finding_changed()

    def _select_file(self, path: Path) -> None:
        if (place := self.images.place_of(path)) is not None:
            self.select(place)

    def _finding_changed(self) -> None:
        self.heatmap.explain(self.finding)
        self.comparison.follow(self.path, self._picture, self.finding)
        self.outcome_changed.emit()

    def _take_anew(self, places: Sequence[int]) -> None:
        if not places:
            return
        self.batch.stop()
        self.cells.find_anew()
        self.images.start_over([place for place in places if place < self.images.rowCount()])
        if self._place in places:
            self._load_picture()
            self.outcome_changed.emit()
        self.resume()

    def _files_changed(self) -> None:
        if self.path is not None and self._picture is None:
            self._load_picture()  # it may be there again
        self.files_changed.emit()
        self.outcome_changed.emit()

    def _load_picture(self) -> None:
        self._picture_token.cancel()
        self._picture, self._unreadable = None, None
        path = self.path
        assert path is not None  # for the type checker: called with a row selected
        work = partial(self._pictures.picture, path)
        self._picture_token = self._lanes.pictures.submit(work, self._take_picture, self._no_picture, urgent=True)

    def _take_picture(self, picture: Picture) -> None:
        scale = self._settings.acquisition(picture.source.path).scale(picture.source.um_per_px)
        self._picture = picture = replace(picture, source=replace(picture.source, um_per_px=scale))
        self.shown.show(picture)
        self.comparison.follow(self.path, picture, self.finding)
        self.picture_changed.emit()

    def _no_picture(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self._unreadable = error
            self.outcome_changed.emit()
