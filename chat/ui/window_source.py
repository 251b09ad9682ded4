"""The exchanges of one window: those of the thread it shows, and those outside it, such as lists and renames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chat.checks import WidgetView
from chat.conversation.diagnosis import Counts, Diagnoses, Diagnosis
from chat.conversation.kept import over
from chat.conversation.shown_thread import ShownThread
from chat.conversation.time_travel import PastThread
from chat.exchanges import Exchange
from chat.listening import Listeners
from chat.protocol import Event, ThreadState

__all__ = ["WindowSource"]

KEPT_EXCHANGES = 60
"""Exchanges outside the thread (thread lists, renames, deletions) that are remembered."""
KEPT_BYTES = 32 * 2**20
"""Bytes of their bodies that are remembered together."""


class WindowSource:
    """What the inspector, the badge and the reports of a window read (an `InspectionSource`)."""

    def __init__(self, thread: ShownThread) -> None:
        self._thread = thread
        self._alone = False
        self._outside: list[Exchange] = []
        self._forgotten = 0
        self._looked_at = ""
        self._outside_diagnoses = Diagnoses()
        self._outside_events: dict[str, Sequence[Event]] = {}
        self.by_hand: set[str] = set()
        """Ids of those outside that somebody typed: they are listed beside a recording, too."""
        self._activity = Listeners[[str]]()
        self._unwatch: list[Callable[[], None]] = []
        self.past: PastThread | None = None
        """What is shown of the thread, when that is not its present."""

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show(self, thread: ShownThread, *, alone: bool) -> None:
        """Another thread is shown; `alone`: it is a recording, which the window's own exchanges are no part of."""
        self._leave()
        self._thread, self._alone, self.past = thread, alone, None
        self._unwatch = [
            thread.on_events(lambda _, exchange, run: self._activity.tell(exchange.id)),
            thread.on_exchange(lambda _, exchange: self._activity.tell(exchange.id)),
        ]

    def began(self, exchange: Exchange) -> None:
        """A request outside the thread is sent."""
        self._outside.append(exchange)
        self._outside_diagnoses.begin(exchange)
        self._forget_old()
        self._activity.tell(exchange.id)

    def typed(self, exchange: Exchange) -> None:
        """A request outside the thread is one that somebody typed: its answer is what they wait for."""
        self.by_hand.add(exchange.id)

    def came(self, exchange: Exchange, events: Sequence[Event]) -> None:
        """An event of a request outside the thread has come, the last of its `events`."""
        self._outside_events[exchange.id] = events
        self._outside_diagnoses.feed(exchange, events[-1:])
        self._activity.tell(exchange.id)

    def ended(self, exchange: Exchange) -> None:
        """A request outside the thread has been answered to the end, and its events were all given."""
        self._outside_diagnoses.settle(exchange)
        self._forget_old()
        self._activity.tell(exchange.id)

    def _forget_old(self) -> None:
        for old in over(self._outside, KEPT_EXCHANGES, KEPT_BYTES, [self._looked_at]):
            self._outside.remove(old)
            self._outside_diagnoses.forget(old.id)
            self._outside_events.pop(old.id, None)
            self.by_hand.discard(old.id)
            self._forgotten += 1

    def looks_at(self, exchange_id: str) -> None:
        """The inspector shows this exchange: it stays, until another one is shown."""
        self._looked_at = self._thread.looked_at[id(self)] = exchange_id

    def forget_outside(self) -> None:
        """Another backend comes: what this one said is not to be taken for an answer of that one."""
        self._outside.clear()
        self._forgotten = 0
        self._outside_diagnoses = Diagnoses()
        self._outside_events.clear()
        self.by_hand.clear()

    def close(self) -> None:
        """The window is gone: nobody is told any more."""
        self._leave()
        self._activity = Listeners[[str]]()

    def _leave(self) -> None:
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch = []
        self._thread.looked_at.pop(id(self), None)

    # --- what it is asked ---------------------------------------------------------------------------------------------

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Every exchange, oldest first."""
        if self._alone:
            shown = self._thread.exchanges
            by_hand = [one for one in self._outside if one.id in self.by_hand and one not in shown]
            return [*shown, *by_hand] if by_hand else shown
        return sorted([*self._outside, *self._thread.exchanges], key=lambda exchange: exchange.started_at)

    @property
    def forgotten(self) -> int:
        """How many earlier exchanges are not kept any longer."""
        return self._thread.forgotten + (0 if self._alone else self._forgotten)

    @property
    def running(self) -> bool:
        """Whether an answer is streaming into the thread."""
        return self._thread.running

    def events(self, exchange_id: str) -> Sequence[Event]:
        """The events of an exchange so far; [] for those that are no streams."""
        return self._outside_events.get(exchange_id) or self._thread.events(exchange_id)

    def diagnosis(self, exchange_id: str) -> Diagnosis | None:
        """What is wrong with an exchange, as far as it is known."""
        return self._thread.diagnoses.get(exchange_id) or self._outside_diagnoses.get(exchange_id)

    def view(self, exchange_id: str) -> WidgetView | None:
        """What the official widget does with an exchange, as far as it has come where the reader is."""
        view = self.past.view(exchange_id) if self.past is not None else None
        if view is None and (diagnosis := self.diagnosis(exchange_id)) is not None:
            return diagnosis.view
        return view

    def counts(self) -> Counts:
        """Findings of every exchange, by level."""
        counts = self._thread.diagnoses.counts()
        return counts if self._alone else counts + self._outside_diagnoses.counts()

    def worst_exchange(self) -> str | None:
        """Id of the newest exchange with an error, else with a warning."""
        found = [(one.id, self.diagnosis(one.id)) for one in reversed(self.exchanges)]
        for level in ("errors", "warnings"):
            for exchange_id, diagnosis in found:
                if diagnosis is not None and getattr(diagnosis.counts, level):
                    return exchange_id
        return None

    def exchange_with(self, rule_id: str) -> str | None:
        """Id of the newest exchange in which this rule found something."""
        for exchange in reversed(self.exchanges):
            diagnosis = self.diagnosis(exchange.id)
            if diagnosis is not None and any(finding.rule_id == rule_id for finding in diagnosis.findings):
                return exchange.id
        return None

    def last_asked(self, operation: str) -> Exchange | None:
        """The newest exchange outside the thread with this operation."""
        return next((one for one in reversed(self._outside) if one.request.operation == operation), None)

    def state(self, thread_id: str | None = None) -> ThreadState | None:
        """The state of the thread; None when it is not the one that is asked for."""
        wanted = thread_id is None or thread_id == self._thread.thread_id
        return (self.past or self._thread).state if wanted else None

    def on_activity(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call `callback` with the id of an exchange that begins, gets an event or ends; returns what ends this."""
        return self._activity.add(callback)
