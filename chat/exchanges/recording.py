"""
Exchanges on disk: JSON lines, one exchange to a file, mode 0600.

The first line names the format and its version and holds the request; then one line for the response's status and
headers, one for every chunk of the body, and one for how it ended:

    {"format": "chatkit-workbench-exchange", "version": 1, "id": …, "started_at": …, "request": {…}}
    {"kind": "response", "at_ns": 51200733, "status": 200, "reason": "OK", "headers": [["content-type", …], …]}
    {"kind": "chunk", "at_ns": 51310200, "text": "data: {…}\\n\\n"}
    {"kind": "chunk", "at_ns": 51992817, "base64": "/w=="}
    {"kind": "end", "at_ns": 52000431, "outcome": "complete", "failure": null, "wire_bytes": 8031}

Chunks that are not UTF-8 by themselves are in base64. A file that stops anywhere is read as far as it goes, and its
exchange has the outcome "interrupted" when the last line is missing. Lines of an unknown kind are passed over; a higher
version is refused. Everything with the shape of a secret is masked before it is written, lengths and offsets kept.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import string
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self, TypeVar, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from chat.exchanges.errors import RecordingError, RecordingTooNew
from chat.exchanges.exchange import Chunk, Exchange, Outcome, Request
from chat.exchanges.redaction import redact_body, redact_headers, redact_text, redact_url

__all__ = ["FORMAT", "VERSION", "Recorder", "dumps", "loads", "read", "write"]

FORMAT = "chatkit-workbench-exchange"
VERSION = 1

_HELD_BACK = 16 * 1024
_KEY_END = re.compile(rb"-----END [A-Z ]{0,20}PRIVATE KEY-----")
_TOKEN_CHARACTERS = (string.ascii_letters + string.digits + "._~+/=-").encode()


def write(exchange: Exchange, path: Path) -> None:
    """Write the exchange as it now is, in one step: the file is the whole of it or was not touched."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(_lines(exchange))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path) -> Exchange:
    """Read an exchange back. Raises `RecordingError` for what is not a recording, OSError for what cannot be read."""
    return loads(path.read_bytes(), name=path.name)


def dumps(exchange: Exchange) -> bytes:
    """The exchange as `write` writes it."""
    return b"".join(_lines(exchange))


def loads(recording: bytes, name: str = "recording") -> Exchange:
    """The exchange in these bytes; `name` is what errors call them."""
    lines = recording.split(b"\n")
    # What follows the last line break is a line that was cut off in writing, or nothing.
    whole, rest = lines[:-1], lines[-1]
    if not whole and not rest.strip():
        raise RecordingError(f"{name} is empty.", expected="a recorded exchange", got="nothing")
    exchange = _head(whole[0] if whole else rest, name)
    for number, line in enumerate(whole[1:], start=2):
        if line.strip():
            _take(exchange, line, name, number)
    if exchange.running:
        exchange.end("interrupted", "The recording stops before the exchange had ended.")
        exchange.ended_at_ns = None
    return exchange


class Recorder:
    """
    Writes an exchange while it runs: call `update` whenever something may have come, and what came stays on disk.

    The file must not exist yet. After the exchange has ended, `update` writes the last line and closes the file.
    """

    def __init__(self, exchange: Exchange, path: Path) -> None:
        self.exchange = exchange
        self.path = path
        self._file: BufferedWriter | None = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._has_response = False
        self._chunks = 0
        self._held: list[Chunk] = []
        self._masked = b""
        self._write([_head_line(exchange)])

    def update(self) -> None:
        """Write what is new since the last time."""
        exchange = self.exchange
        if self._file is None:
            return
        ended = not exchange.running
        lines: list[bytes] = []
        if exchange.status is not None and not self._has_response:
            self._has_response = True
            lines.append(_response_line(exchange))
        self._held += exchange.chunks[self._chunks :]
        self._chunks = len(exchange.chunks)
        lines.extend(map(_chunk_line, self._settled(everything=ended)))
        if ended:
            lines.append(_end_line(exchange))
        self._write(lines)
        if ended:
            self.close()

    def close(self) -> None:
        """Write what was held back and close the file."""
        if self._file is not None:
            self._write(map(_chunk_line, self._settled(everything=True)))
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.update()
        self.close()

    def _settled(self, *, everything: bool) -> Iterator[Chunk]:
        """Let go of the chunks, masked, whose bytes cannot be part of a secret that is still to come."""
        body = b"".join(chunk.data for chunk in self._held)
        place = len(body) if everything else max(_open_end(body), len(self._masked))
        # A secret may be cut in two by chunks: what is masked once is kept, beginning where no secret can be cut.
        masked = self._masked + redact_body(body[len(self._masked) : place])
        begin = 0
        while self._held and begin + len(self._held[0].data) <= place:
            chunk = self._held.pop(0)
            yield Chunk(chunk.at_ns, masked[begin : begin + len(chunk.data)])
            begin += len(chunk.data)
        self._masked = masked[begin:]

    def _write(self, lines: Iterable[bytes]) -> None:
        if self._file is not None:
            self._file.writelines(lines)
            self._file.flush()


def _open_end(body: bytes) -> int:
    """Where the end of these bytes begins that may be the beginning of a secret; their length when there is none."""
    place = len(body.rstrip(_TOKEN_CHARACTERS))
    # "Bearer" and its token are one secret, and so is all of a private key.
    before = body[max(0, place - 16) : place].rstrip(b" \t")
    if before.lower().endswith(b"bearer"):
        place = max(0, place - 16) + len(before) - len(b"bearer")
    key = body.rfind(b"-----BEGIN ")
    if key >= 0 and ((end := _KEY_END.search(body, key)) is None or end.end() > place):
        place = min(place, key)
    return place if len(body) - place < _HELD_BACK else len(body)


def _redacted(chunks: list[Chunk]) -> Iterator[Chunk]:
    body = redact_body(b"".join(chunk.data for chunk in chunks))
    place = 0
    for chunk in chunks:
        yield Chunk(chunk.at_ns, body[place : place + len(chunk.data)])
        place += len(chunk.data)


def _lines(exchange: Exchange) -> Iterator[bytes]:
    yield _head_line(exchange)
    if exchange.status is not None:
        yield _response_line(exchange)
    yield from map(_chunk_line, _redacted(exchange.chunks))
    if not exchange.running:
        yield _end_line(exchange)


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _data(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _head_line(exchange: Exchange) -> bytes:
    request = exchange.request
    return _line(
        {
            "format": FORMAT,
            "version": VERSION,
            "id": exchange.id,
            "started_at": exchange.started_at.astimezone(UTC).isoformat(),
            "request": {
                "method": request.method,
                "url": redact_url(request.url),
                "headers": redact_headers(request.headers),
                "operation": request.operation,
                "streaming": request.streaming,
                "body_size": request.body_size,
                "token_expires_at": request.token_expires_at.isoformat() if request.token_expires_at else None,
                "body": _data(redact_body(request.body)),
            },
        }
    )


def _response_line(exchange: Exchange) -> bytes:
    return _line(
        {
            "kind": "response",
            "at_ns": exchange.headers_at_ns,
            "connected_at_ns": exchange.connected_at_ns,
            "status": exchange.status,
            "reason": exchange.reason,
            "headers": redact_headers(exchange.headers),
        }
    )


def _chunk_line(chunk: Chunk) -> bytes:
    return _line({"kind": "chunk", "at_ns": chunk.at_ns, **_data(chunk.data)})


def _end_line(exchange: Exchange) -> bytes:
    return _line(
        {
            "kind": "end",
            "at_ns": exchange.ended_at_ns,
            "connected_at_ns": exchange.connected_at_ns,
            "outcome": exchange.outcome,
            "failure": redact_text(exchange.failure) if exchange.failure else None,
            "wire_bytes": exchange.wire_bytes,
        }
    )


_Nanoseconds = Annotated[int, Field(ge=0, lt=2**63)]
_Model = TypeVar("_Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Data(_Strict):
    text: str | None = None
    base64: str | None = None

    def decoded(self) -> bytes:
        if self.base64 is None:
            return (self.text or "").encode("utf-8", "replace")
        return base64.b64decode(self.base64, validate=True)


class _RequestPart(_Strict):
    method: str
    url: str
    headers: list[tuple[str, str]] = []
    operation: str = ""
    streaming: bool = False
    body_size: int = 0
    token_expires_at: AwareDatetime | None = None
    body: _Data = _Data()


class _Head(_Strict):
    id: str
    started_at: datetime
    request: _RequestPart


class _Response(_Strict):
    at_ns: _Nanoseconds | None = None
    connected_at_ns: _Nanoseconds | None = None
    status: Annotated[int, Field(ge=0, le=9999)]
    reason: str = ""
    headers: list[tuple[str, str]] = []


class _Chunk(_Data):
    at_ns: _Nanoseconds


class _End(_Strict):
    at_ns: _Nanoseconds | None = None
    connected_at_ns: _Nanoseconds | None = None
    outcome: str
    failure: str | None = None
    wire_bytes: int = 0


def _head(line: bytes, name: str) -> Exchange:
    document = _document(line, name, 1)
    if document.get("format") != FORMAT:
        raise RecordingError(
            f"{name} is not a recorded exchange.",
            expected=f'a first line with "format": "{FORMAT}"',
            got=_excerpt(line),
        )
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _damaged(name, 1, "a format version", _excerpt(str(version).encode()))
    if version > VERSION:
        raise RecordingTooNew(
            f"{name} was written by a newer workbench.",
            expected=f"format version {VERSION} or lower",
            got=f"format version {version}",
            advice="Update the workbench.",
        )
    head = _parse(_Head, document, name, 1)
    request = head.request
    exchange = Exchange(
        Request(
            method=request.method,
            url=request.url,
            headers=tuple(request.headers),
            body=_bytes(request.body, name, 1),
            operation=request.operation,
            streaming=request.streaming,
            body_size=request.body_size,
            token_expires_at=request.token_expires_at,
        ),
        id=head.id,
        started_at=head.started_at if head.started_at.tzinfo else head.started_at.replace(tzinfo=UTC),
    )
    return exchange


def _take(exchange: Exchange, line: bytes, name: str, number: int) -> None:
    document = _document(line, name, number)
    match document.get("kind"):
        case "chunk":
            chunk = _parse(_Chunk, document, name, number)
            exchange.chunks.append(Chunk(chunk.at_ns, _bytes(chunk, name, number)))
        case "response":
            response = _parse(_Response, document, name, number)
            exchange.status, exchange.reason = response.status, response.reason
            exchange.headers, exchange.headers_at_ns = tuple(response.headers), response.at_ns
            exchange.connected_at_ns = response.connected_at_ns
        case "end":
            end = _parse(_End, document, name, number)
            exchange.end(_outcome(end.outcome, name, number), end.failure)
            exchange.ended_at_ns, exchange.wire_bytes = end.at_ns, end.wire_bytes
            exchange.connected_at_ns = end.connected_at_ns or exchange.connected_at_ns


def _outcome(word: str, name: str, number: int) -> Outcome:
    for outcome in get_args(Outcome):
        if word == outcome and word != "pending":
            known: Outcome = outcome
            return known
    raise _damaged(name, number, "an outcome: " + ", ".join(get_args(Outcome)[1:]), _excerpt(word.encode()))


def _document(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise _damaged(name, number, "a JSON object", _excerpt(line))
    return document


def _parse(model: type[_Model], document: dict[str, Any], name: str, number: int) -> _Model:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise _damaged(name, number, f"{place}: {first['msg']}", "") from None


def _bytes(data: _Data, name: str, number: int) -> bytes:
    try:
        return data.decoded()
    except (binascii.Error, ValueError):
        raise _damaged(name, number, "base64", _excerpt((data.base64 or "").encode())) from None


def _damaged(name: str, number: int, expected: str, got: str) -> RecordingError:
    return RecordingError(f"{name} is damaged at line {number}.", expected=expected, got=got)


def _excerpt(line: bytes) -> str:
    text = line[:200].decode("utf-8", "replace")
    return redact_text(text[:80] + ("…" if len(line) > 80 else ""))
