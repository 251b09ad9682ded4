"""Form fields: Input, Textarea, Select, Checkbox, RadioGroup; the DatePicker is in `dates`.

Their names are the keys under which the browser gathers their values. `data-on-change` holds the action to perform
when the value changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from chat.rendering.icons import icon

from ..html import join, tag, text_of, void
from .controls import SIZES, VARIANTS
from .entry import entry_attributes
from .registry import Node, Scene, draws, flag, one_of, string, whole, widget_action
from .styles import declarations

__all__ = ["clear_button", "field_disabled", "field_kind"]

_MANY_OPTIONS = 15
"""More than so many are searched, unless `searchable` says otherwise."""
_GUTTERS = {"2xs": "4px", "xs": "6px", "sm": "8px", "md": "10px", "lg": "12px", "xl": "16px"}


def field_kind(node: Node) -> str:
    """The classes of a field: variant, size, shape."""
    variant = one_of(node, "variant", VARIANTS, "outline")
    shape = "".join(f" is-{name}" for name in ("pill", "block") if flag(node, name))
    return f"control f-{variant} c-{one_of(node, 'size', SIZES, 'lg')}{shape}"


def field_disabled(node: Node, scene: Scene) -> bool:
    """Whether nothing can be entered: the field says so, or nothing can be done here at all."""
    return flag(node, "disabled") or not scene.context.interactive


def clear_button(node: Node, scene: Scene) -> Markup | None:
    """The button that takes a choice back, where the field has one; style sheets hide it while there is nothing."""
    if not flag(node, "clearable") or field_disabled(node, scene):
        return None
    return tag("button", icon("x", 13), type="button", class_="w-clear", data_clear=True, title="Clear",
               aria_label=f"Clear {string(node, 'name', 200)}")  # fmt: skip


def _gutter(node: Node) -> str | None:
    return declarations([("padding-inline", _GUTTERS.get(str(node.get("gutterSize"))))])


def _options(node: Node) -> Iterator[Node]:
    options = node.get("options")
    for option in options if isinstance(options, list | tuple) else ():
        if isinstance(option, Mapping):
            yield option


@draws("Input")
def _input(node: Node, scene: Scene) -> Markup:
    kind = one_of(node, "inputType", ("number", "email", "text", "password", "tel", "url"), "text")
    return void(
        "input",
        type=kind,
        class_=field_kind(node),
        style=_gutter(node),
        name=string(node, "name", 200),
        value=string(node, "defaultValue"),
        placeholder=string(node, "placeholder", 500),
        pattern=string(node, "pattern", 500),
        required=flag(node, "required"),
        disabled=field_disabled(node, scene),
        step="any" if kind == "number" else None,
        aria_label=string(node, "placeholder", 500) or string(node, "name", 200),
        **entry_attributes(node),
    )


@draws("Textarea")
def _textarea(node: Node, scene: Scene) -> Markup:
    rows, most = whole(node, "rows", 40) or 3, whole(node, "maxRows", 40)
    grows = flag(node, "autoResize")
    return tag(
        "textarea",
        string(node, "defaultValue"),
        class_=field_kind(node) + (" grows" if grows else ""),
        style=declarations(
            [
                ("padding-inline", _GUTTERS.get(str(node.get("gutterSize")))),
                ("--rows", str(rows) if grows else None),
                ("--most-rows", str(max(most, rows)) if most else None),
            ]
        ),
        name=string(node, "name", 200),
        placeholder=string(node, "placeholder", 500),
        data_pattern=string(node, "pattern", 500),  # which the browser knows of an input only
        required=flag(node, "required"),
        rows=str(rows),
        disabled=field_disabled(node, scene),
        aria_label=string(node, "placeholder", 500) or string(node, "name", 200),
        **entry_attributes(node),
    )


@draws("Select")
def _select(node: Node, scene: Scene) -> Markup:
    chosen = string(node, "defaultValue")
    options = list(_options(node))
    searched = node.get("searchable") if isinstance(node.get("searchable"), bool) else len(options) > _MANY_OPTIONS
    listed = searched or any(option.get("description") for option in options)
    first = Markup('<option value="">{}</option>').format(string(node, "placeholder", 500) or "Choose…")
    field = tag(
        "select",
        first,
        join(_option(option, chosen) for option in options),
        class_=field_kind(node),
        name=string(node, "name", 200),
        disabled=field_disabled(node, scene),
        data_on_change=widget_action(node.get("onChangeAction")),
        # opened as a list of our own, where the browser's has no search and no second line
        data_list=("search" if searched else "plain") if listed else None,
        aria_label=string(node, "name", 200),
    )
    kind = "w-select" + "".join(f" is-{name}" for name in ("block", "clearable") if flag(node, name))
    return tag("span", field, clear_button(node, scene), class_=kind)


def _option(option: Node, chosen: str) -> Markup:
    value, says = text_of(option.get("value"), 2_000), text_of(option.get("description"), 300)
    return Markup('<option value="{}"{}{}{}>{}</option>').format(
        value,
        Markup(" selected") if value == chosen and chosen else "",
        Markup(" disabled") if flag(option, "disabled") else "",
        Markup(' data-description="{}"').format(says) if says else "",
        text_of(option.get("label"), 500) or value,
    )


@draws("Checkbox")
def _checkbox(node: Node, scene: Scene) -> Markup:
    label = string(node, "label", 1_000)
    box = void(
        "input",
        type="checkbox",
        name=string(node, "name", 200),
        checked=flag(node, "defaultChecked"),
        required=flag(node, "required"),
        disabled=field_disabled(node, scene),
        data_on_change=widget_action(node.get("onChangeAction")),
        aria_label=None if label else string(node, "name", 200) or "Checkbox",
    )
    return tag("label", box, tag("span", label) if label else None, class_="w-check")


@draws("RadioGroup")
def _radio_group(node: Node, scene: Scene) -> Markup:
    chosen, name = string(node, "defaultValue"), string(node, "name", 200)
    change = widget_action(node.get("onChangeAction"))
    rows = []
    for option in _options(node):
        value = text_of(option.get("value"), 2_000)
        button = void(
            "input",
            type="radio",
            name=name,
            value=value,
            checked=value == chosen and bool(chosen),
            required=flag(node, "required"),
            disabled=field_disabled(node, scene) or flag(option, "disabled"),
            data_on_change=change,
        )
        rows.append(tag("label", button, tag("span", text_of(option.get("label"), 500) or value), class_="w-check"))
    direction = one_of(node, "direction", ("row", "col"), "row")
    label = string(node, "ariaLabel", 300) or name
    return tag("div", join(rows), class_=f"w-radios is-{direction}", role="radiogroup", aria_label=label)
