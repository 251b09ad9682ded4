"""Sources: what an answer or a task rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chatkit.types import Annotation, EntitySource, FileSource, Source, URLSource
from markupsafe import Markup

from chat.rendering.icons import chatkit_icon, icon

from .addresses import LINK_ATTRIBUTES, host_of, link_target
from .html import action, join, shortened, tag, text_of

__all__ = ["Cited", "citation_mark", "cited", "entity_told", "source_name", "source_row", "sources_fold"]


@dataclass(frozen=True)
class Cited:
    """The sources of one text, each once, in order of their first mention; and where each is mentioned.

    `marks`: (position in UTF-16 units, number of the source, the mark's HTML).
    """

    sources: tuple[Source, ...]
    marks: tuple[tuple[int, int, Markup], ...]


def _identity(source: Source) -> tuple[str, str]:
    if isinstance(source, URLSource):
        return "url", source.url
    if isinstance(source, FileSource):
        return "file", source.filename
    return "entity", source.id


def source_name(source: Source) -> str:
    """The title, or what else the source is known by."""
    title = source.title.strip()
    if not title and isinstance(source, URLSource):
        title = host_of(source.url) or source.url
    if not title and isinstance(source, FileSource):
        title = source.filename
    if not title and isinstance(source, EntitySource):
        title = source.label or source.id
    return text_of(title, 300)


def cited(annotations: Iterable[object]) -> Cited:
    """Number the sources of a text's annotations."""
    numbers: dict[tuple[str, str], int] = {}
    sources: list[Source] = []
    marks: dict[tuple[int, int], Markup] = {}
    for note in annotations:
        if not isinstance(note, Annotation):
            continue
        identity = _identity(note.source)
        if identity not in numbers:
            sources.append(note.source)
            numbers[identity] = len(sources)
        number = numbers[identity]
        # without an index, or at the beginning, the official widget names it under Sources only
        if note.index is not None and note.index > 0 and number < 10_000:
            marks[note.index, number] = citation_mark(note.source, number)
    places = sorted((at, number, mark) for (at, number), mark in marks.items())
    return Cited(tuple(sources), tuple(places))


def citation_mark(source: Source, number: int) -> Markup:
    """
    The mark of a source in running text: a link where the source can be opened, else a button that shows what is known
    of it. An entity goes by its `inline_label` or its icon, as in the official widget.
    """
    name = source_name(source)
    said: dict[str, Any] = {"aria_label": f"Source {number}: {name}", "data_follows": True}
    shown: object = number
    kind = "cite"
    if isinstance(source, EntitySource):
        kind += " is-entity"
        shown = text_of(source.inline_label, 60) or (chatkit_icon(source.icon, 12) if source.icon else number)
        if source.interactive:
            kind += " is-interactive"
        said["data_action"] = action("entity-click", entity=entity_told(source))
    else:
        said["data_action"] = action("source-click", source=source.model_dump(mode="json", exclude_none=True))
    target = link_target(source.url) if isinstance(source, URLSource) else None
    if target:
        inside = tag("a", shown, href=target, **LINK_ATTRIBUTES, **said)
    else:
        inside = tag("button", shown, type="button", **said)
    return tag("sup", inside, class_=kind, data_source=str(number))


def entity_told(source: EntitySource) -> dict[str, Any]:
    """What the page around the widget is told of an entity that is clicked: an `Entity` of its declarations."""
    told = {"id": source.id, "title": source.title, "icon": source.icon, "group": source.group, "data": source.data}
    return {**{name: value for name, value in told.items() if value}, "interactive": source.interactive}


def source_row(source: Source, number: int | None = None) -> Markup:
    """One source: number or icon, title (a link where there is one), where it is from, what it says."""
    where: list[str] = []
    mark: Markup
    if isinstance(source, URLSource):
        mark = icon("globe", 14)
        where = [source.attribution or "", host_of(source.url) or source.url]
    elif isinstance(source, FileSource):
        mark = icon("file-text", 14)
        where = [source.filename if source.filename != source.title else ""]
    else:
        mark = chatkit_icon(source.icon or "cube", 14)
        where = [source.label or source.inline_label or ""]
    where = [*where, source.group or "", _date(source.timestamp)]
    name = source_name(source)
    target = link_target(source.url) if isinstance(source, URLSource) else None
    if target:
        title = tag("a", name, href=target, class_="source-title", **LINK_ATTRIBUTES)
    else:
        title = tag("span", name, class_="source-title", title=source.url if isinstance(source, URLSource) else None)
    seen: list[str] = []
    for one in where:
        if one and one not in seen and one != name:
            seen.append(shortened(text_of(one), 120))
    return tag(
        "li",
        tag("span", number, class_="source-number") if number is not None else None,
        tag("span", mark, class_="source-icon"),
        tag(
            "div",
            title,
            tag("span", " · ".join(seen), class_="source-where") if seen else None,
            tag("p", text_of(source.description, 400), class_="source-says") if source.description else None,
        ),
        class_=f"source source-{source.type}",
    )


def _date(timestamp: str | None) -> str:
    """A source's time as people write it; as it came when it is no time."""
    try:
        when = datetime.fromisoformat((timestamp or "").strip())
    except ValueError:
        return timestamp or ""
    return f"{when.day} {when:%b %Y}"


def sources_fold(sources: Sequence[Source]) -> Markup:
    """The numbered list under an answer, folded; empty for none."""
    if not sources:
        return Markup()
    names: list[str] = []
    for source in sources:
        name = host_of(source.url).removeprefix("www.") if isinstance(source, URLSource) else source_name(source)
        if name and name not in names:
            names.append(shortened(name, 40))
    count = f"{len(sources)} source" + ("s" if len(sources) > 1 else "")
    return tag(
        "details",
        tag(
            "summary",
            icon("chevron-right", 14),
            tag("b", count),
            tag("span", ", ".join(names[:3]) + (", …" if len(names) > 3 else ""), class_="sources-names"),
        ),
        tag("ol", join(source_row(source, number) for number, source in enumerate(sources, 1))),
        class_="sources",
    )
