"""Small sealed bundles for tests: complete and valid, but their network is random numbers that no engine can run."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from leukdesk.bundles.card_page import render_card
from leukdesk.bundles.seal import seal
from leukdesk.bundles.weights import encode_tensors
from leukdesk.domain.card import Architecture, Card, CardClass, Metric, Novelty, TrainingData

ARCHITECTURE = "compact_cnn"
KNOWN = (ARCHITECTURE,)
CLASSES = (
    CardClass(id="Benign", display="Benign", colour="#009E73", description="no leukaemic cell in the field"),
    CardClass(id="Early", display="Early pre-B", colour="#56B4E9"),
    CardClass(id="Pre", display="Pre-B", colour="#E69F00"),
)


def make_card(**overrides: Any) -> Card:
    """A valid card of three classes; any entry can be given another value."""
    entries: dict[str, Any] = {
        "name": "toy",
        "version": "1.0",
        "title": "A toy for tests",
        "scope": "field",
        "synthetic": True,
        "architecture": Architecture(name=ARCHITECTURE, parameters={"dropout": 0.2, "filters": (8.0, 16.0)}),
        "classes": CLASSES,
        "input_size": 32,
        "um_per_px": 0.1,
        "stain": "May-Gruenwald-Giemsa",
        "temperature": 1.25,
        "accept_threshold": 0.6,
        "novelty": Novelty(method="mahalanobis", median=8.0, limit=24.0, accepts=0.97),
        "training_data": TrainingData(
            name="phantoms", source="drawn by a test", licence="CC0-1.0", images=30, per_class={}, split="by slide"
        ),
        "metrics": (Metric(name="accuracy", value=0.9, low=0.8, high=0.96, n=30, split="test"),),
        "seeds": {"training": 7},
        "library_versions": {"keras": "3.12.0"},
        "intended_use": "Tests of leukdesk.",
        "limits": ("Knows nothing of blood.",),
        "licence": "Apache-2.0",
        "origin": "made by a test",
    }
    return Card(**{**entries, **overrides})


def make_bundle(folder: Path, *, extra_files: Mapping[str, bytes] | None = None, **overrides: Any) -> Path:
    """A sealed bundle in `folder`, or below it where `folder` is not named as the bundle is; returns its folder.

    `overrides` are entries of the card; `extra_files` take the place of files, or come beside them.
    """
    card = make_card(**overrides)
    own_name = f"{card.name}-{card.version}"
    target = folder if folder.name == own_name else folder / own_name
    for name, data in {**bundle_files(card), **(extra_files or {})}.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    seal(target, card)
    return target


def bundle_files(card: Card, seed: int = 0) -> dict[str, bytes]:
    """Every file of a bundle but `bundle.json`, by name."""
    source = np.random.default_rng(seed)
    files = {
        "weights.safetensors": encode_tensors(random_weights(len(card.classes), seed)),
        "model.tflite": b"\x1c\x00\x00\x00TFL3" + source.bytes(200),
        "card.md": render_card(card).encode(),
        "LICENSE": b"Apache License 2.0, in a word.\n",
        **golden_files(card, seed),
    }
    if card.novelty is not None:
        files["novelty.safetensors"] = encode_tensors(novelty_arrays(len(card.classes), seed))
    return files


def random_weights(classes: int = 3, seed: int = 0) -> dict[str, np.ndarray]:
    """Tensors under leukdesk's own names; no network of the registry has these shapes."""
    source = np.random.default_rng(seed)
    shapes = {"features/0000/kernel": (3, 3, 3, 4), "features/0000/bias": (4,), "head/0000/kernel": (4, classes)}
    return {name: source.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def novelty_arrays(classes: int = 3, seed: int = 0, width: int = 4, kept: int = 2) -> dict[str, np.ndarray]:
    """The arrays of a novelty score over embeddings of `width` numbers."""
    source = np.random.default_rng(seed)
    shapes = {"mean": (width,), "projection": (width, kept), "class_means": (classes, kept)}
    return {name: source.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def golden_files(card: Card, seed: int = 0, samples: int = 2) -> dict[str, bytes]:
    """`golden/expected.json` and its pictures, of noise."""
    source = np.random.default_rng(seed)
    entries, files = [], {}
    for index in range(samples):
        logits = source.normal(size=len(card.classes))
        shares = np.exp(logits / card.temperature)
        entries.append({"file": f"{index:02d}.png", "logits": [*logits], "probabilities": [*(shares / shares.sum())]})
        files[f"golden/{index:02d}.png"] = png(source.integers(0, 256, (card.input_size, card.input_size, 3), np.uint8))
    return {"golden/expected.json": json.dumps({"samples": entries}, indent=1).encode(), **files}


def png(pixels: np.ndarray) -> bytes:
    """uint8 pixels as the bytes of a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return stream.getvalue()


def forge(folder: Path, **entries: Any) -> None:
    """Rewrite `bundle.json` with other entries and right hashes and seal, as somebody would who knows the format.

    Entries given as None are left out; `seal()` would refuse most of what this writes.
    """
    manifest = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    manifest["files"] = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "bundle.json"
    }
    manifest = {key: value for key, value in {**manifest, **entries}.items() if value is not None and key != "seal"}
    (folder / "bundle.json").write_bytes(sealed(manifest))


def sealed(manifest: dict[str, Any]) -> bytes:
    """The bytes of a `bundle.json` with the seal the format asks for, computed here independently of leukdesk."""
    zeros = "0" * 64
    text = json.dumps({**manifest, "seal": zeros}, indent=2) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[: text.rindex(zeros)]}{digest}{text[text.rindex(zeros) + 64 :]}".encode()
