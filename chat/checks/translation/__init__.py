"""Translation: the ChatKit stream that a foreign one stands for.

`translate` reads an exchange whose backend speaks another language (Responses, Realtime, Assistants, Conversations,
Chat Completions, capability names, home-made events, items without wrapper, lines of JSON, plain text) and says what it
meant: valid events, the conversation they make, and the same events as JSON and as Python to type instead.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from typing import TYPE_CHECKING

from chat.exchanges import Exchange, event_batches
from chat.on_demand import on_demand
from chat.protocol import Event
from chat.steps import at_once

if TYPE_CHECKING:
    from chat.checks.translation.translated import Translation

__all__ = ["Translation", "translate", "translate_in_steps"]

_MOST_BYTES = 4 * 2**20
"""Of a longer body nobody types the translation in."""
_MOST_EVENTS = 200_000

__getattr__ = on_demand(__name__, {"translated": "Translation"})


def translate(
    exchange: Exchange, events: Sequence[Event] | None = None, taken: Collection[str] = ()
) -> Translation | None:
    """
    What the exchange's stream meant; None when it is ChatKit's already, or says nothing that could be translated.

    `taken` are the ids of items that the thread has from earlier exchanges.
    """
    return at_once(translate_in_steps(exchange, events, taken))


def translate_in_steps(
    exchange: Exchange,
    events: Sequence[Event] | None = None,
    taken: Collection[str] = (),
    most: int = _MOST_EVENTS,
) -> Generator[None, None, Translation | None]:
    """The same in steps; None as well when there are more events than `most`, and when one of them floods."""
    if exchange.size > _MOST_BYTES:
        return None
    if events is None:
        events = []
        for fresh in event_batches(exchange):
            events += fresh
            yield
    if events and (yield from _all_valid(events)):
        return None  # without an import of all the other languages
    from chat.checks.translation.translating import translation_of

    return (yield from translation_of(exchange, events, taken, most))


def _all_valid(events: Sequence[Event]) -> Generator[None, None, bool]:
    for event in events:
        if not event.valid:
            return False
        yield
    return True
