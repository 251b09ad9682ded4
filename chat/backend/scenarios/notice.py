"""Notices: remarks of the system, beside the conversation."""

from __future__ import annotations

from typing import Literal

from agents import RunContextWrapper, function_tool
from chatkit.types import NoticeEvent

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]


@function_tool(failure_error_function=None)
async def post_notice(
    wrapper: RunContextWrapper[Stage], level: Literal["info", "warning", "danger"], title: str, message: str
) -> str:
    """Show the user a notice.

    Args:
        level: How urgent it is.
        title: A few words.
        message: One or two sentences of Markdown.
    """
    await wrapper.context.stream(NoticeEvent(level=level, title=title[:200], message=message[:2000]))
    return "The notice was shown."


def _script(cue: Cue) -> Script:
    yield Call(
        "post_notice",
        {
            "level": "info",
            "title": "Maintenance tonight",
            "message": "The archive is read-only from 22:00 to 23:00. [Details](https://status.example.com)",
        },
    )
    yield Call(
        "post_notice",
        {
            "level": "warning",
            "title": "Almost at your limit",
            "message": "You have used **92 of 100** messages this month. [Upgrade](https://example.com/plans)",
        },
    )
    yield Say("You should see two notices, one for information and one as a warning. Neither is part of the thread.")


SCENARIO = Scenario(
    name="notice",
    label="Notices",
    prompt="Is there anything I should know?",
    icon="bell",
    title="Two notices",
    keywords=("notice*", "announcement*", "anything i should know"),
    script=_script,
    tools=(post_notice,),
)
