"""What home-made events mean, as far as their names and fields tell, and ChatKit's own in the wrong place or shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chat.checks import repair
from chat.checks.notation import is_python
from chat.checks.repair import text_of
from chat.checks.translation.order import NO_ID
from chat.checks.translation.writing import (
    Began,
    Ended,
    Meaning,
    Piece,
    Progress,
    Sent,
    ThreadIs,
    Titled,
    UserSaid,
    WentWrong,
)
from chat.protocol.adapters import event_adapter
from chat.protocol.vocabulary import ITEM_TYPES, UPDATE_TYPES

__all__ = ["AdHocReader", "CumulativeTypes", "misplaced", "plain_text"]

Document = dict[str, Any]
_NOT_THE_ASSISTANT = frozenset({"human", "user", "system", "tool", "HumanMessage", "SystemMessage", "ToolMessage"})
_THE_ASSISTANT = frozenset({"ai", "AIMessage", "AIMessageChunk"})
_END_MARKS = frozenset({"[DONE]", "[done]", "DONE", "[END]", "[end]", "EOF"})
_SURELY_AGAIN = 8
"""Characters: a piece that begins with as much of what was said before says it again."""
_AI_SDK = re.compile(r'^([0-9a-f]):(".*"|\{.*\}|\[.*\])$')


def _is(*words: str) -> re.Pattern[str]:
    return re.compile(r"(?:^|[._\-:/ ])(?:" + "|".join(words) + r")(?:$|[._\-:/ ])")


_ERROR = _is("error", "failed", "failure", "exception")
_TITLE = _is("title", "thread_title", "rename")
_USER = _is("user", "user_message", "usermessage", "human", "prompt", "input")
_PIECE = _is(
    "delta",
    "deltas",
    "token",
    "tokens",
    "chunk",
    "chunks",
    "text",
    "content",
    "text_delta",
    "message_chunk",
    "part",
    "stream",
    "data",
    "word",
    "append",
    "textdelta",
)
_END = _is(
    "done",
    "complete",
    "completed",
    "end",
    "ended",
    "finish",
    "finished",
    "stop",
    "final",
    "close",
    "message_end",
    "text-end",
)
_DOING = _is(
    "status",
    "progress",
    "thinking",
    "loading",
    "tool",
    "tool_call",
    "tool_start",
    "function",
    "step",
    "search",
    "reasoning",
    "agent",
)
_START = _is(
    "start",
    "started",
    "begin",
    "init",
    "created",
    "open",
    "meta",
    "metadata",
    "session",
    "thread",
    "conversation",
    "text-start",
)
_ANSWER = _is(
    "message", "answer", "assistant", "assistant_message", "response", "reply", "result", "output", "ai", "bot"
)
_THREAD_KEYS = ("thread_id", "threadId", "conversation_id", "conversationId", "session_id", "sessionId", "chat_id")
_CALLED_KEYS = ("name", "tool", "tool_name", "function", "status", "step", "title", "label")


class AdHocReader:
    """Reads home-made events, knowing the text so far: many streams send it once more at the end."""

    def __init__(self, cumulative: frozenset[str] = frozenset()) -> None:
        """`cumulative`: names of the events that carry the whole text so far each time."""
        self._cumulative = cumulative
        self._length = 0
        self._pieces: list[str] = []
        self._in_part = False
        """Whether pieces say that they are some: what does not say so is the whole, as with Google's ADK."""

    def read(self, name: str, document: Document) -> Iterator[Meaning]:
        """What one event means; nothing when it cannot be told."""
        lower = name.lower()
        thread = next((document[key] for key in _THREAD_KEYS if isinstance(document.get(key), str | int)), None)
        if thread is not None and not isinstance(thread, bool):
            yield ThreadIs(str(thread))
        role = document.get("role") or document.get("sender")
        text = text_of({key: value for key, value in document.items() if key not in ("type", "role", *_THREAD_KEYS)})
        if _ERROR.search(lower) or (not lower and "error" in document):
            yield WentWrong(text_of(document.get("error")) or text)
        elif document.get("partial") is True:
            self._in_part = True
            yield from self._text(text, name)
        elif self._in_part and text and "partial" not in document:
            yield from self._end(text, whole=True)
        elif role in ("user", "human") or (_USER.search(lower) and role is None):
            yield UserSaid(text)
        elif _TITLE.search(lower) and not _PIECE.search(lower):
            yield Titled(text or str(document.get("title") or ""))
        elif _DOING.search(lower) and not _PIECE.search(lower):
            doing = next((document[key] for key in _CALLED_KEYS if isinstance(document.get(key), str)), "")
            yield Progress(text or str(doing))
        elif _END.search(lower) or document.get("done") is True or document.get("finished") is True:
            yield from self._end(text, whole=not _PIECE.search(lower))
        elif _PIECE.search(lower) or not lower or _ANSWER.search(lower):
            yield from self._text(text, name)
        elif _START.search(lower):
            if "message" in lower or "text" in lower:
                yield Began()
        else:
            yield from self._text(text, name)

    def _text(self, text: str, name: str = "") -> Iterator[Meaning]:
        if name in self._cumulative:
            text = text[self._length :]
        elif self._length >= _SURELY_AGAIN and len(text) >= self._length + (len(self._pieces) == 1):
            said = "".join(self._pieces)
            self._pieces = [said]
            text = text.removeprefix(said)  # all of it so far, once more, and what is new
        if not text:
            return
        self._pieces.append(text)
        self._length += len(text)
        yield Piece(text)

    def _end(self, text: str, *, whole: bool) -> Iterator[Meaning]:
        said = "".join(self._pieces)
        if text and not said:
            yield Ended((text,))
        elif text and text.startswith(said):
            yield Piece(text[len(said) :])
            yield Ended()
        else:
            if text and not whole:
                yield Piece(text)
            yield Ended()
        self._pieces, self._length = [], 0

    def read_text(self, data: str) -> Iterator[Meaning]:
        """What data means that is no JSON object: a piece of text, or an end mark."""
        if data.strip() in _END_MARKS:
            yield Ended()
            return
        if is_python(data):
            return  # an object of the backend's own, and nothing that was said
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            document = data
        first = document[0] if isinstance(document, list) and document else None
        kind = first.get("type") if isinstance(first, dict) else None
        if kind in _NOT_THE_ASSISTANT:
            return
        if kind in _THE_ASSISTANT:
            document = first  # behind it stands what is known of the message, as LangGraph sends it
        yield from self._text(text_of(document))


class CumulativeTypes:
    """Finds out which home-made events carry the whole text so far each time."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self._count: dict[str, int] = {}

    def take(self, name: str, document: Any) -> None:
        """The next event of the stream."""
        last, count = self._last, self._count
        text = text_of(document)
        if count.get(name, 0) < 0 or not text:
            return
        if name in last and not (len(text) > len(last[name]) and text.startswith(last[name])):
            count[name] = -1
        else:
            last[name] = text
            count[name] = count.get(name, 0) + 1

    @property
    def names(self) -> frozenset[str]:
        """The names of the events whose text always begins with the text of the one before: three or more of them."""
        return frozenset(name for name, times in self._count.items() if times >= 3)


def misplaced(name: str, document: Document, now: datetime, thread_id: str) -> Iterator[Meaning]:
    """ChatKit's own words in the wrong place: items and updates without wrapper, wrong fields, capability names."""
    inner = document.get("item")
    if name in UPDATE_TYPES:
        update = {
            "type": "thread.item.updated",
            "item_id": document.get("item_id") or document.get("id"),
            "update": document,
        }
        fixed = repair.event(update, now=now, thread_id=thread_id, item_id=NO_ID)
    elif name in ITEM_TYPES or (name.startswith("thread.item.") and name.removeprefix("thread.item.") in ITEM_TYPES):
        kind = name.removeprefix("thread.item.")
        body = inner if isinstance(inner, dict) else {key: value for key, value in document.items() if key != "type"}
        item = repair.item({**body, "type": kind}, now=now, thread_id=thread_id, item_id=NO_ID)
        fixed = {"type": "thread.item.done", "item": item} if item is not None else None
    else:
        fixed = repair.event({**document, "type": name}, now=now, thread_id=thread_id, item_id=NO_ID)
    if fixed is not None:
        yield Sent(event_adapter().validate_python(fixed))


def plain_text(text: str) -> Iterator[Meaning]:
    """What a body without events means: its text, or the parts of the AI SDK's data stream."""
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and all(_AI_SDK.match(line.strip()) for line in lines[:20]):
        for line in lines:
            match = _AI_SDK.match(line.strip())
            if match is not None and match[1] == "0":
                yield Piece(text_of(json.loads(match[2])))
    elif text:
        yield Piece(text)
    yield Ended()
