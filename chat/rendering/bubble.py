"""What a person has said, in a bubble: folded when it is long."""

from __future__ import annotations

from markupsafe import Markup

from .html import action, tag

__all__ = ["bubble"]

_WIDTH = 90
"""Characters that fit on a line of the widest bubble."""
_LINES = 24
"""Of so many lines 20 are shown: what folding would hardly make shorter is not folded."""


def bubble(content: Markup, text: str) -> Markup:
    """The bubble of a message; `text` is what `content` shows of it."""
    if sum(1 + len(line) // _WIDTH for line in text.split("\n")) <= _LINES:
        return tag("div", content, class_="bubble")
    more = tag(
        "button", "Show all", type="button", class_="link-btn", aria_expanded="false", data_action=action("unfold")
    )
    return tag("div", tag("div", content, class_="bubble-text"), more, class_="bubble is-long")
