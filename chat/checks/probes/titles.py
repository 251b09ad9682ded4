"""Do threads get a title?"""

from __future__ import annotations

from chat.checks.findings import Hit
from chat.checks.probes.comparing import need_readable
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import Found, Sightings
from chat.checks.probes.threads import main_thread
from chat.checks.probes.visit import Visit


@probe("title/never-set")
async def a_thread_gets_a_title(visit: Visit) -> Sightings:
    """To be asked before the thread is renamed."""
    thread = await main_thread(visit)
    need_readable(visit)
    if thread.state.title:
        return
    answer = (await visit.ask("threads.get_by_id", {"thread_id": thread.id})).require()
    title = answer.document.get("title")
    if not (isinstance(title, str) and title.strip()):
        got = f"no title after {len(thread.turns)} turns"
        yield Found("title/never-set", Hit(got, answer.evidence(got)))
