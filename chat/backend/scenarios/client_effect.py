"""A message to the page that expects no answer."""

from __future__ import annotations

from agents import RunContextWrapper, function_tool
from chatkit.types import ClientEffectEvent

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]


@function_tool(failure_error_function=None)
async def highlight_order(wrapper: RunContextWrapper[Stage], order: str) -> str:
    """Let the page highlight an order.

    Args:
        order: The order's number.
    """
    effect = ClientEffectEvent(
        name="highlight", data={"selector": f"#order-{order[:20]}", "color": "amber", "seconds": 3}
    )
    await wrapper.context.stream(effect)
    return f"The page was told to highlight order {order[:20]}."


def _script(cue: Cue) -> Script:
    yield Call("highlight_order", {"order": "1042"})
    yield Say(
        "I told your page to highlight order **1042**. That was a *client effect*: the page receives the name "
        "`highlight` with its data and does with it what it likes. Nothing is stored, and no answer is expected."
    )


SCENARIO = Scenario(
    name="client_effect",
    label="Client effect",
    prompt="Highlight order 1042 on my page",
    icon="wand-sparkles",
    title="Highlight order 1042",
    keywords=("client effect*", "effect", "highlight*"),
    script=_script,
    tools=(highlight_order,),
)
