"""Which scenario a text asks for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from re import Pattern, escape
from re import compile as regex

from chat.backend.script import Scenario

__all__ = ["best_match"]

_READ = 500
_NOISE = regex(r"[^\w\s,-]+|(?<!\d),|,(?!\d)")


def _plain(text: str) -> str:
    return " ".join(_NOISE.sub(" ", text[:_READ].casefold()).split())


@cache
def _pattern(keyword: str) -> Pattern[str]:
    ending = r"\w*" if keyword.endswith("*") else ""
    return regex(rf"(?<!\w){escape(keyword.rstrip('*'))}{ending}(?!\w)")


def best_match(text: str, scenarios: Sequence[Scenario]) -> Scenario | None:
    """The scenario that `text` names by its prompt, label or name, else the one with the most keywords in it.

    Longer keywords count for more, and on a tie the first scenario wins. None when no keyword is in the text.
    """
    plain = _plain(text)
    for scenario in scenarios:
        if plain in (_plain(scenario.prompt), _plain(scenario.label), scenario.name, scenario.name.replace("_", " ")):
            return scenario
    scores = [
        sum(len(keyword) for keyword in scenario.keywords if _pattern(keyword).search(plain)) for scenario in scenarios
    ]
    best = max(scores, default=0)
    return scenarios[scores.index(best)] if best else None
