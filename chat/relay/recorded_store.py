"""
The threads of a recording, read as from a store: for what a front end asks and was not recorded as such.

A thread is as the recording leaves it at its end, until somebody begins to play it: then it is as it has been played so
far, on top of what it had before the recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from chat.checks.folded_threads import FoldedThreads
from chat.checks.threads import thread_of
from chat.exchanges import Exchange, read_events
from chat.protocol import ThreadState

from .recorded_answers import READS

__all__ = ["NotStored", "RecordedStore"]

_PAGE: Final = 20
_ARRIVALS: Final = ("thread.item.added", "thread.item.done")
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


class NotStored(Exception):
    """There is no such thread or entry; the message says which."""


class RecordedStore:
    """Answers `threads.list`, `threads.get_by_id` and `items.list` from the exchanges of a recording."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._whole = _folded(exchanges)
        self._begun: dict[str, datetime] = {}
        for exchange in exchanges:
            self._begun.setdefault(thread_of(exchange), exchange.started_at)
        self._played: dict[str, FoldedThreads] = {}

    def play(self, exchange: Exchange) -> None:
        """This exchange was answered as it was recorded."""
        thread_id = thread_of(exchange)
        if not thread_id or exchange.request.operation in READS:
            return
        if thread_id not in self._played:
            self._played[thread_id] = self._before(thread_id)
        self._played[thread_id].take(exchange)

    def begin_anew(self) -> None:
        """Nothing was played yet."""
        self._played.clear()

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer to one of `READS`. Raises `NotStored`."""
        if operation == "threads.list":
            threads = [self._json(thread_id, state) for thread_id, state in self._states().items()]
            threads.sort(key=_created_at, reverse=params.get("order") != "asc")
            return _page(threads, params)
        thread_id = params.get("thread_id")
        state = self._states().get(thread_id) if isinstance(thread_id, str) else None
        if state is None or not isinstance(thread_id, str):
            raise NotStored(f"a thread {thread_id!r}")
        items = [item.json for item in state.items.values() if item.status == "done" and not item.hidden]
        if operation == "threads.get_by_id":
            return {**self._json(thread_id, state), "items": _page(items, {})}
        return _page(items if params.get("order") == "asc" else items[::-1], params)

    def _states(self) -> dict[str, ThreadState]:
        states = {key: state for key, state in self._whole.states.items() if key not in self._played}
        for thread_id, played in self._played.items():
            if (state := played.states.get(thread_id)) is not None:
                states[thread_id] = state
        return states

    def _json(self, thread_id: str, state: ThreadState) -> dict[str, Any]:
        begun = self._begun.get(thread_id, _LONG_AGO).isoformat()
        empty = {"data": [], "has_more": False}
        return {"created_at": begun, "status": {"type": "active"}, **state.json, "id": thread_id, "items": empty}

    def _before(self, thread_id: str) -> FoldedThreads:
        """A thread as it was before the recording: what was read of it, and had not come in a stream."""
        own = [one for one in self._exchanges if thread_of(one) == thread_id]
        streamed = {
            event.json["item"].get("id")
            for exchange in own
            if exchange.expects_stream
            for event in read_events(exchange)
            if event.type in _ARRIVALS and isinstance(event.json, dict) and isinstance(event.json.get("item"), dict)
        }
        before = FoldedThreads()
        if not any(exchange.request.operation == "threads.create" for exchange in own):
            before = _folded([exchange for exchange in own if exchange.request.operation in READS])
        if (state := before.states.get(thread_id)) is not None:
            state.items = {key: item for key, item in state.items.items() if key not in streamed}
            state.drawn_count = sum(item.drawn for item in state.items.values())
        return before


def _folded(exchanges: Sequence[Exchange]) -> FoldedThreads:
    threads = FoldedThreads()
    for exchange in exchanges:
        threads.take(exchange)
    return threads


def _page(entries: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    """A page of entries that are in the order asked for (protocol facts, 1.3). Raises `NotStored`."""
    begin, after, limit = 0, params.get("after"), params.get("limit")
    if after:
        places = [place for place, entry in enumerate(entries, 1) if entry.get("id") == after]
        if not places:
            raise NotStored(f"an entry {after!r}, which the page was to begin after,")
        begin = places[0]
    end = begin + (limit if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0 else _PAGE)
    page, more = entries[begin:end], end < len(entries)
    return {"data": page, "has_more": more, "after": page[-1].get("id") if more else None}


def _created_at(thread: dict[str, Any]) -> datetime:
    try:
        created = datetime.fromisoformat(str(thread.get("created_at")))
    except ValueError:
        return _LONG_AGO
    return created if created.tzinfo else created.replace(tzinfo=UTC)
