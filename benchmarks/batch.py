"""Images a second of a batch, beside the loops that published systems use, and beside what engine and decoder allow.

Run: `python -m benchmarks.batch [SIZE ...] [--images 240] [--model all-stage] [--rounds 3]`; SIZE chooses tables by a
part of their name (224, BMP, TIFF, 2592). About four minutes on a quiet machine. On the same files, made of phantoms:

(a) Keras `load_img` and `model.predict` for each image; (b) Keras `predict` on `image_dataset_from_directory`;
(c) leukdesk without, (d) with the heatmap of each image and every finding recorded in a case history on disk;
(e) the engine alone on decoded pixels, which are reduced to its input; (f) decoding alone; (g) the engine on pixels of
that size. (e) to (g) use as many threads as leukdesk.

Goals: (c) at least 20 x (a) and 0.9 of what (e) and (f) allow together, 1 / (1/e + 1/f); (d) at least 0.8 x (c). The
same ratios are printed of the processor time an image takes, which other work on the machine disturbs less, and of what
(g) and (f) would allow if reducing a picture cost nothing. (c) to (g) take turns, a few tenths of a second each; times
and ratios are medians over rounds, ratios of the same round. (a) and (b) run in processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from benchmarks.batch_files import write_files
from leukdesk.analysis.batch import BATCH, analyse_files
from leukdesk.analysis.measuring import chunks
from leukdesk.batches import Batches, BatchPlan, RunOptions
from leukdesk.bootstrap import Workbench, usable_cores
from leukdesk.domain.case import CaseDetails
from leukdesk.imaging.preprocess import to_input
from leukdesk.imaging.read import read_image
from leukdesk.settings import Settings

SIZES = (("224 x 224 JPEG", ".jpg", 224, 224, 1), ("450 x 450 BMP", ".bmp", 450, 450, 1),
         ("450 x 450 TIFF", ".tif", 450, 450, 1), ("2592 x 1944 JPEG", ".jpg", 1944, 2592, 8))  # fmt: skip
LIMIT_PX = 64_000_000
KERAS_IMAGES = 60  # of them: the plain loop is slow


class Rate(NamedTuple):
    """What one contestant took."""

    wall: float  # images a second
    busy: float  # ms of processor time an image


def main() -> int:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", metavar="SIZE")
    parser.add_argument("--images", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="all-stage")
    parser.add_argument("--keras", metavar="WAY", choices=("a", "b"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.keras:
        print(json.dumps(keras_way(arguments.keras, arguments.folder, arguments.model)))  # noqa: T201
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = str(Path(scratch) / "data")
        for name, suffix, height, width, fewer in SIZES:
            if arguments.sizes and not any(one in name for one in arguments.sizes):
                continue
            folder = Path(scratch) / name.replace(" ", "") / "all"
            paths = write_files(folder, max(16, arguments.images // fewer), suffix, height, width)
            load = os.getloadavg()[0]
            say(f"{name}, {len(paths)} images, {arguments.model}, {usable_cores()} threads, load {load:.1f}")
            report(measure(paths, arguments.model, arguments.rounds))
    return 0


def measure(paths: Sequence[Path], model: str, rounds: int) -> dict[str, list[Rate]]:
    """All contestants on the same files, round by round; (a) and (b) once."""
    taken: dict[str, list[Rate]] = {}
    for way in "ab":
        if way == "a" or paths[0].suffix != ".tif":  # image_dataset_from_directory reads no TIFF
            taken[way] = [in_own_process(way, paths[0].parent, model)]
    bench = Workbench(Settings(engine="litert"))
    with closing(bench), closing(bench.open(model, callers=bench.threads)) as predictor:
        size = predictor.card.input_size
        pictures = [read_image(path, limit_px=LIMIT_PX).pixels for path in paths]
        inputs = [to_input(one, size) for one in pictures]
        contestants: dict[str, Callable[[], object]] = {
            "c": lambda: list(analyse_files(
                paths, predictor, limit_px=LIMIT_PX, explain=False, workers=bench.threads,
                taken=bench.settings.acquisition)),
            "d": lambda: recorded(bench, paths, model),
            "e": lambda: in_threads(
                lambda some: predictor.predict(np.stack([to_input(one, size) for one in some]), explain=False),
                pictures, bench.threads),
            "f": lambda: in_threads(
                lambda some: [decoded(path).shape for path in some], paths, bench.threads),
            "g": lambda: in_threads(
                lambda some: predictor.predict(np.stack(some), explain=False), inputs, bench.threads),
        }  # fmt: skip
        for number in range(rounds + 1):
            for way, contestant in contestants.items():
                rate = timed(contestant, len(paths))
                if number:  # the first warms up
                    taken.setdefault(way, []).append(rate)
    return taken


def recorded(bench: Workbench, paths: Sequence[Path], model: str) -> Rate:
    """A kept job, its findings with heatmaps in a case of their own; as for the others, the model is open before."""
    history, batches = bench.history(), Batches(bench)
    user = history.users.local().id
    case = history.cases.open(user, CaseDetails(f"bench-{time.monotonic_ns()}"))
    job = batches.create(user, BatchPlan(paths, models=(model,)), case_id=case.id)
    with batches.open(job.id, user, RunOptions(explain=True)) as run:
        return timed(lambda: list(run.events()), len(paths))


def in_threads(work: Callable[[list[object]], object], things: Sequence[object], threads: int) -> None:
    """In the chunks that leukdesk does them in."""
    with ThreadPoolExecutor(threads, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        list(pool.map(work, chunks(things, BATCH, threads)))


def decoded(path: Path) -> NDArray[np.uint8]:
    """The file's pixels by the fastest decoder at hand, checked by nobody."""
    data = path.read_bytes()
    if path.suffix == ".jpg":
        return simplejpeg.decode_jpeg(data, "RGB")
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)


def timed(work: Callable[[], object], images: int) -> Rate:
    """One contestant once."""
    busy, wall = time.process_time(), time.perf_counter()
    done = work()
    if isinstance(done, Rate):
        return done
    return Rate(images / (time.perf_counter() - wall), 1000 * (time.process_time() - busy) / images)


def in_own_process(way: str, folder: Path, model: str) -> Rate:
    """One of the Keras ways."""
    command = [sys.executable, "-m", "benchmarks.batch", "--keras", way, "--folder", str(folder), "--model", model]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Rate(*json.loads(done.stdout.splitlines()[-1]))


def keras_way(way: str, folder: Path, model: str) -> Rate:
    """As published: no heatmap, no quality, nothing kept."""
    import keras

    from leukdesk.inference.keras_engine import network_of

    bundle = Workbench(Settings()).load(model)
    network, size = network_of(bundle.card, bundle.weights()), bundle.card.input_size
    whole = keras.Model(network.features.input, network.head(network.features.output)[0])
    paths = sorted(folder.iterdir())[:KERAS_IMAGES]

    def one_by_one(some: Sequence[Path] = paths) -> None:
        for path in some:
            image = keras.utils.img_to_array(keras.utils.load_img(path, target_size=(size, size)))
            whole.predict(image[None], verbose=0)

    def data_set() -> None:
        read = keras.utils.image_dataset_from_directory(
            folder.parent, label_mode=None, image_size=(size, size), batch_size=32, shuffle=False, verbose=False
        )
        whole.predict(read, verbose=0)

    one_by_one(paths[:5])
    if way == "a":
        return timed(one_by_one, len(paths))
    data_set()
    return timed(data_set, len(list(folder.iterdir())))


NAMES = {"a": "load_img + predict, one by one", "b": "predict on a data set", "c": "leukdesk",
         "d": "leukdesk, heatmaps, recorded", "e": "reducing and engine alone", "f": "decoding alone",
         "g": "engine alone"}  # fmt: skip


def report(taken: dict[str, list[Rate]]) -> None:
    """The table of one size, and the ratios that have goals."""
    found = {way: Rate(*(statistics.median(column) for column in zip(*rates, strict=True)))
             for way, rates in taken.items()}  # fmt: skip
    say(f"{'':36}{'images/s':>10}{'CPU ms':>9}{'x (a)':>8}{'CPU x (a)':>11}")
    for way, rate in sorted(found.items()):
        times = f"{rate.wall / found['a'].wall:8.1f}{found['a'].busy / rate.busy:11.1f}"
        say(f"({way}) {NAMES[way]:32}{rate.wall:10.1f}{rate.busy:9.2f}{times}")
    a, c, e = (found[way] for way in "ace")
    say(f"(c) of (a): {c.wall / a.wall:.1f}, by CPU time {a.busy / c.busy:.1f} (goal 20)")
    say(f"(e) of (a), the most that any program around this engine can reach: {a.busy / e.busy:.1f} by CPU time")
    with_reducing, without = (part_of([taken["c"], taken[way], taken["f"]]) for way in "eg")
    say(f"(c) of what (e) and (f) allow: {with_reducing} (goal 0.9); of what (g) and (f) allow: {without}")
    say(f"(d) of (c): {part_of([taken['d'], taken['c']])} (goal 0.8)\n")


def part_of(contestants: Sequence[Sequence[Rate]]) -> str:
    """What part the first reached, round by round, of the rate of the others where each image needs all of them."""
    rounds = list(zip(*contestants, strict=True))
    by_clock = statistics.median(first.wall * sum(1 / one.wall for one in others) for first, *others in rounds)
    by_cpu = statistics.median(sum(one.busy for one in others) / first.busy for first, *others in rounds)
    return f"{by_clock:.2f}, by CPU time {by_cpu:.2f}"


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
