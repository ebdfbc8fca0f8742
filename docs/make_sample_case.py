"""Render the committed sample case again: `python docs/make_sample_case.py` (after `phantom-demo` was trained anew).

Fields are drawn until the model answers each role: easy hits, one miss, one unidentified and one rejected image.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk import paths
from leukdesk.bootstrap import Workbench
from training.phantom import marked_png
from training.sample_case import MODEL, make_sample_case

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def main() -> int:
    """Write `resources/sample`, named by role and number."""
    workbench = Workbench()
    predictor = workbench.open(MODEL, engine="litert")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "field.png"

        def classify(pixels: NDArray[np.uint8]) -> tuple[str, float, str]:
            # through a file, so that a sample is answered exactly as the program will answer it
            file.write_bytes(marked_png(pixels))
            finding = workbench.analyse(file, predictor, explain=False)
            return finding.prediction.label, finding.prediction.probability, finding.decision

        made = make_sample_case(paths.resources() / "sample", classify, seed=int((sys.argv[1:] or ["0"])[0]))
    predictor.close()
    sys.stdout.write(f"{made}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
