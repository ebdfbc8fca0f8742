"""The composition root: the only place that joins rooms. Each room is imported with its first use."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk import paths, settings
from leukdesk.domain.errors import BundleError, BundleReason

if TYPE_CHECKING:
    from leukdesk.analysis.cells import CellOutcome
    from leukdesk.analysis.golden import GoldenRun
    from leukdesk.analysis.ports import Predictor
    from leukdesk.analysis.sample import SampleCase
    from leukdesk.bundles.activations import Deed
    from leukdesk.bundles.library import Installed
    from leukdesk.bundles.load import Bundle
    from leukdesk.domain.case import CaseRecord
    from leukdesk.domain.cell import Box, Cell, CellAnalysis, NamedCell
    from leukdesk.domain.finding import BundleRef, Finding, Outcome
    from leukdesk.domain.image import Region
    from leukdesk.domain.optics import Acquisition
    from leukdesk.domain.recorded import RecordedImage
    from leukdesk.domain.reviewed import ReviewedCell, ReviewedImage, TrainingSet
    from leukdesk.domain.taken_out import Deidentified
    from leukdesk.fetch import OpenFields
    from leukdesk.history.head import Head
    from leukdesk.history.history import History
    from leukdesk.history.recovery import Plan, Restored
    from leukdesk.model_shelf import ModelShelf
    from leukdesk.report.case_report import CaseReport
    from leukdesk.settings import Engine, Settings

FLAGSHIP = "all-stage"  # the active bundle until the user chooses another


class Workbench:
    """Everything leukdesk can do, with one user's settings. Its methods may be called from any thread."""

    def __init__(self, chosen: Settings | None = None) -> None:
        """Use these settings, or those the user saved; raises `SettingsError` where they are not valid."""
        self.settings = settings.load(paths.settings_file()) if chosen is None else chosen
        self._history: History | None = None
        self._opening = threading.Lock()

    def use_optics(self, chosen: Settings) -> None:
        """Believe other calibration profiles and another stain from now on; nothing else of these settings."""
        self.settings = replace(
            self.settings, optics=chosen.optics, optics_of=chosen.optics_of, stain=chosen.stain, site=chosen.site
        )

    @property
    def threads(self) -> int:
        """How many threads work: as set, or one for each core this process may use."""
        return self.settings.threads or usable_cores()

    @property
    def shelf(self) -> ModelShelf:
        """What can be done with models: import, export, sign, remove."""
        from leukdesk.model_shelf import shelf_at

        return shelf_at(paths.models_roots(), paths.user_data(), paths.imported_models())

    def models(self) -> list[Installed]:
        """Installed bundles, refused ones included with their reason; every file of each is checked."""
        return self.shelf.models()

    def active(self) -> str:
        """Name and version of the bundle that is used where none is named: "all-stage-1.0".

        It is the one set, else the flagship, else the first for real smears. Raises `BundleError`, also where the one
        set or the flagship is damaged: another model never answers in its place in silence.
        """
        try:
            if self.settings.active_model:
                return self.shelf.find(self.settings.active_model).name
            return self.shelf.find(FLAGSHIP, shipped=True).name  # a newer one is made active by nobody but the user
        except BundleError as error:
            if self.settings.active_model or error.reason != BundleReason.NOT_FOUND:
                raise
        cards = [(one.card, one.is_imported) for one in self.models() if one.card is not None]
        if not cards:
            raise BundleError(
                "no usable model is installed",
                reason=BundleReason.NOT_FOUND,
                advice="`leukdesk models list` says what is there and why it was refused.",
            )
        card = min(cards, key=lambda one: (one[0].synthetic, one[1]))[0]
        return f"{card.name}-{card.version}"

    def active_or_none(self) -> str:
        """The same; empty where there is none that can be used."""
        try:
            return self.active()
        except BundleError:
            return ""

    def load(self, name: str | None = None) -> Bundle:
        """A bundle by name ("all-stage": the newest version, or "all-stage-1.0"); the active one for None.

        Raises `BundleError`.
        """
        shelf = self.shelf
        return shelf.load(shelf.find(self.active() if name is None else name))

    def open(self, name: str | None = None, *, engine: Engine | None = None, callers: int = 1) -> Predictor:
        """Load a bundle and warm up its engine, the one set unless another is named, for so many callers at once.

        Slow: call it off the GUI thread. Raises `BundleError`, `EngineError`.
        """
        return self._start(self.load(name), engine, callers)

    def verify(self, name: str, *, engine: Engine | None = None) -> GoldenRun:
        """Load a bundle, which checks its files, and run its golden samples. Raises `BundleError`, `EngineError`."""
        from leukdesk.analysis.golden import run_golden

        bundle = self.load(name)
        with closing(self._start(bundle, engine)) as predictor:
            return run_golden(bundle.golden(), predictor)

    def activate(self, name: str) -> str:
        """Make a model the active one, on the record; returns its name and version.

        Raises `BundleError`, also for a demonstration; `SettingsError`, `OutputError`.
        """
        card = self.load(name).card
        key = f"{card.name}-{card.version}"
        if card.synthetic:
            raise BundleError(
                "it is a demonstration on drawn smears", reason=BundleReason.KEPT, subject=key, advice="Name another."
            )
        self._make_active(key, "activated")
        return key

    def roll_back(self) -> str:
        """Make the model active again that was active before; returns its name and version. Raises as `activate`."""
        before = self.way_back()
        self._make_active(before, "rolled back")
        return before

    def way_back(self) -> str:
        """Name and version of the model that was active before; it can be loaded. Raises `BundleError`."""
        before = self.shelf.activations.before()
        if not before:
            raise BundleError(
                "no model was active before this one", reason=BundleReason.NOT_FOUND, advice="Choose one by its name."
            )
        self.load(before)
        return before

    def note_active(self, key: str, deed: Deed) -> None:
        """Record that another model is the active one from now on; the settings on disk are the caller's.

        Raises `BundleError`, `OutputError`.
        """
        before = self.active_or_none()
        if before != key or deed == "rolled back":
            self.shelf.record(deed, key, before)
        self.settings = replace(self.settings, active_model=key)

    def _make_active(self, key: str, deed: Deed) -> None:
        chosen = replace(settings.load(paths.settings_file()), active_model=key)
        self.note_active(key, deed)
        settings.save(paths.settings_file(), chosen)

    def _start(self, bundle: Bundle, engine: Engine | None, callers: int = 1) -> Predictor:
        from leukdesk.inference.choose import open_predictor

        chosen = engine or self.settings.engine
        return open_predictor(bundle, engine=chosen, threads=self.threads, callers=callers)

    def analyse(
        self,
        path: Path,
        predictor: Predictor,
        *,
        explain: bool = True,
        taken: Acquisition | None = None,
        region: Region | None = None,
        reading: Callable[[int, int], None] = lambda done, size: None,
    ) -> Finding:
        """Read and analyse one image or a field of a slide, heatmaps included; `taken` is as the settings say.

        `reading` hears how far a slide is read for its hash, and may raise.

        Raises `ImageError` or `EngineError`.
        """
        from leukdesk.analysis.analyse import analyse_file

        how = self.settings.acquisition(path) if taken is None else taken
        limit_px = self.settings.limit_px
        return analyse_file(
            path, predictor, limit_px=limit_px, explain=explain, taken=how, region=region, reading=reading
        )

    def analyse_files(
        self,
        images: Sequence[Path],
        predictor: Predictor,
        *,
        explain: bool = True,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Outcome]:
        """Analyse many images, in order; see `analysis.batch.analyse_files`."""
        from leukdesk.analysis.batch import analyse_files

        return analyse_files(
            images,
            predictor,
            limit_px=self.settings.limit_px,
            explain=explain,
            workers=self.threads,
            cancelled=cancelled,
            taken=self.settings.acquisition,
        )

    def cell_model(self) -> str:
        """The model that judges single cells: the active one if it does, else the first, rather one for real smears.

        Raises `BundleError` where none is installed.
        """
        cards = [(one.card, one.is_imported) for one in self.models() if one.card and one.card.scope == "cell"]
        cards.sort(key=lambda one: (one[0].synthetic, one[1]))  # nothing imported comes first by itself
        known = [f"{card.name}-{card.version}" for card, _ in cards]
        if not known:
            raise BundleError(
                "no model that judges single cells is installed",
                reason=BundleReason.NOT_FOUND,
                advice="`leukdesk models list` says what is there.",
            )
        active = self.active()
        return active if active in known else known[0]

    def analyse_cells(
        self,
        path: Path,
        predictor: Predictor,
        *,
        explain: bool = True,
        taken: Acquisition | None = None,
        told: Callable[[int, int], None] = lambda done, total: None,
    ) -> CellAnalysis:
        """Read one image, find its cells and classify each, heatmaps included; `taken` as in `analyse`.

        `told` hears how many cells of how many are classified, and may raise `Cancelled`.

        Raises `ImageError`, `EngineError`, `BundleError` for a model that judges whole fields.
        """
        from leukdesk.analysis.cells import analyse_cells_in_file

        how = self.settings.acquisition(path) if taken is None else taken
        limit_px = self.settings.limit_px
        return analyse_cells_in_file(path, predictor, limit_px=limit_px, explain=explain, taken=how, told=told)

    def analyse_cells_in_view(
        self,
        path: Path,
        view: Region,
        predictor: Predictor,
        *,
        known: Sequence[Box] = (),
        told: Callable[[int, int], None] = lambda done, total: None,
        reading: Callable[[int, int], None] = lambda done, size: None,
    ) -> CellAnalysis:
        """The cells of a part of a slide, but for those `known`; see `analysis.slide_cells`."""
        from leukdesk.analysis.slide_cells import analyse_cells_in_view

        how, limit_px = self.settings.acquisition(path), self.settings.limit_px
        return analyse_cells_in_view(
            path, view, predictor, limit_px=limit_px, known=known, taken=how, told=told, reading=reading
        )

    def analyse_drawn(
        self, path: Path, before: CellAnalysis, cells: Sequence[Cell], predictor: Predictor, *, on_slide: bool = False
    ) -> list[NamedCell]:
        """Measure and classify outlines that a person drew in an analysed image. Raises `ImageError`, `EngineError`."""
        from leukdesk.analysis.slide_cells import analyse_drawn_in

        how, limit_px = self.settings.acquisition(path), self.settings.limit_px
        return analyse_drawn_in(path, before, cells, predictor, limit_px=limit_px, taken=how, on_slide=on_slide)

    def analyse_cells_in_files(
        self,
        images: Sequence[Path],
        predictor: Predictor,
        *,
        explain: bool = False,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[CellOutcome]:
        """Find and classify the cells of many images, in order; see `analysis.cells.analyse_cells_in_files`."""
        from leukdesk.analysis.cells import analyse_cells_in_files

        return analyse_cells_in_files(
            images,
            predictor,
            limit_px=self.settings.limit_px,
            explain=explain,
            workers=self.threads,
            cancelled=cancelled,
            taken=self.settings.acquisition,
        )

    def with_overlays(self, outcomes: Iterable[Outcome], folder: Path, images: Iterable[Path]) -> Iterator[Outcome]:
        """Pass outcomes of `images` on and write each finding under its heatmap; see `report.overlays.drawing`."""
        from leukdesk.report.overlays import Overlays, drawing

        return drawing(outcomes, Overlays(folder, images, limit_px=self.settings.limit_px))

    def history(self) -> History:
        """The user's case history, opened (and made) at the first call, until `close`. Raises `HistoryError`.

        Slow: call it off the GUI thread. One process at a time may have it open.
        """
        from leukdesk.history.opening import open_history

        with self._opening:
            if self._history is None:
                chosen = self.settings
                self._history = open_history(
                    paths.history_folder(), url=chosen.history_url, keep_copies=chosen.keep_copies
                )
            return self._history

    def history_to_read(self) -> History:
        """The case history to look at, also beside a process that has it open; the caller closes it."""
        from leukdesk.history.opening import open_for_reading

        return open_for_reading(paths.history_folder(), url=self.settings.history_url)

    def erase(self, user: int, case_id: int, why: str) -> int:
        """Erase a case for good; `why` is "retention", "request" or "mistake". Returns its tombstone's number."""
        from leukdesk.history.erasure import WhyErased

        return self.history().erase(user, case_id, WhyErased(why))

    @contextmanager
    def case_report(self, record: CaseRecord, head: Head) -> Iterator[CaseReport]:
        """A case as it is given out, within the block; `head` is where the audit chain ends.

        What leaves the history is recorded there first (`History.export`). Needs no history itself.
        """
        from datetime import datetime

        from leukdesk import __version__
        from leukdesk.analysis.explain_again import ExplainAgain
        from leukdesk.report.case_pictures import CasePictures
        from leukdesk.report.case_report import CaseReport, Imprint

        made, names = Imprint(datetime.now().astimezone(), __version__, head.seq, head.hash), self._class_names()
        with closing(ExplainAgain(self._open_exactly)) as explain:
            limit_px = self.settings.limit_px
            pictures = CasePictures(record, self.file_of, explain, names=names, limit_px=limit_px)
            yield CaseReport(record, made, names, pictures)

    def report_bytes(self, record: CaseRecord, head: Head, form: str) -> bytes:
        """A case as the bytes of a file of one of `report.case_file.FORMS`; see `case_report`. Slow."""
        from leukdesk.report.case_file import case_bytes

        with self.case_report(record, head) as report:
            return case_bytes(report, form, paths.resources() / "fonts")

    def write_report(self, report: CaseReport, path: Path) -> None:
        """Write it as PDF, CSV, JSON or XLSX, as the name ends. Raises `OutputError`."""
        from leukdesk.report.case_file import write_case_file

        write_case_file(report, path, paths.resources() / "fonts")

    def _open_exactly(self, wanted: BundleRef) -> Predictor:
        bundle = self.load(f"{wanted.name}-{wanted.version}")
        if bundle.ref.sha256 != wanted.sha256:
            raise BundleError(
                "the model of this name is another one now",
                reason=BundleReason.NOT_FOUND,
                subject=bundle.folder.name,
                advice="Install the one that the finding names.",
            )
        return self._start(bundle, None)

    def _class_names(self) -> dict[str, str]:
        """What classes are called, by the cards of all installed models."""
        cards = [one.card for one in self.models() if one.card is not None]
        return {one.id: one.display for card in cards for one in card.classes}

    def file_of(self, image: RecordedImage | ReviewedImage | ReviewedCell) -> Path:
        """Where an image's file is: its copy in the history if there is one, else where it was seen last."""
        from leukdesk.history.copies import Copies
        from leukdesk.history.history import copies_folder

        return Copies(copies_folder(paths.history_folder())).place(image.sha256) or image.path

    def find_moved(self, user: int, case: int, folder: Path) -> tuple[int, int]:
        """Look below a folder for the files of a case's images that are gone, by their content.

        Returns how many were found, which is recorded, and how many are still missing.
        """
        from leukdesk.analysis.relink import find_again

        images = self.history().findings.images(case)
        gone = {one.path: one for one in images if not one.path.exists() and one.sha256}
        found = find_again({path: one.sha256 for path, one in gone.items()}, folder, ())
        for path, now in found.items():
            self.history().findings.moved(user, gone[path].id, now, gone[path].sha256)
        return len(found), len(gone) - len(found)

    def export_deidentified(self, user: int, case_ids: Sequence[int], folder: Path, *, blank: bool) -> Deidentified:
        """Write cases without names into a new folder; `blank`: paint over writing in images, or hold them back."""
        from leukdesk.report.deidentified import DeidentifiedExport

        limit_px = self.settings.limit_px
        export = DeidentifiedExport(folder, self.file_of, blank=blank, limit_px=limit_px)
        return export.write(self.history().without_names(user, case_ids))

    def erase_for_retention(self, user: int, case_ids: Sequence[int]) -> list[int]:
        """Erase cases that are older than the site keeps them; returns the numbers of their tombstones."""
        from leukdesk.history.erasure import WhyErased

        return self.history().erase_all(user, case_ids, WhyErased.RETENTION)

    def export_for_training(self, user: int, case_ids: Sequence[int], folder: Path) -> TrainingSet:
        """Copy reviewed images of these cases (of all, for none) into a folder that leukdesk-train reads."""
        from leukdesk.report.training_set import write_training_set

        images = self.history().reviewed(user, case_ids)
        return write_training_set([replace(one, path=self.file_of(one)) for one in images], folder)

    def export_cells_for_training(
        self, user: int, case_ids: Sequence[int], folder: Path, *, model: str | None = None
    ) -> TrainingSet:
        """Cut the labelled cells of these signed cases (of all, for none) out as `model` sees cells; as above."""
        from leukdesk.analysis.training_cells import cut_cells
        from leukdesk.report.training_cells import write_cell_training_set

        card = self.load(model or self.cell_model()).card
        cells = self.history().reviewed_cells(user, case_ids)
        return write_cell_training_set(
            cut_cells(cells, card, limit_px=self.settings.limit_px, place=self.file_of), folder
        )

    def history_plan(self) -> Plan:
        """What restoring the history would do; changes nothing."""
        from leukdesk.history.recovery import plan

        return plan(paths.history_folder())

    def restore_history(self, chosen: Plan) -> Restored:
        """Restore it; the present files are kept aside. Raises `HistoryError`."""
        from leukdesk.history.recovery import restore

        self.close()
        return restore(paths.history_folder(), chosen)

    def close(self) -> None:
        """Close the history, if it was opened."""
        with self._opening:
            if self._history is not None:
                self._history.close()
                self._history = None

    def sample(self) -> SampleCase:
        """The shipped sample case. Raises `DataError`."""
        from leukdesk.analysis.sample import read_sample

        return read_sample(paths.resources() / "sample")

    def open_fields(self) -> OpenFields:
        """Which openly licensed fields can be fetched: source, licence, size. Raises `DataError`."""
        from leukdesk.fetch import read_open_fields

        return read_open_fields(paths.resources())

    def fetch_open_fields(
        self,
        folder: Path | None = None,
        *,
        base_url: str = "",
        progress: Callable[[int, int], None] = lambda done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[Path]:
        """Fetch them (the only network access), into the user's data unless a folder is named; see `fetch.fetch`."""
        from leukdesk.fetch import fetch

        target = folder or paths.user_data() / "open-fields"
        return fetch(self.open_fields(), target, base_url=base_url, progress=progress, cancelled=cancelled)


def usable_cores() -> int:
    """Cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
