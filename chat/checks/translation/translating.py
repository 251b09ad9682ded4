"""A stream in another language, or with faults, as the ChatKit stream that it stands for."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
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
from chat.checks.repair import text_of
from chat.checks.translation.events_within import from_lines, unwrapped
from chat.checks.translation.homemade import AdHocReader, CumulativeTypes, misplaced, plain_text
from chat.checks.translation.openai import assistants, chat_completions, responses
from chat.checks.translation.order import in_order
from chat.checks.translation.translated import Translation
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
from chat.protocol import Event
from chat.protocol.long_lists import LONG_LIST, is_long
from chat.protocol.vocabulary import EVENT_TYPES

__all__ = ["translation_of"]

_MOST_SAID = 200
_NOT_KNOWN = "(the user's message)"
_USER_KEYS = ("message", "input", "prompt", "query", "question", "text", "content", "user_message", "userMessage")
_THREAD_KEYS = ("thread_id", "threadId", "conversation_id", "conversationId", "session_id")


def _is_page(exchange: Exchange) -> bool:
    """Whether the body is a page of HTML: nobody said that in a conversation."""
    start = b"".join(chunk.data for chunk in exchange.chunks[:4])[:200].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html"))


def translation_of(
    exchange: Exchange, events: Sequence[Event], taken: Collection[str], most: int
) -> Generator[None, None, Translation | None]:
    """
    As `chat.checks.translation.translate_in_steps` says, for a stream whose events are not all of them ChatKit's.
    """
    case = Case(exchange, ThreadHistory())
    if not case.streaming or not case.accepted or _is_page(exchange):
        return None
    language, text = "", ""
    if not events:
        language, events, text = yield from from_lines(exchange.body, most)
        if not events and not text.strip():
            return None
    if len(events) > most or (yield from _flooded(events)):
        return None
    meanings: list[Meaning] = list(plain_text(text)) if text else []
    said: list[tuple[str, Meaning]] = []
    spoken: dict[str, int] = {}
    reader = AdHocReader((yield from _cumulative(events)))
    now = exchange.started_at
    thread_id = _thread_asked(case)
    for event, raw in unwrapped(events):
        vocabulary = None
        if not event.valid and event.type not in EVENT_TYPES:
            vocabulary = vocabulary_of(event) if isinstance(event.json, dict) else AD_HOC
        spoken_name = vocabulary.name if vocabulary else ""
        spoken[spoken_name] = spoken.get(spoken_name, 0) + 1
        read = list(_read(event, vocabulary, reader, now, thread_id or "thr_1"))
        meanings.extend(read)
        if (vocabulary is not None or raw != event.raw) and len(said) < _MOST_SAID:
            said.extend((raw, meaning) for meaning in read)
        yield
    if not language:
        foreign = {name: count for name, count in spoken.items() if name}
        language = max(foreign, key=lambda name: foreign[name]) if foreign else "ChatKit, with faults"
    translation = yield from _compose(language, meanings, case, thread_id, now, taken)
    return translation and (yield from _with_one(translation, said))


def _flooded(events: Sequence[Event]) -> Generator[None, None, bool]:
    """Whether an event holds more than anybody says: thousands of parts, of sources, of components."""
    for event in events:
        if event.raw.count(",") > LONG_LIST and is_long(event.json):
            return True
        yield
    return False


def _with_one(translation: Translation, said: Sequence[tuple[str, Meaning]]) -> Generator[None, None, Translation]:
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
                yield
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


def _cumulative(events: Sequence[Event]) -> Generator[None, None, frozenset[str]]:
    """The names of the home-made events that carry the whole text so far each time."""
    types = CumulativeTypes()
    for event in events:
        if not event.valid and isinstance(event.json, dict) and vocabulary_of(event) == AD_HOC:
            types.take(foreign_type(event), {key: value for key, value in event.json.items() if key != "type"})
        yield
    return types.names


def _compose(
    language: str,
    meanings: list[Meaning],
    case: Case,
    thread_id: str | None,
    now: datetime,
    taken: Collection[str],
) -> Generator[None, None, Translation | None]:
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
        yield
    if not written and said is None and user is None and created is None:
        return None
    written.extend(writer.close())
    ordered, renamed = yield from in_order(written, thread_id, taken)
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
