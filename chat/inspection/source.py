"""The one thing the inspector asks of whoever holds the exchanges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from chat.checks import WidgetView
from chat.conversation.diagnosis import Diagnosis
from chat.exchanges import Exchange
from chat.protocol import Event, ThreadState

__all__ = ["InspectionSource"]


class InspectionSource(Protocol):
    """Exchanges of one window, their events, and the state folded from them."""

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Every exchange, oldest first. Exchange ids are unique."""

    @property
    def forgotten(self) -> int:
        """How many earlier exchanges are not kept any longer."""

    def looks_at(self, exchange_id: str) -> None:
        """The reader looks at this exchange, and at no other: it is kept for as long."""

    def events(self, exchange_id: str) -> Sequence[Event]:
        """The events of an exchange so far, in order; empty for an unknown id. Only ever grows while it is live."""

    def diagnosis(self, exchange_id: str) -> Diagnosis | None:
        """What is wrong with an exchange, as far as it is known; None for an unknown id."""

    def view(self, exchange_id: str) -> WidgetView | None:
        """What the official widget does with an exchange, at the moment that is shown; None for an unknown id."""

    def state(self, thread_id: str | None = None) -> ThreadState | None:
        """The rebuilt state of a thread; of the thread on screen when no id is given."""

    def on_activity(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call back with an exchange id whenever that exchange begins, gets an event or ends.

        It is called on the event loop, perhaps thousands of times per second. Returns the function that unsubscribes.
        """
