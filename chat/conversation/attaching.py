"""Files on their way to a backend, by the strategy that the host page has chosen."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from chatkit.types import Attachment

from chat.client import ChatKitClient
from chat.errors import BadConnection, WorkbenchError
from chat.host.settings import Attachments

__all__ = ["Attached", "attach"]


@dataclass(frozen=True)
class Attached:
    """What the backend knows of a file. `failure` is why its bytes are not there, although the attachment is."""

    attachment: Attachment
    failure: WorkbenchError | None = None


async def attach(client: ChatKitClient, settings: Attachments, name: str, mime_type: str, data: bytes) -> Attached:
    """
    Register a file with the backend and send it the bytes. Raises `WorkbenchError` when there is no attachment then.

    Two-phase: the answer to `attachments.create` must say where the bytes go, else it is a fault of the backend's.
    """
    if settings.strategy == "direct":
        url = urljoin(client.connection.url, settings.upload_url)
        if not settings.upload_url:
            raise BadConnection(
                "The options choose direct uploads and do not say where to.",
                expected="api.uploadStrategy.uploadUrl",
                advice="Set uploadStrategy to {type: 'direct', uploadUrl: …}, or to {type: 'two_phase'}.",
            )
        return Attached(await client.upload_direct(url, name, data, mime_type))
    attachment = await client.create_attachment(name, len(data), mime_type)
    try:
        await client.upload(attachment, data)
    except WorkbenchError as failure:
        return Attached(attachment, failure)
    return Attached(attachment)
