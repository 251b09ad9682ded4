"""Every declared prop of every component is drawn, or named as not drawn with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from chat.rendering import RenderContext
from chat.rendering.widgets import COMPONENTS, render_widget
from chat.rendering.widgets.curves import CURVES
from chat.rendering.widgets.not_drawn import NOT_DRAWN, not_drawn
from tests.rendering.declared import of_the_declarations, of_the_package
from tests.rendering.specimens import picture

ACT = {"type": "demo.act", "payload": {"n": 1}}
TEXT = {"type": "Text", "value": "inside"}
OPTIONS = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
DATA = [{"x": "Jan", "y": 3}, {"x": "Feb", "y": 5}]
BASE: dict[str, dict[str, Any]] = {
    "Select": {"name": "s", "options": OPTIONS},
    "RadioGroup": {"name": "r", "options": OPTIONS},
    "Image": {"src": picture()},
    "Chart": {"data": DATA, "series": [{"type": "bar", "dataKey": "y", "label": "Y"}], "xAxis": "x"},
    "Textarea": {"name": "t"},
    "Button": {"label": "Go", "iconStart": "plus"},
    "Input": {"name": "i"},
    "DatePicker": {"name": "d"},
    "Text": {"value": "words"},
    "ListView": {"children": [{"type": "ListViewItem", "children": [TEXT]}] * 12},
}
"""What a component needs for a prop to matter."""
VALUES: dict[str, Any] = {
    "align": "end", "alt": "Hills", "ariaLabel": "Choose", "asForm": True, "aspectRatio": "16/9", "autoFocus": True,
    "allowAutofillExtensions": True, "autoResize": True, "autoSelect": True, "background": "surface-secondary",
    "barCategoryGap": 8,
    "barGap": 4, "block": True, "border": 2, "cancel": {"label": "No", "action": ACT}, "children": [TEXT],
    "clearable": True, "collapsed": True, "colSize": "xs", "colSpan": 2, "color": "danger",
    "confirm": {"label": "Yes", "action": ACT}, "data": [*DATA, {"x": "Mar", "y": 9}], "defaultChecked": True,
    "defaultValue": "b", "direction": "row", "disabled": True, "editable": {"name": "e"}, "fieldName": "f",
    "fit": "contain",
    "flex": 2, "flush": True, "frame": True, "gap": 5, "gutterSize": "xl", "header": True, "height": 120,
    "iconEnd": "star", "iconSize": "2xl", "iconStart": "bolt", "inputType": "email", "italic": True,
    "justify": "between",
    "label": "Words", "limit": "auto", "lineThrough": True, "margin": 3, "max": "2027-01-01T00:00:00", "maxHeight": 90,
    "maxLines": 2, "maxRows": 6, "maxSize": 200, "maxWidth": 300, "min": "2025-01-01T00:00:00", "minHeight": 40,
    "minLines": 2, "minSize": 30, "minWidth": 50, "name": "n", "onChangeAction": ACT, "onClickAction": ACT,
    "onSubmitAction": ACT, "options": [*OPTIONS, {"value": "c", "label": "C"}], "padding": 6, "pattern": "[a-z]+",
    "pill": True, "placeholder": "Write here", "position": "top left", "radius": "xl", "required": True, "rowSpan": 2,
    "rows": 7, "searchable": True, "series": [{"type": "line", "dataKey": "y", "label": "Z"}], "showLegend": True,
    "showTooltip": False, "showYAxis": True, "side": "top", "size": "sm", "spacing": 4, "src": picture(3),
    "status": {"text": "Done", "icon": "check"}, "style": "primary", "submit": True, "textAlign": "center",
    "theme": "dark",
    "truncate": True, "type": "x", "uniform": True, "vAlign": "center", "value": "other", "variant": "soft",
    "weight": "bold",
    "width": 77, "wrap": "wrap", "xAxis": {"dataKey": "x", "hide": True},
}  # fmt: skip
OWN: dict[tuple[str, str], Any] = {
    ("Badge", "pill"): False,
    ("Badge", "variant"): "outline",
    ("Badge", "size"): "lg",
    ("DatePicker", "align"): "end",
    ("DatePicker", "defaultValue"): "2026-05-06T00:00:00",
    ("Divider", "size"): 3,
    ("Form", "direction"): "row",
    ("Icon", "size"): "2xl",
    ("Icon", "name"): "star",
    ("Label", "size"): "xl",
    ("RadioGroup", "direction"): "col",
    **{(kind, "size"): 64 for kind in ("Box", "Row", "Col", "Form", "Image", "Chart")},
}
PROPS = sorted({*of_the_declarations(), *of_the_package()} - {("Basic", "children")})


def html(kind: str, **props: Any) -> str:
    node = {"type": kind, **BASE.get(kind, {}), **props}
    around = {"type": "Form", "children": [node]}
    return str(render_widget(node if kind in ("Form", "Card") else around, RenderContext()))


def test_the_two_sources_together_name_every_component_that_is_drawn() -> None:
    assert {component for component, _ in PROPS} == set(COMPONENTS)


@pytest.mark.parametrize(("component", "prop"), PROPS, ids=lambda part: part)
def test_a_declared_prop_is_drawn_or_named_as_not_drawn(component: str, prop: str) -> None:
    value = OWN.get((component, prop), VALUES.get(prop, "a-name"))
    if not_drawn(component, prop):
        return
    assert html(component, **{prop: value}) != html(component), f"{component}.{prop}: {value!r} changes nothing"


def test_what_is_said_not_to_be_drawn_is_declared() -> None:
    declared = {("*", prop) for _, prop in PROPS} | set(PROPS)
    assert set(NOT_DRAWN) <= declared


@pytest.mark.parametrize(
    ("border", "style"),
    [
        (2, "border:2px solid var(--border-strong)"),
        ({"size": 3, "color": "red-500", "style": "dashed"}, "border:3px dashed oklch("),
        ({"top": 2, "x": {"size": 1, "style": "dotted"}}, "border-left:1px dotted var(--border-strong)"),
        (0, 'data-border="none"'),
    ],
)
def test_a_card_has_its_border_in_every_form(border: Any, style: str) -> None:
    assert style in str(render_widget({"type": "Card", "children": [], "border": border}, RenderContext()))


@pytest.mark.parametrize("kind", ["line", "area"])
@pytest.mark.parametrize("curve", [*CURVES, "wobbly"])
def test_every_curve_begins_and_ends_where_its_points_do(kind: str, curve: str) -> None:
    data = [{"x": str(n), "y": y} for n, y in enumerate((3, 9, 4, 4, 8, 1))]
    series = [{"type": kind, "dataKey": "y", "label": "Y", "curveType": curve}]
    shown = str(render_widget({"type": "Chart", "data": data, "series": series, "xAxis": "x"}, RenderContext()))
    line = shown.split('class="chart-line"')[0].rsplit('<path d="', 1)[1].split('"')[0]
    straight = "M83.3,700.0L250.0,100.0L416.7,600.0L583.3,600.0L750.0,200.0L916.7,900.0"
    if curve in ("linear", "wobbly"):
        assert line == straight
    elif curve not in ("basisOpen", "basisClosed", "linearClosed"):
        assert line != straight
        assert line.startswith("M83.3,700.0")
        assert line.endswith(("916.7,900.0", "V900.0H916.7", "H916.7V900.0H916.7"))
    assert "nan" not in line.lower()


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("curve", list(CURVES))
def test_a_curve_of_few_points_is_no_failure(curve: str, count: int) -> None:
    data = [{"x": str(n), "y": n} for n in range(count)]
    series = [{"type": "area", "dataKey": "y", "curveType": curve}]
    assert "chart-area" in str(render_widget({"type": "Chart", "data": data, "series": series}, RenderContext()))


def test_the_monotone_curve_never_leaves_what_its_points_span() -> None:
    from chat.rendering.widgets.curves import line_path

    path = line_path([(0, 0), (1, 0), (2, 10), (3, 10), (4, 5)], "monotone")
    ys = [float(pair.split(",")[1]) for pair in path[1:].replace("C", " ").split()]
    assert min(ys) >= 0
    assert max(ys) <= 10
