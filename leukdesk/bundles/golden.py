"""Golden samples: inputs kept with the outputs they must give, so that any engine can be checked anywhere."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from leukdesk.bundles.document import parse_document
from leukdesk.bundles.names import EXPECTED
from leukdesk.bundles.refusal import listed, refused
from leukdesk.domain.card import Probability
from leukdesk.domain.errors import BundleReason

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.card import Card
    from leukdesk.domain.errors import BundleError

FOLDER = "golden/"
# What Pillow raises for damaged pictures, found by damaging them.
_UNDECODABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error)
_SUM_TOLERANCE = 1e-3  # expected probabilities are written with few digits


@dataclass(frozen=True, slots=True, eq=False)
class GoldenSample:
    """One input, uint8 RGB of shape (size, size, 3), and what the model answers to it, in class order."""

    name: str  # of the file, such as "00.png"
    input: NDArray[np.uint8]
    logits: tuple[float, ...]
    probabilities: tuple[float, ...]  # calibrated


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ExpectedSample(_Strict):
    """One entry of `golden/expected.json`."""

    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.png$", max_length=80)]
    logits: tuple[float, ...]
    probabilities: tuple[Probability, ...]


class _Expected(_Strict):
    samples: tuple[ExpectedSample, ...] = Field(min_length=1)


def expected_samples(data: bytes, card: Card, bundle: str) -> tuple[ExpectedSample, ...]:
    """The entries of `golden/expected.json`; raises `BundleError` unless they fit the card's classes and its files."""
    expected = parse_document(data, _Expected, bundle=bundle, name=EXPECTED, reason=BundleReason.BAD_GOLDEN)
    _check_files([FOLDER + one.file for one in expected.samples], card, bundle)
    for one in expected.samples:
        _check_outputs(one, len(card.classes), bundle)
    return expected.samples


def golden_samples(read: Callable[[str], bytes], card: Card, bundle: str) -> list[GoldenSample]:
    """All golden samples, decoded; `read` gives the bytes of a file of the bundle. Raises `BundleError`."""
    return [
        GoldenSample(
            name=one.file,
            input=_decoded(read(FOLDER + one.file), card.input_size, FOLDER + one.file, bundle),
            logits=one.logits,
            probabilities=one.probabilities,
        )
        for one in expected_samples(read(EXPECTED), card, bundle)
    ]


def _check_files(stated: list[str], card: Card, bundle: str) -> None:
    if len(set(stated)) != len(stated):
        raise _bad(bundle, f"{EXPECTED} states one picture twice")
    held = {name for name in card.files if name.startswith(FOLDER) and name != EXPECTED}
    if absent := set(stated) - held:
        raise _bad(bundle, f"{EXPECTED} states {listed(absent)}, which the bundle does not hold")
    if unused := held - set(stated):
        raise _bad(bundle, f"{EXPECTED} does not say what the model answers to {listed(unused)}")


def _check_outputs(one: ExpectedSample, classes: int, bundle: str) -> None:
    if len(one.logits) != classes or len(one.probabilities) != classes:
        counts = f"{len(one.logits)} logits and {len(one.probabilities)} probabilities"
        raise _bad(bundle, f"{EXPECTED} states {counts} for {one.file}, and the card has {classes} classes")
    if abs(sum(one.probabilities) - 1) > _SUM_TOLERANCE:
        raise _bad(bundle, f"{EXPECTED} states probabilities for {one.file} that do not add up to 1")


def _decoded(data: bytes, size: int, name: str, bundle: str) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            if picture.size != (size, size) or picture.mode != "RGB":
                stated = f"{picture.width} x {picture.height} px {picture.mode}"
                raise _bad(bundle, f"{name} is {stated}, and the model's input is {size} x {size} px RGB")
            return np.array(picture, dtype=np.uint8)
    except (*_UNDECODABLE, Image.DecompressionBombError) as error:
        raise _bad(bundle, f"{name} cannot be decoded as a PNG picture") from error


def _bad(bundle: str, what: str) -> BundleError:
    return refused(bundle, BundleReason.BAD_GOLDEN, what)
