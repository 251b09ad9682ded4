"""Sources: what an answer or a task rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chatkit.types import Annotation, EntitySource, FileSource, Source, URLSource
from markupsafe import Markup

from chat.rendering.icons import chatkit_icon, icon

from .addresses import LINK_ATTRIBUTES, host_of, link_target
from .html import join, shortened, tag, text_of

__all__ = ["Cited", "cited", "source_name", "source_row", "sources_fold"]


@dataclass(frozen=True)
class Cited:
    """The sources of one text, each once, in order of their first mention; and where each is mentioned.

    `marks`: (character position, number of the source, its name).
    """

    sources: tuple[Source, ...]
    marks: tuple[tuple[int, int, str], ...]


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
    marks: dict[tuple[int, int], str] = {}
    for note in annotations:
        if not isinstance(note, Annotation):
            continue
        identity = _identity(note.source)
        if identity not in numbers:
            sources.append(note.source)
            numbers[identity] = len(sources)
        if note.index is not None and note.index >= 0 and len(sources) < 10_000:
            marks[note.index, numbers[identity]] = source_name(note.source)
    places = sorted((at, number, name) for (at, number), name in marks.items())
    return Cited(tuple(sources), tuple(places))


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
    where = [*where, source.group or "", source.timestamp or ""]
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
        tag("span", number, class_="source-number") if number is not None else tag("span", mark, class_="source-icon"),
        tag(
            "div",
            title,
            tag("span", " · ".join(seen), class_="source-where") if seen else None,
            tag("p", text_of(source.description, 400), class_="source-says") if source.description else None,
        ),
        class_=f"source source-{source.type}",
    )


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
