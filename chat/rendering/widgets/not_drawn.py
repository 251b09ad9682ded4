"""Declared props of which nothing is to be seen here, and why. Every other declared prop is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["NOT_DRAWN", "not_drawn"]

_ANY: Final = "*"
_GROWS: Final = "announces deltas, which are drawn as they come; there is nothing to see of it afterwards"
NOT_DRAWN: Final[Mapping[tuple[str, str], str]] = {
    (_ANY, "key"): "tells siblings apart while a widget changes; there is nothing to see of it",
    (_ANY, "id"): "is what deltas and the SDK name the component by; there is nothing to see of it",
    ("Text", "streaming"): _GROWS,
    ("Markdown", "streaming"): _GROWS,
}
"""By component ("*": all) and prop."""


def not_drawn(component: str, prop: str) -> str:
    """Why nothing is to be seen of a declared prop; "" when it is drawn."""
    return NOT_DRAWN.get((component, prop)) or NOT_DRAWN.get((_ANY, prop), "")
