"""How images were taken, as far as their user says so: objective and camera, and the stain."""

from __future__ import annotations

import math
from dataclasses import dataclass

# The Romanowsky stains of blood smears; what a site uses is one of these, and so is what a card states, or nothing.
STAINS = ("May-Gruenwald-Giemsa", "Wright-Giemsa", "Wright", "Leishman", "Giemsa")

_FINEST_UM, _COARSEST_UM = 0.001, 100.0
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class OpticsProfile:
    """One way of taking pictures: an objective, a camera, and what both together make of a micrometre.

    Raises `ValueError` for a scale that no light microscope has (0.001 to 100 um per pixel) and for a profile without
    any name, or with one of more than one line or 80 characters.
    """

    objective: str
    camera: str
    um_per_px: float

    def __post_init__(self) -> None:
        for text in (self.objective, self.camera):
            if not isinstance(text, str) or len(text) > _NAME_LENGTH or not text.isprintable():
                raise ValueError("a name is one line of at most 80 characters")
        if not self.name:
            raise ValueError("a profile needs an objective or a camera")
        number = isinstance(self.um_per_px, int | float) and not isinstance(self.um_per_px, bool)
        if not number or not math.isfinite(self.um_per_px) or not _FINEST_UM <= self.um_per_px <= _COARSEST_UM:
            raise ValueError("a scale is a number from 0.001 to 100 µm per pixel")

    @property
    def name(self) -> str:
        """What it is called and chosen by."""
        return " · ".join(part for part in (self.objective.strip(), self.camera.strip()) if part)


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How one image was taken. `um_per_px` is that of the profile chosen for it or for its folder."""

    um_per_px: float | None = None
    for_this_image: bool = False  # chosen for the very image, so that it counts more than what the file states
    stain: str = ""  # one of `STAINS`, or empty where nobody said

    def scale(self, stated: float | None) -> float | None:
        """The scale to believe in, given the one that the file states."""
        if self.um_per_px is not None and (self.for_this_image or stated is None):
            return self.um_per_px
        return stated

    def other_stain_than(self, card_stain: str) -> bool:
        """Whether a card states another stain; never where either side does not say."""
        known = {one.casefold() for one in STAINS}
        ours, theirs = self.stain.casefold(), card_stain.strip().casefold()
        return ours in known and theirs in known and ours != theirs
