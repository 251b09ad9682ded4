"""Style props of widget components, turned into CSS by allow-list.

A value enters a `style` attribute only when a strict pattern knows it; everything else is dropped. Sizes are bounded,
so that no widget can cover the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = [
    "border",
    "box",
    "color",
    "declarations",
    "length",
    "pixels",
    "radius",
    "series_color",
    "sides",
    "spacing",
    "theme_color",
]

Node = Mapping[str, Any]

_LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,4})?)(px|rem|em|%|vw|vh|ch)?")
_MOST = {"px": 2_000, "rem": 130, "em": 130, "%": 100, "vw": 100, "vh": 100, "ch": 250}
_WORDS = frozenset({"auto", "0", "100%", "fit-content", "max-content", "min-content"})
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)\s*(?:/\s*(\d{1,4}(?:\.\d{1,4})?))?")
_FLEX = re.compile(
    r"\d{1,3}(?:\.\d{1,3})?(?:\s+\d{1,3}(?:\.\d{1,3})?)?(?:\s+(?:auto|0|\d{1,3}(?:\.\d+)?(?:px|%|rem)))?|auto|none"
)
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_FUNCTION = re.compile(
    r"(?:rgba?|hsla?|oklch|oklab|hwb|lab|lch)\([\d\s.,%/+\-]{1,60}(?:deg)?[\d\s.,%/+\-]{0,40}\)", re.IGNORECASE
)
_NAME = re.compile(r"[a-z]{3,20}", re.IGNORECASE)
_PRIMITIVE = re.compile(r"(gray|grey|red|orange|amber|yellow|green|teal|blue|indigo|purple|violet|pink)-(\d{1,4})")
_HUES = {
    "red": 25, "orange": 52, "amber": 75, "yellow": 95, "green": 152, "teal": 185, "blue": 255, "indigo": 275,
    "purple": 300, "violet": 292, "pink": 352,
}  # fmt: skip

TEXT = {
    "prose": "var(--text)", "primary": "var(--text)", "emphasis": "var(--text)", "secondary": "var(--text-muted)",
    "tertiary": "var(--text-faint)", "success": "var(--success)", "warning": "var(--warning)",
    "danger": "var(--danger)", "info": "var(--accent)", "discovery": "var(--w-purple)",
}  # fmt: skip
SURFACES = {
    "surface": "var(--bg-raised)", "surface-secondary": "var(--bg-sunken)", "surface-tertiary": "var(--bg-hover)",
    "surface-elevated": "var(--bg-raised)", "surface-elevated-secondary": "var(--bg-hover)",
}  # fmt: skip
# a border that a widget asks for has to be seen on a card, which has the page's own faint one
BORDERS = {"default": "var(--border-strong)", "subtle": "var(--border)", "strong": "var(--text-faint)"}
CHART = ("blue", "purple", "orange", "green", "red", "yellow", "pink")

_RADII = {
    "none": "0", "2xs": "2px", "xs": "4px", "sm": "6px", "md": "8px", "lg": "10px", "xl": "12px", "2xl": "16px",
    "3xl": "20px", "4xl": "24px", "full": "9999px", "100%": "100%",
}  # fmt: skip
_ALIGN = {
    "start": "flex-start", "center": "center", "end": "flex-end", "baseline": "baseline", "stretch": "stretch",
    "between": "space-between", "around": "space-around", "evenly": "space-evenly",
}  # fmt: skip
_LINES = frozenset({"solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset"})
_SIDES = {
    "top": ("top",), "right": ("right",), "bottom": ("bottom",), "left": ("left",), "x": ("left", "right"),
    "y": ("top", "bottom"),
}  # fmt: skip


def declarations(pairs: Iterable[tuple[str, str | None]]) -> str | None:
    """A `style` attribute's value; None when there is nothing to say."""
    return ";".join(f"{name}:{value}" for name, value in pairs if value) or None


def _number(value: Any, unit: str, factor: float, most: float) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100_000:
        return None
    return f"{min(value * factor, most):.6g}{unit}"


def length(value: Any) -> str | None:
    """A size: a number is pixels."""
    number = _number(value, "px", 1, _MOST["px"])
    if number or not isinstance(value, str):
        return number
    text = value.strip().lower()
    if text in _WORDS:
        return text
    match = _LENGTH.fullmatch(text)
    if not match:
        return None
    unit = match[2] or "px"
    return f"{min(float(match[1]), _MOST[unit]):.6g}{unit}"


def pixels(value: Any) -> str | None:
    """A distance in pixels, whatever else a number means elsewhere."""
    return _number(value, "px", 1, 200)


def spacing(value: Any) -> str | None:
    """A distance: a number is spacing units of a quarter rem (4 px in the widget's measure)."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(?:\.\d+)?", value.strip()):
        value = float(value)
    return _number(value, "px", 4, 400) or length(value)


def sides(name: str, value: Any) -> list[tuple[str, str | None]]:
    """`padding` or `margin` from a number, a string or an object of sides."""
    if not isinstance(value, Mapping):
        return [(name, spacing(value))]
    found: dict[str, str | None] = {}
    for side in ("x", "y", "top", "right", "bottom", "left"):
        if side in value:
            found.update(dict.fromkeys(_SIDES[side], spacing(value[side])))
    return [(f"{name}-{side}", size) for side, size in found.items()]


def _one_color(value: Any, tokens: Mapping[str, str]) -> str | None:
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text in tokens:
        return tokens[text]
    match = _PRIMITIVE.fullmatch(text)
    if match:
        step = min(int(match[2]), 1000)
        bright = 0.16 * (1 - abs(step - 400) / 600) if match[1] in ("yellow", "amber") else 0  # yellow is a light color
        lightness = min(0.985 - 0.8 * step / 1000 + bright, 0.985)
        chroma = 0.004 if match[1] in ("gray", "grey") else 0.02 + 0.16 * (1 - abs(step - 550) / 550)
        return f"oklch({lightness:.3f} {max(chroma, 0.004):.3f} {_HUES.get(match[1], 270)})"
    return text if _HEX.fullmatch(text) or _FUNCTION.fullmatch(text) or _NAME.fullmatch(text) else None


def theme_color(value: Any, tokens: Mapping[str, str]) -> str | None:
    """A color token, a primitive (`red-100`), a plain CSS color, or `{light, dark}` of these."""
    if isinstance(value, Mapping):
        light, dark = _one_color(value.get("light"), tokens), _one_color(value.get("dark"), tokens)
        return f"light-dark({light or dark},{dark or light})" if light or dark else None
    return _one_color(value, tokens)


def color(value: Any) -> str | None:
    """A text color."""
    return theme_color(value, TEXT)


def series_color(value: Any, number: int) -> str:
    """The color of a chart's series; by default they take turns."""
    tokens = {name: f"var(--w-{name})" for name in CHART}
    return theme_color(value, tokens) or tokens[CHART[number % len(CHART)]]


def radius(value: Any) -> str | None:
    """A corner radius token."""
    return _RADII.get(value) if isinstance(value, str) else None


def _one_border(value: Any) -> str | None:
    if isinstance(value, Mapping):
        size = _number(value.get("size"), "px", 1, 12)
        style = value.get("style") if value.get("style") in _LINES else "solid"
        return f"{size} {style} {theme_color(value.get('color'), BORDERS) or BORDERS['default']}" if size else None
    size = _number(value, "px", 1, 12)
    return f"{size} solid {BORDERS['default']}" if size else None


def border(value: Any) -> list[tuple[str, str | None]]:
    """Borders from a thickness, a border, or an object of sides."""
    if isinstance(value, Mapping) and "size" not in value:
        found: dict[str, str | None] = {}
        for side in ("x", "y", "top", "right", "bottom", "left"):
            if side in value:
                found.update(dict.fromkeys(_SIDES[side], _one_border(value[side])))
        return [(f"border-{side}", line) for side, line in found.items()]
    return [("border", _one_border(value))]


def align(value: Any) -> str | None:
    """A token of alignment or distribution."""
    return _ALIGN.get(value) if isinstance(value, str) else None


def _ratio(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    match = _RATIO.fullmatch(str(value).strip())
    return f"{match[1]} / {match[2] or 1}" if match and float(match[1]) and float(match[2] or 1) else None


def _flex(value: Any) -> str | None:
    if isinstance(value, bool):
        return None
    text = str(value).strip() if isinstance(value, int | float | str) else ""
    return text if _FLEX.fullmatch(text) else None


def sizes(node: Node) -> list[tuple[str, str | None]]:
    """Width, height and their limits."""
    both = (
        length(node.get("size"))
        if not isinstance(node.get("size"), str) or node.get("size") not in ("sm", "md", "lg", "full")
        else None
    )
    least, most = length(node.get("minSize")), length(node.get("maxSize"))
    return [
        ("width", length(node.get("width")) or both),
        ("height", length(node.get("height")) or both),
        ("min-width", length(node.get("minWidth")) or least),
        ("min-height", length(node.get("minHeight")) or least),
        ("max-width", length(node.get("maxWidth")) or most),
        ("max-height", length(node.get("maxHeight")) or most),
        ("aspect-ratio", _ratio(node.get("aspectRatio"))),
        ("flex", _flex(node.get("flex"))),
    ]


def box(node: Node) -> list[tuple[str, str | None]]:
    """Everything `Box`, `Row`, `Col` and `Form` share."""
    wrap = node.get("wrap")
    return [
        ("align-items", align(node.get("align"))),
        ("justify-content", align(node.get("justify"))),
        ("flex-wrap", wrap if wrap in ("nowrap", "wrap", "wrap-reverse") else None),
        ("gap", spacing(node.get("gap"))),
        *sizes(node),
        *sides("padding", node.get("padding")),
        *sides("margin", node.get("margin")),
        *border(node.get("border")),
        ("border-radius", radius(node.get("radius"))),
        ("background", theme_color(node.get("background"), SURFACES)),
    ]
