"""Published smear images of six laboratories: all are read, and their quality refuses next to none."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from leukdesk.domain.image import SmearImage
from leukdesk.domain.vocabulary import IMAGE_SUFFIXES
from leukdesk.imaging.quality import measure_quality
from leukdesk.imaging.read import read_image
from leukdesk.imaging.thumbnail import read_thumbnail

pytestmark = pytest.mark.real_data
LIMIT_PX = 64_000_000
SETS = ["taleqani-all", "pbc-barcelona", "bccd", "chula-rbc-fields", "aml-lmu-samples", "c-nmc-samples"]


def images(folder: Path, at_most: int) -> list[Path]:
    """Every n-th image of a set, so that at most so many are left."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
    return found[:: max(1, -(-len(found) // at_most))]


@pytest.mark.parametrize("name", SETS)
def test_good_images_carry_no_refusing_flag(name: str, real_data: Path) -> None:
    files = images(real_data / name, 3_000)
    refused = Counter[str]()
    for path in files:
        image = read_image(path, limit_px=LIMIT_PX)
        refused.update(measure_quality(image, input_size=224, um_per_px=None).refuses)
    assert files
    assert refused.total() <= 0.005 * len(files), refused


@pytest.mark.parametrize("name", SETS)
def test_the_same_images_ruined_are_refused(name: str, real_data: Path) -> None:
    passed = Counter[str]()
    files = images(real_data / name, 25)
    for path in files:
        image = read_image(path, limit_px=LIMIT_PX)
        pixels = image.pixels
        soft = 0.035 * max(pixels.shape[:2])
        ruined = {
            "blurred": cv2.GaussianBlur(pixels, (0, 0), soft),
            "dark": (pixels * 0.2).astype(np.uint8),
            "white-out": (255 - (255 - pixels.astype(int)) * 0.1).astype(np.uint8),
            "one colour": np.full_like(pixels, pixels.mean(axis=(0, 1)).astype(np.uint8)),
        }
        for how, changed in ruined.items():
            measured = measure_quality(SmearImage(image.source, changed), input_size=224, um_per_px=None)
            passed[how] += not measured.refuses
    assert all(count <= 0.04 * len(files) for count in passed.values()), passed


def test_the_hash_is_that_of_the_file_as_published(real_data: Path) -> None:
    folder = real_data / "taleqani-all"
    with (folder / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[::100]
    for row in rows:
        assert read_image(folder / row["path"], limit_px=LIMIT_PX).source.sha256 == row["sha256"]


@pytest.mark.parametrize("name", SETS)
def test_pixels_equal_those_of_another_decoder(name: str, real_data: Path) -> None:
    for path in images(real_data / name, 40):
        image = read_image(path, limit_px=LIMIT_PX)
        data = path.read_bytes()
        elsewhere = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        np.testing.assert_array_equal(image.pixels, elsewhere)
        assert image.source.sha256 == hashlib.sha256(data).hexdigest()
        assert not image.source.synthetic


def test_no_published_image_states_a_scale_that_is_believed(real_data: Path) -> None:
    """C-NMC's BMP files say 96 dpi, others 1:1 without a unit: none of it is a microscope's."""
    for name in SETS:
        for path in images(real_data / name, 10):
            assert read_image(path, limit_px=LIMIT_PX).source.um_per_px is None


def test_thumbnails_look_like_the_image(real_data: Path) -> None:
    for path in images(real_data / "bccd", 10):
        thumbnail = read_thumbnail(path, 96, limit_px=LIMIT_PX)
        full = cv2.resize(read_image(path, limit_px=LIMIT_PX).pixels, (96, 72), interpolation=cv2.INTER_AREA)
        assert np.abs(thumbnail.astype(int) - full).mean() < 3


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_real_jpegs_that_were_cut_off_are_refused(share: float, real_data: Path, tmp_path: Path) -> None:
    from leukdesk.domain.errors import ImageError

    for path in images(real_data / "taleqani-all", 30):
        data = path.read_bytes()
        for end in (b"", b"\xff\xd9"):
            cut = tmp_path / "cut.jpg"
            cut.write_bytes(data[: int(len(data) * share)] + end)
            with pytest.raises(ImageError):
                read_image(cut, limit_px=LIMIT_PX)
