"""What a probe is, and the decorator that makes one.

A probe sends requests of its own and says what it saw, for one rule of the catalogue or for several:

    @probe("persistence/rename-lost")
    async def a_new_title_stays(visit: Visit) -> Sightings:
        answer = await visit.ask("threads.update", {"thread_id": thread.id, "title": title})
        ...
        yield Found("persistence/rename-lost", Hit(...))

A rule of a probe that comes to its end without a sighting has passed. What cannot be judged is said in one of two ways:
`NotApplicable` (the backend, or this run, has nothing that the rule is about) and `CouldNotRun` (it should have been
judged and was not). Raised, they hold for all rules of the probe without a sighting; yielded as `Unjudged`, for one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chat.checks.probes.sightings import Sightings
from chat.checks.probes.visit import Visit

__all__ = ["Probe", "probe"]


@dataclass(frozen=True, slots=True)
class Probe:
    """A function that tries something out, and the rules that it judges."""

    name: str
    rule_ids: tuple[str, ...]
    run: Callable[[Visit], Sightings]

    @property
    def title(self) -> str:
        """What is tried out, in a few words."""
        return self.name.replace("_", " ")


def probe(*rule_ids: str) -> Callable[[Callable[[Visit], Sightings]], Probe]:
    """Makes the decorated function the probe for these rules."""

    def make(run: Callable[[Visit], Sightings]) -> Probe:
        return Probe(run.__name__, rule_ids, run)

    return make
