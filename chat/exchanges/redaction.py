"""Secrets out of headers, URLs and bodies, by name and by shape."""

from __future__ import annotations

from chat.exchanges.exchange import Headers

__all__ = ["redact_headers", "redact_text", "redact_url"]


def redact_headers(headers: Headers) -> Headers:
    """The headers with secrets masked."""
    raise NotImplementedError


def redact_text(text: str) -> str:
    """The text with everything masked that has the shape of a secret."""
    raise NotImplementedError


def redact_url(url: str) -> str:
    """The URL with secrets masked."""
    raise NotImplementedError
