"""A recording in the forms in which it is given out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from chat.checks.reports import explained, write
from chat.checks.threads import examine_all
from chat.exchanges import Recording, Request, curl, redact_headers, redact_url
from chat.exchanges.har_export import har
from chat.exchanges.recording import dumps_recording
from chat.exchanges.redaction import redact_body

__all__ = ["FORMS", "Exported", "exported"]


class Exported(NamedTuple):
    """A file to be saved."""

    name: str
    """Safe in a header and in a folder: ASCII letters, digits, dots, hyphens."""
    media_type: str
    content: bytes


def exported(recording: Recording, form: str, name: str) -> Exported:
    """The recording in one of `FORMS`; `name` is what it is called. Costs its length, a report its examination."""
    make, ending, media_type = _FORMS[form]
    return Exported(f"{_safe(name)}{ending}", media_type, make(recording, name))


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:80] or "recording"


def _curl(recording: Recording, name: str) -> bytes:
    lines = ["#!/bin/sh", f"# {' '.join(name.split())}: what was asked, one request after the other."]
    lines.append("# Secrets are shell variables: set them first, like TOKEN=…")
    for number, exchange in enumerate(recording.exchanges, start=1):
        what = exchange.request.operation or exchange.request.method
        if not exchange.request.url:
            lines.append(f"\n# {number}. Of this one only the answer is known.")
            continue
        lines.append(f"\n# {number}. {' '.join(what.split())}, {exchange.started_at:%Y-%m-%d %H:%M:%S} UTC")
        lines.append(curl(_masked(exchange.request)))
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _masked(request: Request) -> Request:
    return replace(
        request,
        url=redact_url(request.url),
        headers=redact_headers(request.headers),
        body=redact_body(request.body),
    )


def _report(recording: Recording, name: str) -> bytes:
    report = explained(name, examine_all(recording.exchanges), recording.remarks, recording.host_events)
    return write(report, "html").encode("utf-8", "replace")


_FORMS: Final[dict[str, tuple[Callable[[Recording, str], bytes], str, str]]] = {
    "jsonl": (lambda recording, name: dumps_recording(recording), ".jsonl", "application/x-ndjson"),
    "har": (lambda recording, name: har(recording), ".har", "application/json"),
    "curl": (_curl, ".sh", "text/x-shellscript; charset=utf-8"),
    "html": (_report, ".html", "text/html; charset=utf-8"),
}
FORMS: Final = tuple(_FORMS)
