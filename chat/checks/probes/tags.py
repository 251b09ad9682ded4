"""A tag in the user's message: does it come back?"""

from __future__ import annotations

from collections.abc import Sequence

from chatkit.types import UserMessageTagContent, UserMessageTextContent

from chat.checks.findings import Hit
from chat.checks.probes.breaking_off import begun_thread
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, Sightings
from chat.checks.probes.threads import main_thread
from chat.checks.probes.visit import Visit
from chat.protocol import Event

_TAG = UserMessageTagContent(id="workbench-check", text="workbench", data={"made_by": "a check"}, group="Check")


@probe("input/tags-lost")
async def a_tag_in_a_message(visit: Visit) -> Sightings:
    """Only the user's own message is waited for. What an agent that knows no tags makes of it is not judged."""
    await main_thread(visit)
    words = UserMessageTextContent(text=f"{visit.plan.message} ")
    _, answer = await begun_thread(visit, [words, _TAG], lambda event: _echo([event]) is not None)
    content = _echo(answer.events)
    if content is None:
        raise CouldNotRun(f"the user's message did not come back: {answer.words}")
    if any(
        isinstance(part, dict) and part.get("type") == "input_tag" and part.get("id") == _TAG.id for part in content
    ):
        return
    kinds = ", ".join(str(part.get("type")) if isinstance(part, dict) else repr(part)[:40] for part in content)
    got = f"sent were input_text and input_tag, back came {kinds or 'nothing'}"
    yield Found("input/tags-lost", Hit(got, answer.evidence(got)))


def _echo(events: Sequence[Event]) -> list[object] | None:
    """The content of the user's message as it came back, None as long as it has not."""
    for event in events:
        document = event.json if event.type == "thread.item.done" and isinstance(event.json, dict) else {}
        item = document.get("item")
        if isinstance(item, dict) and item.get("type") == "user_message":
            content = item.get("content")
            return content if isinstance(content, list) else []
    return None
