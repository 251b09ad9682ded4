"""HTML inside an item's element, by item type (skeleton: the signatures are final)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from ..context import RenderContext

if TYPE_CHECKING:
    from chat.protocol import ItemState


def render_item(state: ItemState, context: RenderContext) -> str:
    """The HTML inside the item's element; "" for items that draw nothing."""
    return str(Markup("<pre>{}</pre>").format(state.json))


def render_slot(state: ItemState, slot: str, context: RenderContext) -> str:
    """The inner HTML of one `data-slot` of the item ("sources-0", "tasks", "image", "widget")."""
    return ""


def render_error(message: str | None, code: str | None, allow_retry: bool) -> str:
    """An `error` event as an entry of the conversation."""
    return str(Markup('<div class="entry-error">{}</div>').format(message or code))


def render_notice(level: str, title: str | None, message: str) -> str:
    """A `notice` event as an entry of the conversation."""
    return str(Markup('<div class="entry-notice">{}</div>').format(message))
