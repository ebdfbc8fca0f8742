"""Phantoms on disk: marked as synthetic, with their scale, and read back by leukdesk's own reader."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from leukdesk.domain.errors import OutputError
from leukdesk.imaging.read import read_image
from training.phantom import FIELD_CLASSES, NUCLEATED, Phantom, random_slide, render_field, write_phantom
from training.phantom.truth import field_class
from training.phantom_set import fields, write_set

LIMIT_PX = 1_000_000


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return render_field(1, slide=random_slide(1), width=160, height=120, cells={"lymphocyte": 1})


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_a_written_phantom_reads_back_as_synthetic_with_its_scale(
    phantom: Phantom, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"phantom{suffix}"
    write_phantom(phantom, path)
    image = read_image(path, limit_px=LIMIT_PX)
    assert image.source.synthetic
    assert image.source.um_per_px == pytest.approx(phantom.truth.um_per_px, rel=1e-3)
    assert np.abs(image.pixels.astype(int) - phantom.pixels).mean() < (3 if suffix == ".jpg" else 1e-9)


def test_an_image_saved_again_by_another_program_is_no_longer_marked(phantom: Phantom, tmp_path: Path) -> None:
    Image.fromarray(phantom.pixels).save(tmp_path / "plain.png")
    assert not read_image(tmp_path / "plain.png", limit_px=LIMIT_PX).source.synthetic


def test_a_scale_too_fine_for_jpeg_is_left_out_rather_than_wrong(tmp_path: Path) -> None:
    fine = render_field(1, slide=random_slide(1, um_per_px=0.07), width=300, height=220, cells={"red_cell": 3})
    write_phantom(fine, tmp_path / "fine.jpg")
    image = read_image(tmp_path / "fine.jpg", limit_px=LIMIT_PX)
    assert image.source.um_per_px is None
    assert image.source.synthetic


def test_writing_is_repeatable(phantom: Phantom, tmp_path: Path) -> None:
    for suffix in (".png", ".jpg", ".tif"):
        first, again = tmp_path / f"first{suffix}", tmp_path / f"again{suffix}"
        write_phantom(phantom, first)
        write_phantom(phantom, again)
        assert first.read_bytes() == again.read_bytes()


def test_an_unknown_suffix_and_a_missing_folder_are_refused(phantom: Phantom, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PNG, JPEG or TIFF"):
        write_phantom(phantom, tmp_path / "phantom.bmp")
    with pytest.raises(OutputError) as caught:
        write_phantom(phantom, tmp_path / "nowhere" / "phantom.png")
    assert caught.value.subject.endswith("phantom.png")


def test_a_set_has_a_folder_per_class_a_manifest_and_the_truth(tmp_path: Path) -> None:
    manifest = write_set(tmp_path, classes=list(FIELD_CLASSES), slides=2, per_slide=2, size=224, seed=3)
    with manifest.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["path", "class", "group", "sha256"]
    assert len(rows) == 3 * 2 * 2
    for row in rows:
        data = (tmp_path / row["path"]).read_bytes()
        assert row["path"].split("/")[0] == row["class"]
        assert hashlib.sha256(data).hexdigest() == row["sha256"]
    # Every patient has every class, so that a stain tells nothing of the class.
    assert len({(row["group"], row["class"]) for row in rows}) == 2 * 3
    truth = json.loads((tmp_path / "truth.json").read_text())["images"]
    assert {one["file"]: one["class"] for one in truth} == {row["path"]: row["class"] for row in rows}
    assert {one["file"]: one["patient"] for one in truth} == {row["path"]: row["group"] for row in rows}


def test_fields_of_a_set_are_what_their_folder_says() -> None:
    for field in fields(classes=list(FIELD_CLASSES), slides=2, per_slide=2, size=224, seed=5):
        counts = field.phantom.truth.counts
        assert field.phantom.truth.field_class == field.field_class
        assert 1 <= sum(counts[kind] for kind in NUCLEATED) <= 7
        assert field.phantom.pixels.shape in {(224, 224, 3), (168, 224, 3)}


def test_a_set_is_a_function_of_its_seed() -> None:
    def pixels(seed: int) -> list[bytes]:
        made = fields(classes=["blasts"], slides=1, per_slide=2, size=224, seed=seed)
        return [field.phantom.pixels.tobytes() for field in made]

    assert pixels(1) == pixels(1)
    assert pixels(1) != pixels(2)


def test_slides_that_leak_have_one_class_each_whatever_they_show() -> None:
    made = list(fields(classes=["blasts", "lymphocytes"], slides=4, per_slide=2, size=96, seed=1, leak="slide"))
    given = {(one.phantom.truth.patient, one.field_class) for one in made}
    assert [name for _, name in sorted(given)] == ["blasts", "lymphocytes"] * 2
    shown: dict[str, set[str]] = {"blasts": set(), "lymphocytes": set()}
    whites: dict[str, list[Any]] = {patient: [] for patient, _ in given}
    for one in made:
        shown[one.field_class].add(field_class(one.phantom.truth.counts))
        whites[one.phantom.truth.patient].append(np.percentile(one.phantom.pixels, 90, axis=(0, 1)))
    assert shown["blasts"] == shown["lymphocytes"] == {"blasts", "lymphocytes"}
    within = max(float(np.abs(first - second).max()) for first, second in whites.values())
    between = min(float(np.abs(whites[a][0] - whites[b][0]).max()) for a in whites for b in whites if a != b)
    assert within < between


def test_a_leaking_set_gives_the_class_away_by_its_colour_alone() -> None:
    def warmth(leak: str) -> dict[str, float]:
        made = fields(classes=["blasts", "lymphocytes"], slides=1, per_slide=2, size=224, seed=1, leak=leak)
        light = {one.field_class: np.percentile(one.phantom.pixels.astype(float), 95, axis=(0, 1)) for one in made}
        return {name: float(rgb[0] - rgb[2]) for name, rgb in light.items()}

    honest, leaking = warmth("none"), warmth("tint")
    assert abs(honest["blasts"] - honest["lymphocytes"]) < 6
    assert leaking["blasts"] - leaking["lymphocytes"] > 12


def test_unknown_classes_and_no_slides_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="monocytes"):
        write_set(tmp_path, classes=["monocytes"], slides=1, per_slide=1, size=224, seed=1)
    with pytest.raises(ValueError, match="slides"):
        write_set(tmp_path, classes=["blasts"], slides=0, per_slide=1, size=224, seed=1)
