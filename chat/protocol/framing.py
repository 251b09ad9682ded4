"""Bytes of a body to server-sent messages, each with its place in the body."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Message", "SSEStream"]


class Message(NamedTuple):
    """One message of an event stream, and where it stood. Offsets are bytes of the body, `[start, end)`."""

    data: str
    event: str
    id: str
    retry: int | None
    start: int
    end: int
    at_ns: int
    terminated: bool = True


class SSEStream:
    """One response body on its way; the same code for live and recorded ones."""

    def feed(self, chunk: bytes, at_ns: int) -> list[Message]:
        """Take the next bytes, which came `at_ns` nanoseconds after the request was sent; return what they completed."""
        raise NotImplementedError

    def close(self) -> Message | None:
        """Say that the body has ended; return a last block that no blank line ended, if there is one."""
        raise NotImplementedError
