"""Links into the page around the widget, and out of it."""

from __future__ import annotations

from agents import RunContextWrapper, function_tool

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage, widget

__all__ = ["SCENARIO"]

_TEXT = (
    "- Into your page: [open the orders](chatkit-link://orders)\n"
    "- Into your page, with data: [order 1042](chatkit-link://order?id=1042&tab=history)\n"
    "- Out of it: [the lens](https://en.wikipedia.org/wiki/Fresnel_lens)\n"
    "- A mail: [write to the keeper](mailto:keeper@example.org)\n"
)


@function_tool(failure_error_function=None)
async def show_links(wrapper: RunContextWrapper[Stage]) -> str:
    """Show the user a card with links into their page."""
    text = "In a widget: [open the orders](chatkit-link://orders)"
    card = widget({"type": "Card", "size": "sm", "children": [{"type": "Markdown", "value": text}]})
    await wrapper.context.stream_widget(card, copy_text="Links into the page")
    return "The card was shown."


def _script(cue: Cue) -> Script:
    yield Say(_TEXT)
    yield Call("show_links")
    yield Say("A click on a `chatkit-link://` address leads nowhere: your page is told, and does what it likes.")


SCENARIO = Scenario(
    name="page_links",
    label="Links into the page",
    prompt="Show me links into my page",
    icon="link",
    title="Links into the page",
    keywords=("deep link*", "deeplink*", "chatkit-link", "links into my page"),
    script=_script,
    tools=(show_links,),
    on_start_screen=False,
)
