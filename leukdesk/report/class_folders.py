"""A batch's images in folders by class: copied, or linked where they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.finding import Decision
from leukdesk.report.atomic import unwritable, write_whole
from leukdesk.report.overlays import safe_name, unique_stems

if TYPE_CHECKING:
    from leukdesk.domain.batch import BatchRow


@dataclass(frozen=True, slots=True)
class Sorted:
    """What was put into folders, and what was left out and why."""

    images: int
    left_out: tuple[tuple[Path, str], ...]


def sort_into(rows: Iterable[BatchRow], paths: Iterable[Path], folder: Path, *, link: bool, by_model: bool) -> Sorted:
    """Put each image that has an answer into `folder`/[model/]class; those that were not accepted by their decision.

    `paths` are all files of the batch, so that names depend on nothing else. A file that is gone or has changed since
    is left out, and so is one without an answer. Raises `OutputError`.
    """
    stems, done, left_out = unique_stems(dict.fromkeys(paths)), 0, []
    for row in rows:
        place = folder / (safe_name(row.model.key) if by_model else "") / _class_of(row)
        why = row.what or str(row.state)
        if row.label:
            why = _put(row, place / f"{stems[row.path]}{row.path.suffix}", link=link)
        if why:
            left_out.append((row.path, why))
        done += not why
    return Sorted(done, tuple(left_out))


def _class_of(row: BatchRow) -> str:
    return safe_name(row.label if row.decision is Decision.ACCEPTED else str(row.decision))


def _put(row: BatchRow, target: Path, *, link: bool) -> str:
    """Put one image there; why not, if not."""
    try:
        data = row.path.read_bytes()
    except OSError:
        return "its file is gone or cannot be read"
    if hashlib.sha256(data).hexdigest() != row.sha256:
        return "its file has other content than was classified"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if link:
            target.unlink(missing_ok=True)
            target.symlink_to(row.path.absolute())
    except OSError as error:
        raise unwritable(target, error) from error
    if not link:
        write_whole(target, data)
    return ""
