"""What decoding large JPEGs at a reduced size would save, and what it would change.

Run: `python -m benchmarks.scaled_decoding [--model all-stage] [--data FOLDER] [--images 40]`. Pictures of 2592 x 1944
px are made of phantoms, or of the JPEGs in FOLDER enlarged. Each is decoded whole, and by libjpeg-turbo at the smallest
size of at least two and of at least four times the model's input; then both go the same way. Printed are the decoding
time, labels and decisions that differ, and by how much probabilities do.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.batch_files import encoded, variant
from leukdesk.analysis.analyse import analyse_image
from leukdesk.bootstrap import Workbench
from leukdesk.domain.finding import Finding
from leukdesk.domain.image import ImageSource, SmearImage
from leukdesk.imaging.read import decode
from leukdesk.settings import Settings

LIMIT_PX, WIDTH, HEIGHT = 64_000_000, 2592, 1944


def main() -> int:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="all-stage")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--images", type=int, default=40)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    with closing(Workbench(Settings(engine="litert")).open(arguments.model)) as predictor:
        size = predictor.card.input_size
        findings: dict[int, list[Finding]] = {0: [], 2 * size: [], 4 * size: []}
        taken: dict[int, list[float]] = {at_least: [] for at_least in findings}
        for number in range(arguments.images):
            data = encoded(picture(arguments.data, number, arguments.images), ".jpg")
            for at_least in findings:
                begun = time.thread_time()
                pixels = decode(data, "JPEG", LIMIT_PX, at_least=at_least).pixels
                taken[at_least].append(1000 * (time.thread_time() - begun))
                source = ImageSource(Path(str(number)), "", "JPEG", WIDTH, HEIGHT, 8, 1, None, synthetic=False)
                findings[at_least].append(analyse_image(SmearImage(source, pixels), predictor, explain=False))
    for at_least, found in findings.items():
        report(at_least, found, findings[0], statistics.median(taken[at_least]))
    return 0


def picture(folder: Path | None, number: int, images: int) -> NDArray[np.uint8]:
    """One picture of a camera's size."""
    if folder is None:
        return variant(number, HEIGHT, WIDTH)
    paths = sorted(folder.rglob("*.jpg"))
    small = cv2.imread(str(paths[number * len(paths) // images]), cv2.IMREAD_COLOR_RGB)
    return np.asarray(cv2.resize(small[:168], (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def report(at_least: int, found: list[Finding], whole: list[Finding], ms: float) -> None:
    """One line."""
    pairs = list(zip(found, whole, strict=True))
    labels = sum(one.prediction.label != other.prediction.label for one, other in pairs)
    decisions = sum((one.decision, one.reason) != (other.decision, other.reason) for one, other in pairs)
    flags = sum(one.quality.flags != other.quality.flags for one, other in pairs)
    most = max(
        float(np.abs(np.subtract(one.prediction.probabilities, other.prediction.probabilities)).max())
        for one, other in pairs
    )
    name = f"at least {at_least} px" if at_least else "whole"
    sys.stdout.write(
        f"{name:18}{ms:7.1f} ms CPU; of {len(pairs)}: labels {labels}, decisions {decisions}, flags {flags} differ; "
        f"probabilities by up to {most:.4f}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
