"""Icons as inline SVG: the Lucide set (ISC licence, `assets/icons`), and ChatKit's own icon names mapped onto it."""

import json
from functools import lru_cache
from typing import get_args

from markupsafe import Markup, escape

from assets import ASSETS

__all__ = ["chatkit_icon", "icon", "is_chatkit_icon"]

FALLBACK = "circle-dashed"

# ChatKit names its icons itself (`chatkit.icons.IconName`); those that Lucide calls otherwise.
LUCIDE_NAME = {
    "agent": "bot",
    "analytics": "chart-line",
    "batch": "layers",
    "bolt": "zap",
    "book-closed": "book",
    "book-clock": "book-marked",
    "chart": "chart-column",
    "check-circle": "circle-check",
    "check-circle-filled": "circle-check-big",
    "circle-question": "circle-question-mark",
    "confetti": "party-popper",
    "cube": "box",
    "desktop": "monitor",
    "document": "file-text",
    "dots-horizontal": "ellipsis",
    "dots-vertical": "ellipsis-vertical",
    "empty-circle": "circle",
    "keys": "key-round",
    "lab": "flask-conical",
    "lifesaver": "life-buoy",
    "maps": "map",
    "mobile": "smartphone",
    "name": "id-card",
    "notebook": "notebook",
    "notebook-pencil": "notebook-pen",
    "page-blank": "file",
    "profile": "circle-user-round",
    "profile-card": "contact-round",
    "reload": "refresh-cw",
    "sparkle": "sparkle",
    "sparkle-double": "sparkles",
    "square-image": "image",
    "square-text": "square-menu",
    "star-filled": "star",
    "suitcase": "briefcase",
    "settings-slider": "sliders-horizontal",
    "wreath": "award",
    "write": "pencil",
    "write-alt": "pen-line",
    "write-alt2": "square-pen",
}


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    from chatkit.icons import IconName

    return frozenset(name for part in get_args(IconName) for name in get_args(part) if isinstance(name, str))


def is_chatkit_icon(name: str) -> bool:
    """Whether the official widget may know an icon by this name."""
    return name.startswith(("lucide:", "vendor:")) or name in _names()


@lru_cache(maxsize=1)
def _shapes() -> dict[str, str]:
    shapes: dict[str, str] = json.loads((ASSETS / "icons" / "lucide.json").read_text("utf-8"))
    return shapes


def icon(name: str, size: int = 16) -> Markup:
    """The Lucide icon `name` as an `<svg>` of `size` pixels in the text's colour; a dashed circle for none."""
    shape = _shapes().get(name) or _shapes()[FALLBACK]
    return Markup(
        f'<svg class="icon" width="{int(size)}" height="{int(size)}" viewBox="0 0 24 24" fill="none" '
        f'stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" '
        f'aria-hidden="true" data-icon="{escape(name)}">{shape}</svg>'
    )


def chatkit_icon(name: str, size: int = 16) -> Markup:
    """The icon a backend names (`IconName`): ChatKit's own names, `lucide:…`; vendors' icons show the fallback."""
    if name.startswith("lucide:"):
        name = name.removeprefix("lucide:")
    shape = icon(LUCIDE_NAME.get(name, name), size)
    return Markup(str(shape).replace('fill="none"', 'fill="currentColor"', 1)) if name == "star-filled" else shape
