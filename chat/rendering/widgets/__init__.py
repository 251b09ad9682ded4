"""Widgets: one renderer per component of `chatkit.widgets`, and those known only to the official widget (Table)."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ..context import RenderContext
from . import chart, controls, dates, fields, layout, media, roots, table, text
from .registry import COMPONENTS, Scene, render

__all__ = ["COMPONENTS", "render_widget"]

_MODULES = (chart, controls, dates, fields, layout, media, roots, table, text)  # imported for what they register


def render_widget(root: Any, context: RenderContext, *, streaming: bool = False) -> Markup:
    """A widget's root and everything in it."""
    return render(root, Scene(context, streaming, [0]))
