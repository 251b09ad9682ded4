"""An exchange's request as a command line."""

from __future__ import annotations

from chat.exchanges.exchange import Exchange, Request

__all__ = ["curl"]


def curl(exchange: Exchange | Request) -> str:
    """A curl command that sends the same request; secrets are shell variables."""
    raise NotImplementedError
