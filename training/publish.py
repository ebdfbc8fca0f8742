"""Publish a run as a sealed bundle: weights, LiteRT graph, novelty, golden samples, card."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk import paths
from leukdesk.architectures import names
from leukdesk.architectures.weights import collect_weights
from leukdesk.bundles.card_page import render_card
from leukdesk.bundles.load import load_bundle
from leukdesk.bundles.seal import seal
from leukdesk.bundles.weights import encode_tensors
from leukdesk.domain.card import Card, Metric, Novelty, TrainingData
from leukdesk.domain.errors import DataError
from leukdesk.imaging.preprocess import to_input
from leukdesk.inference.calibration import calibrated
from leukdesk.inference.choose import open_predictor
from leukdesk.inference.export import export_litert
from training.calibrate import fit_novelty
from training.checkpoint import load_weights, unwritable
from training.judge import judge, read_calibration
from training.learning import outputs_of
from training.phantom import Kind, marked_png, random_slide, render_field
from training.pipeline import read_inputs
from training.splits import GROUPED
from training.train import new_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network
    from leukdesk.domain.finding import BundleRef
    from training.events import EventLog
    from training.recipe import Recipe
    from training.run import Run, RunData
    from training.splits import Split

LIBRARIES = ("keras", "tensorflow", "numpy", "opencv-python-headless", "pillow", "ai-edge-litert", "scikit-learn")
GOLDEN_PX = 224
GOLDEN_FIELDS: tuple[Mapping[Kind, int], ...] = (
    {"blast": 2},
    {"lymphocyte": 3},
    {"segmented": 2},
    {"blast": 1, "segmented": 1},
)


def publish(run: Run, data: RunData, *, name: str, release: str, models: Path, log: EventLog) -> BundleRef:
    """Write `models/<name>-<release>`, checked by loading it; nothing is left behind where a step fails."""
    target = models / f"{name}-{release}"
    if target.exists():
        raise DataError("there is such a bundle already", subject=target.name, advice="Choose another --version.")
    evaluation = judge(run, data, log)
    metrics = evaluation.to_card_metrics(split="test")
    try:
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=models, prefix=".publishing-") as scratch:
            folder = Path(scratch) / target.name
            folder.mkdir()
            ref = _fill(folder, run, data, name=name, release=release, metrics=metrics)
            _check(folder)
            folder.rename(target)
    except OSError as error:
        raise unwritable(target, error) from error
    log("published", bundle=target.name, sha256=ref.sha256)
    return ref


def _fill(folder: Path, run: Run, data: RunData, *, name: str, release: str, metrics: Sequence[Metric]) -> BundleRef:
    recipe, network = run.recipe, new_network(run.recipe)
    load_weights(network, run.best)
    (folder / "weights.safetensors").write_bytes(encode_tensors(collect_weights(network)))
    (folder / "model.tflite").write_bytes(export_litert(network, input_size=recipe.input_size))
    novelty = _write_novelty(folder, recipe, network, data)
    _write_golden(folder, recipe, network, read_calibration(run).temperature)
    card = _card(run, data, novelty, name=name, release=release, metrics=metrics)
    (folder / "card.md").write_text(render_card(card), encoding="utf-8")
    (folder / "LICENSE").write_text(_licence(recipe), encoding="utf-8")
    return seal(folder, card)


def _write_novelty(folder: Path, recipe: Recipe, network: Network, data: RunData) -> Novelty:
    train, validation = data.part("train"), data.part("validation")
    embeddings = outputs_of(network, read_inputs(train.files, recipe.input_size))[1]
    held = outputs_of(network, read_inputs(validation.files, recipe.input_size))[1]
    fitted = fit_novelty(embeddings, train.labels, held, accepts=recipe.in_scope)
    (folder / "novelty.safetensors").write_bytes(encode_tensors(fitted.arrays))
    return Novelty(
        method="mahalanobis",
        median=fitted.median,
        limit=fitted.limit,
        accepts=fitted.accepts,
        refuse=recipe.refuse_beyond,
    )


def _write_golden(folder: Path, recipe: Recipe, network: Network, temperature: float) -> None:
    golden = folder / "golden"
    golden.mkdir()
    inputs = golden_inputs(recipe.input_size)
    logits = outputs_of(network, inputs)[0]
    probabilities = calibrated(logits, temperature)
    samples = []
    for index, one in enumerate(inputs):
        file = f"{index:02d}.png"
        (golden / file).write_bytes(marked_png(one))
        samples.append(
            {
                "file": file,
                "logits": [float(value) for value in logits[index]],
                "probabilities": [float(value) for value in probabilities[index]],
            }
        )
    (golden / "expected.json").write_text(json.dumps({"samples": samples}, indent=1), encoding="utf-8")


def golden_inputs(size: int) -> NDArray[np.uint8]:
    """Phantom fields every bundle is checked with, uint8 (n, size, size, 3); the same for all bundles of one size."""
    fields = [
        render_field(index, slide=random_slide(index), width=GOLDEN_PX, height=GOLDEN_PX, cells=cells).pixels
        for index, cells in enumerate(GOLDEN_FIELDS)
    ]
    return np.stack([to_input(one, size) for one in fields])


def _card(run: Run, data: RunData, novelty: Novelty, *, name: str, release: str, metrics: Sequence[Metric]) -> Card:
    recipe, calibration = run.recipe, read_calibration(run)
    train = data.part("train")
    counts = Counter(recipe.class_ids[index] for index in train.labels)
    return Card(
        name=name,
        version=release,
        title=recipe.title,
        scope=recipe.scope,
        synthetic=recipe.synthetic,
        architecture=recipe.architecture,
        classes=recipe.classes,
        input_size=recipe.input_size,
        um_per_px=recipe.um_per_px,
        stain=recipe.stain,
        temperature=calibration.temperature,
        accept_threshold=calibration.accept_threshold,
        novelty=novelty,
        training_data=TrainingData(
            name=recipe.data_name,
            source=recipe.data_source,
            licence=recipe.data_licence,
            images=len(train.files),
            per_class={one: counts[one] for one in recipe.class_ids},
            split=_claim(data.split),
            split_sha256=data.split.sha256,
            groups=recipe.groups,
        ),
        metrics=tuple(metrics),
        seeds={"training": recipe.seed, "split": recipe.split.seed},
        library_versions={library: version(library) for library in LIBRARIES},
        intended_use=recipe.intended_use,
        limits=recipe.limits,
        licence=recipe.licence,
        origin=recipe.origin,
        files={},
    )


def _claim(split: Split) -> str:
    """How the images were divided, and that the figures are optimistic where that did not keep patients apart."""
    return split.method if split.level == GROUPED else f"{split.method} ({split.level})"


def _licence(recipe: Recipe) -> str:
    licences = paths.resources() / "licences"
    texts = [(licences / f"{name}.txt").read_text("utf-8") for name in (recipe.licence, *recipe.notices)]
    return "\n\n".join(texts)


def _check(folder: Path) -> None:
    """Load the sealed bundle as the program will, and run its golden samples."""
    bundle = load_bundle(folder, names())
    predictor = open_predictor(bundle, engine="litert")
    for sample in bundle.golden():
        found = predictor.predict(sample.input[None], explain=False)[0].probabilities
        if not np.allclose(found, sample.probabilities, atol=1e-4):
            raise DataError(
                f"the exported graph gives other probabilities than the network for golden sample {sample.name}",
                subject=folder.name,
                advice="Report this: the export of this architecture is wrong.",
            )
    predictor.close()
