"""The first request of a run: is there anybody, are the credentials any good, and is it the right address?"""

from __future__ import annotations

import shlex
from dataclasses import replace

import httpx

from chat.checks.examined import examine_beside
from chat.checks.findings import Finding
from chat.checks.probes.answer import Answer
from chat.checks.probes.sightings import Stopped
from chat.checks.probes.visit import Visit
from chat.client import ChatKitClient
from chat.exchanges import redact_url

__all__ = ["knock"]

_USUAL_PATHS = ("/chatkit", "/api/chatkit")
_RULE = "endpoint/not-chatkit"
_LISTING = {"type": "threads.list", "params": {"limit": 1}}


async def knock(visit: Visit) -> None:
    """One cheap request. Gives the run up where another address is the right one, and says which."""
    try:
        answer = await visit.ask("threads.list", {"limit": 1})
        if 300 <= answer.status < 400:
            place = redact_url(answer.exchange.header("location") or "another address")
            visit.patience.stop(f"the backend redirects to {place}: check that address")
            return
        # Here a 404 counts, too, by which a ChatKit backend could say that it has no such operation.
        examined = await examine_beside(answer.exchange)
        fault = next((finding for finding in examined.findings if finding.rule_id == _RULE), None)
        if fault is not None:
            await _look_around(visit, fault)
    except Stopped:
        return


async def _look_around(visit: Visit, fault: Finding) -> None:
    """Ask for the list of threads where ChatKit backends usually are."""
    given = httpx.URL(visit.plan.connection.url)
    for path in _USUAL_PATHS:
        if given.path.rstrip("/") == path:
            continue
        place = str(given.copy_with(path=path))
        if await _lists_threads(visit, place):
            _say(visit, fault, visit.secrets.url(place))
            return


async def _lists_threads(visit: Visit, place: str) -> bool:
    async def send(client: ChatKitClient) -> None:
        there = ChatKitClient(replace(client.connection, url=place), client.on_exchange)
        await there.raw(_LISTING)

    answer = Answer(await visit.perform(send, elsewhere=True), ())
    return answer.accepted and isinstance(answer.document.get("data"), list) and "has_more" in answer.document


def _say(visit: Visit, fault: Finding, place: str) -> None:
    """Write it into the finding, and give the run up: there is nothing to be judged here."""
    command = f"python app.py check {shlex.quote(place)}"
    fix = f'# the endpoint is at {place}:\n# {command}\n# and in the page: api: {{url: "{place}", …}}'
    found = replace(fault, headline=f"{fault.headline}; the endpoint is at `{place}`", fix=fix)
    visit.notes.examined[-1] = replace(visit.notes.examined[-1], findings=(found,))
    visit.notes.unsupported.clear()
    visit.patience.stop(f"the endpoint is at {place}, where `threads.list` is answered: check that address")
