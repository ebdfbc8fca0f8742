"""A laboratory of another look made of images a bundle was not tested on: drawn by group, written as its own files."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from leukdesk.domain.errors import DataError
from leukdesk.imaging.preprocess import to_input
from leukdesk.imaging.read import read_image
from training.adapt.looks import Look
from training.checkpoint import write_atomically
from training.pipeline import LIMIT_PX
from training.replay import Original
from training.splits import Split, explicit

GROUPS = 5  # of each class, as far as there are


def draw(original: Original, classes: Sequence[str], *, images: int, seed: int) -> list[str]:
    """Ids of about `images` images, as many of each class, from a few groups each; none of the test side."""
    rng = np.random.default_rng([seed, 39])
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in (*original.split.train, *original.split.validation):
        facts = original.split.facts[one]
        groups[facts.label][facts.group or one].append(one)
    return sorted(one for label in classes for one in _of_class(groups[label], images // len(classes), rng))


def _of_class(groups: dict[str, list[str]], wanted: int, rng: np.random.Generator) -> list[str]:
    order = [rng.permutation(sorted(groups[name])).tolist() for name in rng.permutation(sorted(groups)).tolist()]
    large = [one for one in order if len(one) >= -(-wanted // GROUPS)]
    chosen = large[:GROUPS] if len(large) >= GROUPS else order
    found: list[str] = []
    while len(found) < wanted and any(chosen):
        found += [one.pop() for one in chosen if one][: wanted - len(found)]
    return found


def without(original: Original, drawn: Sequence[str]) -> Split:
    """The split without the groups of these images on any side: they are another laboratory's now."""
    facts = original.split.facts
    gone = {facts[one].group or one for one in drawn}

    def kept(ids: Sequence[str]) -> list[str]:
        return [one for one in ids if (facts[one].group or one) not in gone]

    sides = {side: kept(ids) for side, ids in original.split.sides().items()}
    if len(sides["test"]) != len(original.split.test):
        raise DataError("local images share a group with the test images", subject=original.dataset.root)
    return explicit(original.dataset, **sides, method="without the local groups")


def write_local(original: Original, drawn: Sequence[str], look: Look, folder: Path, size: int) -> Path:
    """Write the drawn images under the look, at the model's input size, with a manifest; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["path", "class", "group"])
    for number, sample in enumerate(original.dataset.subset(drawn)):
        shown = look(to_input(read_image(sample.path, limit_px=LIMIT_PX).pixels, size))
        coded = cv2.imencode(".png", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))[1]
        name = f"local-{number:03d}.png"
        (folder / name).write_bytes(coded.tobytes())
        rows.writerow([name, sample.label, original.split.facts[sample.image_id].group or sample.image_id])
    write_atomically(folder / "manifest.csv", table.getvalue().encode())
    return folder
