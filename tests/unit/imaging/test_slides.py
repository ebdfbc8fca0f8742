"""Slides: the same pixels as the file holds, whatever way it holds them, and never the whole of it in memory."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from leukdesk.domain.errors import Cancelled, ImageError, ImageReason
from leukdesk.domain.image import Region
from leukdesk.imaging import vendor_store
from leukdesk.imaging.file_bytes import sha256_of
from leukdesk.imaging.pyramid import TILE, ArrayStore, Pyramid
from leukdesk.imaging.read import read_image
from leukdesk.imaging.slides import is_slide, open_slide, read_region
from leukdesk.imaging.tile_cache import TileCache
from training.phantom.whole_slide import write_whole_slide

LIMIT_PX = 100_000
PLAIN: dict[str, Any] = {"photometric": "rgb", "tile": (128, 160), "metadata": None}


def field(height: int = 900, width: int = 1300) -> NDArray[np.uint8]:
    """Smooth colours without symmetry, so that every swap, shift and flip shows."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    planes = (y / height * 255, x / width * 255, 127 + 120 * np.sin(x / 90) * np.cos(y / 70))
    return np.dstack(planes).astype(np.uint8)


FIELD = field()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("slides")


@pytest.fixture(scope="module")
def phantom(folder: Path) -> Path:
    """A phantom slide of 2600 x 2600 px with three stored levels."""
    path = folder / "phantom.tif"
    write_whole_slide(path, 2_600, levels=2, compression="deflate")
    return path


def written(folder: Path, pixels: NDArray[np.generic] = FIELD, **options: Any) -> Path:
    path = folder / "slide.tif"
    tifffile.imwrite(path, pixels, **(PLAIN | options))
    return path


def ways(folder: Path) -> Iterator[tuple[str, Path, NDArray[np.uint8]]]:
    yield "plain", written(folder), FIELD
    for compression in ("lzw", "deflate", "packbits"):
        yield compression, written(folder, compression=compression), FIELD
    yield "predictor", written(folder, compression="deflate", predictor=True), FIELD
    yield "big-endian", written(folder, byteorder=">"), FIELD
    yield "bigtiff", written(folder, bigtiff=True), FIELD
    yield "planes", written(folder, np.moveaxis(FIELD, 2, 0), planarconfig="separate", compression="lzw"), FIELD
    grey = FIELD[:, :, 2]
    yield "grey", written(folder, grey, photometric="minisblack"), np.dstack([grey] * 3)
    deep = FIELD.astype(np.uint16) * 257
    for order in "<>":
        yield f"deep {order}", written(folder, deep, compression="deflate", byteorder=order), FIELD
    path = folder / "channels.ome.tif"
    tifffile.imwrite(path, np.moveaxis(FIELD, 2, 0), ome=True, metadata={"axes": "CYX"}, tile=(128, 128))
    yield "OME, a page for each colour", path, FIELD


def test_every_way_of_storing_tiles_gives_the_same_pixels(folder: Path) -> None:
    for name, path, expected in ways(folder):
        slide = open_slide(path)
        with closing(slide.pyramid) as pyramid:
            assert (slide.source.height, slide.source.width) == expected.shape[:2], name
            assert np.array_equal(pyramid.region(0, 0, pyramid.width, pyramid.height), expected), name
            assert np.array_equal(pyramid.tile(0, 1, 1), expected[TILE : 2 * TILE, TILE : 2 * TILE]), name
            assert np.array_equal(pyramid.tile(0, 2, 1), expected[TILE:, 2 * TILE :]), name


def test_jpeg_tiles_have_the_colours_of_the_field(folder: Path) -> None:
    path = written(folder, FIELD, compression="jpeg", tile=(128, 128))
    with closing(open_slide(path).pyramid) as pyramid:
        found = pyramid.region(0, 0, 1300, 900)
    assert np.abs(found.astype(int) - FIELD.astype(int)).mean() < 3


@pytest.mark.parametrize("way", ["SubIFDs", "pages", "none"])
def test_levels_halve_whatever_the_file_stores(folder: Path, way: str) -> None:
    path = folder / "levels.tif"
    half = cv2.resize(FIELD, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    with tifffile.TiffWriter(path) as file:
        file.write(FIELD, subifds=1 if way == "SubIFDs" else None, **PLAIN)
        if way != "none":
            file.write(half, subfiletype=1, **PLAIN)
    with closing(open_slide(path).pyramid) as pyramid:
        assert [pyramid.size(level) for level in range(pyramid.levels)] == [(1300, 900), (650, 450)]
        assert np.abs(pyramid.tile(1, 1, 0).astype(int) - half[:450, TILE:].astype(int)).max() <= 1
        base = pyramid.base()
        assert base is not None
        assert base.shape == (450, 650, 3)


@pytest.mark.parametrize("size", [(900, 1300), (5_000, 3), (1, 9_000), (1_100, 2_060)])
def test_tiles_of_a_level_meet_without_gap_or_overlap(size: tuple[int, int]) -> None:
    """Also where no level is stored, and levels are made of the tiles below."""
    whole = field(*size)
    flat = ArrayStore(whole)
    flat.close()  # lets go of the halves
    pyramid = Pyramid(flat)
    for level in range(pyramid.levels):
        width, height = pyramid.size(level)
        rows = [
            np.hstack([pyramid.tile(level, column, row) for column in range(-(-width // TILE))])
            for row in range(-(-height // TILE))
        ]
        found = np.vstack(rows)
        assert found.shape == (height, width, 3)
        expected = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA).reshape(height, width, 3)
        assert np.abs(found.astype(int) - expected.astype(int)).mean() < 2.5
    with pytest.raises(IndexError):
        pyramid.tile(0, 99, 99)


def test_a_slide_is_told_from_an_image(folder: Path, phantom: Path) -> None:
    assert is_slide(phantom, limit_px=LIMIT_PX)
    assert not is_slide(phantom, limit_px=10_000_000)
    flat = folder / "strips.tif"
    tifffile.imwrite(flat, FIELD, photometric="rgb")
    assert not is_slide(flat, limit_px=LIMIT_PX)
    for path, reason in ((phantom, ImageReason.WHOLE_SLIDE), (flat, ImageReason.TOO_LARGE)):
        with pytest.raises(ImageError) as caught:
            read_image(path, limit_px=LIMIT_PX)
        assert caught.value.reason == reason
        assert caught.value.subject == str(path)


def test_a_field_of_a_slide_is_an_image_with_its_place(phantom: Path) -> None:
    place = Region(700, 301, 400, 250)
    image = read_region(phantom, place, limit_px=LIMIT_PX, untiled_px=LIMIT_PX)
    whole = tifffile.imread(phantom)
    assert np.array_equal(image.pixels, whole[301:551, 700:1100])
    assert image.source.region == place
    assert (image.source.width, image.source.height) == (400, 250)
    assert len(image.source.sha256) == 64
    assert image.source.um_per_px == pytest.approx(0.2291)
    assert image.source.synthetic
    for wrong in (Region(-1, 0, 9, 9), Region(2_500, 0, 101, 9), Region(0, 0, 0, 9), Region(0, 0, 1_000, 1_000)):
        with pytest.raises(ImageError):
            read_region(phantom, wrong, limit_px=LIMIT_PX, untiled_px=LIMIT_PX)


def test_looking_at_a_large_slide_takes_little_memory(folder: Path) -> None:
    path = folder / "large.tif"
    write_whole_slide(path, 7_000, levels=3)
    tracemalloc.start()
    try:
        with closing(open_slide(path).pyramid) as pyramid:
            assert pyramid.base() is not None
            for level in range(pyramid.levels):
                pyramid.tile(level, 0, 0)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20  # the pixels alone are 147 MB
    finally:
        tracemalloc.stop()


# -- slides of vendors


@pytest.fixture
def aperio(tmp_path: Path) -> Path:
    """A file as Aperio's scanners write it."""
    path = tmp_path / "slide.svs"
    words = "Aperio Image Library v11\n1300x900 [0,0 1300x900] (240x240) JPEG/RGB Q=90|AppMag = 40|MPP = 0.25"
    tifffile.imwrite(path, FIELD, description=words, compression="jpeg", **(PLAIN | {"tile": (240, 240)}))
    return path


def test_a_vendors_slide_is_read_by_openslide(aperio: Path) -> None:
    assert vendor_store.vendor_of(aperio) == "aperio"
    slide = open_slide(aperio)
    with closing(slide.pyramid) as pyramid:
        assert slide.source.format == "Aperio"
        assert slide.source.um_per_px == pytest.approx(0.25)
        assert np.abs(pyramid.region(0, 0, 1300, 900).astype(int) - FIELD.astype(int)).mean() < 3
    with pytest.raises(ImageError) as caught:
        read_image(aperio, limit_px=10_000_000)
    assert caught.value.reason == ImageReason.WHOLE_SLIDE


def test_without_openslide_the_user_is_told_what_to_install(aperio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openslide", None)
    mirax = aperio.with_suffix(".mrxs")
    mirax.write_bytes(b"nothing of the kind")
    with pytest.raises(ImageError, match="OpenSlide") as caught:
        open_slide(mirax)
    assert "openslide-python" in caught.value.advice


def test_what_openslide_does_not_know_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "slide.ndpi"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ImageError) as caught:
        open_slide(path)
    assert caught.value.reason == ImageReason.UNSUPPORTED


# -- the cache


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60))), st.integers(0, 100))
@settings(deadline=None)
def test_the_cache_stays_within_its_limit_and_keeps_what_was_used_last(
    steps: list[tuple[int, int]], limit: int
) -> None:
    cache: TileCache[int, bytes] = TileCache(limit, len)
    for key, size in steps:
        cache.put(key, bytes(size))
        assert cache.held_bytes <= limit
        assert (cache.get(key) is not None) == (size <= limit)
    cache.forget(lambda key: key % 2 == 0)
    assert all(cache.get(key) is None for key in range(0, 10, 2))
    cache.forget()
    assert cache.held_bytes == 0


def test_the_cache_forgets_what_was_not_used_for_longest() -> None:
    cache: TileCache[str, bytes] = TileCache(30, len)
    for key in "abc":
        cache.put(key, bytes(10))
    cache.get("a")
    cache.put("d", bytes(10))
    assert [key for key in "abcd" if cache.get(key) is not None] == ["a", "c", "d"]


def test_a_file_is_hashed_once_part_by_part_and_can_be_given_up(tmp_path: Path) -> None:
    file, told = tmp_path / "slide.tif", []
    file.write_bytes(bytes(range(256)) * 40_000)

    def until_half(done: int, size: int) -> None:
        told.append((done, size))
        if done > size / 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        sha256_of(file, until_half)
    assert len(told) < 3
    digest = sha256_of(file, lambda *at: told.append(at))
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert told[-1] == (file.stat().st_size,) * 2
    assert sha256_of(file, until_half) == digest, "nothing is read again"
    file.write_bytes(b"another")
    assert sha256_of(file) == hashlib.sha256(b"another").hexdigest()
