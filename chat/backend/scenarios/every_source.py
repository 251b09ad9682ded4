"""Sources of every kind, with everything that they can say, at every kind of place."""

from __future__ import annotations

from chatkit.types import EntitySource, FileSource, URLSource

from chat.backend.script import Citation, Cue, Say, Scenario, Script, cite_file

__all__ = ["SCENARIO", "SOURCES"]

SOURCES: dict[str, URLSource | FileSource | EntitySource] = {
    "source_page": URLSource(
        title="Fresnel lens",
        url="https://en.wikipedia.org/wiki/Fresnel_lens",
        description="A lens in rings: as wide as a big one, and as thin as a small one.",
        attribution="Wikipedia",
        timestamp="2026-03-02",
        group="Pages",
    ),
    "source_file": FileSource(
        title="Annual return 1907",
        filename="annual-return-1907.pdf",
        description="Pages 12 to 14",
        timestamp="1907-12-31",
        group="Archive",
    ),
    "entity_skerry_vane": EntitySource(
        id="entity_skerry_vane",
        title="Skerry Vane Light",
        description="Tower of red iron, 24 m, lit since 1884",
        icon="star",
        label="Lighthouse",
        group="Lights",
        interactive=True,
        data={"built": "1884"},
    ),
    "entity_keeper": EntitySource(
        id="entity_keeper",
        title="Margaret Ness",
        description="Keeper from 1901 to 1919",
        icon="profile",
        label="Keeper",
        inline_label="M. Ness",
        group="People",
        interactive=False,
        data={"from": "1901"},
    ),
}
"""By the id that a citation names, beside what the other scenario cites."""

_TEXT = (
    "A page with all that a page can say. A file from the archive. An entity that is shown by its icon. An entity that "
    "is shown by its label, and cannot be clicked. Two sources for one sentence. And one behind a 🗼 tower.\n\n"
    "1. Cited in a list\n2. Not cited\n\n"
    "> Cited in a quotation.\n"
)


def _cite(after: str, source: str) -> Citation:
    known = SOURCES.get(source)
    return cite_file(after, source, known.title if known else source)


def _script(cue: Cue) -> Script:
    yield Say(
        _TEXT,
        citations=(
            _cite("a page can say.", "source_page"),
            _cite("the archive.", "source_file"),
            _cite("by its icon.", "entity_skerry_vane"),
            _cite("cannot be clicked.", "entity_keeper"),
            _cite("for one sentence.", "source_page"),
            _cite("for one sentence.", "entity_cape_tarn"),
            _cite("🗼 tower.", "source_file"),
            _cite("in a list", "source_page"),
            _cite("in a quotation.", "entity_keeper"),
        ),
    )


SCENARIO = Scenario(
    name="every_source",
    label="Sources of every kind",
    prompt="Cite every kind of source",
    icon="book-marked",
    title="Sources of every kind",
    keywords=("every kind of source", "all kinds of sources", "every source"),
    script=_script,
    on_start_screen=False,
)
