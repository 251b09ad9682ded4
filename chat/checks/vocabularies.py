"""Which vocabulary an event belongs to, when it is not ChatKit's, and which ChatKit event comes nearest.

The names below are those of other OpenAI interfaces, of item and update types without their wrapper, and of widget
capabilities. Everything else is home-made.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chat.protocol.vocabulary import EVENT_TYPES, ITEM_TYPES, UPDATE_TYPES

if TYPE_CHECKING:
    from chat.protocol import Event

__all__ = [
    "AD_HOC",
    "ASSISTANTS",
    "BARE_ITEM",
    "CAPABILITY",
    "CHAT_COMPLETIONS",
    "CONVERSATIONS",
    "RESPONSES",
    "Vocabulary",
    "foreign_type",
    "nearest",
    "vocabulary_of",
]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A language of events that is not ChatKit's. `rule_id` names it in findings, `name` in sentences."""

    rule_id: str
    name: str


RESPONSES = Vocabulary("vocabulary/responses-api", "the Responses / Realtime API")
ASSISTANTS = Vocabulary("vocabulary/assistants-api", "the Assistants API")
CONVERSATIONS = Vocabulary("vocabulary/conversations-api", "the Conversations API")
CAPABILITY = Vocabulary("vocabulary/capability-name", "the widget's list of capabilities")
CHAT_COMPLETIONS = Vocabulary("vocabulary/chat-completions", "the Chat Completions API")
BARE_ITEM = Vocabulary("vocabulary/bare-item", "ChatKit's items and updates, without their wrapper")
AD_HOC = Vocabulary("vocabulary/ad-hoc", "a home-made vocabulary")

_PREFIXES = (
    ("response.", RESPONSES),
    ("session.", RESPONSES),
    ("input_audio_buffer.", RESPONSES),
    ("output_audio_buffer.", RESPONSES),
    ("rate_limits.", RESPONSES),
    ("thread.message", ASSISTANTS),
    ("thread.run", ASSISTANTS),
    ("conversation.", CONVERSATIONS),
)
_ASSISTANT_OBJECTS = ("thread.message", "thread.run")
_CAPABILITIES = frozenset(f"thread.item.{kind}" for kind in ITEM_TYPES) | {
    "thread.item.feedback",
    "thread.item.retry",
    "thread.item.share",
    "thread.item.source",
    "thread.item.image",
}

# Words of home-made types, and the ChatKit event that does what they mean.
_BY_WORD = (
    (re.compile(r"err|fail|exception"), "error"),
    (re.compile(r"title|rename"), "thread.updated"),
    (re.compile(r"status|progress|thinking|loading|search|ping|heartbeat|step|reason"), "progress_update"),
    (re.compile(r"user"), "thread.item.done"),
    (re.compile(r"delta|token|chunk|text|content|part|append"), "assistant_message.content_part.text_delta"),
    (re.compile(r"tool|function"), "thread.item.done"),
    (re.compile(r"done|complete|end|finish|stop|final|close"), "thread.item.done"),
    (re.compile(r"message|answer|assistant|reply|response|output|result|data|item"), "thread.item.done"),
    (re.compile(r"start|begin|created|init|open|meta|thread|conversation"), "thread.created"),
)


def foreign_type(event: Event) -> str:
    """What an event calls itself: its `type`, else its `event:` line, else its `object`, else ""."""
    if event.type:
        return event.type
    document = event.json
    named = document.get("object") or document.get("event") if isinstance(document, dict) else ""
    return event.sse_event or (named if isinstance(named, str) else "")


def vocabulary_of(event: Event) -> Vocabulary | None:
    """The vocabulary of a JSON object that is no ChatKit event; None when only its type is in the wrong place."""
    document = event.json if isinstance(event.json, dict) else {}
    if not event.type and event.sse_event in EVENT_TYPES:
        return ASSISTANTS if document.get("object") == "thread" else None
    if not event.type and (
        isinstance(document.get("choices"), list) or "chat.completion" in str(document.get("object"))
    ):
        return CHAT_COMPLETIONS
    name = foreign_type(event)
    for prefix, vocabulary in _PREFIXES:
        if name.startswith(prefix):
            return vocabulary
    if not event.type and str(document.get("object", "")).startswith(_ASSISTANT_OBJECTS):
        return ASSISTANTS
    if name in _CAPABILITIES:
        return CAPABILITY
    if name in UPDATE_TYPES or name in ITEM_TYPES:
        return BARE_ITEM
    return AD_HOC


def nearest(name: str, document: Any = None) -> str:
    """The ChatKit event or update type that a foreign type most likely stands for."""
    last = name.removeprefix("thread.item.")
    if last != name:
        if last in ITEM_TYPES:
            return "thread.item.done"
        if "delta" in last or "content" in last or "text" in last:
            return "assistant_message.content_part.text_delta"
        if last in ("created", "started", "start", "new", "in_progress"):
            return "thread.item.added"
    close = _misspelt(name) if len(name) < 80 else None
    if close is not None:
        return close
    if name in ITEM_TYPES:
        return "thread.item.done"
    for words, event_type in _BY_WORD:
        if words.search(name.lower()):
            return event_type
    if isinstance(document, dict) and any(isinstance(document.get(key), str) for key in ("text", "content", "delta")):
        return "assistant_message.content_part.text_delta"
    return "thread.item.done"


@lru_cache(maxsize=512)
def _misspelt(name: str) -> str | None:
    close = difflib.get_close_matches(name, [*EVENT_TYPES, *UPDATE_TYPES], n=1, cutoff=0.84)
    return close[0] if close else None


def wrapped(event_type: str) -> str:
    """How a type is named in full: an update stands inside `thread.item.updated`."""
    return f"thread.item.updated with {event_type}" if event_type in UPDATE_TYPES else event_type
