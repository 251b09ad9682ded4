"""Code that has closed in a growing text and gets its colours afterwards, bit by bit."""

from __future__ import annotations

from typing import NamedTuple

from ..code import Waiting, code_chunks, code_close, code_lines, code_open, escape_text

__all__ = ["Colours", "WaitingCode"]

_SLICE = 0.005  # seconds of CPU; a lexer takes two milliseconds per kilobyte


class Colours(NamedTuple):
    """The first block of code that waits for colours gets those of a hundred lines: `html` is their chunk now."""

    chunk: int
    html: str
    done: bool
    """It has all of them, and waits no more."""


class WaitingCode:
    """One block, as it is shown so far."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._chunks = code_chunks(escape_text(waiting.colouring.code))
        self._done = False

    def copy(self) -> WaitingCode:
        """Another one that is shown as this one is, and goes on by itself; the colours are worked out once for both."""
        other = WaitingCode(self._waiting)
        other._chunks, other._done = list(self._chunks), self._done
        return other

    @property
    def html(self) -> str:
        """The whole block as it is shown."""
        return self._block(self._chunks, waiting=not self._done)

    @property
    def coloured(self) -> str:
        """The whole block as it is in the end."""
        return self._block(self._waiting.colouring.whole(), waiting=False)

    def _block(self, chunks: list[str], *, waiting: bool) -> str:
        return code_open(self._waiting.language) + code_lines(chunks) + code_close(waiting=waiting)

    def go_on(self) -> Colours | None:
        """Work out some more, and show the next hundred lines if they have changed; None when nothing has."""
        colouring = self._waiting.colouring
        if not colouring.done:
            colouring.work(_SLICE)
        # where the lexer was given up in the end, lines that had colours lose them again
        changed = [at for at, html in enumerate(colouring.chunks) if html != self._chunks[at]]
        self._done = colouring.done and len(changed) < 2
        if not changed and not self._done:
            return None
        at = changed[0] if changed else 0
        self._chunks[at] = colouring.chunks[at]
        return Colours(at, self._chunks[at], self._done)
