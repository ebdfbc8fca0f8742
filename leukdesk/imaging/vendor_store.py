"""Slides of scanner vendors (Aperio, Hamamatsu, Leica, MIRAX, Philips, Ventana, Zeiss, ...), read by OpenSlide."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageError
from leukdesk.imaging.colour import on_white
from leukdesk.imaging.refusal import damaged, unsupported

if TYPE_CHECKING:
    from openslide import OpenSlide

_UM_AT_MOST = 100.0


class VendorStore:
    """A `pyramid.Store` over a slide that OpenSlide knows."""

    bits, pages, description = 8, 1, ""

    def __init__(self, path: Path) -> None:
        """Raises `ImageError`: unsupported or damaged."""
        openslide = _openslide()
        try:
            self._slide: OpenSlide = openslide.OpenSlide(path)
            self.sizes: tuple[tuple[int, int], ...] = tuple(self._slide.level_dimensions)
            self._scales = self._slide.level_downsamples
            self.um_per_px = _scale(dict(self._slide.properties))
        except openslide.OpenSlideUnsupportedFormatError as error:
            raise unsupported("OpenSlide does not know this slide's format", "Export it as OME-TIFF.") from error
        except openslide.OpenSlideError as error:
            raise damaged(str(error)) from error

    def read(self, level: int, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        """See `pyramid.Store`."""
        openslide = _openslide()
        scale = self._scales[level]
        try:
            region = self._slide.read_region((round(left * scale), round(top * scale)), level, (width, height))
        except openslide.OpenSlideError as error:
            raise damaged(str(error)) from error
        rgba = np.asarray(region)
        return np.ascontiguousarray(on_white(rgba[:, :, :3], rgba[:, :, 3]))

    def close(self) -> None:
        """See `pyramid.Store`."""
        self._slide.close()


def vendor_of(path: Path) -> str:
    """The vendor whose slide this is, as OpenSlide calls it; empty for none, for plain TIFF, and without OpenSlide."""
    try:
        vendor = _openslide().OpenSlide.detect_format(path) or ""
    except ImageError:
        return ""
    return "" if vendor == "generic-tiff" else vendor


def library_version() -> str:
    """The version of OpenSlide's library. Raises `ImageError` where it is not installed."""
    version: str = _openslide().__library_version__
    return version


def _openslide() -> ModuleType:
    try:
        import openslide
    except (ImportError, OSError) as error:  # OSError: its library is not there
        what = "slides of this kind are read by OpenSlide, which is not installed"
        advice = "Install openslide-python and openslide-bin, or export the slide as OME-TIFF."
        raise unsupported(what, advice) from error
    module: ModuleType = openslide
    return module


def _scale(properties: dict[str, str]) -> float | None:
    try:
        x, y = (float(properties[f"openslide.mpp-{axis}"]) for axis in "xy")
    except (KeyError, ValueError):
        return None
    return x if 0 < x <= _UM_AT_MOST and abs(x - y) <= 0.01 * x else None
