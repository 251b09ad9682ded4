"""
What can go wrong between the workbench and a backend, and whose fault it is.

    WorkbenchError
    ├── BadConnection            the URL, a header or a setting cannot be used            your request
    ├── Unreachable              no connection: refused, DNS, TLS, timeout, proxy         your backend
    ├── Unanswered               connected, but no HTTP answer came                       your backend
    ├── AnswerError              an HTTP status that is not success
    │   ├── Redirected           3xx; never followed                                      your request
    │   ├── Refused              401, 403                                                 your request
    │   ├── Rejected             any other 4xx                                            your request
    │   └── Failed               5xx, and numbers HTTP does not know                      your backend
    ├── BrokenStream             the body broke off; carries the events that had come     your backend
    │   ├── StalledStream        silence longer than the read timeout                     your backend
    │   └── OversizedBody        more bytes than the connection's limit                   the workbench
    ├── ProtocolViolation        a whole answer that is not what ChatKit speaks           your backend
    │   ├── NotAStream           no server-sent events where they were asked for
    │   ├── NotJSON              a JSON operation answered with something else
    │   └── InvalidAnswer        JSON of another shape; carries the problems, path by path
    ├── BadProfile               a function or a value of your own file failed            your profile
    ├── RecordingError           a recording that cannot be read                          your request
    │   └── RecordingTooNew      written by a newer workbench
    └── UnusableInput            something to explain that holds no exchange              your request

Every error says in `str(error)` what happened, in `expected` and `got` what the difference was, in `advice` what to
try, and in `whose` whose fault it is. `exchange` is the evidence, where there is any. Nothing here holds a secret:
messages are made from exchanges, and those are redacted when they are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from chat.exchanges.errors import RecordingError, RecordingTooNew, UnusableInput, Whose, WorkbenchError

if TYPE_CHECKING:
    from chat.protocol import Event, Problem

__all__ = [
    "AnswerError",
    "BadConnection",
    "BadProfile",
    "BrokenStream",
    "Cause",
    "Failed",
    "InvalidAnswer",
    "NotAStream",
    "NotJSON",
    "OversizedBody",
    "ProtocolViolation",
    "RecordingError",
    "RecordingTooNew",
    "Redirected",
    "Refused",
    "Rejected",
    "StalledStream",
    "Unanswered",
    "Unreachable",
    "UnusableInput",
    "Whose",
    "WorkbenchError",
]

Cause = Literal["refused", "dns", "tls", "timeout", "proxy", "network"]


class BadConnection(WorkbenchError):
    """The connection's own settings cannot be used: nothing was sent."""

    whose: Whose = "your request"


class BadProfile(WorkbenchError):
    """What the reader has written down, a Python profile or a file of connections, cannot be used, or has raised."""

    whose: Whose = "your profile"


class Unreachable(WorkbenchError):
    """No connection could be made: nothing was sent. `cause` says at which step it failed."""

    whose: Whose = "your backend"

    def __init__(self, message: str, *, cause: Cause = "network", **details: Any) -> None:
        super().__init__(message, **details)
        self.cause: Cause = cause


class Unanswered(WorkbenchError):
    """
    Connected, but no HTTP answer came: closed, silent for too long (`timed_out`), or something that is not HTTP.

    The backend may have acted on the request all the same. It is not sent again.
    """

    whose: Whose = "your backend"

    def __init__(self, message: str, *, timed_out: bool = False, **details: Any) -> None:
        super().__init__(message, **details)
        self.timed_out = timed_out


class AnswerError(WorkbenchError):
    """The backend answered with a status that is not success. `said` is its own explanation, "" when it gave none."""

    whose: Whose = "your backend"

    def __init__(self, message: str, *, status: int, said: str = "", **details: Any) -> None:
        super().__init__(message, **details)
        self.status = status
        self.said = said


class Redirected(AnswerError):
    """3xx. Credentials are not carried to another address, so no redirect is followed. `location` is where to."""

    whose: Whose = "your request"

    def __init__(self, message: str, *, location: str = "", **details: Any) -> None:
        super().__init__(message, **details)
        self.location = location


class Refused(AnswerError):
    """401 or 403: the backend does not let this request in."""

    whose: Whose = "your request"


class Rejected(AnswerError):
    """Any other 4xx: the backend calls the request wrong."""

    whose: Whose = "your request"


class Failed(AnswerError):
    """5xx: the backend says that it failed."""


class BrokenStream(WorkbenchError):
    """The body broke off before its end. `events` are those that had come (none for a JSON operation)."""

    whose: Whose = "your backend"

    def __init__(self, message: str, *, events: Sequence[Event] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.events = events


class StalledStream(BrokenStream):
    """The body went silent for longer than the connection's read timeout."""


class OversizedBody(BrokenStream):
    """The body grew beyond the connection's limit and was cut off by the workbench."""

    whose: Whose = "the workbench"


class ProtocolViolation(WorkbenchError):
    """A whole answer with a good status that is not what the protocol asks for."""

    whose: Whose = "your backend"

    def __init__(self, message: str, *, problems: Sequence[Problem] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.problems: tuple[Problem, ...] = tuple(problems)


class NotAStream(ProtocolViolation):
    """A streaming operation was answered without a single server-sent event."""


class NotJSON(ProtocolViolation):
    """A JSON operation was answered with something that is not a JSON object."""


class InvalidAnswer(ProtocolViolation):
    """
    JSON of another shape than the operation's. `salvaged` is what could be read of it all the same: for a list, a
    page of the entries that are valid; otherwise None.
    """

    def __init__(self, message: str, *, salvaged: Any = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.salvaged = salvaged
