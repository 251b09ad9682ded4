"""What a run remembers: what came back, what it made, and what it has learnt of the backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chat.checks.examined import Examined
from chat.checks.probes.answer import Answer
from chat.checks.probes.own_thread import OwnThread
from chat.exchanges import Exchange
from chat.protocol import Event

__all__ = ["Notes"]


@dataclass
class Notes:
    """Written by what sends and by the probes, read by the probes that come later and by the report."""

    # What came back

    exchanges: list[Exchange] = field(default_factory=list)
    """Everything sent, in the order in which it ended."""
    examined: list[Examined] = field(default_factory=list)
    """Every exchange with what the passive rules found, in the order in which they ended."""
    elsewhere: set[str] = field(default_factory=set)
    """Ids of exchanges with others than the backend."""

    # What was made

    threads: list[OwnThread] = field(default_factory=list)
    """The threads made by this run, the first of them the one that most probes look at."""
    no_thread: str = ""
    """Why `threads.create` brought no thread, "" when it did or was not sent."""
    attachments: dict[str, str] = field(default_factory=dict)
    """Names of the attachments made by this run that are still there, by id."""
    left: list[str] = field(default_factory=list)
    """What this run made and could not delete, in words."""

    # What is known of the backend

    refused: bool = False
    """Whether it refuses the credentials given."""
    open_to_all: bool = False
    """Whether the thread can be read without credentials."""
    unreliable: str = ""
    """Why what is stored cannot be relied on, "" when it can."""
    optional: list[Answer] = field(default_factory=list)
    """Answers to operations that a backend may leave out."""
    unsupported: dict[str, str] = field(default_factory=dict)
    """Operations that the backend says it does not know, with its answer."""

    def look_at(self, exchange: Exchange, events: Sequence[Event] = ()) -> None:
        """Take an exchange into the report that no rule judges: an upload, or an answer that was broken off."""
        self.examined.append(Examined(exchange, events, (), {}))

    def note_optional(self, answer: Answer) -> None:
        """Remember the answer to an operation that may be left out; 400 may be about what was in the request."""
        self.optional.append(answer)
        if answer.status != 400:
            self.note_unsupported(answer)

    def note_unsupported(self, answer: Answer) -> None:
        """Remember that an operation is not known here, if that is what the answer says. The first answer stays."""
        if answer.unsupported and answer.operation:
            self.unsupported.setdefault(answer.operation, answer.words)
