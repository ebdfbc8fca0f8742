"""A toy data set and recipe that train in a second or two, for tests of what surrounds a run."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

RECIPE = """
name = "toy"
title = "Toy colours"
system = "toysystem"
model = "Toy"
scope = "field"
architecture = { name = "compact_cnn", parameters = { filters = [8.0, 16.0], dropout = 0.2 } }
input_size = 32
batch = 8
split = { method = "grouped", validation = 0.25, test = 0.25, seed = 3 }
data_name = "toy"
data_source = "made by a test"
data_licence = "Apache-2.0"
intended_use = "a test"
licence = "Apache-2.0"
[[classes]]
id = "red"
display = "Red"
colour = "#D55E00"
[[classes]]
id = "blue"
display = "Blue"
colour = "#0072B2"
[[phases]]
epochs = 1
learning_rate = 5e-3
batch_norm = "adapt"
"""


def write_recipe(folder: Path, *, name: str = "toy", extra: str = "") -> Path:
    """A recipe in a file of its name; `extra` stands before its classes."""
    file = folder / f"{name}.toml"
    text = RECIPE.replace('name = "toy"', f'name = "{name}"', 1).replace("[[classes]]", f"{extra}\n[[classes]]", 1)
    file.write_text(text, encoding="utf-8")
    return file


def write_images(folder: Path, *, count: int = 48) -> Path:
    """Noise of 32 px that is redder or bluer, in groups of four, with a manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    rows = ["path,class,group"]
    for index in range(count):
        label = ("red", "blue")[index % 2]
        image = rng.integers(90, 160, (32, 32, 3), np.uint8)
        image[..., 0 if label == "blue" else 2] += 60
        name = f"{label}-{index:02d}.png"
        cv2.imwrite(str(folder / name), image)
        rows.append(f"{name},{label},{label}{index // 8}")
    (folder / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def write_tinted(folder: Path, classes: tuple[str, ...], *, count: int, columns: str = "path,class,group") -> Path:
    """Noise of 48 px, each class with a tint of its own, two images of a class in each group, with a manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    rows = [columns]
    for index in range(count):
        picture = rng.integers(90, 160, (48, 48, 3), np.uint8)
        picture[..., index % len(classes)] += 60
        cv2.imwrite(str(folder / f"{index:02d}.png"), picture)
        group = f"g{index // (2 * len(classes))}{index % len(classes)}"
        rows.append(f"{index:02d}.png,{classes[index % len(classes)]},{group}")
    (folder / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder
