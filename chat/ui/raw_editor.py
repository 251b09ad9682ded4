"""What the editor of raw requests is asked over HTTP."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

__all__ = ["NotSendable", "RawEditor"]


class NotSendable(Exception):
    """A request is not sent as it was typed: the message says why."""


class RawEditor(Protocol):
    """Of one window. What it answers is JSON."""

    def document(self, exchange_id: str | None = None) -> dict[str, Any]:
        """
        Where requests go, what goes along, and a template of each operation; with the id of an exchange also its
        request. Raises LookupError when it is gone.
        """

    def check(self, text: str) -> dict[str, Any]:
        """What is odd about a body, and where its answer would go."""

    def curl(self, text: str) -> dict[str, Any]:
        """The request of a curl command. Raises `UnusableInput` when there is none in it."""

    def send(self, text: str, headers: Sequence[tuple[str, str]], without: Collection[str]) -> dict[str, Any]:
        """
        Send it, once; its exchange grows in the inspector. Raises `NotSendable`, `Busy`, and `BadConnection` for
        headers that HTTP cannot carry.
        """
