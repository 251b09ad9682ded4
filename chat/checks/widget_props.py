"""Whether the components of a widget have the props that their types ask for (`chatkit.widgets`)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError

from chat.checks.widget_places import places

__all__ = ["BadProp", "bad_props"]

_TEMPLATE: Final = re.compile(r"\s*\{\{.{1,200}\}\}\s*", re.DOTALL)
_OF_THE_WIDGET: Final = {"Card": frozenset({"border"}), "Image": frozenset({"flush", "frame", "margin"})}
"""Props that the official widget declares and the Python package does not have."""


class BadProp(NamedTuple):
    """One prop that is not what it has to be."""

    path: str
    """Where, from the widget's root: `$.children[0].label`."""
    expected: str
    got: str
    component: str
    """The component's type."""
    harmless: bool = False
    """Whether the official widget ignores it."""
    meant: str = ""
    """The prop that it was most probably meant to be."""


@cache
def _models() -> dict[str, type[BaseModel]]:
    """The components by their types."""
    from chatkit import widgets

    found: dict[str, type[BaseModel]] = {}
    for value in vars(widgets).values():
        if isinstance(value, type) and issubclass(value, BaseModel) and "type" in value.model_fields:
            name = value.model_fields["type"].default
            if isinstance(name, str) and name[:1].isupper():
                found[name] = value
    return found


def bad_props(widget: Any) -> Iterator[BadProp]:
    """The props of a widget's JSON that are missing, of the wrong type, unknown, or templates that nobody filled in."""
    for path, node, _ in places(widget):
        kind = node.get("type")
        model = _models().get(kind) if isinstance(kind, str) else None
        if model is None:
            continue
        templates = {name for name, value in node.items() if isinstance(value, str) and _TEMPLATE.fullmatch(value)}
        for name in templates:
            yield BadProp(f"{path}.{name}", "a value in place of the template", _named(node[name]), str(kind))
        yield from _wrong(path, node, model, templates)
        if model.model_config.get("extra") != "allow":
            known = model.model_fields.keys() | _OF_THE_WIDGET.get(str(kind), frozenset())
            for name in node.keys() - known - templates:
                expected = f"no such prop in a {kind}"
                meant = _meant(name, known - node.keys())
                yield BadProp(f"{path}.{name}", expected, _named(node[name]), str(kind), harmless=True, meant=meant)


def _meant(name: str, others: Collection[str]) -> str:
    """Which of the others a prop was most probably meant to be: `onClick` is `onClickAction`."""
    longer = [other for other in others if other.lower() in (name.lower(), f"{name.lower()}action")]
    return next(iter(longer or get_close_matches(name, sorted(others), 1, 0.8)), "")


def _wrong(path: str, node: dict[str, Any], model: type[BaseModel], left_out: set[str]) -> Iterator[BadProp]:
    # children are looked at by themselves; what they are is the widget's affair (it draws a single object too)
    own = {name: value for name, value in node.items() if name not in left_out}
    if "children" in model.model_fields:
        own["children"] = {"type": "Text", "value": ""} if model is _models()["Transition"] else []
    try:
        model.model_validate(own)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            name = next(
                (str(step) for step in problem["loc"] if isinstance(step, str) and step in model.model_fields), ""
            )
            if not name or name in left_out:
                continue
            missing = problem["type"] == "missing" and name not in node
            got = "nothing" if missing else _named(node.get(name))
            expected = problem["msg"][:1].lower() + problem["msg"][1:]
            yield BadProp(f"{path}.{name}", expected, got, str(node.get("type")))


def _named(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:80]
