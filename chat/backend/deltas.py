"""Many deltas on the way as one.

A delta passes some twenty coroutines between the model and the socket, each of which costs the same for one word as for
ten. So the scripted model hands over together what is due at the same time (`chat.backend.pace`), and it is taken apart
again here, at the end, where an event is bytes. On the wire nothing differs: every delta is the event that the SDK
makes of it, byte for byte. What a real model says is passed on in the deltas that it came in.
"""

from __future__ import annotations

import json
from collections.abc import Container

from pydantic_core import to_json

from chat.backend.pace import pieces

__all__ = ["apart"]

_KIND = b'"update":{"type":"assistant_message.content_part.text_delta"'


def apart(event: bytes, together: Container[str]) -> bytes:
    """The server-sent event of each delta of which `event` is made; `event` itself when it is of another kind.

    `together` has the ids of the messages whose deltas are handed over together.
    """
    if _KIND not in event:
        return event
    document = json.loads(event[6:-2])
    if document.get("type") != "thread.item.updated" or document["item_id"] not in together:
        return event
    update = document["update"]
    index = b"%d" % update["content_index"]
    head = b'data: {"type":"thread.item.updated","item_id":' + to_json(document["item_id"]) + b"," + _KIND
    head += b',"content_index":' + index + b',"delta":'
    tail = b"}}\n\n"
    if head + to_json(update["delta"]) + tail != event:
        return event  # another version of the SDK has more to say in it
    return b"".join([head + to_json(piece) + tail for piece in pieces(update["delta"])]) or event
