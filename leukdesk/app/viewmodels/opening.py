"""What the user names becomes a list of images: files, folders, archives, a case. Runs on a lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.sample import SampleImage, read_sample
from leukdesk.app.workers.private_folder import PrivateFolder
from leukdesk.domain.errors import KnownError, OutputError
from leukdesk.domain.finding import Failure
from leukdesk.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

CASE_FILE = "case.json"  # beside phantoms whose truth is known


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening some paths led to."""

    images: Sequence[Path]
    failures: Sequence[Failure] = ()
    skipped: int = 0
    title: str = ""  # of a case, or of an archive
    model: str | None = None
    truths: Mapping[Path, SampleImage] = field(default_factory=dict)
    named: Sequence[Path] = ()  # by the user


def find(
    paths: Sequence[Path], private: PrivateFolder | None = None, cancelled: Callable[[], bool] = lambda: False
) -> Opening:
    """Look at what was named: a sample case, or images, folders and archives.

    Raises `DataError` for a damaged case, `ArchiveError` where nothing was named but archives that are refused, and
    `Cancelled`.
    """
    from leukdesk.analysis.walk import find_images

    case = _case(paths)
    if case is not None:
        return replace(case, named=paths)
    plain, failures, skipped, title = _unpacked(paths, private or PrivateFolder(), cancelled)
    if len(failures) == len(paths):
        raise failures[0].error
    walk = find_images(plain, recursive=True)
    return Opening(walk.images, [*failures, *walk.failures], walk.skipped + skipped, title, named=paths)


def kept_as_file(image: QImage, private: PrivateFolder) -> Path:
    """A pasted picture as a PNG file. Raises `OutputError`."""
    moment = datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S")
    path = _new_folder(private, Path()) / f"Pasted image {moment}.png"
    if not image.save(str(path)):
        raise OutputError("the picture cannot be kept", advice="Free some space on the disk.")
    return path


def _case(paths: Sequence[Path]) -> Opening | None:
    folder = paths[0] if len(paths) == 1 and paths[0].is_dir() else paths[0].parent
    if not (folder / CASE_FILE).is_file():
        return None
    case = read_sample(folder)
    truths = {one.path: one for one in case.images}
    images = list(truths) if paths[0] == folder else list(paths)
    if truths.keys() >= set(images):
        return Opening(images, title=case.title, model=case.model, truths=truths)
    return None


def _unpacked(
    paths: Sequence[Path], private: PrivateFolder, cancelled: Callable[[], bool]
) -> tuple[list[Path], list[Failure], int, str]:
    """The same paths with the folder of its images in the place of each archive, and those that were refused."""
    from leukdesk.analysis.archive import is_archive, unpack

    plain: list[Path] = []
    failures: list[Failure] = []
    skipped, title = 0, ""
    for path in paths:
        if not is_archive(path) or not path.is_file():
            plain.append(path)
            continue
        try:
            folder = _new_folder(private, path)
            skipped += unpack(path, folder, cancelled=cancelled).skipped
        except KnownError as error:
            failures.append(Failure(path, error))
        else:
            plain.append(folder)
            title = path.name if len(paths) == 1 else ""
    return plain, failures, skipped, title


def _new_folder(private: PrivateFolder, path: Path) -> Path:
    try:
        return private.make()
    except OSError as error:
        what = f"there is no place to unpack it ({error.strerror})"
        raise OutputError(what, subject=path if path.name else "", advice="Free some space on the disk.") from error


def concerned(paths: Sequence[Path], before: Settings, now: Settings) -> list[int]:
    """Places of the images that count as taken otherwise now."""
    return [place for place, path in enumerate(paths) if before.acquisition(path) != now.acquisition(path)]
