"""Whether the backend of a window can be reached: since when, what was asked, and asking again while it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from chat.errors import (
    AnswerError,
    BadConnection,
    NotJSON,
    Redirected,
    Refused,
    Rejected,
    Unanswered,
    Unreachable,
    WorkbenchError,
)
from chat.exchanges import Exchange
from chat.listening import Listeners

__all__ = ["AGAIN_AFTER", "Reach", "Reaching"]

AGAIN_AFTER: Final = (2, 3, 5, 8, 13, 21, 30)
"""Seconds before each next time; the last of them for all that follow."""
_GATEWAYS: Final = (502, 503, 504)
"""Answers of a proxy whose backend is not there yet."""


@dataclass(frozen=True)
class Reach:
    """What is known. `asked` is the request, `since` when its answers began to be of this kind."""

    state: Literal["asking", "answers", "failed"] = "asking"
    words: str = ""
    """What came of it in a few words, when it went well."""
    error: WorkbenchError | None = None
    asked: Exchange | None = None
    since: datetime | None = None
    times: int = 0
    """How often it has failed, one time after the other."""
    again_in: int | None = None
    """Seconds from the last failure to the next time; None when nobody asks by itself."""
    let_through: bool = False
    """The reader wants to send all the same."""

    @property
    def silent(self) -> bool:
        """Whether nothing answers at this address: it may come up by itself."""
        error = self.error
        if isinstance(error, AnswerError):
            return error.status in _GATEWAYS
        return isinstance(error, Unreachable | Unanswered)

    @property
    def held(self) -> str:
        """Why nothing is to be sent yet; "" when it may be."""
        if self.state != "failed" or self.let_through:
            return ""
        if self.silent:
            return "Waits until the backend answers"
        if isinstance(self.error, Refused):
            return "Waits for credentials that the backend takes"
        if isinstance(self.error, BadConnection | Redirected | NotJSON) or (
            isinstance(self.error, Rejected) and self.error.status in (404, 405)
        ):
            return "Waits for an address at which the backend answers"
        return ""  # it answers, if with a fault: a message may do better


class Reaching:
    """
    Of one window. `ask` is called to ask again, while `present` says that somebody looks; only silence is asked again:
    credentials that were refused are not, since that may lock an account.
    """

    def __init__(self, ask: Callable[[], None], present: Callable[[], bool]) -> None:
        self.reach = Reach()
        self._ask = ask
        self._present = present
        self._heard = Listeners[[]]()
        self._timer: asyncio.TimerHandle | None = None
        self._quiet = False

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when something else is known; returns a function that ends this."""
        return self._heard.add(listener)

    def answered(self, error: WorkbenchError | None, words: str, asked: Exchange | None) -> None:
        """What came of it."""
        self._cancel()
        before, now = self.reach, datetime.now().astimezone()
        if error is None:
            since = before.since if before.state == "answers" else now
            self._know(Reach("answers", words, asked=asked, since=since))
            return
        same = before.state == "failed" and type(before.error) is type(error)
        self._know(
            Reach(
                "failed",
                words,
                error,
                asked,
                before.since if same else now,
                before.times + 1 if before.state == "failed" else 1,
                let_through=before.let_through,
            )
        )
        if self.reach.silent and not self._quiet:
            self._plan()

    def stop(self) -> None:
        """Ask no more by itself."""
        self._quiet = True
        self._cancel()
        self._know(self.reach)

    def ask_now(self) -> None:
        """The reader wants to know."""
        self._quiet = False
        self._cancel()
        self._ask()

    def let_through(self) -> None:
        """The reader wants to send all the same."""
        self._know(replace(self.reach, let_through=True))

    def close(self) -> None:
        """The window has gone, or looks at another backend."""
        self._cancel()
        self._quiet = False
        self.reach = Reach()

    def _plan(self) -> None:
        seconds = AGAIN_AFTER[min(self.reach.times, len(AGAIN_AFTER)) - 1]
        self._timer = asyncio.get_running_loop().call_later(seconds, self._due)
        self._know(replace(self.reach, again_in=seconds))

    def _due(self) -> None:
        self._timer = None
        if self._present():
            self._ask()
        else:
            self._plan()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.reach.again_in is not None:
            self.reach = replace(self.reach, again_in=None)

    def _know(self, reach: Reach) -> None:
        self.reach = reach
        self._heard.tell()
