"""What the network of StarDist's model for stained tissue costs on the CPU: milliseconds a field, one thread.

Run in an environment of its own: `pip install stardist tensorflow-cpu`, then `python benchmarks/cells_stardist.py`. It
uses nothing of leukdesk. The published weights are fetched where there is a network; without one the network is not
trained, which changes no time: it computes the same sums. What follows it (objects out of its answers) depends on what
it answers and is left out, in StarDist's favour. Configuration as in the model `2D_versatile_he`: three channels,
32 rays, a grid of 2.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time

for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"  # before TensorFlow is imported

SIZES = ((640, 480, 7), (2592, 1944, 3))  # px, and how often


def main() -> int:
    """Print the table."""
    import numpy as np
    from stardist.models import Config2D, StarDist2D  # type: ignore[import-not-found]  # in its own environment

    model = StarDist2D(
        Config2D(n_rays=32, grid=(2, 2), n_channel_in=3), name="untrained", basedir=tempfile.mkdtemp(prefix="stardist-")
    )
    rng = np.random.default_rng(0)
    for width, height, times in SIZES:
        field = rng.random((height, width, 3), np.float32)
        taken = []
        for _ in range(times + 1):  # the first warms up
            begun = time.perf_counter(), time.process_time()
            model.predict(field)
            taken.append((1000 * (time.perf_counter() - begun[0]), 1000 * (time.process_time() - begun[1])))
        wall, busy = (statistics.median(one[at] for one in taken[1:]) for at in (0, 1))
        sys.stdout.write(f"{width} x {height} px: StarDist's network {wall:.0f} ms wall, {busy:.0f} ms CPU\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
