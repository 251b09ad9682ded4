"""
The root of what the workbench reports as having gone wrong, and what goes wrong when exchanges are read from files.

`chat.errors` draws all of them. The root stands here because an error's evidence is an exchange: whoever raises about
one knows exchanges already, and exchanges need not know what is raised about them.
"""

from __future__ import annotations

from typing import Literal

from chat.exchanges.exchange import Exchange

__all__ = ["RecordingError", "RecordingTooNew", "UnusableInput", "Whose", "WorkbenchError"]

Whose = Literal["your backend", "your request", "your profile", "the workbench"]


class WorkbenchError(Exception):
    """Anything the workbench reports as having gone wrong. `str()` is one or two sentences for people."""

    whose: Whose = "the workbench"

    def __init__(
        self,
        message: str,
        *,
        expected: str = "",
        got: str = "",
        advice: str = "",
        whose: Whose | None = None,
        exchange: Exchange | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.got = got
        self.advice = advice
        self.exchange = exchange
        if whose is not None:
            self.whose = whose


class RecordingError(WorkbenchError):
    """A file that is not a recording, or a damaged one."""

    whose: Whose = "your request"


class RecordingTooNew(RecordingError):
    """A recording whose format version this workbench does not know."""


class UnusableInput(WorkbenchError):
    """A file or a pasted text in which no exchange could be found."""

    whose: Whose = "your request"
