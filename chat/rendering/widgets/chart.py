"""Chart: bars, lines and areas as inline SVG, with the numbers as a table for those who want to read them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ..html import join, tag, text_of
from .registry import Node, Scene, draws, flag, string
from .styles import declarations, length, series_color

_WIDTH, _HEIGHT = 640.0, 240.0
_MOST_ROWS, _MOST_SERIES = 400, 12


@dataclass(frozen=True)
class _Series:
    kind: str
    label: str
    color: str
    stack: str
    values: tuple[float, ...]


def _value(row: Any, key: str) -> float:
    value = row.get(key) if isinstance(row, Mapping) else None
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) and abs(number) < 1e15 else 0.0


def _series(node: Node, rows: Sequence[Any]) -> list[_Series]:
    found: list[_Series] = []
    wanted = node.get("series")
    for number, one in enumerate(wanted if isinstance(wanted, list | tuple) else ()):
        if not isinstance(one, Mapping) or len(found) == _MOST_SERIES:
            continue
        key, kind = text_of(one.get("dataKey"), 200), one.get("type")
        found.append(
            _Series(
                kind if kind in ("bar", "line", "area") else "bar",
                text_of(one.get("label"), 200) or key,
                series_color(one.get("color"), number),
                text_of(one.get("stack"), 200) or f"\0{number}",
                tuple(_value(row, key) for row in rows),
            )
        )
    return found


def _nice(top: float) -> float:
    """The next round number at or above `top`."""
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top))
    return next(
        (step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= top * 0.9999), 10 * power
    )


def _label(value: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.4g}"


class _Plot:
    """The plane of one chart: its scales and its shapes."""

    def __init__(self, series: Sequence[_Series], names: Sequence[str], node: Node) -> None:
        self.series, self.names = series, names
        axis = node.get("xAxis")
        self.hidden = isinstance(axis, Mapping) and flag(axis, "hide")
        self.with_axis = flag(node, "showYAxis")
        stacks: dict[str, list[float]] = {}
        for one in series:
            sums = stacks.setdefault(one.stack, [0.0] * len(names))
            for at, value in enumerate(one.values):
                sums[at] += value
        everything = (
            [value for sums in stacks.values() for value in sums] + [v for s in series for v in s.values] + [0.0]
        )
        self.top, self.bottom = _nice(max(everything)), -_nice(-min(everything)) if min(everything) < 0 else 0.0
        self.left = 46.0 if self.with_axis else 6.0
        self.floor = _HEIGHT - (8.0 if self.hidden else 26.0)
        self.step = (_WIDTH - self.left - 6.0) / max(len(names), 1)
        self.base = {stack: [0.0] * len(names) for stack in stacks}
        bars = [one.stack for one in series if one.kind == "bar"]
        self.columns = list(dict.fromkeys(bars))

    def y(self, value: float) -> float:
        return 10.0 + (self.floor - 10.0) * (self.top - value) / (self.top - self.bottom)

    def x(self, at: int) -> float:
        return self.left + self.step * (at + 0.5)

    def grid(self) -> Markup:
        lines = []
        for number in range(5):
            value = self.bottom + (self.top - self.bottom) * number / 4
            lines.append(
                tag(
                    "line",
                    class_="chart-grid",
                    x1=f"{self.left:.1f}",
                    x2=f"{_WIDTH:.0f}",
                    y1=f"{self.y(value):.1f}",
                    y2=f"{self.y(value):.1f}",
                )
            )
            if self.with_axis:
                lines.append(
                    tag(
                        "text", _label(value), x=f"{self.left - 8:.1f}", y=f"{self.y(value) + 4:.1f}", text_anchor="end"
                    )
                )
        return join(lines)

    def labels(self) -> Markup:
        if self.hidden:
            return Markup()
        every = max(1, math.ceil(len(self.names) * 62 / _WIDTH))
        return join(
            tag(
                "text",
                name if len(name) <= 14 else name[:13] + "…",
                x=f"{self.x(at):.1f}",
                y=f"{_HEIGHT - 8:.0f}",
                text_anchor="middle",
            )
            for at, name in enumerate(self.names)
            if at % every == 0
        )

    def shape(self, one: _Series) -> Markup:
        base = self.base[one.stack]
        low = list(base)
        for at, value in enumerate(one.values):
            base[at] += value
        if one.kind == "bar":
            return self._bars(one, low, base)
        high = base if one.kind == "area" else list(one.values)
        points = [f"{self.x(at):.1f},{self.y(value):.1f}" for at, value in enumerate(high)]
        if not points:
            return Markup()
        line = tag("polyline", points=" ".join(points), class_="chart-line", style=f"stroke:{one.color}")
        dots = join(
            tag(
                "circle",
                tag("title", self._tip(one, at)),
                cx=f"{self.x(at):.1f}",
                cy=f"{self.y(high[at]):.1f}",
                r="2.6" if len(points) <= 60 else "1.2",
                style=f"fill:{one.color}",
            )
            for at in range(len(points))
        )
        if one.kind == "line":
            return line + dots
        back = [f"{self.x(at):.1f},{self.y(value):.1f}" for at, value in reversed(list(enumerate(low)))]
        area = tag("polygon", points=" ".join(points + back), class_="chart-area", style=f"fill:{one.color}")
        return area + line + dots

    def _bars(self, one: _Series, low: Sequence[float], high: Sequence[float]) -> Markup:
        width = min(self.step * 0.72 / max(len(self.columns), 1), 46.0)
        shift = (self.columns.index(one.stack) - (len(self.columns) - 1) / 2) * width * 1.06
        bars = []
        for at in range(len(high)):
            ys = sorted((self.y(low[at]), self.y(high[at])))
            if ys[1] - ys[0] > 0.05:
                bars.append(
                    tag(
                        "rect",
                        tag("title", self._tip(one, at)),
                        x=f"{self.x(at) + shift - width / 2:.1f}",
                        y=f"{ys[0]:.1f}",
                        width=f"{width:.1f}",
                        height=f"{ys[1] - ys[0]:.1f}",
                        rx="2.5",
                        style=f"fill:{one.color}",
                    )
                )
        return join(bars)

    def _tip(self, one: _Series, at: int) -> str:
        return f"{self.names[at]}: {one.label} {one.values[at]:,.6g}"


@draws("Chart")
def _chart(node: Node, scene: Scene) -> Markup:
    data = node.get("data")
    rows = list(data[:_MOST_ROWS]) if isinstance(data, list | tuple) else []
    axis = node.get("xAxis")
    key = string(axis, "dataKey", 200) if isinstance(axis, Mapping) else text_of(axis, 200)
    labels = axis.get("labels") if isinstance(axis, Mapping) else None
    renamed: Mapping[str, Any] = labels if isinstance(labels, Mapping) else {}
    names = [text_of(row.get(key), 100) if isinstance(row, Mapping) else "" for row in rows]
    names = [text_of(renamed.get(name), 100) or name for name in names]
    series = _series(node, rows)
    if not rows or not series:
        return tag("div", "No data", class_="w-chart is-empty")
    plot = _Plot(series, names, node)
    drawing = tag(
        "svg",
        plot.grid(),
        join(plot.shape(one) for one in series),
        plot.labels(),
        class_="chart",
        role="img",
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        aria_label=", ".join(one.label for one in series),
    )
    legend = None
    if node.get("showLegend") is not False and (len(series) > 1 or flag(node, "showLegend")):
        legend = tag(
            "div",
            join(tag("span", tag("i", style=f"background:{one.color}"), one.label) for one in series),
            class_="chart-legend",
        )
    size = declarations(
        [
            ("width", length(node.get("width")) or length(node.get("size"))),
            ("height", length(node.get("height")) or length(node.get("size"))),
            ("min-width", length(node.get("minWidth"))),
            ("max-width", length(node.get("maxWidth"))),
        ]
    )
    return tag("div", drawing, legend, _numbers(series, names), class_="w-chart", style=size)


def _numbers(series: Sequence[_Series], names: Sequence[str]) -> Markup:
    head = tag("tr", tag("th"), join(tag("th", one.label) for one in series))
    body = join(
        tag("tr", tag("th", name), join(tag("td", f"{one.values[at]:,.6g}") for one in series))
        for at, name in enumerate(names)
    )
    table = tag("div", tag("table", tag("thead", head), tag("tbody", body)), class_="table")
    return tag("details", tag("summary", "Show the numbers"), table, class_="chart-numbers")
