"""HTML inside an item's element: one renderer per item type, one function per slot that changes by itself.

Conventions for the browser: `.markdown[data-part]` holds a content part (empty while it streams: patches fill it),
`data-slot` is replaced alone (`render_slot`), `data-component-id` is a widget's text that deltas are appended to, and
`data-action` is what using an element means, as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from ..context import RenderContext
from ..html import join, labelled_json
from . import assistant_message, client_tool_call, generated_image, silent, structured_input, task, user_message, widget
from .notes import render_error, render_notice
from .registry import ITEMS, SLOTS

if TYPE_CHECKING:
    from chat.protocol import ItemState

__all__ = ["render_error", "render_item", "render_notice", "render_slot"]

_MODULES = (
    assistant_message,
    client_tool_call,
    generated_image,
    silent,
    structured_input,
    task,
    user_message,
    widget,
)  # imported for what they register


def render_item(state: ItemState, context: RenderContext) -> str:
    """The HTML inside the item's element; "" for items that draw nothing, labelled JSON for what is not known."""
    if not state.drawn:
        return ""
    renderer = ITEMS.get(state.type)
    if renderer is None:
        return str(
            labelled_json("Unknown item type", state.type or "without a type", state.json, opened=True, unseen=True)
        )
    return str(renderer(state, context) + _not_understood(state))


def render_slot(state: ItemState, slot: str, context: RenderContext) -> str:
    """The inner HTML of one `data-slot` of the item: "sources-0", "tasks", "image", "widget"."""
    if not state.drawn:
        return ""
    name, _, number = slot.partition("-")
    renderer = SLOTS.get(name)
    return str(renderer(state, context, int(number) if number.isdecimal() else 0)) if renderer else ""


def _not_understood(state: ItemState) -> Markup:
    return join(labelled_json(f"Unknown {piece.what}", piece.type, piece.json) for piece in state.others)
