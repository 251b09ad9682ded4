"""The official widget's eye: what it does with a response, as far as its loader shows (protocol facts, section 4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chat.exchanges import STREAMING_OPERATIONS, Exchange, read_events
from chat.protocol import Event

__all__ = ["Certainty", "WidgetView", "widget_view"]

Certainty = Literal["known", "likely", "unknown"]
"""`known`: seen in its loader. `likely`: follows from it. `unknown`: decided inside its closed frame."""

_ATTEMPTS = 6
_SILENT = ("thread.created", "thread.updated", "stream_options", "progress_update", "client_effect")
"""Events that leave nothing on the screen when the stream is over."""


_CUT_BY_US = ("interrupted", "oversized")


@dataclass(frozen=True, slots=True)
class WidgetView:
    """What the official widget does with one exchange, for one line in the page and in reports."""

    behaviour: str
    """One sentence: “Reads 12 events and drops the last one: it has no blank line.”"""
    certainty: Certainty
    requests_sent: int
    """How often it sends this request: 1, or up to 6 when it takes the answer for a passing failure."""
    shows: str
    """What the user sees; "" when that cannot be told."""
    events_read: int = 0
    """Events that reach its frame, known to it or not."""

    @property
    def sentence(self) -> str:
        """Behaviour and certainty in one line."""
        return self.behaviour if self.certainty == "known" else f"{self.behaviour} ({self.certainty})"


_NOT_RECORDED = WidgetView("Cannot be told: the body was not recorded.", "unknown", 1, "")


def widget_view(exchange: Exchange, events: Sequence[Event] | None = None) -> WidgetView:
    """What the official widget does with this exchange. `events` are those of its body, decoded when not given."""
    if exchange.outcome in ("unreachable", "unanswered") or (exchange.status is None and exchange.failure):
        return WidgetView(
            "Gets no answer: the browser says that the request failed.", "likely", 1, "an error, and no answer"
        )
    if _streams(exchange):
        return _stream(exchange, events)
    return _document(exchange)


def _streams(exchange: Exchange) -> bool:
    request = exchange.request
    if request.operation:
        return request.operation in STREAMING_OPERATIONS
    return request.streaming or not exchange.content_type.lower().startswith("application/json")


def _stream(exchange: Exchange, events: Sequence[Event] | None) -> WidgetView:
    status, kind = exchange.status, exchange.content_type
    if status is not None:
        if 300 <= status < 400:
            return WidgetView(
                f"Follows the redirection ({status}), as browsers do.", "likely", 1, "what the new place answers"
            )
        if 400 <= status < 500:
            text = f"Streaming failed: {exchange.reason}".rstrip(": ")
            return WidgetView(
                f"Does not read the body of the {status} and does not ask again.", "known", 1, f"the error “{text}”"
            )
        if status >= 500 or status == 204 or not kind.startswith("text/event-stream"):
            cause = (
                f"status {status}"
                if status >= 500 or status == 204
                else f"Content-Type `{kind}`"
                if kind
                else "no Content-Type"
            )
            return WidgetView(
                f"Reads nothing ({cause}) and sends the same POST again, 5 more times, 1 to 10 s apart.",
                "known",
                _ATTEMPTS,
                "a spinner, then an error",
            )
    return _read(exchange, read_events(exchange) if events is None else events)


def _read(exchange: Exchange, events: Sequence[Event]) -> WidgetView:
    read = [event for event in events if event.terminated]
    count = len(read)
    if not count and exchange.outcome in _CUT_BY_US:
        return _NOT_RECORDED
    valid = sum(event.valid for event in read)
    dropped = len(events) - count if exchange.outcome == "complete" else 0
    certainty: Certainty = "known"
    parts = [f"Reads {_events(count)}" if count else "Reads no event"]
    if dropped:
        parts.append("drops the last one, which has no blank line")
    if count > valid:
        parts.append(f"does not know {count - valid if valid else 'any'} of them")
        certainty = "likely"
    if exchange.status is None and not exchange.headers:
        certainty = "likely"  # a body alone: status and content type are taken for right
    seen = _shown(read)
    if exchange.outcome in ("truncated", "garbled"):
        shows = seen + ", then an error at once; it does not ask again"
        parts.append("meets the broken connection")
    elif exchange.outcome in ("pending", *_CUT_BY_US):
        shows = seen + " so far"
        if exchange.outcome in _CUT_BY_US:
            parts.append("what it does with the rest cannot be told: it was not recorded")
            certainty = "unknown"
    else:
        shows = seen
        if not count and exchange.outcome == "complete":
            parts.append("takes the end of the body for success")
        elif not valid and exchange.outcome == "complete":
            parts.append("takes the end of the stream for success")
    if any(event.type == "error" and event.valid for event in read):
        shows += ", and the error of the stream"
    return WidgetView(_sentence(parts), certainty, 1, shows, count)


def _shown(read: Sequence[Event]) -> str:
    valid = [event for event in read if event.valid]
    if any(event.type not in _SILENT and not _is_users(event) for event in valid):
        return "the conversation"
    if any(map(_is_users, valid)):
        return "the user's message and nothing after it"
    return "nothing: the page stays blank"


def _is_users(event: Event) -> bool:
    return getattr(getattr(event.value, "item", None), "type", "") == "user_message"


def _document(exchange: Exchange) -> WidgetView:
    status = exchange.status if exchange.status is not None else 200
    if exchange.outcome in ("truncated", "garbled"):
        return WidgetView("Meets the broken connection.", "likely", 1, "an error")
    if exchange.outcome in _CUT_BY_US:
        return _NOT_RECORDED
    try:
        document = json.loads(exchange.body)
    except (ValueError, RecursionError):
        document = None
    if not 200 <= status < 300:
        message = document.get("message") if isinstance(document, dict) else None
        if isinstance(message, str) and message:
            return WidgetView("Shows the body's `message`.", "known", 1, f"“{message[:200]}”")
        return WidgetView(
            "Finds no top-level `message` in the body and shows the status text.",
            "known",
            1,
            f"“{exchange.reason or status}”",
        )
    if document is None:
        return WidgetView("Cannot parse the body and goes on with `{}`, in silence.", "known", 1, "an empty answer")
    if not isinstance(document, dict):
        return WidgetView(
            "Parses the body, which is no object, and finds no field in it.", "likely", 1, "an empty answer"
        )
    return WidgetView("Reads the answer.", "known", 1, "the answer")


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count} events"


def _sentence(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0] + "."
    return ", ".join(parts[:-1]) + " and " + parts[-1] + "."
