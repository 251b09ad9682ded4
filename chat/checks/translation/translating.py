"""A stream in another language, or with faults, as the ChatKit stream that it stands for."""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from chatkit.types import (
    InferenceOptions,
    Page,
    StreamOptions,
    StreamOptionsEvent,
    Thread,
    ThreadCreatedEvent,
    ThreadItemDoneEvent,
    UserMessageItem,
    UserMessageTextContent,
)

from chat.checks import as_python
from chat.checks.case import Case, ThreadHistory
from chat.checks.families.transport import json_lines
from chat.checks.findings import excerpt
from chat.checks.logs import log_of
from chat.checks.notation import json_of_python, run_together
from chat.checks.repair import text_of
from chat.checks.translation.homemade import AdHocReader, cumulative_types, misplaced, plain_text
from chat.checks.translation.openai import assistants, chat_completions, responses
from chat.checks.translation.order import body_of, in_order
from chat.checks.translation.writing import (
    Ended,
    Meaning,
    Piece,
    Progress,
    Sent,
    ThreadIs,
    UserSaid,
    WentWrong,
    Writer,
    is_users,
)
from chat.checks.vocabularies import (
    AD_HOC,
    ASSISTANTS,
    CHAT_COMPLETIONS,
    CONVERSATIONS,
    RESPONSES,
    Vocabulary,
    foreign_type,
    vocabulary_of,
)
from chat.exchanges import Exchange
from chat.protocol import Event, ThreadState, decode_body, end_stream, fold
from chat.protocol.vocabulary import EVENT_TYPES

__all__ = ["Translation", "translation_of"]

_MOST_EVENTS = 200_000
_MOST_GATHERED = 5_000
_DELTAS_KEPT = 4
_LONGEST_FIX = 8_000
_LONGEST_CHANGE = 600
_MOST_SAID = 200
_NOT_KNOWN = "(the user's message)"
_USER_KEYS = ("message", "input", "prompt", "query", "question", "text", "content", "user_message", "userMessage")
_THREAD_KEYS = ("thread_id", "threadId", "conversation_id", "conversationId", "session_id")


@dataclass(frozen=True)
class Translation:
    """What a backend meant: the ChatKit stream its own stands for."""

    language: str
    """What the stream speaks, in words: “the Assistants API”."""
    events: tuple[Any, ...]
    """The events to send instead, typed (`chatkit.types`)."""
    assumed: tuple[str, ...]
    """What had to be taken from elsewhere or made up, in words."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Ids of the backend's that two items have, and those that one of the two has here."""
    foreign: str = ""
    """One event of the backend's, as it came."""
    instead: Any = None
    """The event that says the same in ChatKit's words, one of `events`; None when none says it alone."""

    @cached_property
    def sse(self) -> bytes:
        """The body to send instead."""
        return body_of(self.events)

    @cached_property
    def json(self) -> str:
        """The events as JSON, one per line."""
        return "\n".join(event.model_dump_json(exclude_none=True, by_alias=True) for event in self.events)

    @cached_property
    def python(self) -> str:
        """A module with `events()`, which yields these events, and `body()`, which frames them."""
        return as_python.module(self.events)

    @cached_property
    def brief(self) -> str:
        """`python` with the deltas gathered into a few, for a finding's fix; "" when it is long all the same."""
        text = as_python.module(_gathered(self.events)) if len(self.events) <= _MOST_GATHERED else ""
        return text if len(text) <= _LONGEST_FIX else ""

    @cached_property
    def change(self) -> str:
        """One event put right, as JSON and as Python; "" when no one event of the backend's can show it."""
        if self.instead is None:
            return ""
        line = self.instead.model_dump_json(exclude_none=True, by_alias=True)
        code = as_python.statement(self.instead)
        if len(line) > _LONGEST_CHANGE:
            return ""
        of_text = as_python.delta_key(self.instead) is not None
        where = ", between ThreadItemAddedEvent and ThreadItemDoneEvent of this item" if of_text else ""
        return f"# in place of {excerpt(self.foreign, 80)}\ndata: {line}\n\n# from Python{where}:\n{code}"

    @cached_property
    def respond(self) -> str:
        """The same answer as the `respond` method of a `ChatKitServer`, which sends the rest by itself."""
        return as_python.respond(self.events)

    @cached_property
    def state(self) -> ThreadState:
        """The conversation the backend meant."""
        state = ThreadState()
        for event in decode_body(self.sse):
            fold(state, event)
        end_stream(state)
        return state


def _is_page(exchange: Exchange) -> bool:
    """Whether the body is a page of HTML: nobody said that in a conversation."""
    start = b"".join(chunk.data for chunk in exchange.chunks[:4])[:200].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _gathered(events: Sequence[Any]) -> list[Any]:
    """The events with each run of deltas as at most four."""
    gathered: list[Any] = []
    for key, group in groupby(events, as_python.delta_key):
        run = list(group)
        if key is not None and len(run) > _DELTAS_KEPT:
            size = -(-len(run) // _DELTAS_KEPT)
            parts = [run[start : start + size] for start in range(0, len(run), size)]
            run = [_joined(part) for part in parts]
        gathered.extend(run)
    return gathered


def _joined(run: list[Any]) -> Any:
    text = "".join(event.update.delta for event in run)
    return run[0].model_copy(update={"update": run[0].update.model_copy(update={"delta": text})})


def translation_of(exchange: Exchange, events: Sequence[Event], taken: Collection[str]) -> Translation | None:
    """As `chat.checks.translation.translate` says, for a stream whose events are not all of them ChatKit's."""
    case = Case(exchange, ThreadHistory())
    if not case.streaming or not case.accepted or _is_page(exchange):
        return None
    language = ""
    if not events:
        language, events, text = _from_lines(exchange.body)
        if not events and not text.strip():
            return None
    else:
        text = ""
    meanings: list[Meaning] = list(plain_text(text)) if text else []
    said: list[tuple[str, Meaning]] = []
    spoken: dict[str, int] = {}
    reader = AdHocReader(cumulative_types(_home_made(events)))
    now = exchange.started_at
    thread_id = _thread_asked(case)
    for event, raw in _unwrapped(events[:_MOST_EVENTS]):
        vocabulary = None
        if not event.valid and event.type not in EVENT_TYPES:
            vocabulary = vocabulary_of(event) if isinstance(event.json, dict) else AD_HOC
        spoken_name = vocabulary.name if vocabulary else ""
        spoken[spoken_name] = spoken.get(spoken_name, 0) + 1
        read = list(_read(event, vocabulary, reader, now, thread_id or "thr_1"))
        meanings.extend(read)
        if (vocabulary is not None or raw != event.raw) and len(said) < _MOST_SAID:
            said.extend((raw, meaning) for meaning in read)
    if not language:
        foreign = {name: count for name, count in spoken.items() if name}
        language = max(foreign, key=lambda name: foreign[name]) if foreign else "ChatKit, with faults"
    translation = _compose(language, meanings, case, thread_id, now, taken)
    return translation and _with_one(translation, said)


def _with_one(translation: Translation, said: Sequence[tuple[str, Meaning]]) -> Translation:
    """The translation with one event that shows how it goes: a piece of text, else a whole item, else any."""

    def matches(meaning: Meaning, event: Any) -> bool:
        match meaning:
            case Piece(text):
                return as_python.delta_key(event) is not None and event.update.delta == text
            case Ended(texts):
                return bool(event.type == "thread.item.done" and texts[:1] == (_first_text(event.item),))
            case UserSaid(text):
                return bool(event.type == "thread.item.done" and text == _first_text(event.item))
            case Sent(sent):
                return bool(event.type == sent.type and _about(event) == _about(sent))
            case Progress(text):
                return bool(event.type == "progress_update" and event.text == text)
            case WentWrong(message):
                return bool(event.type == "error" and event.message == message)
        return False

    for kind in (Piece, Ended, Sent, UserSaid, Progress, WentWrong):
        for raw, meaning in said:
            if isinstance(meaning, kind):
                found = next((event for event in translation.events if matches(meaning, event)), None)
                if found is not None:
                    return replace(translation, foreign=raw, instead=found)
    return translation


def _about(event: Any) -> tuple[str, str]:
    item = getattr(event, "item", None)
    return getattr(item, "type", ""), _first_text(item)


def _first_text(item: Any) -> str:
    return "".join(getattr(part, "text", "") for part in getattr(item, "content", None) or [])


def _read(
    event: Event, vocabulary: Vocabulary | None, reader: AdHocReader, now: datetime, thread_id: str
) -> Iterator[Meaning]:
    if event.valid:
        yield Sent(event.value)
        return
    document = event.json
    if not isinstance(document, dict):
        if event.raw.strip():
            yield from reader.read_text(event.raw)
        return
    name = foreign_type(event)
    if vocabulary in (RESPONSES, CONVERSATIONS):
        yield from responses(name, document)
    elif vocabulary == ASSISTANTS:
        yield from assistants(name, document)
    elif vocabulary == CHAT_COMPLETIONS:
        yield from chat_completions(name, document)
    elif vocabulary == AD_HOC:
        yield from reader.read(name, document)
    else:
        yield from misplaced(name, document, now, thread_id)


def _unwrapped(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    """
    The events with what they came as: those that were encoded, framed or wrapped twice out of their second wrapping.
    """
    for event in events:
        within = _within(event)
        if not within:
            yield event, event.raw
        for inner in decode_body(b"".join(b"data: " + one.encode("utf-8", "replace") + b"\n\n" for one in within)):
            yield inner, event.raw


def _within(event: Event) -> list[str]:
    """The JSON objects that stand in an event in place of one event; none where it is what it seems to be."""
    if event.valid:
        return []
    if isinstance(event.json, dict):
        wrapped = [value for value in event.json.values() if isinstance(value, dict) and _is_event(value)]
        return [json.dumps(wrapped[0])] if len(wrapped) == 1 and not _is_event(event.json) else []
    inner = (event.json if isinstance(event.json, str) else event.raw).strip().removeprefix("data:").strip()
    together, _ = run_together(inner)
    if together:
        return together
    inner = (json_of_python(inner) or inner).removeprefix("data:").strip()
    return [inner.replace("\n", " ")] if inner.startswith("{") and inner.endswith("}") else []


def _is_event(document: dict[str, Any]) -> bool:
    return document.get("type") in EVENT_TYPES


def _home_made(events: Sequence[Event]) -> Iterator[tuple[str, Any]]:
    for event in events[:_MOST_EVENTS]:
        if not event.valid and isinstance(event.json, dict) and vocabulary_of(event) == AD_HOC:
            yield foreign_type(event), {key: value for key, value in event.json.items() if key != "type"}


def _compose(
    language: str,
    meanings: list[Meaning],
    case: Case,
    thread_id: str | None,
    now: datetime,
    taken: Collection[str],
) -> Translation | None:
    assumed: list[str] = []
    created = next((m.event for m in meanings if isinstance(m, Sent) and m.event.type == "thread.created"), None)
    user = next((m.event for m in meanings if isinstance(m, Sent) and is_users(m.event)), None)
    named = next((m.id for m in meanings if isinstance(m, ThreadIs)), None)
    said = next((m for m in meanings if isinstance(m, UserSaid) and m.text), None)
    if created is not None:
        thread_id = created.thread.id
    elif thread_id is None:
        carried = next(
            (m.event.item.thread_id for m in meanings if isinstance(m, Sent) and hasattr(m.event, "item")), None
        )
        thread_id = named or carried
        if thread_id is None:
            thread_id = "thr_1"
            assumed.append("the thread's id: the stream has none")
    opening: list[Any] = []
    operation = case.exchange.request.operation
    if operation in ("", "threads.create"):
        opening.append(created or ThreadCreatedEvent(thread=Thread(id=thread_id, created_at=now, items=Page())))
    if user is not None:
        opening.append(ThreadItemDoneEvent(item=user.item))
    elif operation in ("", "threads.create", "threads.add_user_message"):
        text = said.text if said else _user_text(case.request)
        if not text:
            assumed.append("the user's message: it is neither in the stream nor in the request; put it in")
        elif said is None:
            assumed.append("the user's message: taken from the request")
        item = UserMessageItem(
            id=said.id if said and said.id else "msg_user_1",
            thread_id=thread_id,
            created_at=now,
            content=[UserMessageTextContent(text=text or _NOT_KNOWN)],
            inference_options=InferenceOptions(),
        )
        opening.append(ThreadItemDoneEvent(item=item))
    opening.append(StreamOptionsEvent(stream_options=StreamOptions(allow_cancel=True)))
    writer = Writer(thread_id, opening, now)
    written: list[Any] = []
    for meaning in meanings:
        written.extend(writer.write(meaning))
    if not written and said is None and user is None and created is None:
        return None
    written.extend(writer.close())
    ordered, renamed = in_order(written, thread_id, taken)
    assumed.extend(f"another id for `{name}`: a message has it already" for name in renamed)
    return Translation(language, tuple(ordered), tuple(assumed), renamed)


def _thread_asked(case: Case) -> str | None:
    for source in (case.params, case.request):
        for key in _THREAD_KEYS:
            value = source.get(key)
            if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
                return str(value)
    return None


def _user_text(request: dict[str, Any]) -> str:
    """The user's words in a request: ChatKit's, or whatever an integration makes of it."""
    params = request.get("params")
    given = params.get("input") if isinstance(params, dict) else None
    if isinstance(given, dict):
        return text_of(given.get("content"))
    for key in _USER_KEYS:
        text = text_of(request.get(key))
        if text:
            return text
    messages = request.get("messages")
    if isinstance(messages, list):
        users = [m for m in messages if isinstance(m, dict) and m.get("role") == "user"]
        return text_of(users[-1].get("content")) if users else ""
    return ""


def _from_lines(body: bytes) -> tuple[str, list[Event], str]:
    """(language, events, text) of a body without one SSE message: lines of JSON, or text."""
    if json_lines(body):
        lines = [line for line in body.splitlines() if line.strip()]
        framed = b"".join(b"data: " + line.strip() + b"\n\n" for line in lines)
        return "lines of JSON", decode_body(framed), ""
    text = codecs.decode(body, "utf-8", "replace")
    if log_of(text):
        return "", [], ""  # nobody said that in a conversation
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return "plain text", [], text
    if isinstance(document, list):
        return "a list in JSON", decode_body(b"".join(_frame(entry) for entry in document)), ""
    return "one JSON document", decode_body(_frame(document)), ""


def _frame(document: Any) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"
