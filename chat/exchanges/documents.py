"""The JSON of an answer, as far as the workbench reads it."""

from __future__ import annotations

import json
from typing import Any

from chat.exchanges.exchange import Exchange
from chat.protocol.component_depth import too_deep
from chat.protocol.lenient_json import LONGEST_DOCUMENT, MOST_VALUES, affordable, no_constant, parse_json

__all__ = ["document_of", "may_be_one", "unread"]

_BEGINS = b'{["-0123456789tfnNI\x00\xef\xfe\xff'
"""What JSON begins with, in UTF-16 too: a stream of events, which may be long, does not."""


def document_of(exchange: Exchange) -> Any:
    """The JSON in the body; None where it is none, or more than is read (`unread`). Parsed at every call."""
    if not may_be_one(exchange) or exchange.size > LONGEST_DOCUMENT:
        return None
    body = exchange.body
    if not affordable(body) or too_deep(body):
        return None
    try:
        return json.loads(body, parse_constant=no_constant)
    except UnicodeDecodeError:  # a browser reads it all the same
        return parse_json(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def unread(exchange: Exchange) -> str:
    """Why the JSON in the body is not read, in words: the workbench's own limits. "" where they are kept."""
    if not may_be_one(exchange):
        return ""
    if exchange.size > LONGEST_DOCUMENT:
        return f"the workbench reads documents of at most {LONGEST_DOCUMENT // 2**20} MB: {exchange.size:,} bytes came"
    body = exchange.body
    if not affordable(body):
        return f"the workbench reads documents of at most {MOST_VALUES:,} values, and more came"
    return "the workbench reads few components that stand as deep in others" if too_deep(body) else ""


def may_be_one(exchange: Exchange) -> bool:
    """Whether the body begins as JSON does, or not at all."""
    return exchange.beginning(100).lstrip()[:1] in _BEGINS
