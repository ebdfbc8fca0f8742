"""Whether a picture can be read at all, measured on a small copy of it.

The limits were set on some nine thousand published smear images of six laboratories, so that they pass, and on the same
images blurred, darkened, bleached and emptied, so that those do not. All is measured with the longer side reduced to
224 px (never enlarged), so that the numbers of a camera's 5 megapixels and of a small crop can be compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from leukdesk.domain.image import SmearImage
from leukdesk.domain.quality import Quality, QualityFlag
from leukdesk.imaging.marks import has_marks
from leukdesk.imaging.preprocess import fitted

_WORKING_SIDE = 224  # px
_TILES = 8  # a side
_OCCUPIED = 0.02  # of a tile
_COLOUR = 12  # levels between the largest and the smallest channel: less is neutral
_OBJECT = 12  # levels off the surroundings, in the half: more than noise
_SURROUNDINGS = 17  # px of the half
_SMOOTHING = 1.5  # px of the working copy, of which the means of 2 x 2 px are a part: their variance is 0.5^2
_GAUSSIAN = cv2.getGaussianKernel(7, math.sqrt(_SMOOTHING**2 - 0.25) / 2, cv2.CV_32F)  # four deviations to each side
_PER_PX = 0.25  # a px of the half is two of the working copy
_BLACK = 4  # levels: the background that was cut away around single cells

_BLANK_SHARE = 0.001  # of the pixels: 50 px of the working copy, a small lymphocyte in a wide field
_BLURRED = 0.061  # edges softer than 2.5 px of the working copy
_DARK, _DARK_CUT_OUT = 90, 45  # 99th percentile of luminance; the second for cells cut out on black
_BRIGHT = 225  # luminance above which nothing is stained
_LOW_CONTRAST = 20
# Of the brightest level: what is darker is covered. Light that falls off to the rims makes glass look covered, too,
# so a view is only called full by the stricter of the two, and only called empty by the other.
_COVERED, _SURELY_COVERED = 0.94, 0.88
_THIN, _THICK = 0.20, 0.75  # of the view: of published images 0.04 and 0.3 % are beyond, and look it
_SCALE_FACTOR = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class _Working:
    """What is measured of the small copy more than once. Levels are counted in all of it; what has a place is measured
    in its half, the means of 2 x 2 px, of shape (height / 2, width / 2): a quarter of the work, and blur is softer."""

    reached: NDArray[np.float64]  # of the luminance: for each level 0..255 the share that does not exceed it
    brightness: float  # mean luminance
    half: MatLike  # uint8 RGB, with 3 channels
    channels: tuple[NDArray[np.uint8], ...]  # its red, green and blue
    light: NDArray[np.float32]  # its luminance, not rounded: blur is measured in it
    most: MatLike  # the largest channel
    spread: NDArray[np.uint8]  # largest minus smallest channel
    is_grey: bool

    @property
    def coloured(self) -> NDArray[np.bool_]:
        """Pixels that can be specimen: the ink of scale bars and labels is neutral; in a grey image all pixels can."""
        return np.asarray(self.spread >= (0 if self.is_grey else _COLOUR))


def measure_quality(
    image: SmearImage, *, input_size: int, um_per_px: float | None, fitted_to_input: NDArray[np.uint8] | None = None
) -> Quality:
    """Measure an image before a model of `input_size` px sees it.

    `um_per_px` is the scale the bundle expects of its input; it is compared with the scale the image has once its
    longer side is reduced to `input_size`, and only where both are known. `fitted_to_input` is what `preprocess.fitted`
    made of it for that size: reducing a large picture twice costs more than all that is measured.
    """
    enough = fitted_to_input is not None and input_size == _WORKING_SIDE < max(image.pixels.shape[:2])
    working = _working(fitted_to_input if fitted_to_input is not None and enough else image.pixels)
    objects = np.asarray(working.coloured & _objects(working))
    low, high, top = (_level(working.reached, share) for share in (0.05, 0.95, 0.99))
    sharpness = _sharpness(working.light, objects)
    flags = _content_flags(working, objects, top, sharpness) | _scale_flags(image, input_size, um_per_px)
    if QualityFlag.BLANK not in flags:
        flags |= _density_flags(working.reached, top)
    if not _is_cut_out(working.reached) and has_marks(image.pixels):
        flags.add(QualityFlag.MARKS)
    if high - low < _LOW_CONTRAST:
        flags.add(QualityFlag.LOW_CONTRAST)
    if working.is_grey:
        flags.add(QualityFlag.GREY)
    return Quality(
        flags=tuple(flag for flag in QualityFlag if flag in flags),
        brightness=working.brightness,
        contrast=float(high - low),
        sharpness=sharpness,
        saturation=_saturation(working),
        stained=_stained(working),
    )


def _working(pixels: NDArray[np.uint8]) -> _Working:
    if max(pixels.shape[:2]) > _WORKING_SIDE:
        pixels = fitted(pixels, _WORKING_SIDE)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    half = _halved(pixels)
    red, green, blue = channels = tuple(np.asarray(one, np.uint8) for one in cv2.split(half))
    most = cv2.max(cv2.max(red, green), blue)
    spread = np.asarray(cv2.subtract(most, cv2.min(cv2.min(red, green), blue)), np.uint8)
    is_grey = _share(spread < _COLOUR) >= 0.99
    light = np.asarray(_halved(grey.astype(np.float32)), np.float32)
    brightness = cv2.sumElems(grey)[0] / grey.size
    return _Working(_reached(grey), brightness, half, channels, light, most, spread, is_grey)


def _halved(pixels: MatLike) -> MatLike:
    """Means of 2 x 2 px; an odd last row or column is left out, unless there is no other."""
    rows, columns = (max(1, side // 2) for side in pixels.shape[:2])
    return cv2.resize(pixels[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)


def _reached(values: NDArray[np.uint8]) -> NDArray[np.float64]:
    """For each level 0..255 the share of the values that do not exceed it."""
    return np.cumsum(cv2.calcHist([values], [0], None, [256], [0, 256]).ravel(), dtype=np.float64) / values.size


def _level(reached: NDArray[np.float64], share: float) -> int:
    """The smallest level that at least this share of the values does not exceed."""
    return min(255, int(np.searchsorted(reached, share - 1e-9)))


def _is_cut_out(reached: NDArray[np.float64]) -> bool:
    """Whether this is a single cell whose surroundings were painted black."""
    return bool(reached[_BLACK] > 0.4)


def _density_flags(reached: NDArray[np.float64], top: int) -> set[QualityFlag]:
    """Whether too little or too much of the view is covered, against its brightest part."""
    if _is_cut_out(reached):
        return set()
    if reached[int(top * _COVERED)] < _THIN:
        return {QualityFlag.THIN}
    return {QualityFlag.THICK} if reached[int(top * _SURELY_COVERED)] > _THICK else set()


def _share(mask: NDArray[np.bool_]) -> float:
    return int(np.count_nonzero(mask)) / mask.size


def _content_flags(working: _Working, objects: NDArray[np.bool_], top: int, sharpness: float) -> set[QualityFlag]:
    flags = set()
    cut_out = _is_cut_out(working.reached)
    if top < (_DARK_CUT_OUT if cut_out else _DARK):
        flags.add(QualityFlag.DARK)
    if _share(working.coloured & (working.light < _BRIGHT)) < _BLANK_SHARE:
        flags.add(QualityFlag.BRIGHT)
    if _share(objects) < _BLANK_SHARE:
        flags.add(QualityFlag.BLANK)
    elif sharpness < _BLURRED:
        flags.add(QualityFlag.BLURRED)
    return flags


def _objects(working: _Working) -> NDArray[np.bool_]:
    """Pixels that differ from their surroundings in any channel; uneven light alone makes none."""
    around = cv2.blur(working.half, (_SURROUNDINGS, _SURROUNDINGS), borderType=cv2.BORDER_REFLECT)
    red, green, blue = cv2.split(cv2.absdiff(working.half, around))
    return np.asarray(cv2.max(cv2.max(red, green), blue)) > _OBJECT


def _saturation(working: _Working) -> float:
    saturation = cv2.divide(working.spread, np.maximum(working.most, np.uint8(1)), dtype=cv2.CV_32F)
    return float(cv2.sumElems(saturation)[0] / saturation.size)


def _sharpness(light: NDArray[np.float32], objects: NDArray[np.bool_]) -> float:
    """Energy of the Laplacian over energy of the gradient: the median of those of 8 x 8 tiles that hold objects.

    Of an edge that a Gaussian of s px has softened, both smoothed by 1.5 px against noise, it is 1 / (2 (s^2 + 1.5^2)),
    whatever its contrast: 0.2 for s = 0.5, 0.06 for s = 2.5. The plain variance of the Laplacian
    (Pech-Pacheco et al. 2000, doi 10.1109/ICPR.2000.903548) takes noise and a burnt-in scale bar for sharpness and pale
    stain for blur. 0 where nothing is in view.
    """
    occupied = _tiles(objects.astype(np.float32)) > _OCCUPIED
    if not occupied.any():
        return 0.0
    smooth = cv2.sepFilter2D(light, cv2.CV_32F, _GAUSSIAN, _GAUSSIAN, borderType=cv2.BORDER_REPLICATE)
    bends = cv2.Laplacian(smooth, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
    bent = _tiles(bends * bends)[occupied]
    edges = np.maximum(_tiles(across * across + down * down)[occupied], np.float32(1e-6))
    return _PER_PX * _median(bent / edges)


def _median(values: NDArray[np.floating]) -> float:
    """As `np.median` of float32, in a tenth of its time for so few values."""
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half]) if len(values) % 2 else float((ordered[half - 1] + ordered[half]) / np.float32(2))


def _tiles(values: MatLike) -> NDArray[np.float32]:
    """Means over 8 x 8 tiles, float32 as the values."""
    return np.asarray(cv2.resize(values, (_TILES, _TILES), interpolation=cv2.INTER_AREA), np.float32)


def _stained(working: _Working) -> float:
    """Share of pixels that are purple on white light: Romanowsky-stained nuclei, with granules and deep cytoplasm.

    An estimate for the eye and for sorting, not a segmentation. Red cells are pink or grey: less blue than green is
    taken from them, or more red.
    """
    red, green, blue = working.channels
    of_red, of_green, of_blue = (255.0 / _light(channel) for channel in working.channels)  # the lamp's colour goes
    purple = _exceeds(blue, of_blue, green, of_green, 45)
    cv2.min(purple, _exceeds(red, of_red, green, of_green, -4), dst=purple)
    cv2.min(purple, _exceeds(blue, of_blue, red, of_red, -4), dst=purple)
    return cv2.countNonZero(purple) / purple.size


def _exceeds(one: NDArray[np.uint8], gain: float, other: NDArray[np.uint8], other_gain: float, by: float) -> MatLike:
    """Not 0 where one channel times its gain is larger than the other by more than this.

    The difference is taken a thousandfold, so that what is left of it in a byte tells 0.0005 from nothing.
    """
    return cv2.addWeighted(one, 1000 * gain, other, -1000 * other_gain, -1000 * by)


def _light(channel: NDArray[np.uint8]) -> int:
    """The level that 95 % of a channel do not exceed, 128 at least: the background."""
    return max(_level(_reached(channel), 0.95), 128)


def _scale_flags(image: SmearImage, input_size: int, um_per_px: float | None) -> set[QualityFlag]:
    flags = set()
    longer = max(image.source.width, image.source.height)
    if longer < input_size:
        flags.add(QualityFlag.SMALL)
    if um_per_px and image.source.um_per_px:
        ratio = image.source.um_per_px * longer / input_size / um_per_px
        if not 1 / _SCALE_FACTOR <= ratio <= _SCALE_FACTOR:
            flags.add(QualityFlag.SCALE)
    return flags
