"""How many cells the finder finds: on published fields against their boxes, and on phantoms whose truth is known.

Run: `python -m benchmarks.cell_detection [--data ../shared/data] [--phantoms 24]`. A found cell and a box are the same
where they overlap by half (intersection over union 0.5), each at most once. The limits of the finder were set on the
tuning part of `bccd` (the first 150 fields by name and every second one after); the rest was only measured. Every field
with a mistake goes to a contact sheet in output/cells (never committed): boxes green, found cells red. What the eye
said of those mistakes stands in `SEEN`.
"""

from __future__ import annotations

import argparse
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.cell import Box, Cell, CellField, CellKind
from leukdesk.imaging.cells import find_cells
from leukdesk.imaging.read import read_image
from training.phantom import NUCLEATED, Capture, SlideLook, random_slide, render_field
from training.phantom.slide import STAINS

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "output" / "cells"
LIMIT_PX = 64_000_000
TUNED_ON_FIRST = 150
SEEN: dict[str, str] = {
    "BloodImage_00010": "mistake: burst eosinophils, one lobe of each taken for a cell of its own",
    "BloodImage_00113": "error of the boxes: the small box holds a platelet",
    "BloodImage_00134": "error of the boxes: a white cell at the left border has none",
    "BloodImage_00228": "error of the boxes: a neutrophil at the upper border has none",
    "BloodImage_00242": "error of the boxes: a neutrophil at the upper border has none",
    "BloodImage_00290": "error of the boxes: a white cell at the lower border has none",
    "BloodImage_00383": "mistake: a burst eosinophil, its two lobes taken for two cells",
    "327": "the field does hold a white cell, at its upper border",
}


@dataclass
class Score:
    """Counts of one data set."""

    name: str
    hits: int = 0
    missed: int = 0
    surplus: int = 0
    overlaps: list[float] = field(default_factory=list)

    def add(self, found: Sequence[Cell], boxes: Sequence[Box]) -> bool:
        """Count one field; whether it holds a mistake."""
        pairs = sorted(
            ((cell.box.overlap(box), at, to) for at, cell in enumerate(found) for to, box in enumerate(boxes)),
            reverse=True,
        )
        cells: set[int] = set()
        taken: set[int] = set()
        for overlap, at, to in pairs:
            if overlap >= 0.5 and at not in cells and to not in taken:
                cells.add(at)
                taken.add(to)
                self.overlaps.append(overlap)
        self.hits += len(taken)
        self.missed += len(boxes) - len(taken)
        self.surplus += len(found) - len(cells)
        return len(taken) < len(boxes) or len(cells) < len(found)

    def __str__(self) -> str:
        recall, precision = self.hits / max(1, self.hits + self.missed), self.hits / max(1, self.hits + self.surplus)
        return (
            f"{self.name:34}{self.hits + self.missed:6}{self.hits:6}{self.missed:8}{self.surplus:9}"
            f"{recall:9.3f}{precision:11.3f}{float(np.mean(self.overlaps or [0])):9.3f}"
        )


HEADER = f"{'':34}{'cells':>6}{'hits':>6}{'missed':>8}{'surplus':>9}{'recall':>9}{'precision':>11}{'overlap':>9}"


def main() -> int:
    """Measure all, print the tables and write the contact sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--phantoms", type=int, default=24, help="fields for each point of a curve")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if (arguments.data / "bccd").is_dir():
        published(arguments.data / "bccd")
        red_cells_only(arguments.data / "chula-rbc-fields")
    else:
        say(f"No published fields in {arguments.data}: phantoms only.")
    curves(arguments.phantoms)
    return 0


def published(folder: Path) -> None:
    """White cells of `bccd`: tuning part, the rest, all."""
    names = sorted(path.stem for path in (folder / "JPEGImages").glob("*.jpg"))
    tuned = {*names[:TUNED_ON_FIRST], *names[TUNED_ON_FIRST::2]}
    scores = {part: Score(f"bccd, {part}") for part in ("tuned on", "held out", "all")}
    mistakes: list[NDArray[np.uint8]] = []
    listed: list[str] = []
    for name in names:
        pixels = read_image(folder / "JPEGImages" / f"{name}.jpg", limit_px=LIMIT_PX).pixels
        boxes = white_cells(folder / "Annotations" / f"{name}.xml")
        cells = find_cells(pixels)
        found = cells.of(CellKind.CELL, CellKind.CUT)
        scores["tuned on" if name in tuned else "held out"].add(found, boxes)
        if scores["all"].add(found, boxes):
            mistakes.append(drawn(pixels, cells, boxes, name))
            listed.append(name)
    say(HEADER)
    for score in scores.values():
        say(str(score))
    for name in listed:
        say(f"  {name}: {SEEN.get(name, 'not looked at')}")
    sheet(mistakes, OUT / "bccd-mistakes.png")


def red_cells_only(folder: Path) -> None:
    """Fields of red cells: the right answer is no nucleated cell."""
    paths = sorted((folder / "Dataset").glob("*.jpg"))
    fields = {path.stem: find_cells(read_image(path, limit_px=LIMIT_PX).pixels) for path in paths}
    wrong = {name: one for name, one in fields.items() if one.of(CellKind.CELL, CellKind.CUT)}
    say(f"\nchula-rbc-fields: no nucleated cell in {len(fields) - len(wrong)} of {len(fields)}")
    for name in wrong:
        say(f"  {name}: {SEEN.get(name, 'not looked at')}")
    pictures = [
        drawn(read_image(folder / "Dataset" / f"{name}.jpg", limit_px=LIMIT_PX).pixels, one, [], name)
        for name, one in wrong.items()
    ]
    sheet(pictures, OUT / "chula-mistakes.png")


def curves(fields: int) -> None:
    """Recall and precision on phantoms as blur, light and stain change; scale learned from the red cells."""
    say(f"\nphantoms, {fields} fields of eight cells a row, 0.15 to 0.35 um per px, scale not told\n{HEADER}")
    for defocus in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        measure(f"blur {defocus:.1f} um more", fields, capture=Capture(defocus_um=defocus))
    for exposure in (0.5, 0.7, 1.0, 1.15, 1.3):
        measure(f"exposure x {exposure:.2f}", fields, capture=Capture(exposure=exposure))
    for strength in (0.4, 0.6, 0.8, 1.25, 1.6):
        measure(f"stain x {strength:.2f}", fields, change=lambda slide, by=strength: stronger(slide, by))
    for stain in STAINS:
        measure(f"stain {stain.name}", fields, change=lambda slide, to=stain: replace(slide, stain=to))
    for tilt in (0.1, 0.2, 0.3):
        measure(f"light tilted by {tilt:.0%}", fields, change=lambda slide, by=tilt: tilted(slide, by))


def measure(
    name: str,
    fields: int,
    *,
    capture: Capture | None = None,
    change: Callable[[SlideLook], SlideLook] = lambda slide: slide,
) -> None:
    """One row of a curve."""
    score = Score(name)
    for seed in range(fields):
        um = (0.15, 0.2, 0.25, 0.35)[seed % 4]
        one = render_field(
            7000 + seed,
            slide=change(random_slide(7000 + seed, um_per_px=um)),
            width=round(80 / um),
            height=round(64 / um),
            cells={"blast": 3, "lymphocyte": 2, "segmented": 3},
            capture=capture or Capture(),
        )
        boxes = [Box(*map(float, cell.box)) for cell in one.truth.of(*NUCLEATED)]
        score.add(find_cells(one.pixels).of(CellKind.CELL, CellKind.CUT), boxes)
    say(str(score))


def stronger(slide: SlideLook, by: float) -> SlideLook:
    """The slide with every dye that many times as dense."""
    stain = slide.stain
    dyes = {dye: tuple(by * one for one in getattr(stain, dye)) for dye in ("red", "purple", "blue", "pink")}
    return replace(slide, stain=replace(stain, **dyes))


def tilted(slide: SlideLook, by: float) -> SlideLook:
    """The slide lit from one side."""
    return replace(slide, illumination=replace(slide.illumination, tilt=(by / 2, by / 2)))


def white_cells(path: Path) -> list[Box]:
    """The WBC boxes of one Pascal VOC file."""
    boxes = []
    for one in ElementTree.parse(path).getroot().iter("object"):
        if one.findtext("name") == "WBC":
            corners = (float(one.findtext(f"bndbox/{key}") or 0) for key in ("xmin", "ymin", "xmax", "ymax"))
            boxes.append(Box(*corners))
    return boxes


def drawn(pixels: NDArray[np.uint8], cells: CellField, boxes: Iterable[Box], name: str) -> NDArray[np.uint8]:
    """A field with its boxes (green), found cells (red) and objects kept apart (grey)."""
    picture = pixels.copy()
    for box in boxes:
        corners = (int(box.left), int(box.top)), (int(box.right), int(box.bottom))
        cv2.rectangle(picture, *corners, (0, 190, 0), 3)
    for cell in cells.cells:
        counts = cell.kind in (CellKind.CELL, CellKind.CUT)
        cv2.polylines(picture, [np.array(cell.outline, np.int32)], True, (220, 0, 0) if counts else (110, 110, 110), 3)
        at = (int(cell.box.left), max(16, int(cell.box.top) - 4))
        cv2.putText(picture, str(cell.kind), at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 2)
    cv2.putText(picture, name, (6, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    return np.asarray(cv2.resize(picture, (480, 360), interpolation=cv2.INTER_AREA), np.uint8)


def sheet(pictures: list[NDArray[np.uint8]], path: Path) -> None:
    """Four pictures a row; nothing where there is none."""
    if not pictures:
        return
    blank = np.full_like(pictures[0], 255)
    padded = pictures + [blank] * (-len(pictures) % 4)
    rows = [np.hstack(padded[at : at + 4]) for at in range(0, len(padded), 4)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])
    say(f"  drawn in {path.relative_to(ROOT)}")


def say(line: str) -> None:
    """A line of results."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
