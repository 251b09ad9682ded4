"""What fields to type in have in common: Input, Textarea, and Text that is editable."""

from __future__ import annotations

import re
from typing import Any

from .registry import Node, flag

__all__ = ["entry_attributes"]

_AUTOCOMPLETE = re.compile(r"[a-z][a-z0-9 -]{0,60}")


def entry_attributes(node: Node) -> dict[str, Any]:
    """
    Attributes for focus and for what fills fields by itself. The browser's side gives the focus once, when the field
    has come, and selects the text when it has the focus.
    """
    hint = node.get("autoComplete")
    filled = flag(node, "allowAutofillExtensions")
    known = hint if isinstance(hint, str) and _AUTOCOMPLETE.fullmatch(hint) else None
    return {
        "autocomplete": known or (None if filled else "off"),
        "data_1p_ignore": not filled,
        "data_lpignore": None if filled else "true",
        "data_auto_focus": flag(node, "autoFocus"),
        "data_auto_select": flag(node, "autoSelect"),
    }
