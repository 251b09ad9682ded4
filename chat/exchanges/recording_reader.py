"""The lines of a recording, read. What they mean, says `chat.exchanges.recording`."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from chat.exchanges.errors import RecordingError, RecordingTooNew
from chat.exchanges.exchange import Chunk, Exchange, Outcome, Request
from chat.exchanges.host_events import HostEvent
from chat.exchanges.recording_lines import FORMAT, VERSION
from chat.exchanges.redaction import redact_text

__all__ = ["LineReader"]

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


class _Host(_Strict):
    at: AwareDatetime
    name: str
    detail: Any = None
    ours: bool = False


class _About(_Strict):
    name: str | None = None
    kept: bool | None = None
    source: str | None = None
    remarks: list[str] | None = None


class _Of(_Strict):
    exchange: str
    line: dict[str, Any]


class LineReader:
    """
    Takes the lines of a recording one by one, each with its line break, and has what they say.

    Raises `RecordingError` at the first line that is damaged.
    """

    def __init__(self, name: str) -> None:
        """`name` is what errors call the recording."""
        self.exchanges: list[Exchange] = []
        self.host_events: list[HostEvent] = []
        self.about: dict[str, Any] = {}
        """What is said of the recording itself: fields of `Recording`."""
        self._name = name
        self._number = 0
        self._by_id: dict[str, Exchange] = {}

    def take(self, line: bytes) -> None:
        """Take the next line. One without a line break was cut off in writing: it counts only where it is the first."""
        self._number += 1
        if self._number == 1:
            self._begin(self._document(line), line)
        elif line.endswith(b"\n") and line.strip():
            document = self._document(line)
            if "format" in document:
                self._begin(document, line)
            else:
                self._take(document)

    def finish(self) -> None:
        """There are no more lines: what has not ended is interrupted."""
        if not self._number:
            raise RecordingError(f"{self._name} is empty.", expected="a recorded exchange", got="nothing")
        for exchange in self.exchanges:
            if exchange.running:
                exchange.end("interrupted", "The recording stops before the exchange had ended.")
                exchange.ended_at_ns = None

    def _begin(self, document: dict[str, Any], line: bytes) -> None:
        if document.get("format") != FORMAT:
            raise RecordingError(
                f"{self._name} is not a recorded exchange.",
                expected=f'a first line with "format": "{FORMAT}"',
                got=_excerpt(line),
            )
        version = document.get("version")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise self._damaged("a format version", _excerpt(str(version).encode()))
        if version > VERSION:
            raise RecordingTooNew(
                f"{self._name} was written by a newer workbench.",
                expected=f"format version {VERSION} or lower",
                got=f"format version {version}",
                advice="Update the workbench.",
            )
        if document.get("kind") != "session":
            exchange = self._exchange(document)
            self.exchanges.append(exchange)
            self._by_id[exchange.id] = exchange

    def _exchange(self, document: dict[str, Any]) -> Exchange:
        head = self._parse(_Head, document)
        request = head.request
        return Exchange(
            Request(
                method=request.method,
                url=request.url,
                headers=tuple(request.headers),
                body=self._bytes(request.body),
                operation=request.operation,
                streaming=request.streaming,
                body_size=request.body_size,
                token_expires_at=request.token_expires_at,
            ),
            id=head.id,
            started_at=head.started_at if head.started_at.tzinfo else head.started_at.replace(tzinfo=UTC),
        )

    def _take(self, document: dict[str, Any]) -> None:
        match document.get("kind"):
            case "host":
                host = self._parse(_Host, document)
                self.host_events.append(HostEvent(host.at.astimezone(UTC), host.name, host.detail, host.ours))
            case "about":
                self.about |= self._parse(_About, document).model_dump(exclude_none=True)
            case "of":
                of = self._parse(_Of, document)
                if (exchange := self._by_id.get(of.exchange)) is None:
                    raise self._damaged("the id of an exchange that began before", _excerpt(of.exchange.encode()))
                self._add(exchange, of.line)
            case "chunk" | "response" | "end":
                if not self.exchanges:
                    raise self._damaged("an exchange's beginning before its parts", "")
                self._add(self.exchanges[-1], document)

    def _add(self, exchange: Exchange, document: dict[str, Any]) -> None:
        match document.get("kind"):
            case "chunk":
                chunk = self._parse(_Chunk, document)
                exchange.chunks.append(Chunk(chunk.at_ns, self._bytes(chunk)))
            case "response":
                response = self._parse(_Response, document)
                exchange.status, exchange.reason = response.status, response.reason
                exchange.headers, exchange.headers_at_ns = tuple(response.headers), response.at_ns
                exchange.connected_at_ns = response.connected_at_ns
            case "end":
                end = self._parse(_End, document)
                exchange.end(self._outcome(end.outcome), end.failure)
                exchange.ended_at_ns, exchange.wire_bytes = end.at_ns, end.wire_bytes
                exchange.connected_at_ns = end.connected_at_ns or exchange.connected_at_ns

    def _outcome(self, word: str) -> Outcome:
        for outcome in get_args(Outcome):
            if word == outcome and word != "pending":
                known: Outcome = outcome
                return known
        raise self._damaged("an outcome: " + ", ".join(get_args(Outcome)[1:]), _excerpt(word.encode()))

    def _document(self, line: bytes) -> dict[str, Any]:
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise self._damaged("a JSON object", _excerpt(line))
        return document

    def _parse(self, model: type[_Model], document: dict[str, Any]) -> _Model:
        try:
            return model.model_validate(document)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step) for step in first["loc"])
            raise self._damaged(f"{place}: {first['msg']}", "") from None

    def _bytes(self, data: _Data) -> bytes:
        try:
            return data.decoded()
        except (binascii.Error, ValueError):
            raise self._damaged("base64", _excerpt((data.base64 or "").encode())) from None

    def _damaged(self, expected: str, got: str) -> RecordingError:
        return RecordingError(f"{self._name} is damaged at line {self._number}.", expected=expected, got=got)


def _excerpt(line: bytes) -> str:
    text = line[:200].decode("utf-8", "replace").strip()
    return redact_text(text[:80] + ("…" if len(line) > 80 else ""))
