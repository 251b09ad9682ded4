"""Results of client tools that nobody waits for."""

from __future__ import annotations

from chat.checks.findings import Hit
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable, Sightings
from chat.checks.probes.threads import main_thread
from chat.checks.probes.visit import Visit


@probe("tools/dangling-call")
async def a_result_that_nobody_waits_for(visit: Visit) -> Sightings:
    """As a second window sends it. Comes late in the run: a backend may take it for a message."""
    thread = await main_thread(visit)
    if any(item.type == "client_tool_call" and item.json.get("status") == "pending" for item in thread.visible()):
        raise NotApplicable("the thread has a client tool call that waits for its result")
    visit.take_turn()
    answer = await visit.ask(
        "threads.add_client_tool_output",
        {"thread_id": thread.id, "result": {}},
        judged="refusal",
        history=thread.history,
        state=thread.state,
    )
    if answer.exchange.outcome in ("unreachable", "timeout"):
        raise CouldNotRun(f"`threads.add_client_tool_output` was not answered: {answer.words}")
    if answer.crashed or not (answer.clear or answer.events):
        got = f"`threads.add_client_tool_output` answers {answer.words}"
        got += "" if answer.crashed else ", without a single event"
        headline = "" if answer.crashed else "A tool result without a pending call is answered by nothing"
        yield Found("tools/dangling-call", Hit(got, answer.evidence(), headline))
