"""Micrometres per pixel, where a file states them and they can be believed.

The rule: a statement made for microscopes (OME, ImageJ, Aperio) is taken if it is a length in a known unit above zero
and at most 100 um. A resolution field (PNG pHYs, TIFF XResolution, JFIF density, BMP pixels per metre) is made for
printers and screens: 72, 96 or 300 dpi mean 353, 265 or 85 um and say nothing of the specimen. It is taken only
between 0.01 and 5 um, finer than any usual print (5 080 dpi and more) and the range of light microscopes (0.05 um at
100x to 4 um at 2.5x). Pixels that are not square (more than 1 % apart) state no single scale.
"""

from __future__ import annotations

import math
import re

_UM = {
    "um": 1.0, "µm": 1.0, "μm": 1.0, "micron": 1.0, "microns": 1.0, "micrometer": 1.0, "micrometre": 1.0,
    "nm": 1e-3, "mm": 1e3, "cm": 1e4, "m": 1e6, "å": 1e-4,
}  # fmt: skip
_FINEST_PRINT_UM, _FINEST_LIGHT_UM, _COARSEST_UM = 5.0, 0.01, 100.0
_SEARCHED = 1 << 20  # characters of a description that are looked at


def from_resolution(pixels_x: float, pixels_y: float, unit_um: float) -> float | None:
    """um per pixel of a resolution in pixels per `unit_um`; None where it is a printer's or not square."""
    if not (_positive(pixels_x) and _positive(pixels_y) and _square(pixels_x, pixels_y)):
        return None
    scale = unit_um / pixels_x
    return scale if _FINEST_LIGHT_UM <= scale <= _FINEST_PRINT_UM else None


def from_description(text: str, resolution_x: float = 0.0) -> float | None:
    """um per pixel stated in a TIFF ImageDescription by OME, ImageJ (which needs XResolution) or Aperio."""
    text = text[:_SEARCHED]
    if "<OME" in text or "<Pixels" in text:
        return _from_ome(text)
    if text.startswith("ImageJ="):
        unit = re.search(r"^unit=(.+)$", text, re.MULTILINE)
        return _from_imagej(unit.group(1).strip(), resolution_x) if unit else None
    aperio = re.search(r"\|\s*MPP\s*=\s*([0-9.]+)", text)
    return _believed(_number(aperio.group(1)), "um") if aperio else None


def significant_bits(text: str) -> int | None:
    """The bits that OME says are in use, of samples stored in wider words."""
    found = re.search(r'\bSignificantBits="(\d{1,2})"', _ome_pixels(text[:_SEARCHED]))
    return int(found.group(1)) if found else None


def channels_of_ome(text: str) -> int | None:
    """The colour channels that OME states for an image of a single plane and moment."""
    stated = dict(re.findall(r'\b(Size[CZT])="(\d{1,4})"', _ome_pixels(text[:_SEARCHED])))
    single = stated.get("SizeZ", "1") == "1" and stated.get("SizeT", "1") == "1"
    return int(stated["SizeC"]) if single and "SizeC" in stated else None


def _from_ome(text: str) -> float | None:
    stated = dict(re.findall(r'\b(PhysicalSize[XY](?:Unit)?)="([^"]*)"', _ome_pixels(text)))
    x = _believed(_number(stated.get("PhysicalSizeX", "")), stated.get("PhysicalSizeXUnit", "µm"))
    if x is None or "PhysicalSizeY" not in stated:
        return x
    y = _believed(_number(stated["PhysicalSizeY"]), stated.get("PhysicalSizeYUnit", "µm"))
    return x if y is not None and _square(x, y) else None


def _ome_pixels(text: str) -> str:
    """The first Pixels tag: found without an XML parser, which a hostile file could make run for ever."""
    start = text.find("<Pixels")
    return text[start : text.find(">", start) + 1] if start >= 0 else ""


def _from_imagej(unit: str, resolution_x: float) -> float | None:
    unit = unit.replace("\\u00B5", "µ")  # ImageJ escapes the micro sign
    return _believed(1.0 / resolution_x, unit) if _positive(resolution_x) else None


def _believed(size: float, unit: str) -> float | None:
    scale = size * _UM.get(unit.strip().lower(), math.nan)
    return scale if _positive(scale) and scale <= _COARSEST_UM else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _square(x: float, y: float) -> bool:
    return abs(x - y) <= 0.01 * max(x, y)
