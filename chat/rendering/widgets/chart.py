"""Chart: bars as boxes, lines and areas as SVG stretched over them, with the numbers as a table for who wants them.

All of it grows with its box, whatever its size: bars and labels are HTML, lines are drawn in a plane of 1,000 by 1,000
that is stretched, and their width is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ..html import join, tag, text_of
from .curves import CURVES, Point, area_path, line_path
from .registry import Node, Scene, draws, flag, one_of, string
from .styles import declarations, pixels, series_color, sizes

_PLANE = 1000.0
_MOST_ROWS, _MOST_SERIES = 400, 12
_MOST_LABELS = 10
_MOST_DOTS = 60


@dataclass(frozen=True)
class _Series:
    kind: str
    label: str
    color: str
    stack: str
    curve: str
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
        key = text_of(one.get("dataKey"), 200)
        found.append(
            _Series(
                one_of(one, "type", ("bar", "line", "area"), "bar"),
                text_of(one.get("label"), 200) or key,
                series_color(one.get("color"), number),
                text_of(one.get("stack"), 200) or f"\0{number}",
                one_of(one, "curveType", tuple(CURVES), "linear"),
                tuple(_value(row, key) for row in rows),
            )
        )
    return found


def _nice(top: float) -> float:
    """The next number at or above `top` in whose steps people count."""
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top))
    return next((step * power for step in (1, 2, 2.5, 5, 10) if step * power >= top * 0.9999), 10 * power)


def _label(value: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.4g}"


class _Plot:
    """The plane of one chart: its scale and its shapes."""

    def __init__(self, series: Sequence[_Series], names: Sequence[str]) -> None:
        self.series, self.names = series, names
        self.spans: list[list[tuple[float, float]]] = []  # of each series, (from, to) at each place
        sums: dict[str, list[float]] = {}
        for one in series:
            base = sums.setdefault(one.stack, [0.0] * len(names))
            self.spans.append([(low, low + value) for low, value in zip(base, one.values, strict=True)])
            base[:] = [high for _, high in self.spans[-1]]
        ends = [end for spans in self.spans for span in spans for end in span] + [0.0]
        step = _nice((max(ends) - min(ends)) / 4)
        above, below = (math.ceil(end / step - 1e-9) for end in (max(ends), -min(ends)))
        self._lines = [step * at for at in range(above if above or below else 1, -below - 1, -1)]
        self.top, self.bottom = self._lines[0], self._lines[-1]
        self.columns = list(dict.fromkeys(one.stack for one in series if one.kind == "bar"))

    def share(self, value: float) -> float:
        """How far below the top a value is, as a share of the height."""
        return (self.top - value) / (self.top - self.bottom)

    def scale(self) -> list[float]:
        """The values of the grid's lines, from the top down."""
        return self._lines

    def point(self, at: int, value: float) -> Point:
        """A place in the plane of the lines."""
        return _PLANE * (at + 0.5) / len(self.names), _PLANE * self.share(value)

    def bars(self, at: int) -> Iterator[Markup]:
        """The columns of one place, with their bars."""
        for stack in self.columns:
            yield tag("div", join(self._bars_of(stack, at)), class_="chart-column")

    def _bars_of(self, stack: str, at: int) -> Iterator[Markup]:
        for one, spans in zip(self.series, self.spans, strict=True):
            low, high = sorted(spans[at])
            if one.kind == "bar" and one.stack == stack and high - low > 0:
                place = f"top:{self.share(high) * 100:.2f}%;height:{(high - low) / (self.top - self.bottom) * 100:.2f}%"
                yield tag("i", style=f"{place};background:{one.color}")

    def lines(self) -> Markup | None:
        """The lines and areas, stretched over the bars."""
        shapes = [
            self._line(one, spans) for one, spans in zip(self.series, self.spans, strict=True) if one.kind != "bar"
        ]
        if not shapes:
            return None
        plane = f"0 0 {_PLANE:.0f} {_PLANE:.0f}"
        return tag("svg", join(shapes), class_="chart-lines", viewBox=plane, preserveAspectRatio="none")

    def _line(self, one: _Series, spans: Sequence[tuple[float, float]]) -> Markup:
        stacked = one.kind == "area"
        high = [self.point(at, span[1] if stacked else one.values[at]) for at, span in enumerate(spans)]
        line = tag("path", d=line_path(high, one.curve), class_="chart-line", style=f"stroke:{one.color}")
        if len(high) <= _MOST_DOTS:
            dots = "".join(f"M{x:.1f},{y:.1f}h0" for x, y in high)
            line += tag("path", d=dots, class_="chart-dots", style=f"stroke:{one.color}")
        if not stacked:
            return line
        low = [self.point(at, span[0]) for at, span in enumerate(spans)]
        return tag("path", d=area_path(high, low, one.curve), class_="chart-area", style=f"fill:{one.color}") + line

    def tip(self, at: int) -> Markup:
        """What is said of one place when the pointer is there."""
        rows = join(
            tag("span", tag("i", style=f"background:{one.color}"), one.label, tag("b", f"{one.values[at]:,.6g}"))
            for one in self.series
        )
        side = "chart-tip is-left" if at * 2 >= len(self.names) else "chart-tip"
        return tag("div", tag("strong", self.names[at]) if self.names[at] else None, rows, class_=side)


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
    wide = [(name, value) for name, value in sizes(node) if name in ("width", "min-width", "max-width", "flex")]
    high = [(name, value) for name, value in sizes(node) if "height" in name or name == "aspect-ratio"]
    if not rows or not series:
        return tag("div", "No data", class_="w-chart is-empty", style=declarations([*wide, *high]))
    inside = [
        _plane(_Plot(series, names), node),
        None if isinstance(axis, Mapping) and flag(axis, "hide") else _axis(names),
    ]
    if node.get("showLegend") is not False and (len(series) > 1 or flag(node, "showLegend")):
        legend = join(tag("span", tag("i", style=f"background:{one.color}"), one.label) for one in series)
        inside.append(tag("div", legend, class_="chart-legend"))
    kind = "chart" + (" is-sized" if any(value for _, value in high) else "")
    box = tag("div", join(inside), class_=f"{kind} with-scale" if flag(node, "showYAxis") else kind,
              style=declarations(high))  # fmt: skip
    return tag("div", box, _numbers(series, names), class_="w-chart", style=declarations(wide))


def _plane(plot: _Plot, node: Node) -> Markup:
    """Scale, grid, bars and lines."""
    scale = tag("div", join(tag("span", _label(value)) for value in plot.scale()), class_="chart-scale")
    grid = tag("div", Markup("<i></i>") * len(plot.scale()), class_="chart-grid")
    between = pixels(node.get("barCategoryGap"))
    spaces = declarations(
        [
            ("column-gap", pixels(node.get("barGap"))),
            ("padding-inline", f"calc({between} / 2)" if between else None),
            ("--widest", "none" if between else None),
            ("--columns", str(len(plot.columns)) if len(plot.columns) > 1 else None),
        ]
    )
    tips = node.get("showTooltip") is not False
    bands = join(
        tag("div", join(plot.bars(at)), plot.tip(at) if tips else None, class_="chart-band", style=spaces)
        for at in range(len(plot.names))
    )
    said = ", ".join(one.label for one in plot.series)
    drawn = tag("div", grid, plot.lines(), tag("div", bands, class_="chart-bands"), class_="chart-plot", role="img",
                aria_label=f"Chart: {said}")  # fmt: skip
    return tag("div", scale if flag(node, "showYAxis") else None, drawn, class_="chart-plane")


def _axis(names: Sequence[str]) -> Markup:
    """The labels below, as many as there is room for."""
    every = max(1, math.ceil(len(names) / _MOST_LABELS))
    shown = (
        tag("span", name, title=name, style=f"flex-grow:{min(every, len(names) - at * every)}")
        for at, name in enumerate(names[::every])
    )
    return tag("div", join(shown), class_="chart-axis" + (" is-thinned" if every > 1 else ""))


def _numbers(series: Sequence[_Series], names: Sequence[str]) -> Markup:
    head = tag("tr", tag("td"), join(tag("th", one.label, scope="col") for one in series))
    body = join(
        tag("tr", tag("th", name, scope="row"), join(tag("td", f"{one.values[at]:,.6g}") for one in series))
        for at, name in enumerate(names)
    )
    table = tag("div", tag("table", tag("thead", head), tag("tbody", body)), class_="table", tabindex="0",
                role="region", aria_label="The chart's numbers")  # fmt: skip
    return tag("details", tag("summary", "Show the numbers"), table, class_="chart-numbers")
