"""How many exchanges are kept, and how large: the oldest go first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chat.exchanges import Exchange

__all__ = ["KEPT_BYTES", "KEPT_EXCHANGES", "over"]

KEPT_EXCHANGES = 200
"""Exchanges of a conversation that are kept."""
KEPT_BYTES = 64 * 2**20
"""Bytes of their bodies that are kept together."""


def over(exchanges: Sequence[Exchange], most: int, most_bytes: int, spared: Collection[str] = ()) -> list[Exchange]:
    """
    Those that have to go so that no more than `most` are left, with no more than `most_bytes` of bodies, oldest first.

    What still runs stays, the newest, and those with the ids in `spared`: somebody looks at them.
    """
    sizes = [one.size for one in exchanges]
    left, size, gone = len(exchanges), sum(sizes), []
    for one, its_size in zip(exchanges[:-1], sizes, strict=False):
        if left <= most and size <= most_bytes:
            break
        if not one.running and one.id not in spared:
            gone.append(one)
            left, size = left - 1, size - its_size
    return gone
