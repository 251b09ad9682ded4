"""A thread that takes no more messages."""

from __future__ import annotations

from agents import RunContextWrapper, function_tool
from chatkit.types import LockedStatus

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]


@function_tool(failure_error_function=None)
async def lock_thread(wrapper: RunContextWrapper[Stage], reason: str) -> str:
    """Lock this thread, so that it takes no more messages.

    Args:
        reason: Shown to the user in place of the composer.
    """
    wrapper.context.thread.status = LockedStatus(reason=reason[:200])
    return "The thread was locked."


def _script(cue: Cue) -> Script:
    yield Call("lock_thread", {"reason": "A colleague is looking into your case and will write to you here."})
    yield Say(
        "I have passed this on to a colleague. Until they answer, **this thread is locked**: it can be read, and takes "
        "no new messages. Start a new thread for anything else."
    )


SCENARIO = Scenario(
    name="locked",
    label="Locked thread",
    prompt="Hand this thread over to a colleague",
    icon="lock",
    title="Handed over to a colleague",
    keywords=("lock", "locked", "lock this", "hand over", "hand this*", "human agent"),
    script=_script,
    tools=(lock_thread,),
)
