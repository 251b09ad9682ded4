"""Ids across turns."""

from __future__ import annotations

from chat.checks.families.identity import PLACEHOLDER
from chat.checks.findings import Hit
from chat.checks.probes.comparing import reused, whereabouts
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, Sightings
from chat.checks.probes.threads import another_turn, main_thread
from chat.checks.probes.visit import Visit


@probe("identity/reused-id")
async def every_turn_brings_new_ids(visit: Visit) -> Sightings:
    thread = await main_thread(visit)
    if len(thread.turns) < 2:
        await another_turn(visit, thread)
    for item_id, turns in reused(thread).items():
        if item_id == PLACEHOLDER:
            continue  # a rule of its own
        got = f"`{item_id}` in turns {' and '.join(map(str, turns))}"
        place = whereabouts(thread, item_id)
        yield Found("identity/reused-id", Hit(got, place, f"Two items share the id `{item_id}`", key=item_id))
    if not any(turn.answer.events for turn in thread.turns[1:]):
        raise CouldNotRun(f"the second turn brought no events: {thread.turns[-1].answer.words}")
