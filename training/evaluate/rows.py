"""The rows every metric is computed from: one image each, with its true class and the model's probabilities.

The classes stand in the header of the file, one score column each, so that no table of labels in another order can be
laid beside the predictions unnoticed.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import DataError, OutputError

_SCORE = "score_"
_FIXED = ["image_id", "group", "label"]
SUM_TOLERANCE = 1e-3  # float32 softmax over 64 classes stays well inside


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What a model said of a test set.

    `scores` is float64 (images, classes), calibrated probabilities with columns in the order of `classes`; `labels`
    are class ids. `groups` names the patient, slide or block each image belongs to, None where that is not known.
    Raises `DataError` where the parts do not fit together.
    """

    image_ids: tuple[str, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    scores: NDArray[np.float64]
    groups: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "scores", np.asarray(self.scores, dtype=np.float64))
        _check_names(self)
        _check_scores(self)

    def __len__(self) -> int:
        return len(self.image_ids)

    @property
    def truth(self) -> NDArray[np.intp]:
        """Position of each image's true class in `classes`, shape (images,)."""
        place = {name: index for index, name in enumerate(self.classes)}
        return np.array([place[label] for label in self.labels], dtype=np.intp)

    @property
    def predicted(self) -> NDArray[np.intp]:
        """Position of the highest score in `classes` (the first of equals), shape (images,)."""
        return np.asarray(np.argmax(self.scores, axis=1), dtype=np.intp)

    def take(self, order: Sequence[int]) -> Rows:
        """The rows at these positions, in this order."""
        chosen = np.asarray(order, dtype=np.intp)
        return Rows(
            tuple(self.image_ids[i] for i in chosen),
            tuple(self.labels[i] for i in chosen),
            self.classes,
            self.scores[chosen],
            None if self.groups is None else tuple(self.groups[i] for i in chosen),
        )

    def with_classes(self, classes: Sequence[str]) -> Rows:
        """The same rows with the score columns in another order of the same classes; DataError for other classes."""
        if sorted(classes) != sorted(self.classes):
            raise DataError(
                f"The classes differ: {', '.join(self.classes)} here, {', '.join(classes)} expected",
                reason="classes_differ",
                advice="Compare only models that answer with the same classes.",
            )
        columns = [self.classes.index(name) for name in classes]
        return Rows(self.image_ids, self.labels, tuple(classes), self.scores[:, columns], self.groups)

    def check_labels(self, expected: Mapping[str, str]) -> None:
        """Raise DataError unless every image has the label the data set gives it (image id -> class id)."""
        for image_id, label in zip(self.image_ids, self.labels, strict=True):
            if expected.get(image_id) != label:
                raise DataError(
                    f"The rows say {label}, the data set says {expected.get(image_id, 'nothing')}",
                    reason="labels_differ",
                    subject=image_id,
                    advice="Predictions and labels were joined in different orders: predict the test set again.",
                )

    def sha256(self) -> str:
        """SHA-256 of the rows as `save_rows` writes them."""
        return hashlib.sha256(_as_csv(self).encode("utf-8", "surrogatepass")).hexdigest()


def _refuse(what: str, advice: str = "Predict the test set again.") -> DataError:
    return DataError(what, reason="bad_rows", advice=advice)


def _check_names(rows: Rows) -> None:
    if not rows.image_ids:
        raise _refuse("There are no rows", "Check that the test set is not empty.")
    if len(rows.classes) < 2 or len(set(rows.classes)) != len(rows.classes) or not all(rows.classes):
        raise _refuse("Rows need two or more different classes, each with a name", "Check the class list of the run.")
    if len(rows.labels) != len(rows) or (rows.groups is not None and len(rows.groups) != len(rows)):
        raise _refuse("Ids, labels and groups differ in number")
    if len(set(rows.image_ids)) != len(rows):
        raise _refuse("An image id stands twice", "Give each image one row; use paths below the data folder as ids.")
    unknown = sorted(set(rows.labels) - set(rows.classes))
    if unknown:
        raise _refuse(f"Labels without a score column: {', '.join(unknown)}", "Check the class list of the run.")
    if rows.groups is not None and not all(rows.groups):
        raise _refuse("Some images have a group and some have none", "Fill the group column or leave it empty.")


def _check_scores(rows: Rows) -> None:
    if rows.scores.shape != (len(rows), len(rows.classes)):
        raise _refuse(f"Scores have shape {rows.scores.shape}, not ({len(rows)}, {len(rows.classes)})")
    if not np.isfinite(rows.scores).all() or rows.scores.min() < 0 or rows.scores.max() > 1 + SUM_TOLERANCE:
        raise _refuse("Scores must be probabilities between 0 and 1")
    if np.abs(rows.scores.sum(axis=1) - 1).max() > SUM_TOLERANCE:
        raise _refuse("The probabilities of each row must add up to 1", "Save softmax outputs, not logits.")


def _as_csv(rows: Rows) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_FIXED + [_SCORE + name for name in rows.classes])
    groups = rows.groups or ("",) * len(rows)
    for image_id, group, label, scores in zip(rows.image_ids, groups, rows.labels, rows.scores.tolist(), strict=True):
        writer.writerow([image_id, group, label, *map(repr, scores)])
    return stream.getvalue()


def save_rows(rows: Rows, path: Path) -> None:
    """Write `image_id,group,label,score_<class>...`, scores exactly; OutputError where the disk refuses."""
    write_text(path, _as_csv(rows))


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; OutputError where the disk refuses."""
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise OutputError(
            f"The file could not be written ({error.strerror})",
            subject=path,
            advice="Check free space and permission, then evaluate again.",
        ) from error


def load_rows(path: Path, *, classes: Sequence[str] | None = None) -> Rows:
    """Read what `save_rows` wrote; with `classes`, the score columns must stand in exactly that order.

    Raises `DataError` for a file that is not such a table or states its classes in another order.
    """
    header, body = _read_table(path)
    if header[:3] != _FIXED or not all(name.startswith(_SCORE) for name in header[3:]):
        raise DataError(
            "This is not a table of rows", reason="bad_rows", subject=path, advice="Give the rows.csv of a run."
        )
    found = tuple(name.removeprefix(_SCORE) for name in header[3:])
    if classes is not None and tuple(classes) != found:
        raise DataError(
            f"The score columns stand in the order {', '.join(found)}, not {', '.join(classes)}",
            reason="class_order",
            subject=path,
            advice="Evaluate the run that wrote this file, or predict the test set again.",
        )
    return _from_lines(body, found, path)


def _read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with path.open(encoding="utf-8", errors="surrogatepass", newline="") as stream:
            lines = list(csv.reader(stream))
    except (OSError, csv.Error) as error:
        raise DataError(
            "The rows could not be read", reason="bad_rows", subject=path, advice="Check the path of the file."
        ) from error
    return (lines[0] if lines else []), lines[1:]


def _from_lines(lines: list[list[str]], classes: tuple[str, ...], path: Path) -> Rows:
    try:
        if any(len(line) != 3 + len(classes) for line in lines):
            raise ValueError("a line has too few or too many columns")
        scores = np.array([[float(value) for value in line[3:]] for line in lines], dtype=np.float64)
    except ValueError as error:
        raise DataError(
            f"The table is damaged: {error}", reason="bad_rows", subject=path, advice="Predict the test set again."
        ) from error
    groups = tuple(line[1] for line in lines)
    return Rows(
        tuple(line[0] for line in lines),
        tuple(line[2] for line in lines),
        classes,
        scores.reshape(len(lines), len(classes)),
        groups if any(groups) else None,
    )
