"""Translation: the ChatKit stream that a foreign one stands for.

`translate` reads an exchange whose backend speaks another language (Responses, Realtime, Assistants, Conversations,
Chat Completions, capability names, home-made events, items without wrapper, lines of JSON, plain text) and says what it
meant: valid events, the conversation they make, and the same events as JSON and as Python to type instead.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from chat.exchanges import Exchange, read_events
from chat.on_demand import on_demand
from chat.protocol import Event

if TYPE_CHECKING:
    from chat.checks.translation.translating import Translation

__all__ = ["Translation", "translate"]

__getattr__ = on_demand(__name__, {"translating": "Translation"})


def translate(
    exchange: Exchange, events: Sequence[Event] | None = None, taken: Collection[str] = ()
) -> Translation | None:
    """
    What the exchange's stream meant; None when it is ChatKit's already, or says nothing that could be translated.

    `taken` are the ids of items that the thread has from earlier exchanges.
    """
    events = read_events(exchange) if events is None else events
    if events and all(event.valid for event in events):
        return None  # without an import of all the other languages
    from chat.checks.translation.translating import translation_of

    return translation_of(exchange, events, taken)
