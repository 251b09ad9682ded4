"""Lines to messages, by httpx-sse.

A private door: the package's public way takes a whole `httpx.Response` and pulls from it, so that neither a body that
comes piece by piece nor the place of a message in it could be had. Its `SSEDecoder`, which takes line after line,
stands in a module with an underscore. Everything we know of it is here, and `tests/protocol/test_assembly.py` says what
has to be changed when a new version differs.
"""

from __future__ import annotations

from httpx_sse import ServerSentEvent
from httpx_sse._decoders import SSEDecoder

__all__ = ["Assembly"]


class Assembly:
    """The fields of one stream's messages, put together. Field names, colons and ids are as the format says."""

    def __init__(self) -> None:
        self._decoder = SSEDecoder()

    def take(self, line: str) -> None:
        """Take a line that is not blank, without its ending."""
        self._decoder.decode(line)

    def finish(self) -> ServerSentEvent | None:
        """The message that a blank line ends; None when no line had a meaning and no id was ever set."""
        return self._decoder.decode("")
