"""Images between file and model: small ones are gathered and measured together, by one thread at a time.

Measuring an image is some fifty calls of microseconds, each of which gives the interpreter away and asks for it back.
Two threads that do so at once take more than twice as long as one after the other (0.81 ms an image against 0.30). So
they take turns, and begin out of step: while one measures, the other one's model runs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from leukdesk.domain.quality import QualityFlag
from leukdesk.imaging.preprocess import fitted, squared
from leukdesk.imaging.quality import measure_quality

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.card import Card
    from leukdesk.domain.image import ImageSource, SmearImage
    from leukdesk.domain.optics import Acquisition
    from leukdesk.domain.quality import Quality

TOGETHER_BYTES = 4_000_000  # of decoded pixels: 26 pictures of 224 px, six of 450, one of a camera
_turn = threading.Lock()

Thing = TypeVar("Thing")


class Fitted(NamedTuple):
    """An image, and the same with its longer side as long as the model's input, uint8 RGB (rows, columns, 3)."""

    image: SmearImage
    small: NDArray[np.uint8]


class Prepared(NamedTuple):
    """What goes to the model, uint8 RGB (size, size, 3), and what is known of the image without it."""

    model_input: NDArray[np.uint8]
    source: ImageSource
    quality: Quality


def fit(image: SmearImage, card: Card) -> Fitted:
    """Reduce or enlarge an image for a model."""
    return Fitted(image, fitted(image.pixels, card.input_size))


def measure(one: Fitted, card: Card, taken: Acquisition) -> Prepared:
    """The model's input, and the quality of the image it is made from."""
    quality = measure_quality(
        one.image, input_size=card.input_size, um_per_px=card.um_per_px, fitted_to_input=one.small
    )
    if taken.other_stain_than(card.stain):
        quality = replace(quality, flags=(*quality.flags, QualityFlag.STAIN))
    return Prepared(squared(one.small, card.input_size), one.image.source, quality)


def gathered(images: Iterable[tuple[int, Fitted]]) -> Iterator[list[tuple[int, Fitted]]]:
    """Groups to be measured together, in order: each ends with the image that fills `TOGETHER_BYTES`.

    A group is emptied when the next is asked for, so that no more is held while that is read.
    """
    group: list[tuple[int, Fitted]] = []
    for number, one in images:
        group.append((number, one))
        if sum(image.pixels.nbytes for _, (image, _) in group) >= TOGETHER_BYTES:
            yield group
            group.clear()
    if group:
        yield group


def turn(group: list[tuple[int, Fitted]]) -> AbstractContextManager[object]:
    """Held while a group is measured; one image alone waits for nobody, since what takes long of it needs no turn."""
    return _turn if len(group) > 1 else nullcontext()


def chunks(things: Sequence[Thing], size: int, workers: int) -> Iterator[Sequence[Thing]]:
    """Shares of at most `size`; where there are many, those that workers begin with differ, so they are out of step."""
    many = len(things) >= 2 * workers * size
    at, number = 0, 0
    while at < len(things):
        share = -(-size * (number + 1) // workers) if many and number < workers else size
        yield things[at : at + share]
        at, number = at + share, number + 1
