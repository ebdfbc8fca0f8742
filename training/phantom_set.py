"""A training set of phantoms: a folder per class, a manifest with groups and hashes, and the truth of every image."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from leukdesk.domain.errors import OutputError
from training.phantom import (
    FIELD_CLASSES,
    Capture,
    CrowdedError,
    Kind,
    Phantom,
    SlideLook,
    random_slide,
    reduced,
    render_field,
    with_leak,
)
from training.phantom.truth import NUCLEATED
from training.phantom.write import encode, truth_record

Leak = Literal["none", "tint", "scale_bar", "slide"]

MANIFEST_COLUMNS: Final = ("path", "class", "group", "sha256")
_SLIDES_PER_SEED: Final = 1000  # so that sets of different seeds share no slide
_CAMERA_WIDTH, _CAMERA_HEIGHT = 640, 480
_MINORITY: Final = 0.35  # share of fields that also hold nucleated cells of another kind
_ATTEMPTS: Final = 20
_SLIDE_TINT: Final = (0.55, 1.0)  # share of light in each channel, where slides are to be known by their tint


@dataclass(frozen=True, slots=True)
class SetField:
    """One image of a set: where it belongs, and how to render it again."""

    path: str  # relative to the set's folder, with forward slashes
    field_class: str
    phantom: Phantom


def write_set(
    folder: Path, *, classes: Sequence[str], slides: int, per_slide: int, size: int, seed: int, leak: Leak = "none"
) -> Path:
    """Write `slides` x `per_slide` fields of every class as PNG, `manifest.csv` and `truth.json`; returns the manifest.

    Every slide (= group) holds fields of every class, so that its stain tells nothing of the class, unless a `leak` is
    planted: "tint" is one of its own for each class, "scale_bar" is burnt into fields of the first class alone, and
    with "slide" the slides are given a class by turns, whatever their fields show, and each a strong tint of its own,
    so that nothing but the slide tells it: known on a random split, at chance on one by slide.

    Raises ValueError for classes other than `FIELD_CLASSES` and OutputError where the folder cannot be written.
    """
    rows, truths = [], []
    try:
        for field in fields(classes=classes, slides=slides, per_slide=per_slide, size=size, seed=seed, leak=leak):
            data = encode(field.phantom, ".png")
            target = folder / field.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            rows.append((field.path, field.field_class, field.phantom.truth.patient, hashlib.sha256(data).hexdigest()))
            truths.append({"file": field.path, **truth_record(field.phantom.truth)})
        _write_truth(folder / "truth.json", truths, seed=seed, leak=leak)
        return _write_manifest(folder / "manifest.csv", rows)
    except OSError as error:
        raise OutputError(
            "the phantom set could not be written",
            subject=folder,
            advice=f"Choose another folder or free some space ({error.strerror}).",
        ) from error


def fields(
    *, classes: Sequence[str], slides: int, per_slide: int, size: int, seed: int, leak: Leak = "none"
) -> Iterator[SetField]:
    """The fields of `write_set`, rendered one after the other."""
    unknown = sorted(set(classes) - set(FIELD_CLASSES))
    if unknown or not classes:
        raise ValueError(f"phantom fields are {', '.join(FIELD_CLASSES)}; not {', '.join(unknown) or 'nothing'}")
    if not 0 < slides <= _SLIDES_PER_SEED:
        raise ValueError(f"a set has 1 to {_SLIDES_PER_SEED} slides")
    for number in range(slides):
        slide = random_slide(seed * _SLIDES_PER_SEED + number)
        for index, name in enumerate(classes):
            if leak == "slide" and index != number % len(classes):
                continue
            look = _leaking(slide, index, leak)
            for field in range(per_slide):
                path = f"{name}/{slide.patient}-{field:03d}.png"
                shown = classes[field % len(classes)] if leak == "slide" else name
                yield SetField(path, name, training_field((seed, number, index, field), shown, slide=look, size=size))


def training_field(seeds: tuple[int, ...], name: str, *, slide: SlideLook, size: int) -> Phantom:
    """A field of class `name` in which one kind of nucleated cell predominates, at most `size` px wide.

    Half of them are square, taken at `size`; the others are taken at 640x480 and reduced as the program does, so that
    a model meets both kinds of picture.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seeds))
    wide = bool(rng.random() < 0.5)
    capture = Capture(defocus_um=float(abs(rng.normal(0, 0.12))), exposure=float(rng.normal(1, 0.03)))
    for _ in range(_ATTEMPTS):
        cells, seed = _contents(name, rng), int(rng.integers(2**31))
        try:
            if not wide:
                return render_field(seed, slide=slide, width=size, height=size, cells=cells, capture=capture)
            return reduced(camera_field(seed, slide=slide, size=size, cells=cells, capture=capture), size)
        except CrowdedError:  # this many cells do not fit into so small a field: draw other contents
            continue
    raise CrowdedError(f"a field of {size} px is too small for {name}")


def camera_field(
    seed: int, *, slide: SlideLook, size: int, cells: Mapping[Kind, int], capture: Capture, small_blasts: bool = False
) -> Phantom:
    """A field of 640x480 px that shows as much of the slide across as one of `size` px at the slide's scale does."""
    finer = replace(slide, um_per_px=round(slide.um_per_px * size / _CAMERA_WIDTH, 5))
    return render_field(
        seed,
        slide=finer,
        width=_CAMERA_WIDTH,
        height=_CAMERA_HEIGHT,
        cells=cells,
        capture=capture,
        small_blasts=small_blasts,
    )


def _contents(name: str, rng: np.random.Generator) -> dict[Kind, int]:
    """One to four cells of the class's own kind, sometimes with fewer of another."""
    own = FIELD_CLASSES[name]
    number = int(rng.choice((1, 2, 3, 4), p=(0.3, 0.35, 0.25, 0.1)))
    cells: dict[Kind, int] = {own: number}
    if number > 1 and rng.random() < _MINORITY:
        others = [kind for kind in NUCLEATED if kind != own]
        cells[others[int(rng.integers(len(others)))]] = int(rng.integers(1, min(number, 3)))
    return cells


def _leaking(slide: SlideLook, index: int, leak: Leak) -> SlideLook:
    if leak == "tint":
        return with_leak(slide, index)
    if leak == "slide":
        rng = np.random.default_rng(np.random.SeedSequence([int(slide.patient.removeprefix("phantom-")), 0x717]))
        red, green, blue = rng.uniform(*_SLIDE_TINT, 3) * slide.illumination.white
        return replace(slide, illumination=replace(slide.illumination, white=(red, green, blue)))
    return replace(slide, scale_bar=index == 0) if leak == "scale_bar" else slide


def _write_truth(path: Path, truths: list[dict[str, Any]], *, seed: int, leak: Leak) -> None:
    document = {"format": 1, "synthetic": True, "seed": seed, "leak": leak, "images": truths}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _write_manifest(path: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(MANIFEST_COLUMNS)
        writer.writerows(sorted(rows))
    return path
