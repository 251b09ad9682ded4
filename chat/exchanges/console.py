"""What the official widget writes into a browser's console, as people paste it: no request and no answer.

It is kept as an exchange whose method is `CONSOLE` and whose body is the text: so it takes the way of all evidence.
"""

from __future__ import annotations

import re
from datetime import datetime

from chat.exchanges.exchange import CONSOLE, Chunk, Exchange, Request
from chat.exchanges.raw_import import looks_like_stream

__all__ = ["console_exchange", "looks_like_console"]

_DOCUMENT = re.compile(rb"\s*(?:[{<]|\[\s*[\[{\"\d\]])")
_LOOKED_AT = 200_000
_MARKS = re.compile(
    rb"Unrecognized keys?: ?[\"']|(?:Invalid input|Unrecognized key)[^\n]{0,200}\s{0,40}(?:\xe2\x86\x92|->) at "
    rb"|InvalidFrameParams|Invalid frame params"
    rb"|StreamEventParsingError|Failed to parse stream event|No handler for client tool calls"
    rb"|Error handling thread event|InitialThreadLoadError|Domain verification failed"
    rb"|reading 'data'\)|blocked by CORS policy"
    rb"|domain_keys/verify\w*[^\n]{0,60}\b40[13]\b|\b40[13]\b[^\n]{0,60}domain_keys"
    rb"|cdn\.platform\.openai\.com/[^\n]{0,300}(?:net::ERR_|Content Security Policy)"
    rb"|while generating the assistant's response"
    # and what browsers say themselves
    rb"|Same Origin Policy disallows|by Access-Control-Allow-|access control checks"
    rb"|Preflight response is not successful"
    rb"|can't access property \"data\"|is not an object \(evaluating '"
    rb"|Content-Security-Policy: The page|Content Security Policy directive|directive of the Content Security Policy"
    rb"|Mixed Content: |mixed active content|requested insecure content|setOptions is not a function"
    rb"|(?:POST|GET|OPTIONS) https?://\S{1,300} (?:net::ERR_|[45]\d\d \()|POST\s{0,4}https?://\S{1,300}\s{0,4}\[HTTP/"
    rb"|TypeError: (?:Failed to fetch|NetworkError when attempting|Load failed)|ChatKit[^\n]{0,40} not (?:been )?loaded"
)


def looks_like_console(start: bytes) -> bool:
    """Whether a pasted text holds messages of the widget, and is no answer of a backend."""
    head = start[:_LOOKED_AT]
    if _DOCUMENT.match(head) or looks_like_stream(head):
        return False
    return _MARKS.search(head) is not None


def console_exchange(text: bytes, now: datetime) -> Exchange:
    """The text as an exchange. `now`: what counts as its time."""
    exchange = Exchange(Request(CONSOLE, "", ()), started_at=now)
    exchange.chunks = [Chunk(0, text)]
    exchange.wire_bytes = len(text)
    exchange.outcome = "complete"
    return exchange
