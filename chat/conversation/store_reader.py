"""
Reading a thread that is shown again from its backend: what is stored takes the place of what is remembered.

What differs from what was streamed is marked in place and is a finding of the answer that shows it. Nothing that was
streamed is lost: what is not stored stays, and says so. A turn goes first: while it runs nothing is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Sequence
from typing import Literal

from chat.checks.comparison import Mismatch, metadata_differs, mismatches, whereabouts, wrong_order
from chat.checks.findings import Evidence, Hit, Level, excerpt
from chat.client import LoadedThread, ThreadWalk
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.protocol import ItemState, ThreadState, put_after

from .entry import Entry
from .outcomes import RELOAD
from .remarks import remark_html
from .shown_thread import ShownThread
from .stored_thread import UPSIDE_DOWN, say_upside_down, state_of
from .streamed import MESSAGES

__all__ = ["StoreReader"]

How = Literal["show", "compare"]

_NOT_STORED = "Streamed, not stored: gone on reload in the official widget."
_NEVER_DONE = "Streamed, never done and not stored: gone on reload in the official widget."
_REMEMBERED = "What is shown is what the workbench remembers, not what is stored."
_OTHER_ORDER = (
    "The store gives these items in another order than they were streamed in. After a reload, the official widget "
    "shows them as the store does."
)
_CHANGED_SINCE = "What was streamed here is not what is stored now"
_MARKS = {
    "persistence/not-stored": "not-stored",
    "persistence/differs": "differs",
    "persistence/id-changes": "id-changes",
}
_TRIES = 3


class StoreReader:
    """
    Reads the thread that `thread` shows; `walk` begins at its backend. `appeared` is told the stored items that nobody
    has seen before.
    """

    def __init__(
        self,
        thread: ShownThread,
        walk: Callable[[str], ThreadWalk],
        appeared: Callable[[Sequence[ItemState]], None],
    ) -> None:
        self._thread = thread
        self._walk = walk
        self._appeared = appeared
        self._reading: asyncio.Task[None] | None = None
        self._title_lost: str | None = None
        """The title that the thread had here and that is not stored."""
        self._titles_stored: set[str] = set()
        self._notes: list[Entry] = []
        """What the last reading had to say at the end of the thread."""

    def begin(self, how: How) -> None:
        """Read the thread, to `show` what is stored, or only to `compare` it: then what is shown is marked."""
        self.make_way()
        self._reading = asyncio.create_task(self._read(how), name=f"{how} {self._thread.thread_id}")

    def make_way(self) -> None:
        """A turn begins, or another reading."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
            self._thread.transcript.set_remembered(False)

    async def wait(self) -> None:
        """Wait until nothing is read."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def _read(self, how: How) -> None:
        thread = self._thread
        thread.transcript.set_remembered(how == "show")
        thread.changed()
        try:
            await self._try(how)
        finally:
            if asyncio.current_task() is self._reading:  # else another reading has taken over
                self._reading = None
                thread.transcript.set_remembered(False)
                thread.exchange_ended()
                thread.changed()

    async def _try(self, how: How) -> None:
        thread = self._thread
        for _ in range(_TRIES):  # what is done here meanwhile may be in what is read, or not
            revision = thread.revision
            try:
                loaded = await self._load()
            except WorkbenchError as error:
                self._failed(how, error)
                return
            stored, _ = await asyncio.to_thread(state_of, loaded.thread, loaded.raw_items)
            if thread.revision == revision:
                self._clear_notes()
                self._take(how, loaded, stored)
                return

    async def _load(self) -> LoadedThread:
        walk = self._walk(self._thread.thread_id or "")
        await walk.begin()
        loaded = await walk.go_on()
        if loaded.failure is not None:
            raise loaded.failure
        return loaded

    # --- what was read ------------------------------------------------------------------------------------------------

    def _take(self, how: How, loaded: LoadedThread, stored: ThreadState) -> None:
        thread, known = self._thread, self._thread.streamed
        at_once = how == "compare"  # right after the turn: nobody else had the time to change anything
        if how == "show" and (broken_off := loaded.broken_off) is not None:
            place = f"{broken_off.path}: expected {broken_off.expected}, got {broken_off.got}."
            self._note(f"The backend's pages break off. {_REMEMBERED} {place}")
            how = "compare"
        items = [item for item in loaded.raw_items if isinstance(item.get("id"), str)]
        expected = list(known.must_be_stored(thread.thread_id))
        found = list(mismatches(expected, known, items, whole=loaded.whole))
        renamed = {one.stored_as: one.item_id for one in found if one.stored_as}
        new = [item for item in stored.visible_items() if item.id not in thread.state.items and item.id not in renamed]
        order = wrong_order([item.id for item in expected], known.finished, [item["id"] for item in items])
        title = thread.title or self._title_lost
        if how == "show":
            self._show(stored, set(renamed.values()))
            self._appeared(new)
        there = {item["id"] for item in items}
        self._mark(how, found, there if loaded.whole else known)
        exchange = loaded.exchanges[0]
        if order:
            self._find(exchange, "paging/order", Hit(order, Evidence(excerpt(order), exchange_id=exchange.id)))
            self._note(_OTHER_ORDER)
        elif how == "show":
            say_upside_down(thread, loaded)
        for one in found:
            self._find(exchange, one.rule_id, self._hit(one, sure=at_once or self._sure(one, new)))
        self._judge_title(title, loaded.thread.title, exchange, at_once=at_once)
        wrong = {one.item_id for one in found}
        known.seen_stored(item.id for item in expected if item.id in there and item.id not in wrong)

    def _show(self, stored: ThreadState, renamed: set[str]) -> None:
        """Show what is stored, and between it what was streamed and is not."""
        thread = self._thread
        behind: dict[str | None, list[ItemState]] = {}
        above: str | None = None
        for item in thread.state.items.values():
            if item.id in stored.items:
                above = item.id
            elif item.id in thread.streamed and item.id not in renamed and item.drawn:
                behind.setdefault(above, []).append(item)
        put_after(stored, behind)
        stored.errors, stored.notices, stored.effects = thread.state.errors, thread.state.notices, thread.state.effects
        thread.transcript.set_edge("")
        thread.replace(stored)

    def _mark(self, how: How, found: Sequence[Mismatch], stored: Container[str]) -> None:
        """Say in place what differs, and take back what does not any more. `stored` are ids that may be there."""
        transcript = self._thread.transcript
        notes = {one.stored_as if how == "show" and one.stored_as else one.item_id: one for one in found}
        for entry in transcript.entries:
            item = entry.state
            if item is None:
                continue
            if (one := notes.get(item.id)) is not None:
                transcript.dress(entry, mark=_MARKS[one.rule_id], note=_words(how, one))
            elif item.id in self._thread.streamed and item.status != "done" and item.id not in stored:
                transcript.dress(entry, mark="not-stored", note=_NEVER_DONE)
            elif entry.mark in _MARKS.values():
                transcript.dress(entry, mark="", note="")

    # --- findings -----------------------------------------------------------------------------------------------------

    def _sure(self, one: Mismatch, new: Sequence[ItemState]) -> bool:
        """Whether nobody can have changed the item since it was streamed: else what differs may be right."""
        item = self._thread.state.items.get(one.item_id)
        kind = item.type if item is not None else MESSAGES[0]
        return kind in MESSAGES and not new and not self._thread.streamed.was_stored(one.item_id)

    def _hit(self, one: Mismatch, *, sure: bool) -> Hit:
        thread = self._thread
        streams = ((exchange.id, thread.events(exchange.id)) for exchange in reversed(thread.exchanges))
        place = whereabouts(streams, one.item_id, one.words)
        return Hit(one.got, place) if sure else Hit(one.got, place, _CHANGED_SINCE, level=Level.NOTE)

    def _judge_title(self, title: str | None, stored: str | None, exchange: Exchange, *, at_once: bool) -> None:
        """Say that the thread's title is lost, if it is. `title` is the one before it was read."""
        got = metadata_differs({"title": title}, {"title": stored}, "title")
        self._title_lost = title if got else None
        if stored:
            self._titles_stored.add(stored)
        if not got or not title or not self._thread.streamed:
            return
        self._note(f"The title “{title}” is not stored: it is gone on reload, in the official widget too.")
        place = Evidence(excerpt(got), exchange_id=exchange.id)
        sure = at_once or (title not in self._titles_stored and self._was_streamed(title))
        hit = Hit(got, place) if sure else Hit(got, place, _CHANGED_SINCE, level=Level.NOTE)
        self._find(exchange, "persistence/differs", hit)

    def _was_streamed(self, title: str) -> bool:
        events = (event for exchange in self._thread.exchanges for event in self._thread.events(exchange.id))
        changes = (event.json for event in events if event.type in ("thread.created", "thread.updated"))
        threads = (one.get("thread") for one in changes if isinstance(one, dict))
        return any(isinstance(one, dict) and one.get("title") == title for one in threads)

    def _find(self, exchange: Exchange, rule_id: str, hit: Hit) -> None:
        if (diagnosis := self._thread.diagnoses.get(exchange.id)) is not None:
            diagnosis.add(rule_id, hit)
            self._thread.exchange_judged(exchange)

    # --- what could not be read ---------------------------------------------------------------------------------------

    def _failed(self, how: How, error: WorkbenchError) -> None:
        """What is remembered stays, and the page says that it is no more than that."""
        thread, exchange = self._thread, error.exchange
        gone = exchange is not None and exchange.status == 404 and bool(thread.streamed)
        if exchange is not None and gone:
            once = any(thread.streamed.was_stored(item_id) for item_id in thread.state.items)
            words = "The thread was stored and is not any more" if once else "The thread was streamed and is not stored"
            got = f"`threads.get_by_id` answers {exchange.status}"
            place = Evidence(excerpt(got), exchange_id=exchange.id)
            self._find(exchange, "persistence/not-stored", Hit(got, place, words, level=Level.NOTE if once else None))
        if how == "show":
            self._clear_notes()
            entry = thread.fail(error, [RELOAD])
            note = "The backend does not have this thread: all of it is gone on reload in the official widget. "
            thread.transcript.dress(entry, note=(note if gone else "") + _REMEMBERED)

    def _note(self, words: str) -> None:
        html = remark_html(words, "triangle-alert")
        self._notes.append(self._thread.transcript.note("remark", html, label="Remark"))

    def _clear_notes(self) -> None:
        """Take away what earlier readings had to say, those included that brought the thread in."""
        transcript = self._thread.transcript
        for entry in transcript.entries:
            if entry in self._notes or RELOAD in entry.actions or entry.html == UPSIDE_DOWN:
                transcript.remove(entry)
        self._notes.clear()


def _words(how: How, one: Mismatch) -> str:
    if one.rule_id == "persistence/not-stored":
        return _NOT_STORED
    if one.stored_as:
        return f"Streamed as {one.item_id}, stored as {one.stored_as}: the id changes on reload."
    shown = "" if how == "show" else "The official widget shows what is stored after a reload. "
    return f"Stored otherwise than it was streamed. {shown}{one.words}"
