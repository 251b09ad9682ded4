"""Requests as they go out, and the exchange that remembers them without their secrets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx
from pydantic import BaseModel

from chat.client.connection import Connection
from chat.exchanges import STREAMING_OPERATIONS, Exchange, Request, operation_of
from chat.exchanges.redaction import MASK, redact_body
from chat.exchanges.tokens import expiry_of

__all__ = ["FRAME_HEADER", "as_sent", "as_typed", "build", "document_in", "encode", "new_exchange", "shown_headers"]

USER_AGENT = "chatkit-workbench"
FRAME_HEADER = "chatkit-frame-instance-id"
"""Every request of the official widget's has it, with a UUID (protocol facts, 1.3)."""

_FROM_THE_BACKEND = ("after", "attachment_id", "attachments", "item_id", "item_ids", "payload", "thread_id")
_HOLD_THEM = ("action", "input")


def encode(request: BaseModel, connection: Connection) -> bytes:
    """
    The JSON body of an operation.

    Nulls of the protocol's own fields are left out, as the SDK does; nulls inside payloads, results and tag data stay.
    The connection's `metadata` is there when there is any.
    """
    document = request.model_dump(mode="json", exclude_none=True, by_alias=True, warnings=False)
    params = document["params"]
    if "result" in type(request).model_fields["params"].annotation.model_fields:  # type: ignore[union-attr]
        params.setdefault("result", None)  # required, even when the tool returned nothing
    body = {"type": document["type"], "params": as_sent(params, connection)}
    if connection.sent_metadata:
        body["metadata"] = connection.sent_metadata
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def document_in(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is, {} when it is none."""
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def as_sent(params: Any, connection: Connection) -> Any:
    """The params with what came from the backend, and was masked then, as the backend knows it: ids and payloads.

    What a person typed goes out as it was typed.
    """
    if not connection.secrets or not isinstance(params, dict):
        return params
    return {
        name: connection.secrets.restored(value)
        if name in _FROM_THE_BACKEND
        else as_sent(value, connection)
        if name in _HOLD_THEM
        else value
        for name, value in params.items()
    }


def as_typed(text: str, connection: Connection) -> bytes:
    """
    A body that somebody typed, or took from an exchange, as it goes out: what was masked in it is what the connection
    knows behind the mask; all else stays character for character.
    """
    secrets = connection.secrets
    if MASK in text or secrets.restored(text) != text:
        try:
            document = secrets.restored(json.loads(text))
        except (ValueError, RecursionError):
            text = secrets.restored(text)
        else:
            if isinstance(document, dict) and "metadata" in document:
                document["metadata"] = _unmasked(document["metadata"], connection.sent_metadata)
            text = json.dumps(document, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace")


def _unmasked(shown: Any, real: Any) -> Any:
    """Metadata in which a masked text is what stands in its place in the connection's own."""
    if isinstance(shown, dict) and isinstance(real, dict):
        return {name: _unmasked(value, real.get(name)) for name, value in shown.items()}
    if isinstance(shown, list) and isinstance(real, list) and len(shown) == len(real):
        return [_unmasked(one, other) for one, other in zip(shown, real, strict=True)]
    return real if isinstance(shown, str) and MASK in shown and real is not None else shown


def shown_headers(connection: Connection, *, streaming: bool) -> tuple[tuple[str, str], ...]:
    """What goes with a request of this connection as far as that is known before it is sent, secrets masked."""
    request = build(connection, b"", streaming=streaming)
    if connection.cookies is not None:
        connection.cookies.put_into(request)
    written = ("host", "content-length")  # by the request itself
    raw = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    pairs = [(name, value) for name, value in raw if name.lower() not in written]
    return connection.secrets.headers(pairs, own=connection.own_names)


def build(
    connection: Connection,
    body: bytes,
    *,
    method: str = "POST",
    streaming: bool = False,
    headers: Sequence[tuple[str, str]] = (),
) -> httpx.Request:
    """The request to the backend's one URL; `headers` stand in place of the defaults of the same name."""
    plain = "*/*" if connection.as_widget else "application/json"
    defaults = [
        ("Accept", "text/event-stream" if streaming else plain),
        ("Accept-Language", connection.locale),
        ("Content-Type", "application/json"),
        *([(FRAME_HEADER, connection.frame_id)] if connection.as_widget else []),
        *transport_headers(),
    ]
    names = {name.lower() for name, _ in headers}
    defaults = [(name, value) for name, value in defaults if name.lower() not in names]
    own = [pair for pair in connection.request_headers(defaults) if pair[0].lower() not in names]
    return httpx.Request(method, connection.bare_url(), headers=encoded([*own, *headers]), content=body)


def transport_headers() -> list[tuple[str, str]]:
    """What every request of the workbench carries."""
    return [("Accept-Encoding", "gzip, deflate"), ("User-Agent", USER_AGENT)]


def encoded(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as bytes: Latin-1, as HTTP has it."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]


def new_exchange(
    connection: Connection,
    request: httpx.Request,
    body: bytes,
    *,
    operation: str | None = None,
    size: int | None = None,
) -> Exchange:
    """The exchange of a request, without its secrets. `size` is what is really sent, when `body` is not all of it."""
    secrets = connection.secrets
    operation = operation_of(body) if operation is None else operation
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    return Exchange(
        Request(
            method=request.method,
            url=secrets.url(str(request.url)),
            headers=secrets.headers(pairs, own=connection.own_names),
            body=redact_body(secrets.mask(body)),
            operation=operation,
            streaming=operation in STREAMING_OPERATIONS,
            body_size=len(body) if size is None else size,
            token_expires_at=expiry_of(request.headers.items()),
        )
    )
