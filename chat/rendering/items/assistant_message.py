"""The assistant's message: its parts as Markdown, citations where they were made, the sources folded below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from ..context import RenderContext
from ..html import MOST_DRAWN, first_of, join, labelled_json, not_drawn, tag
from ..markdown import render_markdown
from ..sources import cited, sources_fold
from .registry import draws_item, draws_slot

if TYPE_CHECKING:
    from chat.protocol import ItemState

_MOST_UNKNOWN = 50
"""Annotations that are shown as they came."""


@draws_slot("sources")
def _sources(state: ItemState, context: RenderContext, part: int) -> Markup:
    if part >= state.part_count:
        return Markup()
    annotations = state.annotations(part)
    # `Unknown` pieces have no source we could list; they are shown as they came.
    unknown = [note for note in annotations if hasattr(note, "json") and hasattr(note, "what")]
    return (
        sources_fold(cited(annotations[:MOST_DRAWN]).sources)
        + (not_drawn(len(annotations) - MOST_DRAWN) if len(annotations) > MOST_DRAWN else "")
        + join(labelled_json(f"Unknown {note.what}", note.type, note.json) for note in unknown[:_MOST_UNKNOWN])
    )


@draws_item("assistant_message")
def _assistant_message(state: ItemState, context: RenderContext) -> Markup:
    if not state.part_count and state.item is None:
        return labelled_json("An answer that does not fit the protocol's types", "", state.json, opened=True)
    return first_of(range(state.part_count), lambda part: _part(state, context, part))


def _part(state: ItemState, context: RenderContext, part: int) -> Markup:
    unknown = state.parts[part].unknown
    if unknown is not None:
        return labelled_json("Unknown content", unknown.type, unknown.json)
    html = Markup()
    if state.status != "streaming":
        marks = cited(state.annotations(part)[:MOST_DRAWN]).marks
        html = Markup(render_markdown(state.text(part), images=context.images, citations=marks))
    return tag("div", html, class_="markdown", data_part=str(part)) + tag(
        "div", _sources(state, context, part), data_slot=f"sources-{part}"
    )
