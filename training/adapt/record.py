"""The record of what adapting a bundle to another look is worth: `docs/results/adaptation/<bundle>.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from training.record import Figure

ADAPTED, WHOLE, LOCAL_ONLY, STATISTICS, TEMPERATURE = "adapted", "whole", "local", "statistics", "temperature"
WAYS: Mapping[str, str] = {
    ADAPTED: "adapted, as much of the change kept as original images allow",
    WHOLE: "adapted, all of the change kept",
    LOCAL_ONLY: "adapted with the local images alone",
    STATISTICS: "batch normalisation's statistics alone",
    TEMPERATURE: "temperature alone",
}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Drawn(_Strict):
    """One draw of the local images: accuracy afterwards on the unseen images of the look, and on the originals; `kept`
    is the share of the change of weights that was kept, where it was bounded."""

    seed: int
    look: float
    original: float
    kept: float | None = None


class WayOf(_Strict):
    """One way to adapt, over several draws. `gain` and `lost` are differences of accuracy to the bundle, after minus
    before, on the same images; `named` is the share under the look to which the program would give a class at all.
    Limits are resampled over the test groups and over the draws."""

    way: str
    look: Figure
    gain: Figure
    original: Figure
    change: Figure
    ece: Figure
    named: Figure | None = None
    draws: tuple[Drawn, ...]


class LookOf(_Strict):
    """One look: the bundle as it is, and what each way made of it."""

    look: str
    words: str
    before: Figure
    ece: Figure
    named: Figure | None = None
    ways: tuple[WayOf, ...]

    def completed(self, older: AdaptationRecord) -> LookOf:
        """With the ways that an older record has of this look, and this has not."""
        mine = {one.way: one for one in self.ways}
        theirs = {way.way: way for look in older.looks if look.look == self.look for way in look.ways}
        every = theirs | mine
        return self.model_copy(update={"ways": tuple(every[way] for way in WAYS if way in every)})


class AdaptationRecord(_Strict):
    """`local` images were adapted with in each draw; all figures are of `held` test images in `groups` groups."""

    format: Literal[1] = 1
    bundle: str
    sha256: str
    data: str
    local: int
    held: int
    groups: int
    original: Figure
    looks: tuple[LookOf, ...]

    def with_older(self, older: AdaptationRecord) -> AdaptationRecord:
        """This, and of the same looks whatever else was measured before with the same bundle and images."""
        if (older.sha256, older.held, older.local) != (self.sha256, self.held, self.local):
            return self
        mine = {one.look: one.completed(older) for one in self.looks}
        others = [one for one in older.looks if one.look not in mine]
        return self.model_copy(update={"looks": (*mine.values(), *others)})
