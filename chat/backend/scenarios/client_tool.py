"""A tool that the page runs: the turn stops, and goes on with the page's answer."""

from __future__ import annotations

import json

from agents import RunContextWrapper, function_tool
from chatkit.agents import ClientToolCall
from chatkit.types import ClientToolCallItem

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]

_LONGEST_OUTPUT = 2000


@function_tool(failure_error_function=None)
async def get_time_zone(wrapper: RunContextWrapper[Stage]) -> str:
    """Ask the user's browser for its time zone. Its answer comes in the next turn."""
    stage = wrapper.context
    await stage.end_workflow()
    stage.client_tool_call = ClientToolCall(name="get_time_zone", arguments={"format": "iana", "with_offset": True})
    return "The page was asked."


def _fenced(output: object) -> str:
    text = json.dumps(output, indent=2, ensure_ascii=False, default=str)
    cut = text if len(text) <= _LONGEST_OUTPUT else text[:_LONGEST_OUTPUT] + "\n…"
    # A fence longer than any in the text: what a page answers stays code.
    fence = "`" * max(3, 1 + max((len(run) for run in "".join(c if c == "`" else " " for c in cut).split()), default=0))
    return f"{fence}json\n{cut}\n{fence}"


def _script(cue: Cue) -> Script:
    answer = cue.latest
    if isinstance(answer, ClientToolCallItem) and answer.status == "completed":
        if answer.output in (None, "", {}):
            yield Say("Your page answered, but with nothing in it. I will assume UTC.")
        else:
            yield Say(
                f"Your page answered:\n\n{_fenced(answer.output)}\n\nI will give all times in that zone from now on."
            )
        return
    yield Say("I have to ask your browser for that. One moment.")
    yield Call("get_time_zone")


SCENARIO = Scenario(
    name="client_tool",
    label="Client tool",
    prompt="Which time zone is my browser in?",
    icon="wrench",
    title="The browser's time zone",
    keywords=("client tool*", "tool call", "time zone", "timezone", "my browser"),
    script=_script,
    tools=(get_time_zone,),
    ending_tools=("get_time_zone",),
)
