"""Workflows of every kind: with a time, without one, with words of their own, open and shut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agents import RunContextWrapper, function_tool
from chatkit.types import (
    CustomSummary,
    CustomTask,
    DurationSummary,
    Task,
    ThoughtTask,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
)

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]

_THOUGHT = ThoughtTask(title="A thought", content="Nothing needs to be **looked up** for that.")
_STEP = CustomTask(title="A step of its own", icon="cube", content="With words under it.", status_indicator="complete")
_KINDS: tuple[tuple[dict[str, Any], Task], ...] = (
    ({"type": "reasoning", "summary": DurationSummary(duration=0)}, _THOUGHT),
    ({"type": "reasoning", "summary": DurationSummary(duration=127)}, _THOUGHT),
    ({"type": "custom", "summary": CustomSummary(title="Looked at the lamp", icon="lightbulb")}, _STEP),
    ({"type": "custom", "summary": CustomSummary(title="Stays open"), "expanded": True}, _STEP),
)


@function_tool(failure_error_function=None)
async def show_workflows(wrapper: RunContextWrapper[Stage]) -> str:
    """Show the user workflows of every kind."""
    stage = wrapper.context
    await stage.end_workflow()
    for fields, task in _KINDS:
        item = WorkflowItem(
            id=stage.generate_id("workflow"),
            thread_id=stage.thread.id,
            created_at=datetime.now(UTC),
            workflow=Workflow(type=fields["type"], tasks=[]),
        )
        # Not by the SDK's helpers: they put the time that it took in place of the one that is to be shown.
        await stage.stream(ThreadItemAddedEvent(item=item.model_copy(deep=True)))
        stage.workflow_item = None
        await stage.stream(ThreadItemUpdatedEvent(item_id=item.id, update=WorkflowTaskAdded(task_index=0, task=task)))
        done = Workflow(tasks=[task], **fields)
        await stage.stream(ThreadItemDoneEvent(item=item.model_copy(update={"workflow": done})))
        stage.workflow_item = None
    return "Four workflows were shown."


def _script(cue: Cue) -> Script:
    yield Call("show_workflows")
    yield Say("Four workflows: thought for no time, for two minutes, with words of their own, and one left open.")


SCENARIO = Scenario(
    name="workflows",
    label="Workflows of every kind",
    prompt="Show me workflows of every kind",
    icon="workflow",
    title="Workflows of every kind",
    keywords=("workflows of every kind", "every workflow", "every kind of workflow"),
    script=_script,
    tools=(show_workflows,),
    on_start_screen=False,
)
