"""What adapting is worth, measured: several draws of local images under a look, and the test images under it.

The local images come from groups outside the test set, and their groups are left out of what is replayed. The test
set is asked twice, as it is (what was forgotten) and under the look (what was gained); nothing is chosen by either.
Every answer is kept below `work`: a measurement that was stopped goes on, and two looks can be measured side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.architectures import names
from leukdesk.bundles.load import Bundle, load_bundle
from leukdesk.domain.card import Novelty
from leukdesk.domain.errors import DataError
from leukdesk.inference.calibration import calibrated
from leukdesk.inference.export import export_litert
from leukdesk.inference.keras_engine import network_of
from leukdesk.inference.litert import LiteRTEngine
from leukdesk.inference.novelty import NoveltyScore
from training.adapt import ways
from training.adapt.begin import Order
from training.adapt.draws import draw, without, write_local
from training.adapt.looks import LOOKS, Look
from training.adapt.record import ADAPTED, LOCAL_ONLY, STATISTICS, WAYS, WHOLE
from training.adapt.run_adaptation import adapt
from training.adapt.share import read_kept
from training.calibrate import fit_novelty
from training.checkpoint import load_weights, write_atomically
from training.evaluate.rows import Rows, load_rows, save_rows
from training.judge import read_calibration
from training.pipeline import read_inputs
from training.replay import Original, check_classes
from training.run import Run, RunData, open_run, run_data
from training.train import new_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network
    from training.run import Part

AS_IT_IS = "original"  # the name of the test images without another look
_BATCH = 64
_RUNS = {LOCAL_ONLY: "run-local-only", WHOLE: "run-whole"}
Say = Callable[[str], None]
Decide = Callable[["NDArray[np.float32]", "NDArray[np.float32]"], "NDArray[np.bool_]"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: `seeds` draws from number `first` on; `work` keeps runs and answers."""

    bundle: Path
    data: Path
    split: Path
    work: Path
    images: int = 100
    seeds: int = 5
    first: int = 1


class Measurement:
    """One bundle and its locked test images, under looks and after adaptations."""

    def __init__(self, plan: Plan, say: Say) -> None:
        self.plan, self._say = plan, say
        self.bundle: Bundle = load_bundle(plan.bundle, names())
        self.original = Original.opened(plan.data, plan.split)
        self.classes = self.bundle.card.class_ids
        check_classes(self.original, self.classes)
        self._part: Part = RunData(self.original.dataset, self.original.split, self.classes).part("test")
        self._inputs: NDArray[np.uint8] | None = None

    def before(self, look: str) -> Rows:
        """The bundle's own answers to the test images, as they are or under a look."""

        def ask() -> tuple[Network, float]:
            return network_of(self.bundle.card, self.bundle.weights()), self.bundle.card.temperature

        return self._asked(self.plan.work / "before", look, ask)

    def after(self, way: str, look: str, seed: int) -> tuple[Rows, Rows]:
        """Answers to the test images under the look, and as they are, of the bundle adapted with that draw."""
        folder = self.plan.work / f"{look}-{seed}"
        run = self._adapted(folder, look, seed, way)
        out = folder / way

        def ask() -> tuple[Network, float]:
            return self._network(run, way)

        return self._asked(out, look, ask), self._asked(out, AS_IT_IS, ask)

    def named(self, look: str, seed: int | None) -> NDArray[np.bool_]:
        """Whether the program would name each test image under the look, or refuse it as unsure or strange.

        By the bundle as it is (no seed), or as published after the adaptation with that draw.
        """
        folder = self.plan.work / "before" if seed is None else self.plan.work / f"{look}-{seed}" / ADAPTED
        file = folder / f"{look}-named.txt"
        if not file.is_file():
            self._say(f"{folder.parent.name}/{folder.name}: which test images are named ({look})")
            network, decide = self._decided_by(look, seed)
            answers = self._outputs(network, self._seen(look))
            write_atomically(file, "".join("01"[int(one)] for one in decide(*answers)).encode())
        return np.array([one == "1" for one in file.read_text("ascii")])

    def _decided_by(self, look: str, seed: int | None) -> tuple[Network, Decide]:
        card = self.bundle.card
        if seed is None:
            if card.novelty is None:
                raise DataError("has no novelty", subject=self.bundle.folder.name)
            score = NoveltyScore(card.novelty, self.bundle.novelty_arrays(), classes=len(self.classes))
            as_it_is = network_of(card, self.bundle.weights())
            return as_it_is, deciding(card.temperature, card.accept_threshold, score, card.refused_beyond)
        run = open_run(self.plan.work / f"{look}-{seed}" / "run")
        network, recipe, data = new_network(run.recipe), run.recipe, run_data(run)
        load_weights(network, run.best)
        parts = [data.part(name) for name in ("train", "validation")]
        train, held = (self._outputs(network, read_inputs(one.files, recipe.input_size))[1] for one in parts)
        fitted = fit_novelty(train, parts[0].labels, held, accepts=recipe.in_scope)
        novelty = Novelty(method="mahalanobis", median=fitted.median, limit=fitted.limit, accepts=fitted.accepts)
        calibration = read_calibration(run)
        score = NoveltyScore(novelty, fitted.arrays, classes=len(self.classes))
        limits = (calibration.temperature, calibration.accept_threshold)
        return network, deciding(*limits, score, recipe.refuse_beyond)

    def kept(self, look: str, seed: int) -> float | None:
        """The share of the change of weights that was kept with that draw; `None` where nothing bounds it."""
        found = read_kept(open_run(self.plan.work / f"{look}-{seed}" / "run"))
        return None if found is None else found.share

    def _adapted(self, folder: Path, look: str, seed: int, way: str) -> Run:
        out, replay = folder / _RUNS.get(way, "run"), way != LOCAL_ONLY
        if (out / "adaptation.json").is_file():
            return open_run(out)
        drawn = draw(self.original, self.classes, images=self.plan.images, seed=seed)
        local = write_local(self.original, drawn, LOOKS[look], folder / "local", self.bundle.card.input_size)
        split = folder / "split.json"
        without(self.original, drawn).write(split)
        self._say(f"{look}, draw {seed}: adapting with {len(drawn)} images ({WAYS[way]})")
        original, original_split = (self.plan.data, split) if replay else (None, None)
        bounded = way != WHOLE
        adapt(
            Order(self.plan.bundle, local, out, original, original_split, seed=seed, forgetting=False, bounded=bounded)
        )
        return open_run(out)

    def _network(self, run: Run, way: str) -> tuple[Network, float]:
        """The network and temperature that a way makes of a run's local images."""
        data, size = run_data(run), self.bundle.card.input_size
        if way in (ADAPTED, WHOLE, LOCAL_ONLY):
            network = new_network(run.recipe)
            load_weights(network, run.best)
            return network, read_calibration(run).temperature
        network = network_of(self.bundle.card, self.bundle.weights())
        if way == STATISTICS:
            ways.measure_normalisation(network, _local_inputs(data, "train", size)[0])
        return network, ways.temperature_on(network, *_local_inputs(data, "validation", size))

    def _asked(self, folder: Path, look: str, ask: Callable[[], tuple[Network, float]]) -> Rows:
        file = folder / f"{look}.csv"
        if file.is_file():
            return load_rows(file, classes=self.classes)
        self._say(f"{folder.parent.name}/{folder.name}: asking about {len(self._part.files)} test images ({look})")
        network, temperature = ask()
        scores = calibrated(self._outputs(network, self._seen(look))[0], temperature)
        labels = tuple(self.classes[index] for index in self._part.labels)
        rows = Rows(self._part.image_ids, labels, self.classes, scores, self._part.groups)
        save_rows(rows, file)
        return rows

    def _outputs(self, network: Network, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits and embeddings through the program's own engine, which takes a fifth of the time."""
        size = self.bundle.card.input_size
        graph = export_litert(network, input_size=size)
        engine = LiteRTEngine(graph, input_size=size, classes=len(self.classes), threads=2)
        with closing(engine):
            parts = [engine.run(inputs[at : at + _BATCH]) for at in range(0, len(inputs), _BATCH)]
        return np.concatenate([one.logits for one in parts]), np.concatenate([one.embedding for one in parts])

    def _seen(self, look: str) -> NDArray[np.uint8]:
        if self._inputs is None:
            self._inputs = read_inputs(self._part.files, self.bundle.card.input_size)
        return self._inputs if look == AS_IT_IS else _under(self._inputs, LOOKS[look])


def deciding(temperature: float, threshold: float, score: NoveltyScore, refuse: float) -> Decide:
    """Which answers (logits (n, C), embeddings (n, D)) the program would show as a class, bool (n,)."""

    def decide(logits: NDArray[np.float32], embeddings: NDArray[np.float32]) -> NDArray[np.bool_]:
        sure = calibrated(logits, temperature).max(axis=1) >= threshold
        return np.asarray(sure & (score(embeddings) <= refuse))

    return decide


def _under(inputs: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
    return np.stack([look(one) for one in inputs])


def _local_inputs(data: RunData, part: str, size: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The laboratory's own images of a part, without those that are replayed."""
    local = RunData(data.dataset, data.split, data.classes).part(part)
    return read_inputs(local.files, size), local.labels


def seeds_of(plan: Plan) -> Sequence[int]:
    """The numbers of the draws."""
    return range(plan.first, plan.first + plan.seeds)
