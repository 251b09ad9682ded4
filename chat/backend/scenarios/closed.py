"""A thread that is closed for good."""

from __future__ import annotations

from agents import RunContextWrapper, function_tool
from chatkit.types import ClosedStatus

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]


@function_tool(failure_error_function=None)
async def close_thread(wrapper: RunContextWrapper[Stage], reason: str) -> str:
    """Close this thread for good.

    Args:
        reason: Shown to the user in place of the composer.
    """
    wrapper.context.thread.status = ClosedStatus(reason=reason[:200])
    return "The thread was closed."


def _script(cue: Cue) -> Script:
    yield Call("close_thread", {"reason": "This case is settled. Start a new thread for another one."})
    yield Say("Settled, then. **This thread is closed**: it can be read, and takes no new messages.")


SCENARIO = Scenario(
    name="closed",
    label="Closed thread",
    prompt="Close this thread",
    icon="archive",
    title="A closed thread",
    keywords=("close this*", "close the thread", "closed thread"),
    script=_script,
    tools=(close_thread,),
    on_start_screen=False,
)
