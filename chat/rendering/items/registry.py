"""Which function draws which item type and which slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from markupsafe import Markup

from ..context import RenderContext

if TYPE_CHECKING:
    from chat.protocol import ItemState

__all__ = ["ITEMS", "SLOTS", "draws_item", "draws_slot"]

Renderer = Callable[["ItemState", RenderContext], Markup]
SlotRenderer = Callable[["ItemState", RenderContext, int], Markup]
Slot = TypeVar("Slot", bound=SlotRenderer)

ITEMS: dict[str, Renderer] = {}
"""By item type; filled when the modules beside this one are imported."""
SLOTS: dict[str, SlotRenderer] = {}
"""By the slot's name without its number."""


def draws_item(*types: str) -> Callable[[Renderer], Renderer]:
    """The function draws the inside of these item types."""

    def register(renderer: Renderer) -> Renderer:
        ITEMS.update(dict.fromkeys(types, renderer))
        return renderer

    return register


def draws_slot(name: str) -> Callable[[Slot], Slot]:
    """The function draws the inside of `data-slot="name"` or `data-slot="name-3"` (its third argument, else 0)."""

    def register(renderer: Slot) -> Slot:
        SLOTS[name] = renderer
        return renderer

    return register
