"""Form fields: Input, Textarea, Select, DatePicker, Checkbox, RadioGroup.

Their names are the keys under which the browser gathers their values. `data-on-change` holds the action to perform
when the value changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from markupsafe import Markup

from ..html import join, tag, text_of, void
from .controls import SIZES
from .registry import Node, Scene, draws, flag, one_of, string, widget_action

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _kind(node: Node) -> str:
    variant = one_of(node, "variant", ("solid", "soft", "outline", "ghost"), "outline")
    shape = "".join(f" is-{name}" for name in ("pill", "block") if flag(node, name))
    return f"control f-{variant} c-{one_of(node, 'size', SIZES, 'lg')}{shape}"


def _disabled(node: Node, scene: Scene) -> bool:
    return flag(node, "disabled") or not scene.context.interactive


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
        class_=_kind(node),
        name=string(node, "name", 200),
        value=string(node, "defaultValue"),
        placeholder=string(node, "placeholder", 500),
        pattern=string(node, "pattern", 500),
        required=flag(node, "required"),
        disabled=_disabled(node, scene),
        step="any" if kind == "number" else None,
        autocomplete="off",
        aria_label=string(node, "placeholder", 500) or string(node, "name", 200),
    )


@draws("Textarea")
def _textarea(node: Node, scene: Scene) -> Markup:
    rows = node.get("rows")
    return tag(
        "textarea",
        string(node, "defaultValue"),
        class_=_kind(node) + (" grows" if flag(node, "autoResize") else ""),
        name=string(node, "name", 200),
        placeholder=string(node, "placeholder", 500),
        required=flag(node, "required"),
        rows=str(min(max(rows, 1), 20)) if isinstance(rows, int) and not isinstance(rows, bool) else "3",
        disabled=_disabled(node, scene),
        aria_label=string(node, "placeholder", 500) or string(node, "name", 200),
    )


@draws("Select")
def _select(node: Node, scene: Scene) -> Markup:
    chosen = string(node, "defaultValue")
    first = Markup('<option value="">{}</option>').format(string(node, "placeholder", 500) or "Choose…")
    options = join(_option(option, chosen) for option in _options(node))
    field = tag(
        "select",
        first if not chosen or flag(node, "clearable") or node.get("placeholder") else None,
        options,
        class_=_kind(node),
        name=string(node, "name", 200),
        disabled=_disabled(node, scene),
        data_on_change=widget_action(node.get("onChangeAction")),
        aria_label=string(node, "name", 200),
    )
    return tag("span", field, class_="w-select is-block" if flag(node, "block") else "w-select")


def _option(option: Node, chosen: str) -> Markup:
    value = text_of(option.get("value"), 2_000)
    label = text_of(option.get("label"), 500) or value
    if option.get("description"):
        label = f"{label} — {text_of(option['description'], 300)}"
    return Markup('<option value="{}"{}{}>{}</option>').format(
        value,
        Markup(" selected") if value == chosen and chosen else "",
        Markup(" disabled") if flag(option, "disabled") else "",
        label,
    )


@draws("DatePicker")
def _date_picker(node: Node, scene: Scene) -> Markup:
    def date(name: str) -> str | None:
        match = _DATE.match(string(node, name, 40))
        return match[0] if match else None

    return void(
        "input",
        type="date",
        class_=_kind(node),
        name=string(node, "name", 200),
        value=date("defaultValue"),
        min=date("min"),
        max=date("max"),
        disabled=_disabled(node, scene),
        title=string(node, "placeholder", 500),
        data_on_change=widget_action(node.get("onChangeAction")),
        aria_label=string(node, "placeholder", 500) or string(node, "name", 200),
    )


@draws("Checkbox")
def _checkbox(node: Node, scene: Scene) -> Markup:
    box = void(
        "input",
        type="checkbox",
        name=string(node, "name", 200),
        checked=flag(node, "defaultChecked"),
        required=flag(node, "required"),
        disabled=_disabled(node, scene),
        data_on_change=widget_action(node.get("onChangeAction")),
    )
    label = string(node, "label", 1_000)
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
            disabled=_disabled(node, scene) or flag(option, "disabled"),
            data_on_change=change,
        )
        rows.append(tag("label", button, tag("span", text_of(option.get("label"), 500) or value), class_="w-check"))
    direction = one_of(node, "direction", ("row", "col"), "row")
    label = string(node, "ariaLabel", 300) or name
    return tag("div", join(rows), class_=f"w-radios is-{direction}", role="radiogroup", aria_label=label)
