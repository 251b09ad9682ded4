"""The exchanges that passive rules judge, where no other probe makes them."""

from __future__ import annotations

from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import Found, Sightings
from chat.checks.probes.stored import read_thread
from chat.checks.probes.threads import another_turn, main_thread
from chat.checks.probes.visit import Visit


@probe()
async def two_turns_and_a_reload(visit: Visit) -> Sightings:
    """A thread, other messages in it, and what a page asks when it is loaded again."""
    thread = await main_thread(visit)
    if not visit.plan.wants("persistence/not-stored"):  # whose probe does the same
        for _ in visit.plan.more_messages or ("once",):
            await another_turn(visit, thread)
        await read_thread(visit, thread.id)
    for nothing in tuple[Found, ...]():
        yield nothing
