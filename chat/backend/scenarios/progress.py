"""Progress updates while a tool works, and the task it leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime

from agents import RunContextWrapper, function_tool
from chatkit.types import CustomTask, ProgressUpdateEvent, TaskItem, ThreadItemDoneEvent

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]


@function_tool(failure_error_function=None)
async def check_stock(wrapper: RunContextWrapper[Stage]) -> str:
    """Compare the stock of all warehouses with the open orders, reporting progress."""
    stage = wrapper.context
    steps = (
        ProgressUpdateEvent(icon="search", text="Reading 3 warehouses…"),
        ProgressUpdateEvent(icon="document", text="Reading 1,204 open orders…"),
        ProgressUpdateEvent(icon="analytics", text="Comparing: 38 %"),
        ProgressUpdateEvent(icon="analytics", text="Comparing: 87 %"),
        ProgressUpdateEvent(icon="write", text="Writing the answer…"),
    )
    for step in steps:
        await stage.stream(step)
        await stage.pace.pause(0.7)
    task = CustomTask(
        title="Compared 1,204 orders with 3 warehouses",
        icon="check-circle",
        content="Two articles are short: lamp oil (**−40**) and wicks (**−12**).",
        status_indicator="complete",
    )
    item = TaskItem(id=stage.generate_id("task"), thread_id=stage.thread.id, created_at=datetime.now(UTC), task=task)
    await stage.stream(ThreadItemDoneEvent(item=item))
    return "Short: lamp oil by 40 tins, wicks by 12 boxes."


def _script(cue: Cue) -> Script:
    yield Call("check_stock")
    yield Say(
        "Two articles will not last until the next delivery:\n\n"
        "| Article | In stock | Ordered | Short |\n|---|---:|---:|---:|\n"
        "| Lamp oil, 5 l | 310 | 350 | **40** |\n| Wicks, box of 20 | 88 | 100 | **12** |\n\n"
        "Everything else is covered."
    )


SCENARIO = Scenario(
    name="progress",
    label="Progress",
    prompt="Check the stock against the open orders",
    icon="loader",
    title="Stock against open orders",
    keywords=("progress*", "check the stock", "stock", "inventory"),
    script=_script,
    tools=(check_stock,),
)
