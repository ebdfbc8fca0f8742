"""The sample case: phantoms picked with a model's own answers, so that a newcomer sees it right, wrong and unsure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import DataError, OutputError
from training.phantom import FIELD_CLASSES, Capture, CrowdedError, Kind, Phantom, random_slide, write_phantom
from training.phantom.write import truth_record
from training.phantom_set import camera_field

Role = Literal["hit", "miss", "unidentified", "rejected"]
Answer = tuple[str, float, str]  # label, probability, decision
Classify = Callable[[NDArray[np.uint8]], Answer]

TITLE: Final = "Sample case (synthetic)"
MODEL: Final = "phantom-demo"
_INPUT_SIZE: Final = 224  # px across of the fields the model was trained on, at the slide's scale
_FIRST_SLIDE: Final = 1_000_000_000  # slides of the sample case are in no training set
_EASY: Final = 0.9  # a hit is easy at this probability
_TRIES: Final = 300

Recipe = Callable[[np.random.Generator], tuple[dict[Kind, int], Capture, bool]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One image the case needs: what to render, and which answer makes it fit."""

    role: Role
    recipe: Recipe
    fits: Callable[[str, Answer], bool]  # of the true class and the answer


def make_sample_case(folder: Path, classify: Classify, seed: int, *, hits_per_class: int = 2) -> Path:
    """Render fields until `classify` answers each role, write them as PNG with `case.json`, and return its path.

    `classify` takes uint8 RGB (480, 640, 3) and returns label, probability and decision ("accepted", "unidentified" or
    "rejected"). Raises DataError where no field of a role is found and OutputError where the folder is not writable.
    """
    images = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, wanted in enumerate(_wanted(hits_per_class)):
            phantom = _found(wanted, classify, _FIRST_SLIDE + seed * 100_000 + number * 1000)
            name = f"phantom-{number + 1:02d}.png"
            write_phantom(phantom, folder / name)
            images.append({"file": name, "role": wanted.role, "truth": truth_record(phantom.truth)})
        return _write_case(folder / "case.json", images)
    except OSError as error:
        raise OutputError(
            "the sample case could not be written",
            subject=folder,
            advice=f"Choose another folder or free some space ({error.strerror}).",
        ) from error


def _found(wanted: Wanted, classify: Classify, first: int) -> Phantom:
    for phantom in _candidates(wanted.recipe, first):
        if wanted.fits(phantom.truth.field_class, classify(phantom.pixels)):
            return phantom
    raise DataError(
        f"no phantom was found that the model answers as a {wanted.role}",
        reason="no_sample",
        subject=MODEL,
        advice=f"{_TRIES} fields were tried; try another seed or train the model longer.",
    )


def _candidates(recipe: Recipe, first: int) -> Iterator[Phantom]:
    for number in range(first, first + _TRIES):
        rng = np.random.default_rng(np.random.SeedSequence(number))
        cells, capture, small_blasts = recipe(rng)
        slide = replace(random_slide(number), scale_bar=number % 3 == 0)
        try:
            yield camera_field(
                number, slide=slide, size=_INPUT_SIZE, cells=cells, capture=capture, small_blasts=small_blasts
            )
        except CrowdedError:  # these cells do not fit into the field
            continue


def _wanted(hits_per_class: int) -> list[Wanted]:
    hits = [Wanted("hit", _easy(kind), _is_hit) for kind in FIELD_CLASSES.values() for _ in range(hits_per_class)]
    return [
        *hits,
        Wanted("miss", _small_blasts, _is_miss),
        Wanted("unidentified", _mixed, lambda _, answer: answer[2] == "unidentified"),
        Wanted("rejected", _out_of_focus, lambda _, answer: answer[2] == "rejected"),
    ]


def _is_hit(truth: str, answer: Answer) -> bool:
    label, probability, decision = answer
    return decision == "accepted" and label == truth and probability >= _EASY


def _is_miss(truth: str, answer: Answer) -> bool:
    label, _, decision = answer
    return decision == "accepted" and label != truth


def _easy(kind: Kind) -> Recipe:
    def recipe(rng: np.random.Generator) -> tuple[dict[Kind, int], Capture, bool]:
        return {kind: int(rng.integers(2, 4))}, Capture(), False

    return recipe


def _small_blasts(rng: np.random.Generator) -> tuple[dict[Kind, int], Capture, bool]:
    cells: dict[Kind, int] = {"blast": int(rng.integers(2, 4)), "segmented": int(rng.integers(0, 2))}
    return cells, Capture(), True


def _mixed(rng: np.random.Generator) -> tuple[dict[Kind, int], Capture, bool]:
    """Two kinds equally frequent, or nearly: nobody could say which predominates at a glance."""
    first, second = rng.choice(np.array(list(FIELD_CLASSES.values()), dtype=object), 2, replace=False)
    number = int(rng.integers(1, 3))
    return {first: number, second: number}, Capture(), bool(rng.random() < 0.5)


def _out_of_focus(rng: np.random.Generator) -> tuple[dict[Kind, int], Capture, bool]:
    kind = list(FIELD_CLASSES.values())[int(rng.integers(len(FIELD_CLASSES)))]
    return {kind: 2}, Capture(defocus_um=float(rng.uniform(0.9, 1.5))), False


def _write_case(path: Path, images: list[dict[str, Any]]) -> Path:
    document = {"title": TITLE, "model": MODEL, "images": images}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path
