"""An answer with its sources: web pages, files and an entity of the integration's own."""

from __future__ import annotations

from chatkit.types import EntitySource

from chat.backend.script import Cue, Say, Scenario, Script, cite_file, cite_url

__all__ = ["ENTITIES", "SCENARIO"]

ENTITIES: dict[str, EntitySource] = {
    "entity_cape_tarn": EntitySource(
        id="entity_cape_tarn",
        title="Cape Tarn Light",
        description="Tower of grey granite, 31.5 m, lit since 1871",
        icon="lightbulb",
        label="Lighthouse",
        inline_label="Cape Tarn",
        interactive=True,
        group="Lights",
        data={"built": "1871", "height_m": "31.5"},
    ),
}
"""What the assistant can cite by id besides files and pages."""

_TEXT = (
    "The idea of building a lens in steps is older than its fame: Buffon proposed it in 1748, and Fresnel made the "
    "first one for a lighthouse in 1822. His lens sent out several times as much of the lamp's light as the best "
    "reflectors of the day.\n\n"
    "On the northern coast the new optics arrived late. The annual return of 1907 still lists four lights with "
    "reflectors, and *Cape Tarn* was the first to be converted.\n\n"
    "A modern lamp of the same range uses about as much power as a reading lamp."
)


def _script(cue: Cue) -> Script:
    yield Say(
        _TEXT,
        citations=(
            cite_url("in 1822.", "https://en.wikipedia.org/wiki/Fresnel_lens", "Fresnel lens - Wikipedia"),
            cite_url("the day.", "https://www.britannica.com/technology/lighthouse", "Lighthouse | Britannica"),
            cite_file("with reflectors", "file_return_1907", "annual-return-1907.pdf"),
            cite_file("*Cape Tarn*", "entity_cape_tarn", "Cape Tarn Light"),
            cite_file("a reading lamp.", "file_power", "lamp-power-survey.csv"),
        ),
    )


SCENARIO = Scenario(
    name="citations",
    label="Citations",
    prompt="Who invented the lighthouse lens? Give me your sources",
    icon="quote",
    title="Who invented the lighthouse lens",
    keywords=("citation*", "cite", "sources", "references", "footnote*", "annotation*"),
    script=_script,
)
