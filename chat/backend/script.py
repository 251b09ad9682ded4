"""What scenarios are made of: the steps a scripted answer takes, and the cue it is played on.

A script is a generator of steps. It is driven by `chat.backend.scripted.ScriptedModel`, which turns each step into the
events a real model streams; after a `Call` it is resumed with what the tool returned::

    def script(cue: Cue) -> Script:
        yield Think("The user wants to fly. I need the timetable.")
        found = yield Call("find_flights", {"to": "LIS"})
        yield Say(f"I found {found}.")
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from agents import Tool
from chatkit.types import ThreadItem, UserMessageItem, UserMessageTagContent, WidgetItem
from chatkit.widgets import WidgetRoot
from openai.types.responses.response_output_text import AnnotationFileCitation, AnnotationURLCitation

__all__ = [
    "Call",
    "Citation",
    "Cue",
    "Draw",
    "Reaction",
    "Say",
    "Scenario",
    "Script",
    "Step",
    "Think",
    "cite_file",
    "cite_url",
    "cue_of",
    "echo",
]

_LONGEST_ECHO = 300


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference made right after the first occurrence of ``after`` in the text.

    ``annotation`` makes the Responses API's annotation for the character offset it is given.
    """

    after: str
    annotation: Callable[[int], object]


def cite_url(after: str, url: str, title: str) -> Citation:
    """Cite a web page."""
    return Citation(
        after,
        lambda at: AnnotationURLCitation(
            type="url_citation", url=url, title=title, start_index=max(0, at - len(after)), end_index=at
        ),
    )


def cite_file(after: str, file_id: str, filename: str) -> Citation:
    """Cite a file by its id; the ids of known entities become entity sources on their way out."""
    return Citation(
        after,
        lambda at: AnnotationFileCitation(type="file_citation", file_id=file_id, filename=filename, index=at),
    )


@dataclass(frozen=True, slots=True)
class Say:
    """An assistant message."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Think:
    """A piece of reasoning, shown as a thought of the turn's workflow."""

    summary: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of the agent's tools. The script is resumed with its result, unless the tool ends the run."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draw:
    """An image that comes out in previews, as encoded pictures (JPEG, PNG or WebP).

    Both are made when they are needed, in a thread of their own.
    """

    image: Callable[[], bytes]
    previews: Callable[[], tuple[bytes, ...]]


Step: TypeAlias = Say | Think | Call | Draw
Script: TypeAlias = Generator[Step, str, None]


@dataclass(frozen=True, slots=True)
class Cue:
    """What a script may look at: the user's last message and what has happened since."""

    text: str
    since: tuple[ThreadItem, ...] = ()
    """Items stored after that message, oldest first: empty on the first answer, a completed tool call or an answered
    question when the turn goes on after one."""
    attachments: tuple[str, ...] = ()
    """Names of the attached files."""
    tags: tuple[str, ...] = ()
    quoted: str | None = None
    wanted: str | None = None
    """The tool the user chose in the composer, if any."""
    model: str | None = None
    """The model the user chose in the composer, if any."""
    message: UserMessageItem | None = None
    """The message as it is stored."""

    @property
    def sent_tags(self) -> list[UserMessageTagContent]:
        """The tags of the message, with their data."""
        parts = self.message.content if self.message is not None else []
        return [part for part in parts if isinstance(part, UserMessageTagContent)]

    @property
    def latest(self) -> ThreadItem | None:
        """The newest item after the user's message."""
        return self.since[-1] if self.since else None


@dataclass(frozen=True, slots=True)
class Reaction:
    """What follows an action of the user on a widget."""

    script: Script
    """What the scripted model answers."""
    context: str
    """What happened, for the model's eyes only."""
    widget: WidgetRoot | None = None
    """Takes the place of the widget that was acted on."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing the assistant can show."""

    name: str
    label: str
    prompt: str
    icon: str
    """A Lucide icon name."""
    title: str
    """The thread's title when this is its first turn."""
    keywords: tuple[str, ...]
    """Words or phrases that ask for it, in lower case; a trailing ``*`` matches any ending."""
    script: Callable[[Cue], Script]
    tools: tuple[Tool, ...] = ()
    ending_tools: tuple[str, ...] = ()
    """Tools after which the run ends: the turn goes on when the client has answered."""
    actions: Mapping[str, Callable[[Mapping[str, Any], WidgetItem], Reaction]] = field(default_factory=dict)
    """By action type, what answers an action of a widget of this scenario, from its payload."""
    sync_actions: Mapping[str, Callable[[Mapping[str, Any], WidgetItem], WidgetRoot]] = field(default_factory=dict)
    """By action type, the widget as it is after an action that is answered without a stream."""
    on_start_screen: bool = True


def cue_of(items: Sequence[ThreadItem]) -> Cue:
    """The cue that `items` (oldest first) end in. Without a user message it is an empty one."""
    for place in range(len(items) - 1, -1, -1):
        item = items[place]
        if isinstance(item, UserMessageItem):
            choice = item.inference_options.tool_choice
            return Cue(
                text="".join(f"@{part.text}" if part.type == "input_tag" else part.text for part in item.content),
                since=tuple(items[place + 1 :]),
                attachments=tuple(attachment.name for attachment in item.attachments),
                tags=tuple(part.text for part in item.content if isinstance(part, UserMessageTagContent)),
                quoted=item.quoted_text,
                wanted=choice.id if choice else None,
                model=item.inference_options.model,
                message=item,
            )
    return Cue(text="", since=tuple(items))


def echo(value: object, longest: int = _LONGEST_ECHO) -> str:
    """A text that somebody sent, or other data as JSON, as inline code: nothing in it is Markdown."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    flat = " ".join(text.replace("`", "'").split())
    return f"`{flat[:longest]}{'…' if len(flat) > longest else ''}`" if flat else "nothing"
