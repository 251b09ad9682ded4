"""Many exchanges of several threads, as a HAR file holds them: those of one thread are examined together."""

from __future__ import annotations

from collections.abc import Sequence

from chat.checks.examined import Examined, examine_thread
from chat.checks.history import Deletion, ThreadHistory
from chat.exchanges import Exchange, first_events

__all__ = ["examine_all", "thread_of"]

_LOOKED_AT = 100_000
_LIST = "threads.list"
"""Pages of threads belong to one list, and are examined together as well."""


def examine_all(exchanges: Sequence[Exchange]) -> list[Examined]:
    """Examine exchanges given in the order in which they were sent; the answer has the same order."""
    deleted = _deleted(exchanges)
    groups: dict[str, list[int]] = {}
    for place, exchange in enumerate(exchanges):
        alone = _LIST if exchange.request.operation == _LIST else f"(exchange {place})"
        groups.setdefault(thread_of(exchange) or alone, []).append(place)
    examined: dict[int, Examined] = {}
    for places in groups.values():
        together = examine_thread((exchanges[place] for place in places), ThreadHistory(deleted=deleted))
        examined.update(zip(places, together, strict=True))
    return [examined[place] for place in range(len(exchanges))]


def _deleted(exchanges: Sequence[Exchange]) -> dict[str, Deletion]:
    """When threads were deleted: lists of threads belong to none, and must not hold them any more."""
    return {
        thread_of(exchange): Deletion.by(exchange)
        for exchange in exchanges
        if exchange.request.operation == "threads.delete" and 200 <= (exchange.status or 0) < 300
    }


def thread_of(exchange: Exchange) -> str:
    """The id of the thread that an exchange belongs to, "" when that cannot be known."""
    named = exchange.request.params.get("thread_id")
    if isinstance(named, str):
        return named
    if exchange.request.operation not in ("", "threads.create"):
        return ""
    for event in first_events(exchange, _LOOKED_AT)[:20]:
        if event.type == "thread.created" and isinstance(event.json, dict):
            thread = event.json.get("thread")
            found = thread.get("id") if isinstance(thread, dict) else None
            return found if isinstance(found, str) else ""
    return ""
