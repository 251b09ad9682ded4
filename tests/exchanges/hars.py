"""HAR documents as browsers export them, built in the fewest words."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
STARTED = "2026-11-20T10:00:00.000Z"
STARTED_MS = 1795168800000.0
URL = "http://127.0.0.1:8000/chatkit"
ASKED = {"type": "threads.create", "params": {"input": {"content": [{"type": "input_text", "text": "Hi"}]}}}


def har(*entries: Any) -> bytes:
    """A whole HAR file."""
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "browser"}, "entries": list(entries)}}).encode()


def entry(
    text: str | None = None,
    *,
    asked: Any = ASKED,
    method: str = "POST",
    url: str = URL,
    status: int = 200,
    mime: str = "text/event-stream",
    headers: tuple[tuple[str, str], ...] = (),
    response_headers: tuple[tuple[str, str], ...] = (),
    started: str = STARTED,
    timings: Json | None = None,
    content: Json | None = None,
    **more: Any,
) -> Json:
    """One entry; `text` is the response's body, `more` goes into the entry."""
    body = {"mimeType": mime, "size": len((text or "").encode())} | ({} if text is None else {"text": text})
    return {
        "startedDateTime": started,
        "time": 900,
        "request": {
            "method": method,
            "url": url,
            "headers": [{"name": name, "value": value} for name, value in headers],
            "postData": {"mimeType": "application/json", "text": json.dumps(asked)},
        },
        "response": {
            "status": status,
            "statusText": "OK" if status == 200 else "",
            "headers": [
                {"name": name, "value": value} for name, value in (("content-type", mime), *response_headers) if value
            ],
            "content": body if content is None else {**body, **content},
            "bodySize": -1,
        },
        "timings": {"blocked": 1, "dns": 2, "connect": 3, "ssl": 1, "send": 1, "wait": 93, "receive": 800}
        if timings is None
        else timings,
        **more,
    }


def messages(*texts: str, every_s: float = 0.1) -> list[Json]:
    """`_eventSourceMessages` as Chrome writes them: seconds since 1970."""
    return [
        {"time": STARTED_MS / 1000 + (number + 1) * every_s, "eventName": "message", "eventId": "", "data": text}
        for number, text in enumerate(texts)
    ]
