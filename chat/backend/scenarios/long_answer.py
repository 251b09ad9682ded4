"""Answers that are long: one of some 3,000 words, and one of any size, for load."""

from __future__ import annotations

from re import IGNORECASE
from re import compile as regex

from chat.backend.scenarios.chronicle import chronicle, chronicle_of_size
from chat.backend.script import Cue, Say, Scenario, Script

__all__ = ["LARGEST_SIZE", "SCENARIO", "SIZED", "asked_size"]

LARGEST_SIZE = 4_000_000
"""Bytes: what is asked beyond this is not written."""

_SIZE = regex(r"\b(\d{1,6}(?:\.\d{1,3})?)\s?(kB|MB|kilobytes?|megabytes?)\b", IGNORECASE)


def asked_size(text: str) -> int | None:
    """The size in bytes that a prompt like "Write 400 kB" asks for, None when it names none."""
    match = _SIZE.search(text)
    if match is None:
        return None
    unit = 1000 if match[2].lower().startswith("k") else 1_000_000
    return max(1, min(int(float(match[1]) * unit), LARGEST_SIZE))


def _script(cue: Cue) -> Script:
    yield Say(chronicle(3000))


def _sized(cue: Cue) -> Script:
    yield Say(chronicle_of_size(asked_size(cue.text) or 100_000))


SCENARIO = Scenario(
    name="long_answer",
    label="Long answer",
    prompt="Write me a long answer about lighthouses",
    icon="scroll-text",
    title="The lights of the northern coast",
    keywords=("long answer", "long text", "long story", "essay", "3000 words", "3,000 words", "lighthouse*"),
    script=_script,
)

SIZED = Scenario(
    name="sized_answer",
    label="An answer of a given size",
    prompt="Write 400 kB",
    icon="scale",
    title="An answer of a given size",
    keywords=(),
    script=_sized,
    on_start_screen=False,
)
