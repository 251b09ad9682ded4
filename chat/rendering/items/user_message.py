"""The user's message: plain text, never Markdown; tags as chips; attachments; the passage it quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatkit.types import Attachment, ImageAttachment, UserMessageContent, UserMessageItem, UserMessageTagContent
from markupsafe import Markup, escape

from chat.rendering.icons import icon

from ..addresses import LINK_ATTRIBUTES, image_source
from ..bubble import bubble
from ..context import RenderContext
from ..html import first_of, join, json_text, labelled_json, tag, text_of, void
from .registry import draws_item

if TYPE_CHECKING:
    from chat.protocol import ItemState

__all__ = ["chosen", "user_content"]


def _attachment(attachment: Attachment, context: RenderContext) -> Markup:
    name = text_of(attachment.name, 200)
    if isinstance(attachment, ImageAttachment):
        source = image_source(str(attachment.preview_url), context.images)
        if source:
            image = void("img", src=source, alt=name, loading="lazy", referrerpolicy="no-referrer")
            return tag(
                "a",
                image,
                class_="user-image",
                href=source if source.startswith("http") else None,
                title=name,
                **LINK_ATTRIBUTES,
            )
        return tag("span", icon("image", 14), name, class_="file-chip", title=attachment.mime_type)
    return tag("span", icon("paperclip", 14), name, class_="file-chip", title=attachment.mime_type)


def user_content(parts: Sequence[UserMessageContent]) -> Markup:
    """What a message says: text as it is, tags as chips that open."""
    return first_of(
        parts, lambda part: _tag(part) if isinstance(part, UserMessageTagContent) else escape(text_of(part.text))
    )


def _tag(part: UserMessageTagContent) -> Markup:
    carried = {
        "id": part.id,
        "title": part.text,
        "group": part.group or "",
        "interactive": part.interactive,
        "data": part.data,
    }
    return tag(
        "span",
        icon("at-sign", 13),
        text_of(part.text, 200),
        class_="user-tag",
        role="button",
        tabindex="0",
        title=text_of(part.group or part.id, 200),
        data_tag=json_text(carried, None),
        data_testid="message-tag",
    )


def chosen(tool: str | None, model: str | None) -> Markup:
    """The tool and the model that were asked for with a message; nothing where none was."""
    words = [f"{name} {text_of(value, 120)}" for name, value in (("Tool", tool), ("Model", model)) if value]
    return tag("div", " · ".join(words), class_="user-options", data_testid="message-options") if words else Markup()


@draws_item("user_message")
def _user_message(state: ItemState, context: RenderContext) -> Markup:
    item = state.item
    if not isinstance(item, UserMessageItem):
        return labelled_json("A user message that does not fit the protocol's types", "", state.json, opened=True)
    quote = tag("blockquote", text_of(item.quoted_text, 2_000), class_="user-quote") if item.quoted_text else None
    files = first_of(item.attachments, lambda attachment: _attachment(attachment, context))
    content = user_content(item.content)
    options = item.inference_options
    said = "".join(str(part.text) for part in item.content)
    return join(
        [
            quote,
            tag("div", files, class_="user-files") if files else None,
            bubble(content, said) if content else None,
            chosen(options.tool_choice.id if options.tool_choice else None, options.model),
        ]
    )
