"""Building blocks of HTML. Text and attribute values are escaped here, always; nothing else builds tags."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from markupsafe import Markup, escape

from .code import code_block
from .markdown import readable

__all__ = [
    "MOST_DRAWN",
    "action",
    "first_of",
    "form_problem",
    "join",
    "json_text",
    "labelled_json",
    "not_drawn",
    "shortened",
    "tag",
    "text_of",
    "void",
]

_MAX_JSON = 20_000
MOST_DRAWN = 500
"""Of things in a row: whoever sends more fills a page that nobody reads, and holds everything up."""

T = TypeVar("T")


def _attributes(attributes: Mapping[str, Any]) -> Markup:
    out = []
    for name, value in attributes.items():
        if value is None or value is False or value == "":
            continue
        # Python's names: class_ for class, data_slot for data-slot.
        name = name.rstrip("_").replace("_", "-")
        out.append(f" {name}" if value is True else f' {name}="{escape(value)}"')
    return Markup("".join(out))


def tag(name: str, /, *children: Any, **attributes: Any) -> Markup:
    """`<name …>children</name>`. Children that are no Markup are escaped; None and False are left out.

    Attributes: `class_` is class, `data_slot` is data-slot; True stands alone; None, False and "" are left out.
    """
    body = "".join(escape(child) for child in children if child is not None and child is not False)
    return Markup(f"<{name}{_attributes(attributes)}>{body}</{name}>")


def void(name: str, /, **attributes: Any) -> Markup:
    """`<name …>`, an element without an inside."""
    return Markup(f"<{name}{_attributes(attributes)}>")


def join(children: Iterable[Any]) -> Markup:
    """Children one after the other."""
    return Markup("").join(child for child in children if child is not None and child is not False)


def first_of(values: Sequence[T], draw: Callable[[T], Markup]) -> Markup:
    """Things in a row; of very many the first ones, and how many more there are."""
    drawn = join(map(draw, values[:MOST_DRAWN]))
    return drawn + not_drawn(len(values) - MOST_DRAWN) if len(values) > MOST_DRAWN else drawn


def not_drawn(count: int) -> Markup:
    """Says of how many nothing is drawn."""
    return tag("small", f"{count:,} more: too many to be drawn", class_="source-where")


def action(do: str, **more: Any) -> str:
    """The value of a `data-action` attribute: what the browser reports when the element is used."""
    return json_text({"do": do, **more}, indent=None)


def form_problem() -> Markup:
    """Where a form says why it was not sent; until then, nothing. `data-after-problem` in it is shown with this."""
    return tag("p", class_="form-problem", role="alert", data_problem=True, hidden=True)


def json_text(data: Any, indent: int | None = 2) -> str:
    """JSON for people (or for an attribute), whatever is in it."""
    try:
        text = json.dumps(data, ensure_ascii=False, indent=indent, default=str)
    except (ValueError, RecursionError):
        text = repr(type(data))
    return readable(text)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, and how many more there were."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def text_of(value: Any, limit: int = 200_000) -> str:
    """What a backend sent where text belongs, as text: "" for nothing, JSON for what is no text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return readable(shortened(value, limit))
    return shortened(json_text(value, None), limit)


def labelled_json(label: str, name: str, data: Any, *, opened: bool = False, unseen: bool = False) -> Markup:
    """
    What nobody knows how to draw: a label and its JSON, folded. `unseen`: the official widget was seen to leave it out.
    """
    code = Markup(code_block(shortened(json_text(data), _MAX_JSON), "json", highlight=True))
    nothing = tag("small", "The official widget shows nothing here", data_testid="in-widget") if unseen else None
    head = tag("summary", tag("span", label), tag("code", shortened(name, 80)) if name else None, nothing)
    return tag("details", head, code, class_="unknown", open=opened)
