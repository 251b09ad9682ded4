"""Two client tools in one turn: the answer to the first leads to the second.

One after the other, for the protocol's answer names no call, and the SDK drops every other call that waits.
"""

from __future__ import annotations

from agents import RunContextWrapper, function_tool
from chatkit.agents import ClientToolCall
from chatkit.types import ClientToolCallItem

from chat.backend.script import Call, Cue, Say, Scenario, Script, echo
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]


@function_tool(failure_error_function=None)
async def get_selected_order(wrapper: RunContextWrapper[Stage]) -> str:
    """Ask the user's page which order is selected. Its answer comes in the next turn."""
    stage = wrapper.context
    await stage.end_workflow()
    stage.client_tool_call = ClientToolCall(name="get_selected_order", arguments={})
    return "The page was asked."


@function_tool(failure_error_function=None)
async def confirm_deletion(wrapper: RunContextWrapper[Stage], what: str) -> str:
    """Have the user confirm, on their page, that something may be deleted. The answer comes in the next turn.

    Args:
        what: What is to be deleted.
    """
    stage = wrapper.context
    await stage.end_workflow()
    stage.client_tool_call = ClientToolCall(
        name="confirm_deletion", arguments={"what": what[:200], "choices": ["yes", "no"], "default": "no"}
    )
    return "The page was asked."


def _script(cue: Cue) -> Script:
    answers = {
        item.name: item.output
        for item in cue.since
        if isinstance(item, ClientToolCallItem) and item.status == "completed"
    }
    if "confirm_deletion" in answers:
        yield Say(f"Your page answered {echo(answers['confirm_deletion'])}. Nothing was deleted: there is no order.")
    elif "get_selected_order" in answers:
        selected = echo(answers["get_selected_order"])
        yield Say(f"Your page says that this is selected: {selected}. May it go?")
        yield Call("confirm_deletion", {"what": str(answers["get_selected_order"])})
    else:
        yield Say("I ask your page two things, one after the other. First: what is selected?")
        yield Call("get_selected_order")


SCENARIO = Scenario(
    name="client_tools",
    label="Two client tools",
    prompt="Delete what is selected on my page",
    icon="list-ordered",
    title="Delete what is selected",
    keywords=("two client tools", "delete what is selected", "delete the selected*"),
    script=_script,
    tools=(get_selected_order, confirm_deletion),
    ending_tools=("get_selected_order", "confirm_deletion"),
    on_start_screen=False,
)
