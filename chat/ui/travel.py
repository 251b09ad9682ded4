"""Going back in the thread that a window shows: what its bar, its conversation and its inspector say then."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Protocol

from nicegui import background_tasks, ui

from chat.conversation.player import LONGEST_SILENCE, Player
from chat.conversation.shown_thread import ShownThread
from chat.conversation.steps import Steps
from chat.conversation.time_travel import PastThread
from chat.inspection.gist import clean, update_type

from .conversation_view import ConversationView
from .panes.inspector import Inspector
from .panes.travel_bar import TravelBar
from .window_source import WindowSource
from .workbench import Workbench

__all__ = ["Travel", "TravellingWindow"]

_TICK: Final = 0.1
"""Seconds between two looks at what has come, or at where playing is."""


class TravellingWindow(Protocol):
    """What time travel asks of its window."""

    workbench: Workbench
    inspector: Inspector
    source: WindowSource
    view: ConversationView

    def allow_image(self, url: str) -> None:
        """Let an image load."""


class Travel:
    """
    Of one thread in one window; made where its bar is to stand. `close` it when another thread is shown.

    `live`: more may come of the thread, and its present is one thing, its past another. A recording has no present: its
    bar is there at once.
    """

    def __init__(self, window: TravellingWindow, thread: ShownThread, *, live: bool) -> None:
        self._window = window
        self._thread = thread
        self.live = live
        self._past: PastThread | None = None
        self._view: ConversationView | None = None
        self._player: Player | None = None
        self._steps = Steps(thread)
        self._whole_session = True
        self._number = 0
        """0-based, of the exchange that the slider goes over when it is not the whole session."""
        self._total_then = 0
        self._told: asyncio.TimerHandle | None = None
        self._answers: int | None = None
        self._place = ui.element("div").classes("travel-past")
        self._bar = TravelBar(self._asked)
        self.present = ui.element("div").classes("present")
        """For what stands below a conversation, such as the composer: out of sight while a live one's past is shown."""
        self._unwatch = [
            thread.on_events(lambda *_: self._soon()),
            thread.on_exchange(lambda *_: self._soon()),
        ]
        self._show_past(None)

    @property
    def travelling(self) -> bool:
        """Whether something else is shown than the present."""
        return self._past is not None

    def close(self) -> None:
        """Another thread is shown."""
        for unwatch in self._unwatch:
            unwatch()
        if self._told is not None:
            self._told.cancel()
        self._leave()

    # --- where the reader goes ----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Show the slider, at the end of what there is."""
        self._refresh()
        background_tasks.create(self._go(self._steps.total), name="time travel")

    def back(self) -> None:
        """Show the present."""
        if self.travelling:
            self._leave()
            self._show_past(None)
            self._tell()

    async def go_to_event(self, exchange_id: str, event: int) -> None:
        """Show the thread as it was after this event."""
        self._refresh()
        position = self._steps.position(exchange_id, event)
        if position is None:
            return
        if self._player is not None:
            self._player.pause()
        await self._go(position)

    def picked(self, exchange_id: str, event: int, *, wished: bool) -> None:
        """An event was selected in the inspector: a recording goes there, and so does whoever is in the past; in the
        present it must be `wished`."""
        if wished or self.travelling or not self.live:
            background_tasks.create(self.go_to_event(exchange_id, event), name="time travel")

    async def _asked(self, what: str, value: Any) -> None:
        match what:
            case "go" if isinstance(value, int):
                if self._player is not None:
                    self._player.pause()
                self._answers = value
                await self._go(value)
            case "play" if isinstance(value, int | float) and value >= 0:
                await self._play(float(value))
            case "pause" if self._player is not None:
                self._player.pause()
                self._tell()
            case "scope":
                self._whole_session = value != "exchange"
                self._number = max(0, self._steps.place(self._position).exchange)
                self._tell()
            case "look":
                self._look()
            case "back":
                self.back()

    async def _go(self, position: int) -> None:
        past = self._past or self._depart()
        await past.go(position)
        if past is self._past:
            self._show_past(past)
            self._tell()

    async def _play(self, speed: float) -> None:
        begin, end = self._range
        past = self._past
        if past is None or past.position >= end:
            await self._go(begin)
        if self._player is not None:
            self._player.speed = speed
            self._player.play(end)
            self._tell()

    # --- past and present ---------------------------------------------------------------------------------------------

    def _depart(self) -> PastThread:
        self._past = past = PastThread(self._thread)
        self._steps = past.steps
        self._total_then = self._steps.total
        self._player = Player(past, self._soon)
        self._window.workbench.past_is_shown(past)
        with self._place:
            self._view = ConversationView(past, self._window.workbench.token, allow_image=self._window.allow_image)
        return past

    def _leave(self) -> None:
        if self._player is not None:
            self._player.pause()
        if self._past is not None:
            self._window.workbench.past_is_left(self._past)
        self._past = self._view = self._player = None
        self._place.clear()
        self._window.source.past = None

    def _show_past(self, past: PastThread | None) -> None:
        """Show the past in place of the present, or the present."""
        self._window.source.past = past
        self._place.set_visibility(past is not None)
        self._window.view.set_visibility(past is None)
        self.present.set_visibility(past is None or not self.live)

    # --- what is said -------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        if self._past is not None:
            self._past.refresh()
        else:
            self._steps.refresh()

    def _soon(self) -> None:
        if self._told is None and (self.travelling or not self.live):
            self._told = asyncio.get_running_loop().call_later(_TICK, self._look)

    def _look(self) -> None:
        self._told = None
        self._refresh()
        self._tell()

    @property
    def _position(self) -> int:
        return self._steps.total if self._past is None else self._past.position

    @property
    def _range(self) -> tuple[int, int]:
        if self._whole_session or not self._steps.exchanges:
            return 0, self._steps.total
        return self._steps.span(self._number)

    def _tell(self) -> None:
        position = self._position
        place = self._steps.place(position)
        if place.exchange >= 0:
            self._number = place.exchange
        exchange = self._steps.exchanges[place.exchange] if place.exchange >= 0 else None
        event = place.taken - 1 if self._steps.event(position) is not None else None
        self._window.inspector.moment_is(
            live=self.live,
            exchange=exchange.id if exchange and self.travelling else None,
            event=event,
            position=position if self.travelling else None,
        )
        answers, self._answers = self._answers, None
        self._bar.show({**self.state(), "answers": answers})

    def state(self) -> dict[str, Any]:
        """
        What the bar shows: `position` between `begin` and `end`, `ticks` (positions at which exchanges begin), `count`
        and `words` about the event, `silence` that is shortened, `behind` (steps that have come since), and what else
        is chosen.
        """
        steps, position = self._steps, self._position
        begin, end = self._range
        playing, silence = self._player is not None and self._player.playing, self._player and self._player.silence
        return {
            "shown": self.travelling or (not self.live and steps.total > 0),
            "position": position,
            "begin": begin,
            "end": end,
            "ticks": [steps.span(number)[0] for number in range(1, len(steps.exchanges))] if begin == 0 else [],
            "exchanges": len(steps.exchanges),
            "scope": "session" if self._whole_session else "exchange",
            "live": self.live,
            "playing": playing,
            "behind": f"+{steps.total - self._total_then:,}" if steps.total > self._total_then else "",
            "silence": f"{silence:.0f} s of silence, shortened to {LONGEST_SILENCE:.0f} s" if silence else "",
            **_words(steps, position, begin, end),
        }


def _words(steps: Steps, position: int, begin: int, end: int) -> dict[str, Any]:
    """How many events of how many, and which one it is."""
    number = steps.place(position).exchange
    count = f"event {position - begin:,} of {end - begin:,}"
    if number < 0:
        return {"count": count, "words": ["before the first event"]}
    exchange, event = steps.exchanges[number], steps.event(position)
    if event is not None:
        update = update_type(event).rpartition(".")[2]
        words = [clean(event.type) or "no type", *([clean(update)] if update else [])]
    else:
        words = [f"the answer to {exchange.request.operation or 'it'}"]
    at_ns = event.at_ns if event is not None else exchange.ended_at_ns
    if at_ns is not None:
        words.append(f"+{at_ns / 1e9:.3f} s")
    if len(steps.exchanges) > 1:
        words.append(f"exchange {number + 1} of {len(steps.exchanges)}")
    return {"count": count, "words": words}
