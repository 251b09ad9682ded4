"""Which entries of two sequences belong together: those that are the same first, then those of one kind.

Costs O(n log n), whatever the sequences hold: small gaps are compared entry with entry, large ones by ordinal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence

__all__ = ["Pair", "align", "longest_growing"]

Pair = tuple[int | None, int | None]
"""Places in the old and the new sequence; None where there is no counterpart."""

_CELLS = 40_000
_DEEPEST = 8


def align(
    old: Sequence[Hashable], new: Sequence[Hashable], old_kinds: Sequence[Hashable], new_kinds: Sequence[Hashable]
) -> list[Pair]:
    """
    Every entry of both, once, in an order that keeps each sequence's own.

    `old` and `new` are what entries are, `old_kinds` and `new_kinds` what they are counterparts by when they differ.
    """
    found: list[Pair] = []
    for old_from, old_to, new_from, new_to in _gaps(_common(old, new), len(old), len(new)):
        kinds = _common(old_kinds[old_from:old_to], new_kinds[new_from:new_to])
        for a, b, c, d in _gaps(kinds, old_to - old_from, new_to - new_from):
            found += [(old_from + place, None) for place in range(a, b)]
            found += [(None, new_from + place) for place in range(c, d)]
            if b < old_to - old_from:
                found.append((old_from + b, new_from + d))
        if old_to < len(old):
            found.append((old_to, new_to))
    return found


def _gaps(pairs: Sequence[tuple[int, int]], olds: int, news: int) -> Iterator[tuple[int, int, int, int]]:
    """What lies before each pair, and after the last: from and to in the old, from and to in the new."""
    a = c = 0
    for b, d in (*pairs, (olds, news)):
        yield a, b, c, d
        a, c = b + 1, d + 1


def _common(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of equal entries, growing on both sides."""
    pairs: list[tuple[int, int]] = []
    todo = [(0, len(old), 0, len(new), 0)]
    while todo:
        a, b, c, d, depth = todo.pop()
        while a < b and c < d and old[a] == new[c]:
            pairs.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            pairs.append((b, d))
        if a == b or c == d:
            continue
        if (b - a) * (d - c) <= _CELLS:
            pairs += [(a + i, c + j) for i, j in _longest_common(old[a:b], new[c:d])]
            continue
        unique = depth < _DEEPEST and longest_growing(_alone_in_both(old[a:b], new[c:d]))
        if unique:
            anchors = [(a + i, c + j) for i, j in unique]
            pairs += anchors
            for e, f, g, h in _gaps([(i - a, j - c) for i, j in anchors], b - a, d - c):
                todo.append((a + e, a + f, c + g, c + h, depth + 1))
        else:
            pairs += [(a + i, c + j) for i, j in longest_growing(_by_ordinal(old[a:b], new[c:d]))]
    return sorted(pairs)


def _alone_in_both(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Entries that each side has once."""
    places: tuple[dict[Hashable, int | None], dict[Hashable, int | None]] = ({}, {})
    for side, entries in zip(places, (old, new), strict=True):
        for place, entry in enumerate(entries):
            side[entry] = None if entry in side else place
    return [
        (place, there)
        for entry, place in places[0].items()
        if place is not None and (there := places[1].get(entry)) is not None
    ]


def _by_ordinal(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The first of each with the first, the second with the second."""
    places: dict[Hashable, list[int]] = {}
    for place, entry in enumerate(new):
        places.setdefault(entry, []).append(place)
    used: dict[Hashable, int] = {}
    pairs = []
    for place, entry in enumerate(old):
        number = used.get(entry, 0)
        there = places.get(entry, ())
        if number < len(there):
            used[entry] = number + 1
            pairs.append((place, there[number]))
    return pairs


def longest_growing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of these pairs, which grow on the left, that grow on the right as well."""
    ends: list[int] = []  # the smallest right side with which a chain of this length ends, and its pair
    last: list[int] = []
    before: list[int | None] = []
    for number, (_, right) in enumerate(pairs):
        length = bisect_left(ends, right)
        before.append(last[length - 1] if length else None)
        ends[length : length + 1] = [right]
        last[length : length + 1] = [number]
    chain = []
    step = last[-1] if last else None
    while step is not None:
        chain.append(pairs[step])
        step = before[step]
    return chain[::-1]


def _longest_common(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The longest common subsequence, entry with entry."""
    width = len(new) + 1
    table = [[0] * width for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below, entry = table[i], table[i + 1], old[i]
        for j in range(width - 2, -1, -1):
            row[j] = below[j + 1] + 1 if entry == new[j] else max(below[j], row[j + 1])
    pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
