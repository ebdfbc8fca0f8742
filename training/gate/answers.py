"""What a sealed bundle answers to locked images, through the program's preprocessing and engine; kept as rows."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk import paths
from leukdesk.bundles.compiled import note_compiled
from leukdesk.inference.choose import open_predictor
from leukdesk.inference.export import export_litert
from leukdesk.inference.keras_engine import network_of
from training.evaluate.rows import Rows, load_rows, save_rows
from training.pipeline import read_inputs

if TYPE_CHECKING:
    from leukdesk.bundles.load import Bundle

Told = Callable[[int, int], object]  # images done, of how many
_AT_ONCE = 64  # images decoded at a time, so that a large test set needs no more memory than a small one
_BATCH = 8


class Locked:
    """Images nobody may learn from: ids, files, true classes, and the group of each."""

    def __init__(
        self, name: str, image_ids: tuple[str, ...], files: tuple[Path, ...], labels: tuple[str, ...],
        groups: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.name, self.image_ids, self.files, self.labels, self.groups = name, image_ids, files, labels, groups

    def __len__(self) -> int:
        return len(self.image_ids)

    @property
    def grouped(self) -> bool:
        """Whether some images share a patient or slide; else every image stands for itself."""
        return self.groups != self.image_ids

    def key(self) -> str:
        """Eight digits that change with the images."""
        return hashlib.sha256("\n".join(self.image_ids).encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def knowing(self, classes: set[str]) -> Locked:
        """Those images whose class is one of these."""
        chosen = [place for place, label in enumerate(self.labels) if label in classes]

        def of(values: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(values[one] for one in chosen)

        files = tuple(self.files[one] for one in chosen)
        return Locked(self.name, of(self.image_ids), files, of(self.labels), of(self.groups))


def answers(bundle: Bundle, locked: Locked, classes: tuple[str, ...], folder: Path, told: Told) -> Rows:
    """The rows of a bundle, columns in the order of `classes` (0 for one it does not know); read where kept before.

    Raises `BundleError`, `EngineError`, `ImageError`, `OutputError`.
    """
    file = folder / f"{locked.name}-{locked.key()}-{bundle.ref.sha256[:12]}.csv"
    if file.is_file():
        return load_rows(file, classes=classes)
    found = np.zeros((len(locked), len(classes)))
    found[:, [classes.index(one) for one in bundle.card.class_ids]] = _probabilities(bundle, locked.files, told)
    rows = Rows(locked.image_ids, locked.labels, classes, found, locked.groups if locked.grouped else None)
    save_rows(rows, file)
    return rows


def _probabilities(bundle: Bundle, files: tuple[Path, ...], told: Told) -> np.ndarray:
    with runnable(bundle) as opened, closing(open_predictor(opened, engine="litert")) as predictor:
        found: list[tuple[float, ...]] = []
        for at in range(0, len(files), _AT_ONCE):
            inputs = read_inputs(files[at : at + _AT_ONCE], bundle.card.input_size)
            for start in range(0, len(inputs), _BATCH):
                predictions = predictor.predict(inputs[start : start + _BATCH], explain=False)
                found += [one.probabilities for one in predictions]
            told(len(found), len(files))
        return np.array(found)


@contextmanager
def runnable(bundle: Bundle) -> Iterator[Bundle]:
    """The bundle with a graph that may be run: that of an imported archive never is (docs/decisions/0037)."""
    if bundle.compiled is not None or bundle.folder.resolve().parent != paths.imported_models().resolve():
        yield bundle
        return
    compiled = paths.user_data() / "compiled" / bundle.ref.sha256
    if compiled.is_dir():
        yield replace(bundle, compiled=compiled)
        return
    scratch = Path(tempfile.mkdtemp(prefix="leukdesk-gate-"))
    try:
        network = network_of(bundle.card, bundle.weights())
        (scratch / "model.tflite").write_bytes(export_litert(network, input_size=bundle.card.input_size))
        note_compiled(scratch, bundle.ref)
        yield replace(bundle, compiled=scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
