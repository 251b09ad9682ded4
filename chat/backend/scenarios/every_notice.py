"""Notices of every level, progress with every kind of icon, and effects with and without data."""

from __future__ import annotations

from agents import RunContextWrapper, function_tool
from chatkit.types import ClientEffectEvent, NoticeEvent, ProgressUpdateEvent

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]


@function_tool(failure_error_function=None)
async def show_events(wrapper: RunContextWrapper[Stage]) -> str:
    """Send the user's page events of every kind that belong to no item."""
    stage = wrapper.context
    await stage.stream(ProgressUpdateEvent(text="Without an icon…"))
    await stage.pace.pause(0.4)
    await stage.stream(ProgressUpdateEvent(icon="sparkle", text="With an icon…"))
    await stage.pace.pause(0.4)
    await stage.stream(NoticeEvent(level="info", title="For your information", message="With a *title*."))
    await stage.stream(NoticeEvent(level="warning", message="A warning without a title, and with a `code`."))
    await stage.stream(NoticeEvent(level="danger", title="Danger", message="[Read more](https://example.com/danger)."))
    await stage.stream(ClientEffectEvent(name="refresh"))
    await stage.stream(ClientEffectEvent(name="show_order", data={"order": 1042, "lines": [{"article": "lamp oil"}]}))
    return "Two of progress, three notices and two effects were sent."


def _script(cue: Cue) -> Script:
    yield Call("show_events")
    yield Say("Two words of progress, three notices and two client effects: none of them is part of the thread.")


SCENARIO = Scenario(
    name="every_notice",
    label="Notices of every level",
    prompt="Send every kind of notice and effect",
    icon="bell-ring",
    title="Notices, progress and effects",
    keywords=("every kind of notice", "every notice", "every effect", "all notices"),
    script=_script,
    tools=(show_events,),
    on_start_screen=False,
)
