"""The official widget's eye: what it does with a response, as it was watched (docs/widget.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

from chat.checks.documents import document_items, document_problems
from chat.checks.logs import log_of
from chat.checks.widget_screen import CRASHED, ScreenFold, WidgetScreen, crash_of
from chat.exchanges import CONSOLE, OPERATIONS, Exchange, read_events
from chat.exchanges.answer import cut_by_us
from chat.exchanges.documents import document_of, unread
from chat.exchanges.exchange import FOLLOWED_AS_GET, FOLLOWED_AS_IT_IS
from chat.exchanges.page_requests import page_request
from chat.protocol import Event, Problem
from chat.protocol.events import SmallEvent, runs
from chat.protocol.vocabulary import EVENT_TYPES

__all__ = ["Certainty", "Eye", "WidgetView", "widget_view"]

Certainty = Literal["known", "likely", "unknown"]
"""`known`: seen in the official widget. `likely`: follows from what was seen. `unknown`: nobody has watched it."""

_STREAM_ATTEMPTS: Final = 6
_LIST_ATTEMPTS: Final = 4
_NEW_THREAD: Final = "threads.create"
_SENDS_MESSAGE: Final = (_NEW_THREAD, "threads.add_user_message")
_WATCHED_REDIRECTIONS: Final = (302, 307, 308)
_WATCHED_FAILURES: Final = (404, 500)
_WATCHED_DOCUMENTS: Final = (
    "threads.list",
    "threads.get_by_id",
    "items.list",
    "items.feedback",
    "attachments.create",
    "threads.sync_custom_action",
)
_BRINGS: Final = ("thread.item.added", "thread.item.done", "thread.item.replaced")
_UNWATCHED_ITEMS: Final = ("task", "generated_image")


@dataclass(frozen=True, slots=True)
class WidgetView:
    """What the official widget does with one exchange, for one line in the page and in reports."""

    behaviour: str
    """One sentence: “Reads 12 events and drops the last one, which has no blank line.”"""
    certainty: Certainty
    requests_sent: int
    """How often it sends this request: 1, or more when it takes the answer for a passing failure."""
    shows: str
    """What the user sees; "" when that cannot be told."""
    events_read: int = 0
    """Events that reach its frame, known to it or not."""
    blank: bool = False
    """Whether the user sees nothing of what the backend answered."""
    screen: WidgetScreen | None = None
    """The screen after a stream; None for other answers."""

    @property
    def sentence(self) -> str:
        """Behaviour and certainty in one line."""
        return self.behaviour if self.certainty == "known" else f"{self.behaviour} ({self.certainty})"


_NOT_RECORDED = WidgetView("Cannot be told: the body was not recorded.", "unknown", 1, "")


class Eye:
    """What the official widget has read of one answer so far: give it each event to `take` as it comes."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.events = self.read = self.valid = self.known = 0
        """How many events came; how many of them end as the format asks, and of these, the valid and the known ones."""
        self.unwatched = False
        """Whether an item came that nobody has watched the widget draw."""
        self.fold = ScreenFold()
        for run in runs(events):
            self.take(run)

    def __bool__(self) -> bool:
        return self.events > 0

    def take(self, run: Sequence[Event]) -> None:
        """Take in the next run of events (see `chat.protocol.runs`)."""
        self.events += len(run)
        event = run[0]
        if type(event) is SmallEvent:
            self.read += len(run)
            self.valid += len(run)
            self.known += len(run)
            self.fold.grow(cast(Sequence[SmallEvent], run))
            return
        if not event.terminated:
            return
        self.read += 1
        valid = event.valid
        self.valid += valid
        self.known += valid or event.type in EVENT_TYPES
        self.unwatched = self.unwatched or (event.type in _BRINGS and _is_unwatched(event.value))
        self.fold.take(event)


def widget_view(
    exchange: Exchange, events: Sequence[Event] | Eye | None = None, problems: Sequence[Problem] | None = None
) -> WidgetView:
    """
    What the official widget does with this exchange. `events` are those of its body, or the eye that has taken all of
    them; `problems` those of its document. What is not given is found out.
    """
    page = page_request(exchange.request.url)
    if page:
        return _of_the_page(exchange, page)
    if exchange.outcome in ("unreachable", "unanswered") or (exchange.status is None and exchange.failure):
        return WidgetView(
            "Gets no answer: the browser says that the request failed.", "likely", 1, "an error, and no answer", 0, True
        )
    if exchange.request.method == "OPTIONS":
        return WidgetView("Knows nothing of it: the browser asks this by itself.", "likely", 1, "")
    if exchange.request.uploads:
        return _upload(exchange)
    if exchange.request.method == CONSOLE:
        return WidgetView("Wrote this into the browser's console, or the browser did.", "likely", 1, "")
    if _no_request(exchange):
        return WidgetView("Sends no such request.", "known", 1, "")
    if _is_a_log(exchange, events):
        return WidgetView("Cannot be told: this is no answer of a backend.", "unknown", 1, "")
    if exchange.expects_stream:
        return _stream(exchange, events)
    return _document(exchange, problems)


def _of_the_page(exchange: Exchange, page: str) -> WidgetView:
    if page == "domain" and (exchange.status or 0) >= 400:
        return WidgetView("Takes its frame out of the page.", "likely", 1, "nothing: the page stays blank", 0, True)
    return WidgetView("Has no part in it: the page asks this by itself.", "likely", 1, "")


def _no_request(exchange: Exchange) -> bool:
    """Whether what was sent is no ChatKit request, and was refused: else a stream may come of it all the same."""
    request = exchange.request
    return bool(request.url and request.body and request.operation not in OPERATIONS and (exchange.status or 0) >= 400)


def _is_a_log(exchange: Exchange, events: Sequence[Event] | Eye | None) -> bool:
    """Whether what was pasted is a log, and not what any backend has answered."""
    pasted = not exchange.request.url and exchange.status is None
    return pasted and not events and bool(log_of(exchange.beginning(20_000).decode("utf-8", "replace")))


def _upload(exchange: Exchange) -> WidgetView:
    if exchange.status is not None and 200 <= exchange.status < 300:
        return WidgetView("Has sent the file.", "known", 1, "the attachment")
    return WidgetView("Has not got rid of the file.", "unknown", 1, "")


# --- streams ----------------------------------------------------------------------------------------------------------


def _stream(exchange: Exchange, events: Sequence[Event] | Eye | None) -> WidgetView:
    status, kind = exchange.status, exchange.content_type
    if status is not None:
        if 300 <= status < 400:
            return _redirected(exchange, status)
        if 400 <= status < 500:
            return _refused_stream(exchange, status)
        if status >= 500 or status == 204 or not kind.startswith("text/event-stream"):
            cause = (
                f"status {status}"
                if status >= 500 or status == 204
                else f"Content-Type `{kind}`"
                if kind
                else "no Content-Type"
            )
            within = "29 s" if status >= 500 else "23 s"
            if not exchange.request.operation:
                again = f"where a stream was asked for, it sends the same POST again, 5 more times within {within}"
                return _silent(exchange, f"Reads nothing ({cause}); {again}.", kind="likely")
            behaviour = f"Reads nothing ({cause}) and sends the same POST again, 5 more times within {within}."
            return _silent(exchange, behaviour, requests=_STREAM_ATTEMPTS, kind=_watched(exchange.request.operation))
    if not isinstance(events, Eye):
        events = Eye(read_events(exchange) if events is None else events)
    return _read(exchange, events)


def _refused_stream(exchange: Exchange, status: int) -> WidgetView:
    start = f"Does not read the body of the {status} and does not ask again"
    operation = exchange.request.operation
    if status == 429:
        return _silent(exchange, f"{start}.", "a short notice", kind=_watched(operation))
    if operation == "threads.custom_action":
        return WidgetView(f"{start}.", "known", 1, "a short notice that it failed", 0, True, WidgetScreen())
    return _silent(exchange, f"{start}; it says nothing.", kind=_watched(operation))


def _watched(operation: str) -> Certainty:
    """How sure it is what becomes of a stream that is not read: messages were watched, and actions."""
    return "known" if operation in (*_SENDS_MESSAGE, "threads.custom_action") else "likely"


def _redirected(exchange: Exchange, status: int) -> WidgetView:
    watched = exchange.expects_stream and status in _WATCHED_REDIRECTIONS
    certainty: Certainty = "known" if watched else "likely"
    to = urlsplit(exchange.header("location") or "").path.rstrip("/")
    if status in FOLLOWED_AS_GET and to and to != urlsplit(exchange.request.url).path.rstrip("/"):
        behaviour = f"Follows the {status} with a GET, as browsers do, and finds no stream there."
        return _silent(exchange, behaviour, kind="likely")  # it was watched where a GET is refused
    if status in FOLLOWED_AS_GET:
        return _silent(exchange, f"Follows the {status} with a GET, as browsers do, and is refused.", kind=certainty)
    if status in FOLLOWED_AS_IT_IS:
        return WidgetView(f"Follows the {status} with the same POST.", certainty, 1, "what the new place answers")
    return _silent(exchange, f"Gets a {status} and reads nothing.", kind="unknown")


def _silent(
    exchange: Exchange, behaviour: str, notice: str = "", *, requests: int = 1, kind: Certainty = "known"
) -> WidgetView:
    """It gives up, and what the user wrote vanishes."""
    operation = exchange.request.operation
    left = (
        "the start screen again: the user's message is gone"
        if operation == _NEW_THREAD
        else "the thread as it was: the user's message is gone"
        if operation == "threads.add_user_message"
        else "nothing of it"
    )
    screen = WidgetScreen(start=operation == _NEW_THREAD)
    return WidgetView(behaviour, kind, requests, f"{notice}, then {left}" if notice else left, 0, True, screen)


def _read(exchange: Exchange, eye: Eye) -> WidgetView:
    if not eye.read and cut_by_us(exchange):
        return _NOT_RECORDED
    broken = exchange.outcome in ("truncated", "garbled")
    operation = exchange.request.operation
    screen = eye.fold.screen(creates=operation == _NEW_THREAD, broken=broken)
    sends_message = operation in _SENDS_MESSAGE or (not operation and not screen.start)
    return WidgetView(
        _sentence(_reading(exchange, eye, broken)),
        "likely" if screen.elsewhere else _certainty(exchange, eye),
        1,
        _shown(screen, sends_message, later=operation not in ("", *_SENDS_MESSAGE))
        + (" so far" if exchange.outcome == "pending" or cut_by_us(exchange) else ""),
        eye.read,
        screen.blank,
        screen,
    )


def _reading(exchange: Exchange, eye: Eye, broken: bool) -> list[str]:
    count, valid, known = eye.read, eye.valid, eye.known
    parts = [f"Reads {_events(count)}" if count else "Reads no event"]
    if exchange.outcome == "complete" and eye.events > count:
        parts.append("drops the last one, which has no blank line")
    if count > known:
        unknown = f"{count - known:,}" if known else "any"
        parts.append(f"does not know {unknown} of them")
    if known > valid:
        parts.append(f"makes what it can of {known - valid:,} that {'is' if known - valid == 1 else 'are'} not valid")
    if broken:
        parts.append("meets the broken connection")
    elif cut_by_us(exchange):
        parts.append("what it does with the rest cannot be told: it was not recorded")
    elif exchange.outcome == "complete" and not valid:
        parts.append(f"takes the end of the {'stream' if count else 'body'} for success")
    return parts


def _certainty(exchange: Exchange, eye: Eye) -> Certainty:
    if cut_by_us(exchange):
        return "unknown"
    if exchange.status is None and not exchange.headers:
        return "likely"  # a body alone: status and content type are taken for right
    if not exchange.request.operation:
        return "likely"  # whether the turn began a thread is not known
    # an event of a known type that the SDK's types refuse: the widget has no such types, and few cases were watched
    return "likely" if eye.known > eye.valid or eye.unwatched else "known"


def _is_unwatched(value: Any) -> bool:
    """Whether an event, typed, brings an item that nobody has watched the widget draw."""
    if value is None:
        return False
    parts = value.item.content if value.item.type == "assistant_message" else ()
    return value.item.type in _UNWATCHED_ITEMS or any("type" not in part.model_fields_set for part in parts)


def _shown(screen: WidgetScreen, sends_message: bool, later: bool) -> str:
    if screen.start:
        return "the start screen again: the user's message is gone"
    if screen.crashed:
        seen = f"“{CRASHED}” in place of the whole answer"
    elif screen.user and screen.answered:
        seen = "the conversation"
    elif screen.answered:
        seen = "the answer without the user's message" if sends_message else "the answer"
    elif screen.asks:
        seen = "the user's message" if screen.user else "nothing new in the thread"
    elif screen.user:
        seen = "the user's message and nothing after it"
    elif screen.elsewhere:
        seen = "what becomes of an item of an earlier turn"
    elif screen.error:
        seen = ""
    elif later:
        seen = "nothing new in the thread"
    else:
        seen = "nothing: the page stays blank"
    if not screen.error:
        return seen
    error = f"the error “{screen.error[:200]}”" + (" with a button to try again" if screen.retry else "")
    return f"{seen}, and {error}" if seen else error


# --- documents --------------------------------------------------------------------------------------------------------


def _document(exchange: Exchange, problems: Sequence[Problem] | None) -> WidgetView:
    status = exchange.status if exchange.status is not None else 200
    operation = exchange.request.operation
    if exchange.outcome in ("truncated", "garbled"):
        return WidgetView("Meets the broken connection.", "likely", 1, "an error", 0, True)
    if cut_by_us(exchange):
        return _NOT_RECORDED
    if words := unread(exchange):
        return WidgetView(f"Cannot be told: {words}.", "unknown", 1, "")
    if status in FOLLOWED_AS_IT_IS:
        return _redirected(exchange, status)
    if status in FOLLOWED_AS_GET and operation not in ("threads.get_by_id", "items.list"):
        behaviour = f"Follows the {status} with a GET, as browsers do, and finds no answer to this there."
        return WidgetView(behaviour, "likely", 1, "")
    document = document_of(exchange)
    good = 200 <= status < 300
    if operation == "threads.list" and (status >= 500 or (good and document is None)):
        behaviour = "Asks four times within 6 s and goes on without its history; opening the history blanks it."
        certainty: Certainty = "known" if good or status == 500 else "likely"
        return WidgetView(behaviour, certainty, _LIST_ATTEMPTS, "“Loading chats”", 0, True)
    if operation in ("threads.get_by_id", "items.list") and (not good or not _has_items(operation, document)):
        return WidgetView(
            "Asks once and cannot load the thread (`InitialThreadLoadError`).",
            "known" if good or status in _WATCHED_FAILURES else "likely",
            1,
            "the start screen",
            0,
            True,
        )
    if not good:
        return _refused(exchange, status, document)
    if document is None:
        return WidgetView("Cannot parse the body and goes on with `{}`, in silence.", "known", 1, "nothing of it")
    if not isinstance(document, dict):
        behaviour = "Parses the body, which is no object, and finds no field in it."
        return WidgetView(behaviour, "likely", 1, "nothing of it")
    if not operation:
        return WidgetView("Cannot be told: it is not known what was asked.", "unknown", 1, "")
    described = document.get("upload_descriptor")
    if operation == "attachments.create" and not (isinstance(described, dict) and described.get("url")):
        return WidgetView("Has nowhere to send the file.", "likely", 1, "a file that is not sent", 0, True)
    if _never_ends(operation, document):
        behaviour = "Asks for the next page without a pause."
        return WidgetView(behaviour, "likely", 1, "nothing: the page stays blank", 0, True)
    if any(crash_of(item) is not None for item in document_items(operation, document)):
        return WidgetView("Reads the answer.", "known", 1, f"“{CRASHED}” in place of whole answers")
    if document_problems(operation, document) if problems is None else problems:
        return WidgetView("Reads the answer and trips over what is wrong in it.", "likely", 1, "")
    return WidgetView("Reads the answer.", "known" if operation in _WATCHED_DOCUMENTS else "likely", 1, "the answer")


def _never_ends(operation: str, document: dict[str, Any]) -> bool:
    """Whether the page says that there is more and gives nothing to go on from: neither an entry nor a cursor."""
    page = document.get("items") if operation == "threads.get_by_id" else document
    if operation not in ("threads.get_by_id", "items.list", "threads.list") or not isinstance(page, dict):
        return False
    return page.get("has_more") is True and not page.get("data") and not page.get("after")


def _has_items(operation: str, document: object) -> bool:
    if not isinstance(document, dict):
        return False
    page = document.get("items") if operation == "threads.get_by_id" else document
    return isinstance(page, dict) and isinstance(page.get("data"), list)


def _refused(exchange: Exchange, status: int, document: object) -> WidgetView:
    operation = exchange.request.operation
    if status == 429 and operation == "threads.list":
        return WidgetView("Asks once.", "known", 1, "a short notice that there are too many requests", 0, True)
    if operation == "threads.sync_custom_action" and status in (404, 429, 500):
        return WidgetView("Asks once.", "known", 1, "a short notice that it failed", 0, True)
    if operation == "items.feedback":
        certainty: Certainty = "known" if status == 500 else "likely"
        return WidgetView("Takes no notice of the failure.", certainty, 1, "nothing of it", 0, True)
    if not operation and status < 500:
        return WidgetView("Does not ask again, and says nothing of it.", "likely", 1, "nothing of it", 0, True)
    message = document.get("message") if isinstance(document, dict) else None
    if isinstance(message, str) and message:
        behaviour, text = "Puts the body's `message` into its error", message
    else:
        behaviour, text = "Finds no top-level `message` in the body and puts the status text into its error", ""
    text = text or exchange.reason or str(status)
    return WidgetView(
        f"{behaviour}, which the page around it is not told.", "likely", 1, f"“{text[:200]}” at most", 0, True
    )


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count:,} events"


def _sentence(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0] + "."
    return ", ".join(parts[:-1]) + " and " + parts[-1] + "."
