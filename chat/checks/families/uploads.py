"""What attachments need."""

from __future__ import annotations

from chat.checks.case import Case
from chat.checks.findings import Hit, Level
from chat.checks.rules import DOCUMENT, rule


@rule(
    "uploads/descriptor",
    level=Level.ERROR,
    kind="both",
    on=DOCUMENT,
    about=("attachments.create",),
    title="An attachment cannot be uploaded",
    expected="`upload_descriptor` with a url that can be reached, a method and headers",
    why="The file stays at “uploading”, or vanishes from the composer.",
    fix="return FileAttachment(\n    id=attachment_id, name=input.name, mime_type=input.mime_type,\n"
    '    upload_descriptor=AttachmentUploadDescriptor(url=f"{base_url}/files/{attachment_id}", method="PUT"),\n)',
    widget="Has nowhere to send the bytes: the old `upload_url` is not looked at.",
)
def descriptor(case: Case) -> Hit | None:
    document = case.document
    if case.operation != "attachments.create" or not case.accepted or not isinstance(document, dict):
        return None
    described = document.get("upload_descriptor")
    if isinstance(described, dict) and described.get("url"):
        return None
    old = document.get("upload_url")
    return Hit(
        f"`upload_url`: {old}" if old else "no `upload_descriptor`",
        case.whole(),
        "The answer has the old `upload_url`, which nobody reads any more" if old else "",
    )
