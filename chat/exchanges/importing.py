"""Exchanges out of whatever people have: recordings, HAR files, the output of `curl -i`, a console, a body on its own.

What comes in is cleaned of secrets at once, by name and by shape; lengths and offsets in bodies stay.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from chat.exchanges.arriving import masked_chunks
from chat.exchanges.console import console_exchange, looks_like_console
from chat.exchanges.curl_import import curl_exchange, looks_like_curl_output
from chat.exchanges.errors import UnusableInput
from chat.exchanges.exchange import Chunk, Exchange
from chat.exchanges.host_events import HostEvent
from chat.exchanges.raw_import import raw_exchange
from chat.exchanges.recording import FORMAT, Recording, loads_recording
from chat.exchanges.redaction import redact_body, redact_text
from chat.exchanges.secrets import Secrets

__all__ = ["Imported", "cleaned", "import_exchanges"]

Kind = Literal["recording", "har", "curl", "console", "body"]

MOST_BYTES = 512 * 1024 * 1024
_EXPECTED = "a response body, the output of `curl -i`, a HAR file, a browser's console or a recording of the workbench"
_RECORDING = f'{{"format":"{FORMAT}"'.encode()
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held."""

    kind: Kind
    exchanges: tuple[Exchange, ...]
    remarks: tuple[str, ...] = ()
    """What is missing or was passed over, in sentences."""
    host_events: tuple[HostEvent, ...] = ()
    """What the official element told its page meanwhile, where that was recorded."""
    name: str = ""
    """What a recording is called; "" for all others."""

    @property
    def recording(self) -> Recording:
        """The same as a recording, to be kept."""
        return Recording(list(self.exchanges), self.host_events, self.name, remarks=self.remarks)


def import_exchanges(data: bytes, name: str = "input", now: datetime | None = None) -> Imported:
    """The exchanges in these bytes; `name` is what errors call them, `now` the time of those that have none.

    Raises `UnusableInput` for bytes that hold no exchange, `RecordingError` for a damaged recording.
    """
    data, remarks = _utf8(_usable(data, name))
    digest = hashlib.sha256(data).hexdigest()[:12]
    now = now or datetime.now(UTC)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    kind: Kind
    own: Recording | None = None
    if start.startswith(_RECORDING):
        kind, own = "recording", loads_recording(start, name)
    else:
        har = _har(start, name)
        if har is not None:
            from chat.exchanges.har_export import recording_of  # its types take as long as all the rest

            kind, own = "har", recording_of(har)
            if own is None:
                from chat.exchanges.har import har_exchanges

                exchanges, more = har_exchanges(har, name)
                remarks += more
        elif looks_like_curl_output(start):
            exchange, more = curl_exchange(start, name, now)
            kind, exchanges = "curl", [exchange]
            remarks += more
        elif looks_like_console(start):
            kind, exchanges = "console", [console_exchange(data, now)]
        else:
            kind, exchanges = "body", [raw_exchange(data, now)]
    if own is None:
        own = Recording(exchanges)
        for number, exchange in enumerate(exchanges, start=1):
            exchange.id = f"{digest}-{number}"
    found = cleaned(own._replace(remarks=[*remarks, *own.remarks]))
    return Imported(kind, tuple(found.exchanges), tuple(found.remarks), tuple(found.host_events), found.name)


def cleaned(recording: Recording) -> Recording:
    """A recording that others made, its exchanges included, without what is secret in any of them."""
    known = _known_secrets(recording.exchanges)
    for exchange in recording.exchanges:
        _clean(exchange, known)
    heard = [
        event._replace(name=known.text(event.name), detail=known.value(event.detail)) for event in recording.host_events
    ]
    return Recording(
        recording.exchanges,
        heard,
        known.text(recording.name),
        recording.kept,
        known.text(recording.source),
        list(map(known.text, recording.remarks)),
    )


def _usable(data: bytes, name: str) -> bytes:
    """The bytes, if they can be what people paste."""
    size = f"{len(data):,} bytes"
    if not data.strip():
        raise UnusableInput(f"{name} is empty.", expected=_EXPECTED, got="nothing" if not data else "blank space")
    if len(data) > MOST_BYTES:
        raise UnusableInput(f"{name} is too large.", expected=f"at most {MOST_BYTES:,} bytes", got=size)
    for magic, what in _COMPRESSED.items():
        if data.startswith(magic):
            raise UnusableInput(
                f"{name} is compressed.",
                expected=_EXPECTED,
                got=f"{size} of {what} data",
                advice="Unpack it first; with curl, add --compressed.",
            )
    if re.match(rb"\s*(?:\$ )?curl(?:\.exe)?\s", data):
        raise UnusableInput(
            f"{name} holds a curl command, not an answer.",
            expected=_EXPECTED,
            got=redact_text(data[:60].decode("utf-8", "replace").strip()[:30]) + "…",
            advice="Run it with -i added, and explain what it prints.",
        )
    return data


def _utf8(data: bytes) -> tuple[bytes, list[str]]:
    """The bytes as UTF-8: shells on Windows write UTF-16. Raises `UnusableInput` for what is no text at all."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            text = data[2:].decode(encoding, "replace")
            return text.encode("utf-8", "replace"), ["The input was UTF-16, as PowerShell writes it; read as UTF-8."]
    sample = data[:100_000]
    strange = sum(sample.count(bytes((code,))) for code in (*range(9), *range(14, 27)))
    if strange > len(sample) // 50 and not looks_like_curl_output(data):
        raise UnusableInput("The input is not text.", expected=_EXPECTED, got=f"{len(data):,} bytes of binary data")
    return data, []


def _har(start: bytes, name: str) -> dict[str, Any] | None:
    """The HAR document in these bytes, None when they are something else."""
    if not start.startswith(b"{") or b'"log"' not in start[:100_000] or b'"entries"' not in start:
        return None
    try:
        document = json.loads(start)
    except (ValueError, RecursionError) as error:
        # events hold anything, a HAR's own beginning included: only a file that opens like one is taken for one
        if re.match(rb'\{\s*"log"\s*:\s*\{', start):
            where = f"damaged JSON: {error}" if isinstance(error, ValueError) else "JSON that is nested too deeply"
            raise UnusableInput(
                f"{name} looks like a HAR file, but cannot be read.", expected="a whole HAR 1.2 document", got=where
            ) from None
        return None
    log = document.get("log") if isinstance(document, dict) else None
    return document if isinstance(log, dict) and "entries" in log else None


def _known_secrets(exchanges: Iterable[Exchange]) -> Secrets:
    """What stands under a secret's name in one of these exchanges: it may stand elsewhere too, and in any of them."""
    known = Secrets()
    for exchange in exchanges:
        request = exchange.request
        known |= Secrets.named((*request.headers, *exchange.headers), request.url, _metadata(request.body))
    return known


def _metadata(body: bytes) -> Any:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document.get("metadata") if isinstance(document, dict) else None


def _clean(exchange: Exchange, known: Secrets) -> None:
    """Take every secret out of an exchange that was just made."""
    request = exchange.request
    exchange.request = replace(
        request,
        url=known.url(request.url),
        headers=known.headers(request.headers),
        body=_without_shapes(known.mask(request.body)),
    )
    exchange.headers = known.headers(exchange.headers)
    exchange.reason = known.text(exchange.reason)
    exchange.failure = known.text(exchange.failure) if exchange.failure else None
    exchange.chunks = masked_chunks(exchange.chunks, known)
    body = _without_shapes(exchange.body)
    place = 0
    chunks = []
    for chunk in exchange.chunks:
        chunks.append(Chunk(chunk.at_ns, body[place : place + len(chunk.data)]))
        place += len(chunk.data)
    exchange.chunks = chunks


def _without_shapes(body: bytes) -> bytes:
    if body.count(b"-----BEGIN ") > body.count(b"-----END "):
        # a key that does not end would take everything after it along
        return b"\n".join(map(redact_body, body.split(b"\n")))
    return redact_body(body)
