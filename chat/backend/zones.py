"""Times on the wire.

The SDK stamps threads and items with `datetime.now()`: local time without an offset. It also subtracts such times from
the ones it finds in items, so inside it, and in what it has stored, they stay as they are. On the way out they get the
offset of the local zone, so that a client elsewhere knows which moment is meant. What is changed are the bytes that the
SDK answers with: the one thing that everything becomes, and that is public.
"""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Any

__all__ = ["in_events", "with_offsets"]

_HOLDERS = ("thread", "item", "updated_item", "items")
"""Where events, threads and answers hold what has a time."""
_FIELD, _END = b"data: ", b"\n\n"


def with_offsets(body: bytes) -> bytes:
    """The JSON of an event, thread, item or page of them with an offset at every `created_at`."""
    if b'"created_at"' not in body:  # like the deltas of a text, which are most of what is sent
        return body
    document = json.loads(body)
    _add_offsets(document)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def in_events(
    stream: AsyncGenerator[bytes, None], rewritten: Callable[[bytes], bytes] = lambda event: event
) -> AsyncGenerator[bytes, None]:
    """The server-sent events of a stream, each with an offset at every `created_at`, and `rewritten`.

    Raises:
        ValueError: a chunk of the stream is not one event in one line of data, as this version of the SDK makes it.
    """
    async with aclosing(stream):
        async for event in stream:
            if not (event.startswith(_FIELD) and event.endswith(_END)):
                raise ValueError(f"The SDK streams chunks of another form than one line of data: {event[:80]!r}")
            if b'"created_at"' in event:
                event = _FIELD + with_offsets(event.removeprefix(_FIELD).removesuffix(_END)) + _END
            yield rewritten(event)


def _add_offsets(document: Any) -> None:
    if not isinstance(document, dict):
        return
    for name in _HOLDERS:
        _add_offsets(document.get(name))
    page = document.get("data")
    for one in page if isinstance(page, list) else ():
        _add_offsets(one)
    made = document.get("created_at")
    if isinstance(made, str) and (moment := datetime.fromisoformat(made)).tzinfo is None:
        document["created_at"] = moment.astimezone().isoformat().replace("+00:00", "Z")
