"""A widget whose text grows while it is shown."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from agents import RunContextWrapper, function_tool
from chatkit.widgets import WidgetRoot

from chat.backend.pace import pieces
from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage, widget

__all__ = ["SCENARIO"]

_SUMMARY = (
    "The team agreed to **move the launch to 14 May** and to keep the beta open until then.\n\n"
    "- Priya finishes the migration guide by Friday\n"
    "- Tom asks the three largest customers for a test date\n"
    "- The pricing page waits for the legal review\n\n"
    "Open question: who answers support mail over the long weekend?"
)
_FOOTNOTE = "Summarised from 48 minutes of conversation between five people."


def _card(summary: str, footnote: str, streaming: bool) -> WidgetRoot:
    return widget(
        {
            "type": "Card",
            "size": "md",
            "children": [
                {
                    "type": "Row",
                    "align": "center",
                    "gap": 2,
                    "children": [
                        {"type": "Icon", "name": "notebook-pencil", "color": "secondary"},
                        {"type": "Title", "value": "Launch planning, Tuesday", "size": "sm"},
                        {"type": "Spacer"},
                        {"type": "Badge", "label": "48 min", "color": "secondary"},
                    ],
                },
                {"type": "Divider"},
                {"type": "Markdown", "id": "summary", "value": summary, "streaming": streaming},
                {
                    "type": "Text",
                    "id": "footnote",
                    "value": footnote,
                    "streaming": streaming,
                    "size": "xs",
                    "color": "tertiary",
                },
            ],
        }
    )


@function_tool(failure_error_function=None)
async def summarise_meeting(wrapper: RunContextWrapper[Stage]) -> str:
    """Show a summary of the last meeting in a card, as it is being written."""
    stage = wrapper.context

    async def growing() -> AsyncGenerator[WidgetRoot, None]:
        yield _card("", "", streaming=True)
        summary = footnote = ""
        for piece in pieces(_SUMMARY):
            await stage.pace.speak(piece)
            summary += piece
            yield _card(summary, footnote, streaming=True)
        for piece in pieces(_FOOTNOTE):
            await stage.pace.speak(piece)
            footnote += piece
            yield _card(summary, footnote, streaming=True)
        yield _card(summary, footnote, streaming=False)

    await stage.stream_widget(growing(), copy_text=_SUMMARY)
    return "The summary was shown to the user in a card."


def _script(cue: Cue) -> Script:
    yield Call("summarise_meeting")
    yield Say("There is the summary. Two of the three tasks have a name on them; the pricing page has none yet.")


SCENARIO = Scenario(
    name="streaming_text",
    label="Streaming widget",
    prompt="Summarise the last meeting in a card",
    icon="notebook-pen",
    title="Summary of the last meeting",
    keywords=("streaming text", "streaming widget", "summarise the*", "summarize the*", "meeting", "summary card"),
    script=_script,
    tools=(summarise_meeting,),
)
