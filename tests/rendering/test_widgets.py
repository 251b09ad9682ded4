"""Widgets: every component, forms and actions, and style props by allow-list."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any, get_args

import pytest
from chatkit.widgets import StrictWidgetComponent, StrictWidgetRoot

from chat.backend.specimens import SPECIMENS
from chat.rendering import RenderContext
from chat.rendering.widgets import COMPONENTS, render_widget
from chat.rendering.widgets.styles import border, color, length, sides, spacing, theme_color
from tests.data.xss import STYLES
from tests.rendering import specimens

ACT = {"type": "demo.act", "payload": {"n": 1}}


def html(root: Any, context: RenderContext = RenderContext()) -> str:  # noqa: B008
    return str(render_widget(root, context))


def action(markup: str, attribute: str = "data-action") -> list[dict[str, Any]]:
    return [json.loads(unescape(found)) for found in re.findall(rf' {attribute}="([^"]*)"', markup)]


def test_every_component_of_the_package_has_a_renderer() -> None:
    members = [*get_args(get_args(StrictWidgetComponent)[0]), *get_args(get_args(StrictWidgetRoot)[0])]
    types = {member.model_fields["type"].default for member in members}
    assert types >= {"Card", "ListView", "Basic", "Text", "Chart", "Form"}
    assert types | {"Table", "Table.Row", "Table.Cell"} == set(COMPONENTS)


WIDGETS = dict(specimens.widgets()) | {one.name: one.make() for one in SPECIMENS.values() if one.item == "widget"}


@pytest.mark.parametrize("name", WIDGETS)
def test_specimens_draw_without_placeholders(name: str) -> None:
    shown = html(WIDGETS[name])
    assert ("Unknown widget component" in shown) == (name == "unknown")
    assert shown.count("<div") == shown.count("</div>")


def test_text_is_text_and_can_grow() -> None:
    shown = html({"type": "Text", "value": "**a** <b>", "id": "t1"})
    assert 'data-component-id="t1">**a** &lt;b&gt;</div>' in shown


def test_a_forms_button_submits_and_its_fields_have_names() -> None:
    shown = html(dict(specimens.widgets())["form"])
    assert action(shown.split("<div", 1)[1].split(">", 1)[0]) == []
    form = re.search(r"<form[^>]*>", shown)
    assert form is not None
    assert action(form[0]) == [{"do": "widget-action", "action": ACT}]
    for name in ("to", "when", "who", "remarks", "cabin", "bag"):
        assert f'name="{name}"' in shown
    assert re.search(r'<button type="submit"[^>]*>Book</button>', shown)
    assert 'value="2026-06-01T00:00:00"' in shown
    assert ">1 Jun 2026<" in shown


def test_an_action_keeps_what_it_says_and_nothing_else() -> None:
    config = {**ACT, "handler": "client", "loadingBehavior": "none", "streaming": False, "onload": "x"}
    shown = html({"type": "Button", "label": "x", "onClickAction": config})
    kept = {name: config[name] for name in ("type", "payload", "handler", "loadingBehavior", "streaming")}
    assert action(shown) == [{"do": "widget-action", "action": kept}]


def test_a_fields_change_can_be_an_action() -> None:
    shown = html({"type": "Select", "name": "s", "options": [{"value": "a", "label": "A"}], "onChangeAction": ACT})
    assert action(shown, "data-on-change") == [{"do": "widget-action", "action": ACT}]


def test_a_card_as_form_confirms_by_submitting() -> None:
    card = {
        "type": "Card",
        "asForm": True,
        "children": [{"type": "Form", "children": []}],
        "confirm": {"label": "Yes", "action": ACT},
        "cancel": {"label": "No", "action": ACT},
    }
    shown = html(card)
    assert shown.startswith("<form")
    assert shown.count("<form") == 1  # HTML has no forms inside forms
    assert re.search(r'<button type="submit"[^>]*>Yes</button>', shown)
    assert re.search(r'<button type="button"[^>]*>No</button>', shown)
    assert action(shown)[-1]["action"]["loadingBehavior"] == "container"


def test_a_list_shows_its_first_rows_and_folds_the_others() -> None:
    rows = [{"type": "ListViewItem", "children": [{"type": "Text", "value": f"row {n}"}]} for n in range(5)]
    shown = html({"type": "ListView", "limit": 2, "children": rows})
    assert "Show 3 more" in shown
    assert shown.index("row 1") < shown.index("Show 3 more") < shown.index("row 2")


def test_one_child_object_is_as_good_as_a_list() -> None:
    assert "inside" in html({"type": "Transition", "children": {"type": "Text", "value": "inside"}})


@pytest.mark.parametrize("node", [{"type": "Hologram"}, {"type": 7}, {}, "text", 5, [1], {"type": ["Card"]}])
def test_what_is_no_component_is_labelled_json(node: Any) -> None:
    assert 'class="unknown"' in html({"type": "Basic", "children": [node]})


def test_depth_and_number_are_bounded() -> None:
    deep: dict[str, Any] = {"type": "Text", "value": "bottom"}
    for _ in range(500):
        deep = {"type": "Box", "children": [deep]}
    assert "Too many components, or too deep" in html(deep)


@pytest.mark.parametrize(("node", "drawn"), [({"type": "Spacer"}, 3_999), (1, 500), ({"type": "Hologram"}, 500)])
@pytest.mark.parametrize("root", ["Basic", "ListView"])
def test_of_very_many_components_the_first_are_drawn_and_the_others_counted(root: str, node: Any, drawn: int) -> None:
    shown = html({"type": root, "children": [node] * 10_000})
    begins = 'class="w-spacer' if node == {"type": "Spacer"} else 'class="unknown"'
    assert shown.count(begins) == drawn
    assert f"{10_000 - drawn:,} more: too many to be drawn" in shown


@pytest.mark.parametrize(
    "props",
    [
        {"children": 5},
        {"children": "x"},
        {"options": 5},
        {"options": [5, None]},
        {"rows": True},
        {"data": [1], "series": [1]},
        {"data": [{"x": "a", "y": float("inf")}], "series": [{"type": "bar", "dataKey": "y"}], "xAxis": "x"},
        {
            "data": [{"x": 1, "y": "1e400"}],
            "series": [{"type": "area", "dataKey": "y"}],
            "xAxis": {"dataKey": 3, "labels": 4},
        },
        {"value": {"a": 1}},
        {"value": 12.5},
        {"label": ["x"]},
        {"status": "x"},
        {"confirm": "x", "cancel": 3},
        {"limit": -1},
        {"border": {"size": -1}},
        {"maxLines": 10**9},
        {"size": {"a": 1}},
        {"onClickAction": "x"},
        {"editable": {"name": 5}},
    ],
)
@pytest.mark.parametrize("kind", sorted(COMPONENTS))
def test_wrong_types_of_props_never_fail(kind: str, props: dict[str, Any]) -> None:
    html({"type": kind, **props})


@pytest.mark.parametrize(
    ("value", "css"),
    [
        (12, "12px"),
        (0, "0px"),
        ("50%", "50%"),
        ("1.5rem", "1.5rem"),
        ("auto", "auto"),
        ("99999px", "2000px"),
        (-5, None),
        ("5pt", None),
        (True, None),
        (None, None),
    ],
)
def test_lengths(value: Any, css: str | None) -> None:
    assert length(value) == css


def test_distances_count_in_units_of_four_pixels() -> None:
    assert spacing(3) == "12px"
    assert spacing("3") == "12px"
    assert spacing("3px") == "3px"
    assert sides("padding", {"x": 2, "top": "1rem"}) == [
        ("padding-left", "8px"),
        ("padding-right", "8px"),
        ("padding-top", "1rem"),
    ]


def test_colors_are_tokens_primitives_css_or_one_per_theme() -> None:
    assert color("secondary") == "var(--text-muted)"
    assert color("#ff0000") == "#ff0000"
    assert color("rgb(1 2 3 / 50%)") == "rgb(1 2 3 / 50%)"
    assert str(color("blue-500")).startswith("oklch(")
    assert theme_color({"light": "#fff", "dark": "#000"}, {}) == "light-dark(#fff,#000)"


@pytest.mark.parametrize("style", STYLES)
def test_hostile_styles_are_dropped(style: str) -> None:
    assert color(style) is None
    assert spacing(style) in (None, "400px", "2000px")
    assert border({"size": 1, "color": style, "style": style}) == [("border", "1px solid var(--border-strong)")]


def test_a_chart_has_its_numbers_as_a_table() -> None:
    shown = html(WIDGETS["Chart"])
    assert shown.count('<i style="top:') == 10
    assert 'class="chart-line"' in shown
    assert '<th scope="col">Returning</th>' in shown
    assert "Show the numbers" in shown


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ([30, 136], ["150", "100", "50", "0"]),
        ([3, 5], ["6", "4", "2", "0"]),
        ([0.1, 0.6], ["0.6", "0.4", "0.2", "0"]),
        ([-20, 66], ["75", "50", "25", "0", "-25"]),
        ([-7, -3], ["0", "-2", "-4", "-6", "-8"]),
        ([0, 0], ["1", "0"]),
        ([1_800_000], ["2M", "1.5M", "1M", "500k", "0"]),
    ],
)
def test_a_charts_scale_has_round_numbers(values: list[float], lines: list[str]) -> None:
    data = [{"x": str(at), "y": value} for at, value in enumerate(values)]
    chart = {
        "type": "Chart",
        "data": data,
        "xAxis": "x",
        "showYAxis": True,
        "series": [{"type": "bar", "dataKey": "y"}],
    }
    scale, grid = html(chart).split('class="chart-scale">')[1].split('class="chart-plot"')
    assert re.findall(r"<span>([^<]*)</span>", scale) == lines
    assert grid.split('class="chart-grid">')[1].split("</div>")[0] == "<i></i>" * len(lines)
