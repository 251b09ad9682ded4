"""Attachments of the embedded backend: described, uploaded, shown, deleted; each one user's.

Two ways in. Two-phase: `attachments.create` answers where to PUT the bytes. Direct: a multipart POST brings the bytes
and is answered with the attachment. Browsers send neither form uploads nor images with the page's `Authorization`
header, so both URLs carry a signature of their own, which is good for that one attachment and purpose.

What an uploader says about a file's type is shown and otherwise not believed: only bytes that begin like the image
they claim to be are served as an image, everything else is a download of no particular type.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import AsyncIterable, AsyncIterator
from typing import Literal
from urllib.parse import quote, urlencode

from chatkit.store import AttachmentStore, NotFoundError, Store
from chatkit.types import (
    Attachment,
    AttachmentCreateParams,
    AttachmentUploadDescriptor,
    FileAttachment,
    ImageAttachment,
)
from pydantic import AnyUrl

from chat.backend.context import RequestContext
from storage import AttachmentContents, TooManyBytes, long_id

__all__ = ["MAX_ATTACHMENT_BYTES", "UPLOAD_TOKEN_HEADER", "AttachmentRefused", "Attachments", "content_headers"]

MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024
UPLOAD_TOKEN_HEADER = "X-Upload-Token"

Purpose = Literal["upload", "show"]

_MAX_NAME_LENGTH = 255
_MIME_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
_UNKNOWN_TYPE = "application/octet-stream"
_IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_HEAD_BYTES = 16


class AttachmentRefused(Exception):
    """The attachment cannot be taken, or not now. The message is for its user; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Attachments(AttachmentStore[RequestContext]):
    """The SDK's attachment store; metadata in `store`, bytes in `files`."""

    def __init__(
        self,
        store: Store[RequestContext],
        files: AttachmentContents,
        key: bytes,
        *,
        path: str = "/chatkit/attachments",
        max_bytes: int = MAX_ATTACHMENT_BYTES,
    ) -> None:
        """`key` signs upload and preview URLs: it must stay the same for as long as those are to work.
        `path` is where the routes are mounted, `max_bytes` the largest file taken."""
        self.path = path
        self.max_bytes = max_bytes
        self._store = store
        self.files = files
        self._key = key

    def generate_attachment_id(self, mime_type: str, context: RequestContext) -> str:
        return long_id("attachment")

    async def create_attachment(self, input: AttachmentCreateParams, context: RequestContext) -> Attachment:
        """An attachment that waits for its bytes. The SDK stores it. Raises `AttachmentRefused`."""
        if input.size < 0:
            raise AttachmentRefused(400, f"params.size: must not be negative, got {input.size}.")
        if input.size > self.max_bytes:
            raise AttachmentRefused(413, str(TooManyBytes(self.max_bytes)))
        attachment = self._describe(input.name, input.mime_type, context)
        descriptor = AttachmentUploadDescriptor(
            url=AnyUrl(self._url(attachment.id, context)),
            method="PUT",
            headers={UPLOAD_TOKEN_HEADER: self.token("upload", attachment.id, context.user_id)},
        )
        return attachment.model_copy(update={"upload_descriptor": descriptor, "metadata": {"size": input.size}})

    async def upload(self, attachment_id: str, content: AsyncIterable[bytes], context: RequestContext) -> Attachment:
        """Second phase: take the bytes of an attachment that waits for them.

        Raises:
            NotFoundError: this user has no such attachment.
            AttachmentRefused: it was uploaded already, or the bytes are not what was announced.
        """
        attachment = await self._store.load_attachment(attachment_id, context)
        if attachment.upload_descriptor is None:
            raise AttachmentRefused(409, "This attachment has been uploaded already.")
        announced = (attachment.metadata or {}).get("size")
        if isinstance(announced, int):
            content = _exactly(announced, content)
        attachment = attachment.model_copy(update={"upload_descriptor": None})
        await self._take(attachment, content, context)
        return attachment

    async def add(
        self, name: str, mime_type: str, content: AsyncIterable[bytes], context: RequestContext
    ) -> Attachment:
        """Direct upload: a new attachment with its bytes. Raises `AttachmentRefused`."""
        attachment = self._describe(name, mime_type, context)
        await self._take(attachment, content, context)
        return attachment

    async def delete_attachment(self, attachment_id: str, context: RequestContext) -> None:
        """Delete the bytes; the SDK then deletes the metadata. Raises `NotFoundError`."""
        await self._store.load_attachment(attachment_id, context)
        await self.files.delete(attachment_id)

    async def read_content(self, attachment_id: str, context: RequestContext) -> bytes:
        """The content, for a model to read. Raises `NotFoundError` when it is not this user's or never came."""
        await self._store.load_attachment(attachment_id, context)
        try:
            return await self.files.read(attachment_id)
        except FileNotFoundError:
            raise NotFoundError(f"Attachment {attachment_id} has no content.") from None

    def token(self, purpose: Purpose, attachment_id: str, user_id: str) -> str:
        """What allows whoever has it to do this one thing with this one attachment of this user."""
        return f"{_base64(user_id.encode())}.{_base64(self._signature(purpose, attachment_id, user_id))}"

    def token_user(self, purpose: Purpose, attachment_id: str, token: str) -> str | None:
        """The user whose token this is, or None when it is not one for this purpose and attachment."""
        user, _, signature = token.partition(".")
        try:
            user_id = base64.b64decode(user + "=" * (-len(user) % 4), altchars=b"-_", validate=True).decode()
        except ValueError:
            return None
        expected = _base64(self._signature(purpose, attachment_id, user_id))
        return user_id if hmac.compare_digest(signature.encode(), expected.encode()) else None

    def _signature(self, purpose: Purpose, attachment_id: str, user_id: str) -> bytes:
        # Ids hold no line feed, so no two triples make the same message.
        return hmac.digest(self._key, f"{purpose}\n{attachment_id}\n{user_id}".encode(), hashlib.sha256)

    def _url(self, attachment_id: str, context: RequestContext) -> str:
        return f"{context.base_url}{self.path}/{attachment_id}"

    def _describe(self, name: str, mime_type: str, context: RequestContext) -> Attachment:
        name = _plain_name(name)
        mime_type = mime_type.partition(";")[0].strip().lower()
        if not _MIME_TYPE.fullmatch(mime_type):
            mime_type = _UNKNOWN_TYPE
        attachment_id = self.generate_attachment_id(mime_type, context)
        if mime_type not in _IMAGE_TYPES:
            return FileAttachment(id=attachment_id, name=name, mime_type=mime_type)
        token = self.token("show", attachment_id, context.user_id)
        preview_url = AnyUrl(f"{self._url(attachment_id, context)}?{urlencode({'token': token})}")
        return ImageAttachment(id=attachment_id, name=name, mime_type=mime_type, preview_url=preview_url)

    async def _take(self, attachment: Attachment, content: AsyncIterable[bytes], context: RequestContext) -> None:
        head = bytearray()
        try:
            await self.files.write(attachment.id, _noting_head(content, head), self.max_bytes)
        except TooManyBytes as error:
            raise AttachmentRefused(413, str(error)) from None
        if isinstance(attachment, ImageAttachment) and _image_type(bytes(head)) != attachment.mime_type:
            await self.files.delete(attachment.id)
            raise AttachmentRefused(
                400, f"{attachment.name} is called {attachment.mime_type}, but does not begin like one."
            )
        await self._store.save_attachment(attachment, context)


def content_headers(attachment: Attachment, *, cross_origin: bool) -> dict[str, str]:
    """Headers that make serving a stranger's bytes safe: nothing in them runs, or is taken for another type."""
    shown = isinstance(attachment, ImageAttachment) and attachment.mime_type in _IMAGE_TYPES
    disposition = "inline" if shown else "attachment"
    return {
        "Content-Type": attachment.mime_type if shown else _UNKNOWN_TYPE,
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin" if cross_origin else "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, max-age=3600",
    }


async def _exactly(size: int, content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """`content`, which must turn out to have `size` bytes; else `AttachmentRefused`."""
    got = 0
    async for chunk in content:
        got += len(chunk)
        if got > size:
            raise AttachmentRefused(413, f"More bytes came than the {size:,} announced.")
        yield chunk
    if got < size:
        raise AttachmentRefused(400, f"Only {got:,} of the {size:,} bytes announced came.")


async def _noting_head(content: AsyncIterable[bytes], head: bytearray) -> AsyncIterator[bytes]:
    async for chunk in content:
        if len(head) < _HEAD_BYTES:
            head += chunk[: _HEAD_BYTES - len(head)]
        yield chunk


def _image_type(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def _plain_name(name: str) -> str:
    """The last part of a path, without what does not print: some of those turn text around or hide an ending."""
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(character for character in name if character.isprintable()).strip()
    return name[-_MAX_NAME_LENGTH:] or "file"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
