"""A list whose rows change one by one, and can be ticked off without a stream."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agents import RunContextWrapper, function_tool
from chatkit.types import (
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    WidgetComponentUpdated,
    WidgetItem,
)
from chatkit.widgets import WidgetComponent, WidgetRoot
from pydantic import TypeAdapter

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage, widget

__all__ = ["SCENARIO"]

_COMPONENT: TypeAdapter[WidgetComponent] = TypeAdapter(WidgetComponent)

_TASKS = (
    ("guide", "Finish the migration guide", "Priya, due Friday", "done"),
    ("dates", "Ask three customers for a test date", "Tom, due Monday", "open"),
    ("pricing", "Update the pricing page", "waits for the legal review", "blocked"),
    ("backup", "Restore last night's backup on staging", "Ines, due today", "late"),
    ("support", "Find someone for the long weekend", "nobody yet", "open"),
)
_BADGES = {
    "checking": ("Checking…", "secondary", "empty-circle"),
    "done": ("Done", "success", "check-circle-filled"),
    "open": ("Open", "info", "empty-circle"),
    "blocked": ("Blocked", "warning", "clock"),
    "late": ("Late", "danger", "bolt"),
}


def _row(task: str, title: str, detail: str, state: str) -> dict[str, Any]:
    label, color, icon = _BADGES[state]
    return {
        "type": "ListViewItem",
        "id": f"task-{task}",
        "align": "center",
        "gap": 3,
        "onClickAction": {
            "type": "task.toggle",
            "payload": {"task": task, "state": state},
            "loadingBehavior": "self",
            "streaming": False,
        },
        "children": [
            {"type": "Icon", "name": icon, "color": "secondary"},
            {
                "type": "Col",
                "children": [
                    {"type": "Text", "value": title, "weight": "medium", "lineThrough": state == "done"},
                    {"type": "Caption", "value": detail},
                ],
            },
            {"type": "Spacer"},
            {"type": "Badge", "label": label, "color": color, "pill": True},
        ],
    }


def _list(states: Mapping[str, str]) -> WidgetRoot:
    done = sum(state == "done" for state in states.values())
    return widget(
        {
            "type": "ListView",
            "limit": 8,
            "status": {"text": f"{done} of {len(_TASKS)} done", "icon": "check-circle"},
            "children": [_row(task, title, detail, states[task]) for task, title, detail, _ in _TASKS],
        }
    )


def _states(item: WidgetItem) -> dict[str, str]:
    """The state of each task as the stored widget has it."""
    states = {task: state for task, _, _, state in _TASKS}
    for row in getattr(item.widget, "children", None) or ():
        payload = getattr(getattr(row, "onClickAction", None), "payload", None)
        if isinstance(payload, dict) and payload.get("task") in states and payload.get("state") in _BADGES:
            states[payload["task"]] = payload["state"]
    return states


def _toggle(payload: Mapping[str, Any], sender: WidgetItem) -> WidgetRoot:
    states = _states(sender)
    task = payload.get("task")
    if isinstance(task, str) and task in states:
        states[task] = "open" if states[task] == "done" else "done"
    return _list(states)


@function_tool(failure_error_function=None)
async def show_tasks(wrapper: RunContextWrapper[Stage]) -> str:
    """Show the user the team's tasks in a list, with their states."""
    stage = wrapper.context
    item = WidgetItem(
        id=stage.generate_id("message"),
        thread_id=stage.thread.id,
        created_at=datetime.now(UTC),
        widget=_list({task: "checking" for task, *_ in _TASKS}),
        copy_text="\n".join(f"- {title} ({state})" for _, title, _, state in _TASKS),
    )
    await stage.stream(ThreadItemAddedEvent(item=item))
    for task, title, detail, state in _TASKS:
        await stage.pace.pause(0.3)
        update = WidgetComponentUpdated(
            component_id=f"task-{task}", component=_COMPONENT.validate_python(_row(task, title, detail, state))
        )
        await stage.stream(ThreadItemUpdatedEvent(item_id=item.id, update=update))
    final = _list({task: state for task, _, _, state in _TASKS})
    await stage.stream(ThreadItemDoneEvent(item=item.model_copy(update={"widget": final})))
    return "The list was shown: one done, two open, one blocked, one late."


def _script(cue: Cue) -> Script:
    yield Call("show_tasks")
    yield Say("One task is done, one is late, one is blocked. Click a row to tick it off.")


SCENARIO = Scenario(
    name="task_list",
    label="List widget",
    prompt="What is the team working on?",
    icon="list-checks",
    title="What the team is working on",
    keywords=("list widget", "listview", "list view", "team working on", "to-do*", "todo*", "list of tasks"),
    script=_script,
    tools=(show_tasks,),
    sync_actions={"task.toggle": _toggle},
)
