"""
A thread as it was after any number of its events.

Going forward takes events, as they came; going back, or far, begins at the nearest checkpoint before. One is made every
`EVERY` steps, when a place is first reached: a jump to a place that was reached before takes no more events than that.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from chat.checks import WidgetView, widget_view
from chat.exchanges import STREAMING_OPERATIONS, Exchange
from chat.protocol import Event, EventList, ItemState, PagePlaces, ThreadState
from chat.rendering import RenderContext

from .checkpoints import KeptState, Scene, SharedItems
from .diagnosis import Diagnoses, Diagnosis
from .entry import Entry
from .recorded import RecordedThread
from .relayed import RelayedThread
from .remarks import progress_html, typing_html
from .shown_thread import ShownThread
from .steps import Steps
from .turn import ShownTurn, TurnEnd

__all__ = ["EVERY", "Moment", "PastThread"]

EVERY: Final = 500
"""Steps from one checkpoint to the next."""
_SLICE: Final = 0.02
"""Seconds after which others have the event loop."""
_SHOWS: Final = (*STREAMING_OPERATIONS, "threads.get_by_id")
"""Operations after which a front end shows the thread that they are about."""
_NOT_SENT = WidgetView("Has not sent it yet at this moment.", "known", 1, "")


class Moment(NamedTuple):
    """What stands at a position: `exchange` (None before the first), and the event that came last."""

    position: int
    exchange: Exchange | None
    number: int
    """Of the exchange, 1-based; 0 before the first."""
    taken: int
    """Events of this exchange that have come by then; 1 for an answer that has none."""
    event: Event | None


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    position: int
    state: KeptState
    scene: Scene
    places: PagePlaces
    turn: ShownTurn | None
    begun: int
    """Exchanges that have begun."""
    notice: Entry | None
    others: dict[str, tuple[KeptState, PagePlaces]]


class PastThread(RecordedThread):
    """
    `source`, its thread as it was at `position`: that many of its `steps` were taken. At first, none.

    Nothing can be acted upon in it. `source` may go on meanwhile, which changes nothing here but the number of steps.
    """

    def __init__(self, source: ShownThread) -> None:
        self.source = source
        super().__init__("", source.remarks if isinstance(source, RecordedThread) else ())
        self.diagnoses = _Known(source.diagnoses)
        self.shown_images = source.shown_images
        self.steps = Steps(source)
        self.position = 0
        self._goal = 0
        self._turn: ShownTurn | None = None
        """The one that is going on."""
        self._taken: EventList | list[Event] = []
        """Events of the exchange that was begun last."""
        self._items = SharedItems((), self._copied)
        self.state.items = self._items
        self._switches = isinstance(source, RelayedThread)
        """Whether one thread is shown at a time, as a front end does, and not all that a file holds."""
        self._others: dict[str, tuple[KeptState, PagePlaces]] = {}
        """Threads that were shown before, by id."""
        self._checkpoints = [self._checkpoint()]
        self._view: tuple[str, int, WidgetView] = ("", 0, _NOT_SENT)
        self.tail = self._tail

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def moment(self) -> Moment:
        """What stands at the position."""
        number, taken = self.steps.place(self.position)
        exchange = self.steps.exchanges[number] if number >= 0 else None
        return Moment(self.position, exchange, number + 1, taken, self.steps.event(self.position))

    def taken_of(self, exchange_id: str) -> int | None:
        """How many events of an exchange have come by now; None when nothing is known of it."""
        for number, exchange in enumerate(self.steps.exchanges):
            if exchange.id == exchange_id:
                begin, end = self.steps.span(number)
                return max(0, min(self.position, end) - begin)
        return None

    def view(self, exchange_id: str) -> WidgetView | None:
        """What the official widget has done with an exchange by now; None when nothing is known of it."""
        taken = self.taken_of(exchange_id)
        if taken is None:
            return None
        number = next(n for n, one in enumerate(self.steps.exchanges) if one.id == exchange_id)
        begin, end = self.steps.span(number)
        diagnosis, exchange = self.diagnoses.get(exchange_id), self.steps.exchanges[number]
        if taken == end - begin and diagnosis is not None and not exchange.running:
            return diagnosis.view
        if not taken:
            return _NOT_SENT
        if self._view[:2] != (exchange_id, taken):
            # its end is not known yet, so nothing is said of it
            so_far = replace(exchange, chunks=[], ended_at_ns=None, outcome="pending", failure=None)
            self._view = exchange_id, taken, widget_view(so_far, self.steps.events(number)[:taken])
        return self._view[2]

    def render_context(self) -> RenderContext:
        """What the renderers may know: images are allowed as in the present."""
        return self.source.render_context()

    # --- moving -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Count the steps that have come since."""
        exchange, taken = self.steps.place(self.position)
        unchanged = self.steps.refresh()
        self._checkpoints = [one for one in self._checkpoints if one.position <= unchanged] or self._checkpoints[:1]
        if self.position > unchanged:  # another exchange went on in between: the reader stays at the same event
            self.position = self._goal = self.steps.span(exchange)[0] + taken

    async def go(self, position: int) -> None:
        """Show the thread as it was at `position`. Of several calls at a time, the last one says where it ends."""
        self._goal = position = max(0, min(position, self.steps.total))
        nearest = self._checkpoints[bisect_right(self._checkpoints, position, key=lambda one: one.position) - 1]
        if position < self.position or nearest.position > self.position:
            self._restore(nearest)
        while self.position < position and self._goal == position:
            self._walk(position)
            if self.position < position:
                self.audience.cancel()  # what is on the way there is not shown
                await asyncio.sleep(0)
        if self._goal == position:
            self._settle()
            self.changed()

    def forward(self, position: int) -> None:
        """Take the steps up to `position`, at most what fits into a few milliseconds, and show what they bring."""
        while self.position < position:
            stop = min(position, (self.position // EVERY + 1) * EVERY)
            if self.position % EVERY == 0:
                self.audience.now()  # then the checkpoint has nothing to catch up with
            if not self._walk(stop):
                break
        self._goal = self.position
        self._settle()
        self.changed()

    def _walk(self, position: int) -> bool:
        """Take the steps up to `position`, as far as one slice of time goes; whether it did."""
        slice_end = time.perf_counter() + _SLICE
        while self.position < position:
            if self.position % EVERY == 0 and self.position > self._checkpoints[-1].position:
                self._checkpoints.append(self._checkpoint())
            self._step()
            if time.perf_counter() > slice_end:
                return self.position >= position
        return True

    def _step(self) -> None:
        number = self.steps.next_exchange(self.position)
        exchange, events = self.steps.exchanges[number], self.steps.events(number)
        begin, end = self.steps.span(number)
        if self.position == begin:
            self._begin(exchange)
        if events:
            self._taken.append(events[self.position - begin])
            assert self._turn is not None
            self._turn.take(exchange, self._taken, self._taken[-1:])
        elif not exchange.expects_stream:
            self._document(exchange)
        self.position += 1
        if self.position == end:
            self._settle()

    def _begin(self, exchange: Exchange) -> None:
        self._end_turn()
        self.exchanges.append(exchange)
        self._taken, self._notice = [], None
        if self._switches and exchange.request.operation in _SHOWS:
            self._turn_to(exchange)
        self._said_by_request(exchange)
        if exchange.expects_stream or self.source.events(exchange.id):
            self._turn = ShownTurn(self, self._asked(exchange), exchange)

    def _turn_to(self, exchange: Exchange) -> None:
        """Show the thread of an exchange, when that is another one."""
        named = exchange.request.params.get("thread_id")
        thread_id = named if isinstance(named, str) else ""
        if thread_id == (self.state.id or "") and (thread_id or self.transcript.empty):
            return
        if self.state.id:
            self._others[self.state.id] = KeptState.of(self.state, self._items), self._places
        kept, places = self._others.pop(thread_id, (None, PagePlaces()))
        if kept is None:
            self.state, self._items = ThreadState(), SharedItems((), self._copied)
            self.state.items = self._items
        else:
            self.state, self._items = kept.state(self._copied)
        self.state.id, self._places = thread_id or None, places.copy()
        self.transcript.rebuild(self.state)

    def _settle(self) -> None:
        """End the turn when all of it was taken and nothing more will come."""
        number, taken = self.steps.place(self.position)
        if self._turn is not None and number >= 0 and not self.steps.exchanges[number].running:
            begin, end = self.steps.span(number)
            if taken == end - begin:
                self._end_turn()

    def _end_turn(self) -> None:
        if self._turn is not None:
            turn, self._turn = self._turn, None
            turn.end(TurnEnd(len(self._taken)))
            self.tail = self._tail

    def _tail(self) -> str:
        if self._turn is None:
            return ""
        if (progress := self.state.progress) is not None:
            return progress_html(progress.text, progress.icon)
        return "" if self.transcript.growing else typing_html()

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def _copied(self, item: ItemState) -> None:
        if (entry := self.transcript.item(item.id)) is not None:
            entry.state = item

    def _checkpoint(self) -> _Checkpoint:
        scene = Scene.of(self.transcript)
        return _Checkpoint(
            self.position,
            KeptState.of(self.state, self._items),
            scene,
            self._places.copy(),
            self._turn and self._turn.copy(),
            len(self.exchanges),
            self._notice,
            dict(self._others),
        )

    def _restore(self, kept: _Checkpoint) -> None:
        self.position = kept.position
        self.state, self._items = kept.state.state(self._copied)
        del self.exchanges[:]
        self.exchanges += self.steps.exchanges[: kept.begun]
        events, count = self.steps.events(kept.begun - 1), self.steps.place(kept.position).taken
        self._taken = events.upto(count) if isinstance(events, EventList) else list(events[:count])
        self._places, self._notice, self._others = kept.places.copy(), kept.notice, dict(kept.others)
        self._turn = kept.turn and kept.turn.copy()
        kept.scene.show(self.transcript, self.state)


class _Known(Diagnoses):
    """Diagnoses that others have made: they are read, whatever is shown."""

    def __init__(self, made: Diagnoses) -> None:
        super().__init__()
        self._made = made

    def feed(self, exchange: Exchange, run: Sequence[Event]) -> None:
        pass

    def settle(self, exchange: Exchange | None = None) -> None:
        pass

    def get(self, exchange_id: str) -> Diagnosis | None:
        return self._made.get(exchange_id)
