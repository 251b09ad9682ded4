"""Tasks, alone or in a workflow: what the assistant is doing or has done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatkit.types import (
    CustomSummary,
    CustomTask,
    DurationSummary,
    FileTask,
    ImageTask,
    SearchTask,
    Task,
    ThoughtTask,
    Workflow,
    WorkflowItem,
)
from markupsafe import Markup

from chat.rendering.icons import chatkit_icon, icon

from ..context import RenderContext
from ..html import first_of, join, labelled_json, tag, text_of
from ..markdown import markdown_beside
from ..sources import source_row
from .registry import draws_item, draws_slot

if TYPE_CHECKING:
    from chat.protocol import ItemState

_SHOWN_SOURCES = 6


def _fold(sources: list[Any]) -> Markup:
    """The first sources, the others folded."""
    first = tag("ul", join(map(source_row, sources[:_SHOWN_SOURCES])), class_="task-sources")
    if len(sources) <= _SHOWN_SOURCES:
        return first
    more = tag("summary", f"{len(sources) - _SHOWN_SOURCES} more")
    others = tag("ul", first_of(sources[_SHOWN_SOURCES:], source_row), class_="task-sources")
    return first + tag("details", more, others, class_="task-more")


def _parts(task: Task, context: RenderContext) -> tuple[Markup, str, Markup]:
    """Icon, title and body of a task."""
    if isinstance(task, SearchTask):
        title = task.title or (f"Searching for “{task.title_query}”" if task.title_query else "Searching the web")
        queries = tag(
            "div",
            first_of(task.queries, lambda query: tag("span", icon("search", 12), text_of(query, 200))),
            class_="queries",
        )
        return (
            icon("search", 15),
            title,
            join([queries if task.queries else None, _fold(task.sources) if task.sources else None]),
        )
    if isinstance(task, FileTask):
        return icon("file-text", 15), task.title or "Reading files", _fold(task.sources) if task.sources else Markup()
    if isinstance(task, ImageTask):
        return icon("image", 15), task.title or "Creating an image", Markup()
    if isinstance(task, ThoughtTask):
        return icon("lightbulb", 15), task.title or "", _markdown(task.content, context)
    return chatkit_icon(task.icon or "dot", 15), task.title or "", _markdown(task.content or "", context)


def _markdown(text: str, context: RenderContext) -> Markup:
    html = Markup(markdown_beside(text_of(text), context.images))
    return tag("div", html, class_="markdown task-text") if html else Markup()


def _row(task: object, context: RenderContext, *, plain: bool = False, running: bool = True) -> Markup:
    if not isinstance(task, CustomTask | SearchTask | ThoughtTask | FileTask | ImageTask):
        kind, data = getattr(task, "type", ""), getattr(task, "json", None)
        return tag(
            "li",
            tag("span", icon("circle-question-mark", 15), class_="task-mark"),
            labelled_json("Unknown task", kind, data),
            class_="task",
        )
    mark, title, body = _parts(task, context)
    if not plain and task.status_indicator == "loading":
        # what was cut off while it loaded stands still, as in the official widget
        mark = tag("i", class_="spin", role="img", aria_label="running") if running else icon("circle-dashed", 15)
    elif not plain and task.status_indicator == "complete":
        mark = icon("circle-check", 15)
    kind = "task task-plain" if plain else f"task task-{task.status_indicator}"
    head = tag("p", text_of(title, 500), class_="task-title") if title else None
    return tag("li", tag("span", mark, class_="task-mark"), tag("div", head, body), class_=kind, data_task=task.type)


@draws_item("task")
def _task(state: ItemState, context: RenderContext) -> Markup:
    tasks = state.tasks
    if not tasks:
        return labelled_json("A task that does not fit the protocol's types", "", state.json, opened=True)
    return tag("ul", join(_row(task, context, plain=True) for task in tasks), class_="tasks is-single")


def _seconds(duration: int) -> str:
    if duration < 1:
        return "less than a second"
    if duration < 60:
        return f"{duration} s"
    minutes, seconds = divmod(duration, 60)
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"


def _summary(workflow: Workflow, state: ItemState) -> tuple[Markup, str, bool]:
    """Icon, text, and whether it is still going on."""
    reasoning = workflow.type == "reasoning"
    symbol = icon("lightbulb" if reasoning else "list-checks", 15)
    if isinstance(workflow.summary, CustomSummary):
        return (
            chatkit_icon(workflow.summary.icon, 15) if workflow.summary.icon else symbol,
            workflow.summary.title,
            False,
        )
    if isinstance(workflow.summary, DurationSummary):
        return symbol, f"{'Thought' if reasoning else 'Worked'} for {_seconds(workflow.summary.duration)}", False
    if state.status == "streaming":
        titles = [title for task in state.tasks if (title := getattr(task, "title", None))]
        return symbol, titles[-1] if titles else ("Thinking" if reasoning else "Working"), True
    return symbol, f"{'Thought' if reasoning else 'Worked'} for a while", False


@draws_slot("tasks")
def _tasks(state: ItemState, context: RenderContext, number: int = 0) -> Markup:
    item = state.item
    if not isinstance(item, WorkflowItem):
        return labelled_json("A workflow that does not fit the protocol's types", "", state.json, opened=True)
    symbol, text, running = _summary(item.workflow, state)
    head = tag(
        "summary",
        tag("i", class_="spin") if running else symbol,
        tag("span", text_of(text, 500), class_="shimmer" if running else None),
        icon("chevron-right", 14),
    )
    going = state.status == "streaming"
    listed = first_of(state.tasks, lambda task: _row(task, context, running=going))
    if not going and item.workflow.summary is None and listed:
        done = tag("p", "Done", class_="task-title")
        listed += tag("li", tag("span", icon("check", 15), class_="task-mark"), tag("div", done), class_="task")
    rows = tag("ul", listed, class_="tasks")
    opened = item.workflow.expanded or running
    return tag("details", head, rows, class_="workflow", open=opened)


@draws_item("workflow")
def _workflow(state: ItemState, context: RenderContext) -> Markup:
    return tag("div", _tasks(state, context), data_slot="tasks")
