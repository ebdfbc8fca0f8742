"""Other looks of the same images, fixed and strong: what a bundle is adapted to where its adaptation is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.augment.acquisition import blurred, recompressed
from training.augment.pixels import Image
from training.augment.site import background, relit


@dataclass(frozen=True, slots=True)
class Look:
    """Another laboratory's light (RGB of the background), densities of stain, lens and file, and what to call them."""

    words: str
    density: tuple[float, float, float]
    light: tuple[float, float, float]
    sigma: float  # of the blur, px at 224 px
    quality: int  # of the JPEG

    def __call__(self, image: Image) -> Image:
        """The image (uint8 RGB) as that laboratory would have taken it."""
        shown = relit(image, background(image), self.density, self.light)
        return recompressed(blurred(shown, self.sigma * max(image.shape[:2]) / 224), self.quality)


# `dim_warm` served to choose the method, on validation groups; `pale_green` was kept for the measurement alone.
LOOKS: Mapping[str, Look] = {
    "dim_warm": Look(
        "a dim, warm lamp, red paler and blue denser than before, slightly out of focus, JPEG of quality 70",
        (0.7, 0.9, 1.3),
        (180.0, 150.0, 105.0),
        0.8,
        70,
    ),
    "pale_green": Look(
        "stain half as dense in green light, out of focus, JPEG of quality 60",
        (0.45, 0.6, 0.35),
        (150.0, 185.0, 140.0),
        1.0,
        60,
    ),
}
