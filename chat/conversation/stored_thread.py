"""
A stored thread as it comes into view: the end of a long one first, and the rest when it has been read.

The end is what the backend answers when it is asked for its newest items. It is shown while the thread is walked from
its beginning (`ThreadWalk`); what that finds is what is stored. A turn goes first: while it runs nothing is read, and
what it has brought stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from chatkit.types import Thread

from chat.checks.comparison import upside_down
from chat.checks.findings import Evidence, Hit, excerpt
from chat.client import LoadedThread, ThreadWalk
from chat.protocol import Change, ThreadState, load_thread, put_before

from .entry import Entry
from .outcomes import RELOAD, RETRY
from .remarks import remark_html
from .shown_thread import ShownThread
from .transcript import PAGE

__all__ = ["UPSIDE_DOWN", "StoredThread", "say_upside_down", "state_of"]

UPSIDE_DOWN = remark_html(
    "The store gives this thread newest first: it stands upside down, in the official widget too.", "triangle-alert"
)


_ORDER = "`threads.get_by_id` is not oldest first"


class StoredThread:
    """Brings what is stored into a live thread."""

    def __init__(self, thread: ShownThread) -> None:
        self._thread = thread
        self._walk: ThreadWalk | None = None
        """The walk whose end is shown, until all of it is."""
        self._reading: asyncio.Task[None] | None = None
        self._end: frozenset[str] = frozenset()
        """Ids of the items that were shown first."""
        self._revision = 0
        self._answerable = False
        """Nothing was asked since the thread was shown."""
        self._offer: Entry | None = None

    async def show(self, walk: ThreadWalk) -> None:
        """Show the thread, or its end: then `wait` for the rest. Raises what `ThreadWalk.begin` does."""
        self.close()
        await walk.begin()
        thread = self._thread
        newest = await walk.newest(PAGE) if walk.more else []
        loaded = None if newest else await walk.go_on()
        items = newest if loaded is None else loaded.raw_items
        thread.show(*await asyncio.to_thread(state_of, walk.thread, items))
        self._answerable = True
        if loaded is not None:
            thread.transcript.set_edge("")
            self._conclude(loaded)
            return
        thread.transcript.set_edge("loading")
        self._end, self._revision, self._walk = frozenset(thread.state.items), thread.revision, walk
        self._offer_answer()
        self.go_on()

    @property
    def reading(self) -> bool:
        """Whether there is more of it to come."""
        return self._walk is not None

    def go_on(self) -> None:
        """Read the rest, if there is any and nobody does."""
        if self._walk is not None and self._reading is None:
            reading = self._read_the_rest(self._walk)
            self._reading = asyncio.create_task(reading, name=f"older items of {self._thread.thread_id}")

    def make_way(self) -> None:
        """A turn begins: `go_on` after it."""
        self._answerable = False
        self._withdraw_offer()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    async def wait(self) -> None:
        """Wait until all is there, or a turn begins."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    def close(self) -> None:
        """Read no more."""
        self.make_way()
        if self._walk is not None:
            self._walk = None
            self._thread.transcript.set_edge("missing")

    async def _read_the_rest(self, walk: ThreadWalk) -> None:
        thread = self._thread
        loaded = await walk.go_on()
        stored, _ = await asyncio.to_thread(state_of, loaded.thread, loaded.raw_items)
        self._walk = self._reading = None
        meeting = next((place for place, item_id in enumerate(stored.items) if item_id in self._end), None)
        if loaded.whole and thread.revision == self._revision:
            thread.extend(stored)
        elif loaded.whole or meeting is not None:
            put_before(thread.state, list(stored.items.values())[:meeting])
            thread.extend(thread.state)
        thread.transcript.set_edge("" if loaded.whole or meeting is not None else "missing")
        self._conclude(loaded)
        thread.exchange_ended()

    def _conclude(self, loaded: LoadedThread) -> None:
        """The walk is over: say what it could not bring."""
        if loaded.failure is not None:
            self._thread.fail(loaded.failure, [RELOAD])
        elif (broken := loaded.broken_off) is not None:
            words = f"Messages are missing here: the backend's pages break off. {broken.path}: "
            words += f"expected {broken.expected}, got {broken.got}."
            html = remark_html(words, "triangle-alert")
            self._thread.transcript.note("remark", html, label="Remark", actions=[RELOAD])
        elif not say_upside_down(self._thread, loaded):
            self._offer_answer()
        self._thread.changed()

    # --- a question without an answer ---------------------------------------------------------------------------------

    def _offer_answer(self) -> None:
        """The thread ends with the user's message, and nothing runs: somebody or something had stopped the answer."""
        self._withdraw_offer()
        state, transcript = self._thread.state, self._thread.transcript
        shown = [item.type for item in state.items.values() if not item.hidden]
        if self._answerable and shown[-1:] == ["user_message"] and state.status == "active":
            html = remark_html("No answer was stored.")
            self._offer = transcript.note("remark", html, label="No answer", actions=[RETRY])

    def _withdraw_offer(self) -> None:
        if self._offer is not None:
            self._thread.transcript.remove(self._offer)
            self._offer = None


def say_upside_down(thread: ShownThread, loaded: LoadedThread) -> bool:
    """Say so, and find it, when a thread is given newest first."""
    got = upside_down(loaded.raw_items)
    if not got:
        return False
    thread.transcript.note("remark", UPSIDE_DOWN, label="Remark")
    exchange = loaded.exchanges[0]
    if (diagnosis := thread.diagnoses.get(exchange.id)) is not None:
        diagnosis.add("paging/order", Hit(got, Evidence(excerpt(got), exchange_id=exchange.id), _ORDER))
        thread.exchange_judged(exchange)
    return True


def state_of(thread: Thread, items: Sequence[dict[str, Any]]) -> tuple[ThreadState, list[Change]]:
    """The state of a stored thread, and the changes that make it. Of thousands of items, it takes half a second."""
    state = ThreadState()
    stored = thread.model_dump(mode="json")
    stored["items"] = {"data": list(items), "has_more": False, "after": None}
    return state, load_thread(state, stored)
