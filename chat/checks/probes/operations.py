"""The operations that a backend may leave out, tried once each: done, declined in words, or a crash?"""

from __future__ import annotations

import base64
import struct
from typing import Any

from chat.checks.findings import Hit, Level
from chat.checks.probes.answer import Answer
from chat.checks.probes.comparing import need_readable
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, Sightings
from chat.checks.probes.threads import main_thread
from chat.checks.probes.visit import Visit

_ACTION = {"type": "workbench.check", "payload": {}}
_NO_PAYLOAD = "payload = action.payload or {}  # a button without a payload sends none"


@probe("errors/unsupported")
async def what_a_backend_may_leave_out(visit: Visit) -> Sightings:
    """Widget actions have a type that no widget has: what is clicked could book a flight."""
    thread = await main_thread(visit)
    need_readable(visit)
    answers: list[Answer] = list(visit.notes.optional)
    item = next((item.id for item in thread.answers()), None)
    requests: list[tuple[str, dict[str, Any]]] = [
        ("input.transcribe", {"audio_base64": base64.b64encode(_silence()).decode(), "mime_type": "audio/wav"}),
        ("threads.sync_custom_action", {"thread_id": thread.id, "action": _ACTION}),
    ]
    if item is not None:
        feedback = {"thread_id": thread.id, "item_ids": [item], "kind": "positive"}
        requests.insert(0, ("items.feedback", feedback))
    if not any(answer.operation == "attachments.create" for answer in answers):
        created = {"name": "workbench-check.txt", "size": 1, "mime_type": "text/plain"}
        requests.append(("attachments.create", created))
    for operation, params in requests:
        answer = await visit.ask(operation, params, judged="refusal")
        visit.notes.note_optional(answer)
        answers.append(answer)
        if operation == "threads.sync_custom_action" and not answer.crashed:
            bare = {**params, "action": {"type": _ACTION["type"]}}
            without = await visit.ask(operation, bare, judged="refusal")
            if without.whole and without.crashed:
                got = f"`{operation}` answers {without.words}; with a payload, {answer.words}"
                headline = f"`{operation}` fails when the action has no payload"
                place = without.evidence(got)
                yield Found("errors/operation-fails", Hit(got, place, headline, fix=_NO_PAYLOAD, level=Level.WARNING))
        if operation == "attachments.create" and isinstance(answer.document.get("id"), str):
            visit.notes.attachments[answer.document["id"]] = "workbench-check.txt"
    visit.take_turn()
    params = {"thread_id": thread.id, "action": _ACTION}
    answer = await visit.ask(
        "threads.custom_action", params, judged="refusal", history=thread.history, state=thread.state
    )
    visit.notes.note_optional(answer)
    answers.append(answer)
    for answer in answers:
        if answer.crashed and not answer.silent:
            got = f"`{answer.operation}` answers {answer.words}"
            yield Found("errors/unsupported", Hit(got, answer.evidence()))
    silent = [answer for answer in answers if answer.silent]
    if len(silent) == len(answers):
        raise CouldNotRun("none of the requests was answered")


def _silence() -> bytes:
    """A tenth of a second of silence, as a WAV file."""
    samples = b"\0\0" * 800
    fields = (b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", len(samples))
    return b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVE" + struct.pack("<4sIHHIIHH4sI", *fields) + samples
