"""Which share of an adaptation's change of weights is kept: the largest that hardly loses more than half a point."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluate.intervals import Interval, resample_weights
from training.gate.verdict import RESAMPLES, paired_difference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.run import Run

FILE = "kept.json"  # in the run's folder
# Tried in this order; none of them: 0. The last third of the change cost most and gained least (docs/decisions/0039).
SHARES = (0.7, 0.5, 0.35, 0.25, 0.15)
# Of accuracy: the loss that is to be exceeded in at most `UNLIKELY` of the resamples of whole groups. Half of the point
# that may be lost on unseen images: most of those asked were learned once, and are forgotten less.
LIMIT = 0.005
UNLIKELY = 0.05


@dataclass(frozen=True, slots=True)
class Tried:
    """A share of the change of weights, its difference in accuracy (after minus before), and how low that may be."""

    share: float
    difference: float
    least: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept. `difference` is that on the original images asked, with 95 % limits over their groups."""

    share: float
    difference: tuple[float, float, float]
    images: int
    groups: int
    limit: float
    tried: tuple[Tried, ...]
    weights: str = ""  # SHA-256 of the file of weights that this was decided for

    def to_json(self) -> dict[str, Any]:
        """As `adaptation.json` says it, without the weights."""
        return {name: value for name, value in asdict(self).items() if name != "weights"}


def read_kept(run: Run) -> Kept | None:
    """What was decided before; `None` where nothing was."""
    file = run.folder / FILE
    if not file.is_file():
        return None
    said = json.loads(file.read_text("utf-8"))
    tried = tuple(Tried(**one) for one in said.pop("tried"))
    return Kept(**said | {"difference": tuple(said["difference"]), "tried": tried})


def choose_share(right: Callable[[float], NDArray[np.bool_]], groups: Sequence[str], *, seed: int) -> Kept:
    """The largest share of the change with which hardly fewer images are right than without any; 0 where none is.

    `right` tells for a share which images, bool (n,), are named rightly; `groups` (n,) are theirs.
    """
    units = np.asarray(np.unique(np.asarray(groups), return_inverse=True)[1], np.intp)
    before = right(0.0).astype(np.float64)
    tried: list[Tried] = []
    gain = np.zeros_like(before)
    for share in SHARES:
        gain = right(share) - before
        tried.append(Tried(share, float(gain.mean()), _least(gain, units, seed)))
        if tried[-1].least >= -LIMIT:
            break
    else:
        share, gain = 0.0, np.zeros_like(before)
    found = paired_difference(gain, units, seed=seed) if share else Interval(0.0, 0.0, 0.0, len(gain))
    limits = (found.value, found.low, found.high)
    return Kept(share, limits, len(gain), int(units.max()) + 1, LIMIT, tuple(tried))


def _least(gain: NDArray[np.float64], units: NDArray[np.intp], seed: int) -> float:
    """What only `UNLIKELY` of the resamples of whole groups go below."""
    means = [one @ gain / one.sum(axis=1) for one in resample_weights(units, resamples=RESAMPLES, seed=seed)]
    return float(np.quantile(np.concatenate(means), UNLIKELY))


def notes_on_kept(kept: Kept | None) -> list[str]:
    """What was made of the change, as codes for `adaptation.json`."""
    if kept is None:
        return ["loss_not_bounded"]
    if kept.share == SHARES[0]:
        return []
    return ["change_cut_back"] if kept.share else ["no_change_kept"]
