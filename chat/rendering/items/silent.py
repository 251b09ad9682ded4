"""Items that draw nothing: the end of a turn, and hidden context, which must never be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from ..context import RenderContext
from .registry import draws_item

if TYPE_CHECKING:
    from chat.protocol import ItemState


@draws_item("end_of_turn", "hidden_context_item", "sdk_hidden_context")
def _nothing(state: ItemState, context: RenderContext) -> Markup:
    return Markup()
