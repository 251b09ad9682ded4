"""Sequences are aligned: what is the same first, then what is of one kind, and never in quadratic time."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from chat.diff.align import align
from tests.work import counted

words = st.lists(st.sampled_from("aAbBcC"), max_size=40)


def aligned(old: str | list[str], new: str | list[str]) -> list[tuple[int | None, int | None]]:
    """Letters are of one kind in either case."""
    return align(list(old), list(new), [one.lower() for one in old], [one.lower() for one in new])


def test_what_is_the_same_is_paired_and_the_rest_stands_where_it_was() -> None:
    assert aligned("abc", "abc") == [(0, 0), (1, 1), (2, 2)]
    assert aligned("abc", "abXc") == [(0, 0), (1, 1), (None, 2), (2, 3)]
    assert aligned("abXc", "abc") == [(0, 0), (1, 1), (2, None), (3, 2)]


def test_what_changed_is_paired_by_its_kind() -> None:
    assert aligned("abc", "aBc") == [(0, 0), (1, 1), (2, 2)]
    assert aligned("abc", "axBc") == [(0, 0), (None, 1), (1, 2), (2, 3)]


def test_what_is_of_another_kind_is_gone_and_added() -> None:
    assert aligned("abc", "axc") == [(0, 0), (1, None), (None, 1), (2, 2)]


@given(words, words)
def test_every_entry_is_there_once_and_in_its_order(old: list[str], new: list[str]) -> None:
    pairs = aligned(old, new)
    assert [place for place, _ in pairs if place is not None] == list(range(len(old)))
    assert [place for _, place in pairs if place is not None] == list(range(len(new)))
    for place, there in pairs:
        if place is not None and there is not None:
            assert old[place].lower() == new[there].lower()


def test_large_sequences_without_much_in_common_cost_no_square() -> None:
    chance = random.Random(1)

    class Entry(str):
        """Counts how often it is compared or looked up."""

        looks = 0

        def __eq__(self, other: object) -> bool:
            Entry.looks += 1
            return str.__eq__(self, other)

        def __hash__(self) -> int:
            Entry.looks += 1
            return str.__hash__(self)

    def work(size: int) -> int:
        old = [Entry(chance.randrange(size)) for _ in range(size)]
        new = [Entry(chance.randrange(size)) for _ in range(size)]
        Entry.looks = 0
        with counted() as work:
            align(old, new, [Entry("x")] * size, [Entry("x")] * size)
        return work.calls + Entry.looks

    small, large = work(500), work(4_000)
    assert large < 24 * small, (small, large)  # 64 would be the square
