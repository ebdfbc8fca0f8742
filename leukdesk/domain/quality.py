"""What was measured of an image before a model looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class QualityFlag(StrEnum):
    """One thing about an image that a technician should know."""

    BLANK = "blank"  # nothing stained in view
    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"
    LOW_CONTRAST = "low_contrast"
    GREY = "grey"  # no colour, so no stain to read
    THIN = "thin"  # next to nothing lies on the glass
    THICK = "thick"  # next to no bare glass: cells lie on each other
    MARKS = "marks"  # a scale bar or writing is burnt in
    SMALL = "small"  # fewer pixels than the model's input
    SCALE = "scale"  # um/px is far from the bundle's
    STAIN = "stain"  # the site stains otherwise than what the bundle was trained on


# With these the picture cannot be read by anyone, so no model answer is accepted.
REFUSING_FLAGS = frozenset({QualityFlag.BLANK, QualityFlag.BLURRED, QualityFlag.DARK, QualityFlag.BRIGHT})


@dataclass(frozen=True, slots=True)
class Quality:
    """Flags and the measurements behind them (all of the luminance in 0..255 unless said otherwise)."""

    flags: tuple[QualityFlag, ...]
    brightness: float  # mean
    contrast: float  # from the 5th to the 95th percentile
    sharpness: float  # Laplacian over gradient energy at the model-independent working size: 0.3 crisp, 0.06 blurred
    saturation: float  # mean of HSV saturation, 0..1
    stained: float  # share of pixels with the purple of stained nuclei, 0..1

    @property
    def refuses(self) -> tuple[QualityFlag, ...]:
        """Those flags that forbid an accepted answer."""
        return tuple(flag for flag in self.flags if flag in REFUSING_FLAGS)

    def __str__(self) -> str:
        return " ".join(self.flags) or "ok"
