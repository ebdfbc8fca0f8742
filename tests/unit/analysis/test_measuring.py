"""Small images are measured together, one thread at a time; large ones alone, so that few are held at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.analysis.measuring import TOGETHER_BYTES, Fitted, chunks, gathered, turn
from leukdesk.domain.image import ImageSource, SmearImage


def fitted(side: int) -> Fitted:
    """An image of a square side; what is in it does not matter."""
    pixels = np.zeros((side, side, 3), np.uint8)
    source = ImageSource(Path("one.png"), "", "PNG", side, side, 8, 1, None, synthetic=False)
    return Fitted(SmearImage(source, pixels), pixels[:1, :1])


def groups(*sides: int) -> list[list[int]]:
    """How images of these sides are gathered, by their numbers."""
    return [[number for number, _ in group] for group in gathered(enumerate(map(fitted, sides)))]


def test_small_images_are_gathered_up_to_a_few_megabytes() -> None:
    assert groups(*[224] * 30) == [list(range(27)), [27, 28, 29]]
    assert groups(*[450] * 8) == [list(range(7)), [7]]
    assert groups() == []


def test_each_large_image_is_measured_before_the_next_is_read() -> None:
    read: list[int] = []

    def images() -> Iterator[tuple[int, Fitted]]:
        for number in range(4):
            read.append(number)
            yield number, fitted(1200)

    for group in gathered(images()):
        assert [number for number, _ in group] == [read[-1]]
        assert sum(one.image.pixels.nbytes for _, one in group) >= TOGETHER_BYTES
    assert read == [0, 1, 2, 3]


def test_a_group_lets_its_images_go_before_the_next_is_read() -> None:
    kept: list[list[tuple[int, Fitted]]] = []

    def images() -> Iterator[tuple[int, Fitted]]:
        for number in range(3):
            assert not any(kept)
            yield number, fitted(1200)

    kept.extend(gathered(images()))
    assert len(kept) == 3


def test_only_one_thread_measures_small_images_at_a_time() -> None:
    group, free = [(0, fitted(4)), (1, fitted(4))], threading.Event()
    got: list[str] = []

    def other() -> None:
        with turn([(2, fitted(4))]):  # alone: waits for nobody
            got.append("one")
            free.set()
        with turn(group):
            got.append("group")

    with turn(group):
        thread = threading.Thread(target=other)
        thread.start()
        assert free.wait(10)
        thread.join(0.05)
        assert got == ["one"]
    thread.join(10)
    assert got == ["one", "group"]


@given(st.integers(0, 200), st.integers(1, 20), st.integers(1, 6))
def test_chunks_hold_everything_once_in_order_and_are_not_too_large(many: int, size: int, workers: int) -> None:
    shares = list(chunks(range(many), size, workers))
    assert [one for share in shares for one in share] == list(range(many))
    assert all(1 <= len(share) <= size for share in shares)


def test_workers_begin_out_of_step_where_there_is_much_to_do() -> None:
    assert [len(share) for share in chunks(range(64), 16, 2)] == [8, 16, 16, 16, 8]
    assert [len(share) for share in chunks(range(40), 4, 4)][:5] == [1, 2, 3, 4, 4]
    assert [len(share) for share in chunks(range(4), 2, 2)] == [2, 2]
