"""Which function draws which widget component, and what it may know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from ..context import RenderContext
from ..html import action, join, labelled_json, not_drawn, text_of

__all__ = [
    "COMPONENTS",
    "Node",
    "Scene",
    "children",
    "draws",
    "flag",
    "in_a_row",
    "one_of",
    "render",
    "string",
    "whole",
    "widget_action",
]

Node = Mapping[str, Any]

_DEEPEST = 40
_MOST_COMPONENTS = 4_000
_AS_JSON = 8
"""Components that cost as much as one of which the JSON is shown."""


@dataclass(frozen=True)
class Scene:
    """Where a component stands."""

    context: RenderContext
    streaming: bool
    count: list[int]  # one number, shared by all: components drawn so far
    depth: int = 0
    in_form: bool = False
    in_head: bool = False
    """Whether in a row of headings of a table."""

    def inside(self, *, in_form: bool | None = None, in_head: bool = False) -> Scene:
        """One level deeper."""
        form = self.in_form if in_form is None else in_form
        return replace(self, depth=self.depth + 1, in_form=form, in_head=in_head)


Renderer = Callable[[Node, Scene], Markup]
COMPONENTS: dict[str, Renderer] = {}
"""By component type; filled when the modules beside this one are imported."""


def draws(*types: str) -> Callable[[Renderer], Renderer]:
    """The function draws these components."""

    def register(renderer: Renderer) -> Renderer:
        COMPONENTS.update(dict.fromkeys(types, renderer))
        return renderer

    return register


def render(node: Any, scene: Scene) -> Markup:
    """One component with everything in it; labelled JSON when it is not known, or too much of it."""
    if node is None:
        return Markup()
    if not isinstance(node, Mapping):
        scene.count[0] += _AS_JSON
        return labelled_json("Not a widget component", type(node).__name__, node, unseen=scene.depth > 0)
    name = node.get("type")
    renderer = COMPONENTS.get(name) if isinstance(name, str) else None
    if renderer is None:
        scene.count[0] += _AS_JSON
        return labelled_json("Unknown widget component", text_of(name, 80), node, unseen=scene.depth > 0)
    scene.count[0] += 1
    if scene.depth > _DEEPEST or scene.count[0] > _MOST_COMPONENTS:
        return labelled_json("Too many components, or too deep", text_of(name, 80), {"type": name})
    return renderer(node, scene)


def children(node: Node, scene: Scene, *, in_head: bool = False) -> Markup:
    """The component's children: a list, or one object (protocol facts, 3.10)."""
    inside = node.get("children")
    if inside is None:
        return Markup()
    if not isinstance(inside, list | tuple):
        inside = [inside]
    return in_a_row(inside, scene.inside(in_head=in_head))


def in_a_row(nodes: Sequence[Any], scene: Scene) -> Markup:
    """Components one after the other, and how many more there are than are drawn of one widget."""
    drawn: list[Markup] = []
    for node in nodes:
        if scene.count[0] >= _MOST_COMPONENTS:
            drawn.append(not_drawn(len(nodes) - len(drawn)))
            break
        drawn.append(render(node, scene))
    return join(drawn)


def string(node: Node, name: str, limit: int = 20_000) -> str:
    """A text prop, "" when absent, or when it is a truth value: the official widget was seen to leave those empty."""
    value = node.get(name)
    return "" if isinstance(value, bool) else text_of(value, limit)


def whole(node: Node, name: str, most: int) -> int:
    """A number of lines, rows or cells; 0 for none."""
    value = node.get(name)
    return min(value, most) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def flag(node: Node, name: str) -> bool:
    """A yes-or-no prop."""
    return node.get(name) is True


def one_of(node: Node, name: str, allowed: tuple[str, ...], otherwise: str = "") -> str:
    """A prop with a fixed set of values."""
    value = node.get(name)
    return value if isinstance(value, str) and value in allowed else otherwise


def widget_action(config: Any) -> str | None:
    """The `data-action` of an ActionConfig; None for none. Its fields may be absent (protocol facts, section 5)."""
    if not isinstance(config, Mapping) or not isinstance(config.get("type"), str):
        return None
    kept = {
        name: config[name] for name in ("type", "payload", "handler", "loadingBehavior", "streaming") if name in config
    }
    return action("widget-action", action=kept)
