"""Which things belong together when some pairs of them do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def components(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Connected components of the numbers 0..count-1, each sorted, in order of their first member."""
    parent = list(range(count))

    def find(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, second in pairs:
        low, high = sorted((find(first), find(second)))
        parent[high] = low
    together: dict[int, list[int]] = defaultdict(list)
    for index in range(count):
        together[find(index)].append(index)
    return list(together.values())
