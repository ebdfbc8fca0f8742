"""How one slide looks: what is stained there, how purple its nuclei are, and how wide its red cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leukdesk.domain.cell import FieldScale, ScaleOrigin
from leukdesk.imaging.cells_light import Densities, Pixels, densities, lamp, otsu, shrunk
from leukdesk.imaging.red_cells import red_cell_px

_SIDE = 384  # px: the copy that is measured
_ASSUMED_UM = 0.15  # um per px of a camera on a 100x objective, where nothing says better
_LEAST_STAINED = 0.05  # optical density
_STAINED = 0.6  # of Otsu's threshold of total density: pale red cells count as stained
_LEAST_PURPLE, _APART = 0.20, 0.15  # density of a nucleus, and how far above that of red cells
_OTHER_HUE, _MUCH_DENSER = 1.12, 3.0  # a nucleus is of another hue than red cells, or several times as dense
_FEW = 50  # px

# The disc that fits into a dried red cell on phantoms of known scale; the cell itself is 7.0-7.4 um wide (Bain 2022).
_RED_CELL_UM = 6.4


@dataclass(frozen=True, slots=True)
class SlideLook:
    """What the finder learns of a slide before it looks for cells; all densities as in `Densities`."""

    scale: FieldScale
    stained: float  # total density above which something lies on the glass
    nucleus: float  # purple above which it is a nucleus; infinite where nothing in view is one
    red_purple: float  # median purple of what is no nucleus
    red_total: float  # its median total density
    nucleus_purple: float  # median purple of what is

    @property
    def has_nuclei(self) -> bool:
        """Whether anything in view is stained like a nucleus."""
        return bool(np.isfinite(self.nucleus))


def learn_look(pixels: Pixels, um_per_px: float | None) -> SlideLook:
    """Learn from one view, uint8 RGB (height, width, 3); `um_per_px` is the scale where it is known, else None."""
    factor = min(1.0, _SIDE / max(pixels.shape[:2]))
    small = shrunk(pixels, factor)
    taken = densities(small, lamp(small))
    stained = max(_STAINED * otsu(np.clip(taken.total, -0.1, 0.6)), _LEAST_STAINED)
    nucleus, red_purple, red_total, purple = _populations(taken, stained)
    scale = _scale(taken, nucleus, factor, um_per_px)
    return SlideLook(scale, stained, nucleus, red_purple, red_total, purple)


def pooled(looks: Sequence[SlideLook]) -> SlideLook:
    """The look of a slide seen in several views (at least one): medians, of views with nuclei for their part."""
    with_nuclei = [one for one in looks if one.has_nuclei] or list(looks)
    scaled = [one for one in looks if one.scale.known] or list(looks)
    um_per_px = float(np.median([one.scale.um_per_px for one in scaled]))
    return SlideLook(
        FieldScale(um_per_px, scaled[0].scale.origin),
        float(np.median([one.stained for one in looks])),
        float(np.median([one.nucleus for one in with_nuclei])),
        float(np.median([one.red_purple for one in with_nuclei])),
        float(np.median([one.red_total for one in with_nuclei])),
        float(np.median([one.nucleus_purple for one in with_nuclei])),
    )


def _populations(taken: Densities, stained: float) -> tuple[float, float, float, float]:
    """Purple above which it is a nucleus, medians of purple and total of the rest, median purple of nuclei.

    Otsu's threshold among what is stained, then the middle between both medians, since nuclei are few or many. The
    same dye in another amount makes no nucleus: where the darker half has the hue of the paler one, there is none.
    """
    object_ = taken.total > stained
    purple, total = taken.purple[object_], taken.total[object_]
    if purple.size < _FEW:
        return float("inf"), 0.0, 0.1, 0.0
    between = max(otsu(purple), 0.0)
    for _ in range(3):
        rest, nuclei = purple[purple <= between], purple[purple > between]
        if nuclei.size < 5 or not rest.size:
            break
        low, high = float(np.median(rest)), float(np.median(nuclei))
        between = max((low + high) / 2, low + 0.12)
    is_rest = purple <= between
    if not is_rest.any() or is_rest.all():
        return float("inf"), float(np.median(purple)), float(np.median(total)), 0.0
    low, low_total = float(np.median(purple[is_rest])), float(np.median(total[is_rest]))
    high, high_total = float(np.median(purple[~is_rest])), float(np.median(total[~is_rest]))
    other_hue = high / max(high_total, 0.01) > _OTHER_HUE * low / max(low_total, 0.01)
    limit = max(between, low + _APART, _LEAST_PURPLE)
    if low > 0.08 and not other_hue and high < _MUCH_DENSER * low:
        limit = float("inf")
    return limit, low, low_total, high


def _scale(taken: Densities, nucleus: float, factor: float, um_per_px: float | None) -> FieldScale:
    if um_per_px is not None:
        return FieldScale(um_per_px, ScaleOrigin.STATED)
    width = red_cell_px(taken.total, np.asarray(taken.purple > nucleus))
    if width is None:
        return FieldScale(_ASSUMED_UM, ScaleOrigin.ASSUMED)
    return FieldScale(_RED_CELL_UM * factor / width, ScaleOrigin.RED_CELLS)
