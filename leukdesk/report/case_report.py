"""What a report of a case is made of: the case, how its images look, and the imprint that says when and by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from leukdesk.domain.case import CaseRecord, CaseStatus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.recorded import RecordedImage


@dataclass(frozen=True, slots=True)
class Imprint:
    """When a report was made, by which leukdesk, and where the audit chain ended then."""

    at: datetime  # with the time zone that all times of the report are given in
    version: str
    head_event: int
    head: str  # hash of the chain's last event, hex


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """How one image is shown: uint8 RGB of shape (height, width, 3) each, or why it cannot be."""

    pixels: NDArray[np.uint8] | None
    overlay: NDArray[np.uint8] | None = None  # the same under its heatmap, or with its cells outlined
    words: str = ""  # what the overlay shows, or why there is none
    missing: str = ""  # why there is no picture


@dataclass(frozen=True, slots=True, eq=False)
class CaseReport:
    """A case as it is given out. Equal reports make equal files, byte by byte."""

    record: CaseRecord
    imprint: Imprint
    names: Mapping[str, str] = field(default_factory=dict)  # display names of classes by id
    picture: Callable[[RecordedImage], Picture] | None = None  # None: a report without pictures
    most_pictures: int = 60

    def time(self, moment: datetime) -> str:
        """A time in the zone of the imprint, which is named once (`zone`)."""
        return f"{moment.astimezone(self.imprint.at.tzinfo):%Y-%m-%d %H:%M}"

    @property
    def zone(self) -> str:
        """The time zone of all times: "UTC", "UTC+02:00"."""
        offset = f"{self.imprint.at:%z}" or "+0000"
        return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"

    @property
    def unsigned(self) -> str:
        """What is missing for the case to be signed, as the mark across each page; empty for a signed case."""
        return _UNSIGNED.get(self.record.case.status, "NOT SIGNED")


_UNSIGNED = {
    CaseStatus.SIGNED: "",
    CaseStatus.FIRST_SIGNED: "ONE OF TWO SIGNATURES",
    CaseStatus.AMENDING: "AMENDMENT NOT SIGNED",
}
STATUS_WORDS = MappingProxyType(
    {
        CaseStatus.OPEN: "open: nobody has reviewed it",
        CaseStatus.IN_REVIEW: "in review, not signed",
        CaseStatus.FIRST_SIGNED: "signed by one of two persons",
        CaseStatus.SIGNED: "signed",
        CaseStatus.AMENDING: "opened again after it was signed; the amendment is not signed",
        CaseStatus.ERASED: "erased",
    }
)
