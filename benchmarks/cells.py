"""What finding and classifying cells costs: milliseconds a field, beside a plain scikit-image watershed and others.

Run: `python -m benchmarks.cells [MODEL] [--fields 10] [--slide 20000]`. Fields are phantoms of 640x480 and 2592x1944 px
with eight nucleated cells; medians of the wall clock, one thread, contestants alternating field by field. The slide is
a phantom field repeated to `--slide` px a side, read tile by tile; peak memory is that of a process that does nothing
else. CPU time is given beside the wall clock, since other programs slow only the latter. scikit-image comes with
`pip install -e .[bench]`. What the network of StarDist costs is measured by `benchmarks/cells_stardist.py`, which runs
in an environment of its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.analysis.cells import predict_cells
from leukdesk.analysis.ports import Predictor
from leukdesk.bootstrap import Workbench
from leukdesk.domain.cell import CellField
from leukdesk.domain.errors import BundleError
from leukdesk.imaging.cells import find_cells
from leukdesk.imaging.cells_tiled import find_cells_tiled
from leukdesk.imaging.regions import ArrayRegions
from training.phantom import random_slide, render_field

Pixels = NDArray[np.uint8]
SIZES = ((640, 480, 0.15), (2592, 1944, 0.04))
CELLS = {"blast": 3, "lymphocyte": 2, "segmented": 3}


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", help="a model of single cells; the installed one if none is named")
    parser.add_argument("--fields", type=int, default=10)
    parser.add_argument("--slide", type=int, default=20_000, help="px a side; 0: leave it out")
    parser.add_argument("--only-slide", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.only_slide:
        measure_slide(arguments.slide)
        return 0
    for width, height, um in SIZES:
        measure_fields(width, height, um, arguments)
    if arguments.slide:
        subprocess.run(
            [sys.executable, "-m", "benchmarks.cells", "--only-slide", "--slide", str(arguments.slide)], check=True
        )
    return 0


def measure_fields(width: int, height: int, um: float, arguments: argparse.Namespace) -> None:
    """One table: the steps of leukdesk and those of others on fields of one size."""
    fields = [phantom(seed, width, height, um) for seed in range(arguments.fields)]
    contestants: dict[str, Callable[[Pixels], int]] = {"find": lambda pixels: len(find_cells(pixels).countable)}
    contestants |= others()
    predictor = cell_predictor(arguments.model)
    if predictor is not None:
        contestants["find + classify"] = lambda pixels: classified(pixels, predictor, explain=False)
        contestants["find + classify + heatmaps"] = lambda pixels: classified(pixels, predictor, explain=True)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    counts = dict.fromkeys(contestants, 0)
    for pixels in [fields[0], *fields]:  # the first warms up
        for name, work in contestants.items():
            begun = time.perf_counter(), time.process_time()
            counts[name] += work(pixels)
            taken[name].append((1000 * (time.perf_counter() - begun[0]), 1000 * (time.process_time() - begun[1])))
    say(f"\n{width} x {height} px, {arguments.fields} phantoms of 8 cells")
    say(f"{'':34}{'wall ms':>10}{'CPU ms':>10}{'cells':>8}")
    for name, times in taken.items():
        wall, busy = (statistics.median(one[at] for one in times[1:]) for at in (0, 1))
        say(f"{name:34}{wall:10.1f}{busy:10.1f}{counts[name] / len(times):8.1f}")
    if predictor is not None:
        predictor.close()


def classified(pixels: Pixels, predictor: Predictor, *, explain: bool) -> int:
    """Find the cells of a field and ask the model about them."""
    field = find_cells(pixels)
    return len(predict_cells(ArrayRegions(pixels), field, predictor, explain=explain))


def cell_predictor(model: str | None) -> Predictor | None:
    """The installed model of single cells on the CPU; None where there is none."""
    bench = Workbench()
    try:
        return bench.open(model or bench.cell_model(), engine="cpu")
    except BundleError as error:
        say(f"not measured, classifying: {error}")
        return None


def others() -> dict[str, Callable[[Pixels], int]]:
    """What is installed here of other programs."""
    found: dict[str, Callable[[Pixels], int]] = {}
    if importlib.util.find_spec("skimage"):
        found["scikit-image watershed"] = scikit_watershed
    else:
        say("not measured, not installed: scikit-image")
    say("measured elsewhere: StarDist (benchmarks/cells_stardist.py)")
    return found


def scikit_watershed(pixels: Pixels) -> int:
    """The same steps as in scikit-image's gallery: stain deconvolution, Otsu, opening, watershed of the distances."""
    from scipy import ndimage
    from skimage.color import rgb2hed
    from skimage.feature import peak_local_max
    from skimage.filters import gaussian, threshold_otsu
    from skimage.measure import regionprops
    from skimage.morphology import disk, opening, remove_small_objects
    from skimage.segmentation import watershed

    stain = gaussian(rgb2hed(pixels)[..., 0], 1)
    opened = opening(stain > threshold_otsu(stain), disk(3))
    mask = remove_small_objects(opened, max_size=pixels.shape[0] * pixels.shape[1] // 2000)
    distance = ndimage.distance_transform_edt(mask)
    labels, _ = ndimage.label(mask)
    peaks = peak_local_max(distance, min_distance=pixels.shape[0] // 24, labels=labels)
    markers = np.zeros(mask.shape, np.int32)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return len(regionprops(watershed(-distance, markers, mask=mask)))


@dataclass(frozen=True)
class Repeated:
    """A picture of any size that repeats one field, made when read: what a slide on disk costs less its decoder."""

    field: Pixels
    width: int
    height: int

    def region(self, left: int, top: int, width: int, height: int) -> Pixels:
        """See `RegionReader`."""
        rows = np.arange(top, top + height) % self.field.shape[0]
        columns = np.arange(left, left + width) % self.field.shape[1]
        return np.ascontiguousarray(self.field[rows][:, columns])


def measure_slide(side: int) -> None:
    """Find the cells of a large picture; seconds, cells and peak memory of this process."""
    field = phantom(3, 640, 480, 0.2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.perf_counter()
    found: CellField = find_cells_tiled(Repeated(field, side, side))
    took = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = side * side * 3 / 2**20
    say(f"\n{side} x {side} px ({size:.0f} MiB of pixels): {took:.1f} s, {len(found.countable)} cells")
    say(f"peak memory {after:.0f} MiB, of which {before:.0f} MiB before the slide was opened")


def phantom(seed: int, width: int, height: int, um: float) -> Pixels:
    """A field with eight nucleated cells; large ones are drawn at 0.1 um per px and enlarged, which costs less."""
    drawn_um = max(um, 0.1)
    size = {"width": round(width * um / drawn_um), "height": round(height * um / drawn_um)}
    pixels = render_field(8000 + seed, slide=random_slide(8000 + seed, um_per_px=drawn_um), cells=CELLS, **size).pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def say(line: str) -> None:
    """A line of results."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
