"""
What a front end sent against what our own client would send for it: key by key, and the headers that matter.

Values are the front end's own affair; what counts is whether our client knows every key, and names what it sends in the
same way. Absent, null and empty are one: the widget writes them out, the SDK leaves them out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from chatkit.types import ChatKitReq
from pydantic import TypeAdapter, ValidationError

from chat.client.connection import Connection
from chat.client.requests import FRAME_HEADER, build, encode
from chat.errors import WorkbenchError
from chat.exchanges import Request

__all__ = ["differences"]

_COMPARED = ("accept", "content-type", FRAME_HEADER)
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_MOST = 5


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(ChatKitReq)


def differences(request: Request) -> list[str]:
    """In words, what `request` has that our client would not send, or sends otherwise; [] when it is as ours is."""
    theirs = request.document
    try:
        typed = _adapter().validate_python(theirs)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"] if step not in (theirs.get("type"), "params"))
        return [f"no request by the SDK's types: `{place or 'type'}`: {first['msg']}"]
    metadata = theirs.get("metadata")
    try:
        connection = Connection(request.url, metadata=metadata if isinstance(metadata, dict) else {}, as_widget=True)
    except WorkbenchError:
        return []  # an address that only a recording has
    body = encode(typed, connection)
    found = list(_unlike(theirs, json.loads(body), ""))
    found += _headers(request, connection, body)
    return found[:_MOST] + ([f"and {len(found) - _MOST} more"] if len(found) > _MOST else [])


def _unlike(theirs: Any, ours: Any, path: str) -> Iterator[str]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in dict.fromkeys((*theirs, *ours)):
            yield from _unlike(theirs.get(key), ours.get(key), f"{path}.{key}" if path else key)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from _unlike(one, other, f"{path}[{index}]")
    elif theirs in _EMPTY:
        return  # what ours has in its place is the default
    elif ours in _EMPTY:
        yield f"`{path}`, which ours does not have"
    elif theirs != ours or isinstance(theirs, bool) != isinstance(ours, bool):
        yield f"`{path}` as {json.dumps(theirs, ensure_ascii=False)[:60]}"


def _headers(request: Request, connection: Connection, body: bytes) -> Iterator[str]:
    theirs = {name.lower(): value for name, value in request.headers}
    ours = build(connection, body, streaming=request.streaming).headers
    for name in _COMPARED:
        value = theirs.get(name)
        if not theirs or (value is None and name != FRAME_HEADER):
            continue  # nothing is known of them
        if value is None:
            yield f"no header `{name}`"
        elif name != FRAME_HEADER and value.partition(";")[0].strip() != ours[name]:
            yield f"`{name}: {value[:60]}`, ours `{ours[name]}`"
