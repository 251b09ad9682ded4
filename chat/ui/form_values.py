"""What a widget's form adds to the action that submits it (protocol facts, section 5)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

__all__ = ["merge_form"]

DEEPEST = 16
"""Dots in a field's name beyond this are taken as part of the last key."""


def merge_form(payload: Any, form: Mapping[str, Any]) -> Any:
    """
    `payload` with the form's values at its root, by field name; dotted names nest; a key already there wins.

    A payload that is neither an object nor absent has no root to merge into and is returned as it is.
    """
    if not form or not (payload is None or isinstance(payload, Mapping)):
        return payload
    merged: dict[str, Any] = copy.deepcopy(dict(payload or {}))
    for name, value in form.items():
        _place(merged, name.split(".", DEEPEST), value)
    return merged


def _place(target: dict[str, Any], path: list[str], value: Any) -> None:
    for key in path[:-1]:
        inner = target.setdefault(key, {})
        if not isinstance(inner, dict):
            return  # something else is there already, and it wins
        target = inner
    target.setdefault(path[-1], value)
