"""Widget actions of every kind: handled by the backend, by the page, without a stream, with every way of waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents import RunContextWrapper, function_tool
from chatkit.types import WidgetItem
from chatkit.widgets import WidgetRoot

from chat.backend.script import Call, Cue, Reaction, Say, Scenario, Script, echo
from chat.backend.stage import Stage, widget

__all__ = ["SCENARIO"]

_WAITING = ("auto", "self", "container", "none")


def _button(label: str, type: str, payload: Mapping[str, Any] | None, **how: Any) -> dict[str, Any]:
    action = {"type": type, **({} if payload is None else {"payload": payload}), **how}
    return {"type": "Button", "label": label, "variant": "outline", "size": "sm", "onClickAction": action}


def _card(count: int) -> WidgetRoot:
    waiting = [_button(f"Waits: {how}", "action.server", {"waits": how}, loadingBehavior=how) for how in _WAITING]
    return widget(
        {
            "type": "Card",
            "size": "md",
            "children": [
                {"type": "Title", "value": "Actions of every kind", "size": "sm"},
                {"type": "Row", "gap": 2, "wrap": "wrap", "children": waiting},
                {
                    "type": "Row",
                    "gap": 2,
                    "wrap": "wrap",
                    "children": [
                        _button("For the page", "action.page", {"order": "1042"}, handler="client"),
                        _button("Without payload", "action.server", None),
                        _button("Without a stream", "action.count", {"count": count}, streaming=False),
                    ],
                },
                {"type": "Text", "id": "count", "value": f"Counted without a stream: {count}", "size": "sm"},
                {
                    "type": "Checkbox",
                    "name": "loud",
                    "label": "Says so at each change",
                    "onChangeAction": {"type": "action.server", "payload": {"from": "the checkbox"}},
                },
            ],
        }
    )


def _say(text: str) -> Script:
    yield Say(text)


def _server(payload: Mapping[str, Any], sender: WidgetItem) -> Reaction:
    words = f"The backend got `action.server`, with {echo(payload)}." if payload else "It came without a payload."
    return Reaction(_say(words), "The user tried an action that the backend handles.")


def _page(payload: Mapping[str, Any], sender: WidgetItem) -> Reaction:
    words = f"Your page sent `action.page` on to the backend, with {echo(payload)}. By itself it is for the page alone."
    return Reaction(_say(words), "The page sent on an action that was for the page.")


def _count(payload: Mapping[str, Any], sender: WidgetItem) -> WidgetRoot:
    count = payload.get("count")
    return _card(count + 1 if isinstance(count, int) and 0 <= count < 1000 else 0)


@function_tool(failure_error_function=None)
async def show_actions(wrapper: RunContextWrapper[Stage]) -> str:
    """Show the user a card with actions of every kind."""
    await wrapper.context.stream_widget(_card(0), copy_text="Actions of every kind")
    return "The card was shown."


def _script(cue: Cue) -> Script:
    yield Call("show_actions")
    yield Say("Click: what the backend gets, it says. **For the page** is your page's alone, with `handler: client`.")


SCENARIO = Scenario(
    name="every_action",
    label="Widget actions",
    prompt="Show me every kind of action",
    icon="mouse-pointer-click",
    title="Actions of every kind",
    keywords=("every kind of action", "all actions", "widget action*", "client action*", "sync action*"),
    script=_script,
    tools=(show_actions,),
    actions={"action.server": _server, "action.page": _page},
    sync_actions={"action.count": _count},
    on_start_screen=False,
)
