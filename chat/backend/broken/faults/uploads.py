"""Attachments that cannot be uploaded."""

from starlette.requests import Request

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json


@broken("uploads/descriptor", "An `upload_url`, which is not looked at any more")
class Descriptor(GoodBackend):
    def attachment(self, name: str, mime_type: str, request: Request) -> Json:
        made = super().attachment(name, mime_type, request)
        return {**made, "upload_descriptor": None, "upload_url": made["upload_descriptor"]["url"]}
