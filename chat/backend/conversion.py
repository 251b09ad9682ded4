"""Between a thread and a model: stored items into model input, the model's images and citations into items."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Protocol

from agents import TResponseInputItem
from chatkit.agents import ResponseStreamConverter, ThreadItemConverter
from chatkit.types import (
    Annotation,
    AssistantMessageItem,
    Attachment,
    EntitySource,
    FileSource,
    URLSource,
    UserMessageTagContent,
)
from openai.types.responses import ResponseInputContentParam, ResponseInputTextParam
from openai.types.responses.response_output_text import AnnotationFileCitation

from chat.backend.context import RequestContext

__all__ = ["AttachmentContent", "History", "Replies"]

_LARGEST_TEXT = 100_000
_SIGNATURES = (("iVBOR", "image/png"), ("/9j/", "image/jpeg"), ("UklGR", "image/webp"), ("R0lG", "image/gif"))


class AttachmentContent(Protocol):
    """Where the bytes of attachments are."""

    async def read_content(self, attachment_id: str, context: RequestContext) -> bytes:
        """The uploaded bytes.

        Raises:
            chatkit.store.NotFoundError: there is no such attachment, or nothing was uploaded.
        """
        ...


class History(ThreadItemConverter):
    """Stored items as model input. Attachments go in as what they are, when their content can be had."""

    def __init__(self, context: RequestContext, content: AttachmentContent | None) -> None:
        self._context = context
        self._content = content

    async def attachment_to_message_content(self, attachment: Attachment) -> ResponseInputContentParam:
        """The file itself for images, PDF and text; its name and type for anything else."""
        described = f"The user attached {attachment.name!r} ({attachment.mime_type})"
        if self._content is None:
            return _text(described + ".")
        try:
            content = await self._content.read_content(attachment.id, self._context)
        except Exception:
            # A message must not become unanswerable because a file of it is gone.
            return _text(described + ", but its content is missing.")
        encoded = f"data:{attachment.mime_type};base64,{base64.b64encode(content).decode()}"
        if attachment.mime_type.startswith("image/"):
            return {"type": "input_image", "detail": "auto", "image_url": encoded}
        if attachment.mime_type == "application/pdf":
            return {"type": "input_file", "filename": attachment.name, "file_data": encoded}
        if attachment.mime_type.startswith("text/") or attachment.mime_type == "application/json":
            text = content[:_LARGEST_TEXT].decode("utf-8", errors="replace")
            return _text(f"{described}:\n<File>\n{text}\n</File>")
        return _text(described + ", which cannot be read as text.")

    async def assistant_message_to_input(self, item: AssistantMessageItem) -> TResponseInputItem:
        """The text alone: the SDK's form is refused, as unknown content, by its own chat-completions models."""
        return {"role": "assistant", "content": "\n\n".join(part.text for part in item.content)}

    async def tag_to_message_content(self, tag: UserMessageTagContent) -> ResponseInputContentParam:
        """The tag's name, id and data."""
        data = json.dumps(tag.data, ensure_ascii=False)[:_LARGEST_TEXT]
        return _text(f"<Tag>\nname: {tag.text}\nid: {tag.id}\ngroup: {tag.group or '-'}\ndata: {data}\n</Tag>")


def _text(text: str) -> ResponseInputTextParam:
    return {"type": "input_text", "text": text}


class Replies(ResponseStreamConverter):
    """The model's images and citations as ChatKit has them.

    `cited` are the sources of ids that the assistant knows: a citation of a file with such an id becomes that source,
    which is how an integration cites its own records.
    """

    def __init__(self, cited: Mapping[str, EntitySource | FileSource | URLSource], partial_images: int = 3) -> None:
        super().__init__(partial_images=partial_images)
        self._cited = cited

    async def base64_image_to_url(
        self, image_id: str, base64_image: str, partial_image_index: int | None = None
    ) -> str:
        """A data URL: the image needs no route and is as durable as its thread."""
        kind = next((kind for start, kind in _SIGNATURES if base64_image.startswith(start)), "image/png")
        return f"data:{kind};base64,{base64_image}"

    def partial_image_index_to_progress(self, partial_image_index: int) -> float:
        """Above 0 from the first preview on, and below 1 until the image is there."""
        return min((partial_image_index + 1) / ((self.partial_images or 0) + 1), 0.99)

    async def file_citation_to_annotation(self, file_citation: AnnotationFileCitation) -> Annotation | None:
        """The source of a known id, else a file source."""
        known = self._cited.get(file_citation.file_id)
        if known is not None:
            return Annotation(source=known, index=file_citation.index)
        if not file_citation.filename:
            return None
        source = FileSource(filename=file_citation.filename, title=file_citation.filename)
        return Annotation(source=source, index=file_citation.index)
