"""Attachments: described, uploaded, deleted."""

from __future__ import annotations

import base64

from chatkit.types import Attachment
from pydantic import ValidationError

from chat.checks.findings import Hit
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable, Sightings
from chat.checks.probes.visit import Visit
from chat.client.answers import ATTACHMENT
from chat.errors import WorkbenchError

_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg=="
_FILES = (
    ("workbench-check.txt", "text/plain", b"This file was made by a check and may be deleted.\n"),
    ("workbench-check.png", "image/png", base64.b64decode(_PIXEL)),
)
_RULE = "uploads/descriptor"


@probe(_RULE)
async def a_small_file(visit: Visit) -> Sightings:
    """Two phases: the file is announced, and its bytes go where the answer says. A picture, where no text is taken."""
    for name, mime_type, data in _FILES:
        params = {"name": name, "size": len(data), "mime_type": mime_type}
        answer = await visit.ask("attachments.create", params, judged="refusal")
        if answer.refused or answer.missing or not answer.whole or not 400 <= answer.status < 500:
            break
    visit.notes.note_optional(answer)
    if answer.whole and answer.crashed:
        raise NotApplicable(f"`attachments.create` is not implemented ({answer.words}): see errors/unsupported")
    answer.require()
    document = answer.document
    attachment_id = document.get("id")
    if isinstance(attachment_id, str):
        visit.notes.attachments[attachment_id] = name
    if document.get("upload_descriptor") is None:
        old = document.get("upload_url")
        got = f"`upload_url`, which was removed: {old!r:.80}" if old is not None else "no `upload_descriptor`"
        yield Found(_RULE, Hit(got, answer.evidence(answer.exchange.body[:400].decode("utf-8", "replace"))))
        return
    try:
        attachment: Attachment = ATTACHMENT.validate(document)
    except ValidationError as error:
        problem = ATTACHMENT.explain(error, document)[0]
        got = f"{problem.path}: expected {problem.expected}, got {problem.got}"
        yield Found(_RULE, Hit(got, answer.evidence(got)))
        return
    try:
        sent = await visit.perform(lambda client: client.upload(attachment, data), elsewhere=True)
    except WorkbenchError as error:  # it names an address that nobody should send anything to
        yield Found(_RULE, Hit(error.message, answer.evidence(str(document.get("upload_descriptor"))[:400])))
        return
    visit.notes.look_at(sent)
    place = str(document["upload_descriptor"].get("url"))[:120]
    if sent.outcome == "timeout":
        raise CouldNotRun(f"the upload had no end: {sent.failure}")
    if sent.outcome != "complete" or not 200 <= (sent.status or 0) < 300:
        words = f"{sent.status} {sent.reason}".strip() if sent.status else sent.failure
        got = f"the upload to {place} ends with {words}"
        yield Found(_RULE, Hit(got, answer.evidence(got)))
