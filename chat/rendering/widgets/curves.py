"""The curves that connect the points of a line or an area, by the names of d3 (`CurveType` of `chatkit.widgets`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

__all__ = ["CURVES", "area_path", "line_path"]

Point = tuple[float, float]


def _at(*points: Point) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _cubic(one: Point, two: Point, end: Point) -> str:
    return f"C{_at(one, two, end)}"


def _linear(points: Sequence[Point]) -> str:
    return "".join(f"L{_at(point)}" for point in points[1:])


def _closed(points: Sequence[Point]) -> str:
    return _linear(points) + "Z"


def _stepped(share: float) -> Callable[[Sequence[Point]], str]:
    """Up or down at this share of the way."""

    def draw(points: Sequence[Point]) -> str:
        out = []
        for (x0, _), (x1, y1) in pairwise(points):
            out.append(f"H{x0 + (x1 - x0) * share:.1f}V{y1:.1f}H{x1:.1f}")
        return "".join(out)

    return draw


def _bump_x(points: Sequence[Point]) -> str:
    pairs = pairwise(points)
    return "".join(_cubic(((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)) for (x0, y0), (x1, y1) in pairs)


def _bump_y(points: Sequence[Point]) -> str:
    pairs = pairwise(points)
    return "".join(_cubic((x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2), (x1, y1)) for (x0, y0), (x1, y1) in pairs)


def _monotone(points: Sequence[Point]) -> str:
    """Cubic, and never above or below its neighbours (Steffen, 1990)."""
    if len(points) < 3:
        return _linear(points)
    widths = [(b[0] - a[0]) or 1e-9 for a, b in pairwise(points)]
    slopes = [(b[1] - a[1]) / width for a, b, width in zip(points, points[1:], widths, strict=False)]
    tangents = [0.0] * len(points)
    for at in range(1, len(points) - 1):
        before, after, left, right = slopes[at - 1], slopes[at], widths[at - 1], widths[at]
        middle = (before * right + after * left) / (left + right)
        signs = (before > 0) - (before < 0) + (after > 0) - (after < 0)
        tangents[at] = signs * min(abs(before), abs(after), 0.5 * abs(middle))
    tangents[0] = (3 * slopes[0] - tangents[1]) / 2
    tangents[-1] = (3 * slopes[-1] - tangents[-2]) / 2
    out = []
    for at, width in enumerate(widths):
        (x0, y0), (x1, y1), third = points[at], points[at + 1], width / 3
        first, second = y0 + third * tangents[at], y1 - third * tangents[at + 1]
        out.append(_cubic((x0 + third, first), (x1 - third, second), (x1, y1)))
    return "".join(out)


def _monotone_y(points: Sequence[Point]) -> str:
    return _swapped(_monotone([(y, x) for x, y in points]))


def _swapped(path: str) -> str:
    """The path with x and y exchanged; it has only points, no `H` and no `V`."""
    out = []
    for command in path.replace("C", "\0C").replace("L", "\0L").split("\0")[1:]:
        points = (pair.split(",") for pair in command[1:].split(" "))
        out.append(command[0] + " ".join(f"{y},{x}" for x, y in points))
    return "".join(out)


def _controls(values: Sequence[float]) -> tuple[list[float], list[float]]:
    """The control values of the natural spline through `values`."""
    count = len(values) - 1
    a, b, r = [0.0] * count, [0.0] * count, [0.0] * count
    a[0], b[0], r[0] = 0, 2, values[0] + 2 * values[1]
    for at in range(1, count - 1):
        a[at], b[at], r[at] = 1, 4, 4 * values[at] + 2 * values[at + 1]
    a[-1], b[-1], r[-1] = 2, 7, 8 * values[-2] + values[-1]
    for at in range(1, count):
        share = a[at] / b[at - 1]
        b[at] -= share
        r[at] -= share * r[at - 1]
    a[-1] = r[-1] / b[-1]
    for at in range(count - 2, -1, -1):
        a[at] = (r[at] - a[at + 1]) / b[at]
    b[-1] = (values[-1] + a[-1]) / 2
    for at in range(count - 1):
        b[at] = 2 * values[at + 1] - a[at + 1]
    return a, b


def _natural(points: Sequence[Point]) -> str:
    if len(points) < 3:
        return _linear(points)
    xs, ys = _controls([x for x, _ in points]), _controls([y for _, y in points])
    ends = points[1:]
    return "".join(_cubic((xs[0][at], ys[0][at]), (xs[1][at], ys[1][at]), end) for at, end in enumerate(ends))


def _towards(one: Point, two: Point, share: float) -> Point:
    return one[0] + (two[0] - one[0]) * share, one[1] + (two[1] - one[1]) * share


def _knot(before: Point, point: Point, after: Point) -> Point:
    return (before[0] + 4 * point[0] + after[0]) / 6, (before[1] + 4 * point[1] + after[1]) / 6


def _spline(points: Sequence[Point]) -> str:
    """The cubic B-spline over four points in a row, from the knot of the second to that of the last but one."""
    return "".join(
        _cubic(_towards(one, two, 1 / 3), _towards(one, two, 2 / 3), _knot(one, two, after))
        for one, two, after in zip(points[1:], points[2:], points[3:], strict=False)
    )


def _basis(points: Sequence[Point]) -> str:
    if len(points) < 3:
        return _linear(points)
    first, last = points[0], points[-1]
    return _spline([first, first, *points, last, last])  # three times each, so that the curve begins and ends there


def _basis_open(points: Sequence[Point]) -> str:
    return _spline(points) if len(points) > 3 else _linear(points)


def _basis_closed(points: Sequence[Point]) -> str:
    return _spline([*points, *points[:3]]) + "Z" if len(points) > 3 else _closed(points)


CURVES: dict[str, Callable[[Sequence[Point]], str]] = {
    "linear": _linear,
    "linearClosed": _closed,
    "step": _stepped(0.5),
    "stepBefore": _stepped(0.0),
    "stepAfter": _stepped(1.0),
    "bump": _bump_x,
    "bumpX": _bump_x,
    "bumpY": _bump_y,
    "monotone": _monotone,
    "monotoneX": _monotone,
    "monotoneY": _monotone_y,
    "natural": _natural,
    "basis": _basis,
    "basisOpen": _basis_open,
    "basisClosed": _basis_closed,
}
_IN_AN_AREA = {"linearClosed": "linear", "basisOpen": "basis", "basisClosed": "basis"}
"""What goes round, or begins elsewhere, cannot be the upper edge of an area."""
_BACKWARDS = {"stepBefore": "stepAfter", "stepAfter": "stepBefore"}


def line_path(points: Sequence[Point], curve: str) -> str:
    """The `d` of a line through one point or more."""
    start = points[0]
    if curve in ("basisOpen", "basisClosed") and len(points) > 3:
        start = _knot(*points[:3])
    return f"M{_at(start)}{CURVES[curve](points)}"


def area_path(high: Sequence[Point], low: Sequence[Point], curve: str) -> str:
    """The `d` of what lies between two lines with the same places."""
    curve = _IN_AN_AREA.get(curve, curve)
    back = low[::-1]
    return f"{line_path(high, curve)}L{_at(back[0])}{CURVES[_BACKWARDS.get(curve, curve)](back)}Z"
