"""um per pixel is taken where a file states it and never guessed from a printer's resolution."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from smear_files import chunk, png_with, read, saved, smear, tiff

from leukdesk.imaging.scale import from_description, from_resolution, significant_bits

RGB = smear()
IMAGE = Image.fromarray(RGB)


@pytest.mark.parametrize("dpi", [1, 72, 96, 150, 300, 600, 1200, 2400, 4800])
def test_resolutions_of_screens_and_printers_say_nothing(dpi: int, tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "BMP", "TIFF"):
        assert read(tmp_path, saved(IMAGE, kind, dpi=(dpi, dpi))).source.um_per_px is None


@pytest.mark.parametrize("um", [0.05, 0.1, 0.25, 1.0, 4.0])
def test_resolution_of_a_microscope_is_believed(um: float, tmp_path: Path) -> None:
    per_metre = round(1e6 / um)
    png = png_with(chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)))
    assert read(tmp_path, png).source.um_per_px == pytest.approx(um, rel=1e-3)
    tagged = tiff(RGB, photometric="rgb", resolution=(10_000 / um, 10_000 / um), resolutionunit="centimeter")
    assert read(tmp_path, tagged).source.um_per_px == pytest.approx(um, rel=1e-3)


def test_resolution_without_unit_or_with_oblong_pixels_says_nothing(tmp_path: Path) -> None:
    for x, y, unit in ((10_000_000, 10_000_000, 0), (10_000_000, 8_000_000, 1), (0, 0, 1)):
        assert read(tmp_path, png_with(chunk(b"pHYs", struct.pack(">IIB", x, y, unit)))).source.um_per_px is None
    without_unit = tiff(RGB, photometric="rgb", resolution=(1e5, 1e5), resolutionunit="none")
    assert read(tmp_path, without_unit).source.um_per_px is None


def test_ome_tiff(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer, ome=True) as writer:
        scale = {"PhysicalSizeX": 65.0, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 65.0, "PhysicalSizeYUnit": "nm"}
        writer.write(np.stack([RGB] * 2), photometric="rgb", metadata={"axes": "ZYXS", **scale})
    image = read(tmp_path, buffer.getvalue(), page=1)
    assert image.source.um_per_px == pytest.approx(0.065)
    assert image.source.pages == 2


def test_imagej_tiff(tmp_path: Path) -> None:
    data = tiff(RGB, imagej=True, resolution=(20.0, 20.0), metadata={"unit": "um"})
    assert read(tmp_path, data).source.um_per_px == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("text", "resolution", "expected"),
    [
        ('<OME><Pixels PhysicalSizeX="0.1"/></OME>', 0, 0.1),
        ('<OME><Pixels PhysicalSizeX="0.1" PhysicalSizeXUnit="µm" PhysicalSizeY="0.1"/></OME>', 0, 0.1),
        ('<OME><Pixels PhysicalSizeX="0.1" PhysicalSizeY="0.2"/></OME>', 0, None),
        ('<OME><Pixels PhysicalSizeX="0.1" PhysicalSizeXUnit="pixel"/></OME>', 0, None),
        ('<OME><Pixels PhysicalSizeX="-1"/></OME>', 0, None),
        ('<OME><Pixels PhysicalSizeX="nan"/></OME>', 0, None),
        ('<OME><Pixels PhysicalSizeX="a lot"/></OME>', 0, None),
        ("<OME></OME>", 0, None),
        ("ImageJ=1.54\nunit=micron\n", 10.0, 0.1),
        ("ImageJ=1.54\nunit=\\u00B5m\n", 10.0, 0.1),
        ("ImageJ=1.54\nunit=inch\n", 72.0, None),
        ("ImageJ=1.54\nunit=pixel\n", 1.0, None),
        ("ImageJ=1.54\nunit=micron\n", 0.0, None),
        ("ImageJ=1.54\n", 10.0, None),
        ("Aperio Image Library v12\n46000x32914 |AppMag = 40|MPP = 0.2520|Left = 25", 0, 0.252),
        ("MPP of this camera is unknown", 0, None),
        ("", 0, None),
    ],
)
def test_descriptions(text: str, resolution: float, expected: float | None) -> None:
    assert from_description(text, resolution) == (None if expected is None else pytest.approx(expected))


@given(st.text(max_size=300), st.floats())
def test_any_description_gives_a_believable_scale_or_none(text: str, resolution: float) -> None:
    for start in ("", "<OME><Pixels ", "ImageJ=1\nunit=um\n", "|MPP = "):
        scale = from_description(start + text, resolution)
        assert scale is None or 0 < scale <= 100


@given(st.floats(), st.floats(), st.sampled_from([1e6, 25_400.0, 10_000.0]))
def test_any_resolution_gives_a_scale_of_light_microscopy_or_none(x: float, y: float, unit: float) -> None:
    scale = from_resolution(x, y, unit)
    assert scale is None or 0.01 <= scale <= 5


def test_significant_bits_come_from_the_pixels_tag_only() -> None:
    assert significant_bits('<OME><Pixels SizeX="4" SignificantBits="12">') == 12
    assert significant_bits('<OME><Note SignificantBits="10"/><Pixels SizeX="4"/>') is None
    assert significant_bits("") is None
