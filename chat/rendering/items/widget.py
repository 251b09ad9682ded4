"""A widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from ..context import RenderContext
from ..html import labelled_json, tag
from ..widgets import render_widget
from .registry import draws_item, draws_slot

if TYPE_CHECKING:
    from chat.protocol import ItemState


@draws_slot("widget")
def _inside(state: ItemState, context: RenderContext, number: int = 0) -> Markup:
    root = state.widget
    if root is None:
        return labelled_json("A widget that does not fit the protocol's types", "", state.json, opened=True)
    return render_widget(root, context, streaming=state.status == "streaming")


@draws_item("widget")
def _widget(state: ItemState, context: RenderContext) -> Markup:
    return tag("div", _inside(state, context), class_="widget", data_slot="widget")
