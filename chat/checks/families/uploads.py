"""What attachments need. These rules need requests of their own."""

from chat.checks.findings import Level
from chat.checks.rules import active

descriptor = active(
    "uploads/descriptor",
    level=Level.ERROR,
    title="An attachment cannot be uploaded",
    expected="`upload_descriptor` with a url that can be reached, a method and headers",
    why="The file stays at “uploading”, or vanishes from the composer.",
    fix="return FileAttachment(\n    id=attachment_id, name=input.name, mime_type=input.mime_type,\n"
    '    upload_descriptor=AttachmentUploadDescriptor(url=f"{base_url}/files/{attachment_id}", method="PUT"),\n)',
    widget="Has nowhere to send the bytes: the old `upload_url` is not looked at.",
)
