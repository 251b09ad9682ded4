"""The roots: Card, ListView (with ListViewItem), Basic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from chat.rendering.icons import chatkit_icon, icon

from ..addresses import image_source
from ..html import join, tag, text_of, void
from .registry import Node, Scene, children, draws, flag, in_a_row, one_of, string, widget_action
from .styles import SURFACES, align, border, box, declarations, sides, spacing, theme_color


def _status(node: Node, scene: Scene) -> Markup | None:
    status = node.get("status")
    if not isinstance(status, Mapping):
        return None
    mark: Markup | None = None
    favicon = image_source(string(status, "favicon"), scene.context.images)
    if favicon:
        kind = "w-favicon is-framed" if flag(status, "frame") else "w-favicon"
        mark = void("img", src=favicon, alt="", class_=kind, referrerpolicy="no-referrer")
    elif status.get("icon"):
        mark = chatkit_icon(string(status, "icon", 80), 14)
    elif status.get("favicon"):
        mark = icon("globe", 14)
    return tag("div", mark, tag("span", string(status, "text", 500)), class_="w-status")


def _footer(node: Node, scene: Scene) -> Markup | None:
    buttons = []
    for name, style in (("cancel", "outline-secondary"), ("confirm", "solid-primary")):
        config = node.get(name)
        if isinstance(config, Mapping):
            submits = name == "confirm" and flag(node, "asForm")
            buttons.append(
                tag(
                    "button",
                    text_of(config.get("label"), 200) or name.capitalize(),
                    type="submit" if submits else "button",
                    class_=f"w-button {style}",
                    data_action=_container_by_default(config.get("action"))
                    if name == "confirm"
                    else widget_action(config.get("action")),
                    disabled=not scene.context.interactive,
                )
            )
    return tag("div", join(buttons), class_="w-card-foot") if buttons else None


def _container_by_default(config: Any) -> str | None:
    # `auto` loading of a card's confirm covers the card (protocol facts, section 5).
    if isinstance(config, Mapping) and config.get("loadingBehavior", "auto") == "auto":
        config = {**config, "loadingBehavior": "container"}
    return widget_action(config)


@draws("Card")
def _card(node: Node, scene: Scene) -> Markup:
    as_form = flag(node, "asForm") and not scene.in_form
    bare = node.get("border") in (0, False)
    lines = [] if bare else border(node.get("border"))
    style = declarations([("background", theme_color(node.get("background"), SURFACES)), *lines])
    padding = declarations([*sides("padding", node.get("padding")), ("--pad", _across(node.get("padding")))])
    body: Markup = tag(
        "div", children(node, scene.inside(in_form=as_form or scene.in_form)), class_="w-card-body", style=padding
    )
    if flag(node, "collapsed"):
        body = tag("details", tag("summary", icon("chevron-right", 14), "Details"), body, class_="w-collapsed")
    return tag(
        "form" if as_form else "div",
        _status(node, scene),
        body,
        _footer(node, scene),
        class_=f"w-card size-{one_of(node, 'size', ('sm', 'md', 'lg', 'full'), 'md')}",
        style=style,
        data_theme=one_of(node, "theme", ("light", "dark")),
        data_border="none" if bare else None,
    )


def _across(padding: Any) -> str | None:
    """What is left and right of a card's content, which a flush divider or image runs over."""
    if isinstance(padding, Mapping):
        padding = padding.get("x", padding.get("left"))
    return spacing(padding)


@draws("ListView")
def _list_view(node: Node, scene: Scene) -> Markup:
    rows = node.get("children")
    rows = list(rows) if isinstance(rows, list | tuple) else [rows] if rows else []
    limit = node.get("limit")
    shown = (
        limit
        if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0
        else 10
        if limit == "auto"
        else len(rows)
    )
    deeper = scene.inside()
    first = in_a_row(rows[:shown], deeper)
    more = None
    if len(rows) > shown:
        rest = in_a_row(rows[shown:], deeper)
        summary = tag("summary", f"Show {len(rows) - shown} more")
        more = tag("details", summary, tag("div", rest, role="list"), class_="w-more")
    return tag(
        "div",
        _status(node, scene),
        tag("div", tag("div", first, role="list") if first else None, more, class_="w-list"),
        class_="w-card w-list-card",
        data_theme=one_of(node, "theme", ("light", "dark")),
    )


@draws("ListViewItem")
def _list_view_item(node: Node, scene: Scene) -> Markup:
    action = widget_action(node.get("onClickAction"))
    usable = action is not None and scene.context.interactive
    style = declarations([("gap", spacing(node.get("gap"))), ("align-items", align(node.get("align")))])
    return tag(
        "div",
        tag(
            "div",
            children(node, scene),
            class_="w-row",
            style=style,
            role="button" if usable else None,
            tabindex="0" if usable else None,
            data_action=action if usable else None,
        ),
        class_="w-item is-usable" if usable else "w-item",
        role="listitem",
    )


@draws("Basic")
def _basic(node: Node, scene: Scene) -> Markup:
    direction = one_of(node, "direction", ("row", "col"), "col")
    return tag(
        "div",
        children(node, scene),
        class_=f"w-basic w-{direction}",
        style=declarations(box(node)),
        data_theme=one_of(node, "theme", ("light", "dark")),
    )
