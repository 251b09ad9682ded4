"""Thoughts and tasks of every kind, in the workflow that a reasoning model opens."""

from __future__ import annotations

from agents import RunContextWrapper, function_tool
from chatkit.types import CustomTask, FileSource, FileTask, ImageTask, SearchTask, Task, URLSource

from chat.backend.script import Call, Cue, Say, Scenario, Script, Think
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]

_PAGES = [
    URLSource(
        title="Fresnel lens",
        url="https://en.wikipedia.org/wiki/Fresnel_lens",
        description="A lens that is thinner, larger and flatter than a conventional one, made of concentric rings.",
        attribution="Wikipedia",
        timestamp="2026-03-02",
    ),
    URLSource(
        title="Augustin-Jean Fresnel",
        url="https://www.britannica.com/biography/Augustin-Jean-Fresnel",
        description="French physicist who pioneered in optics and did much to establish the wave theory of light.",
        attribution="Britannica",
    ),
    URLSource(title="Lighthouse", url="https://en.wikipedia.org/wiki/Lighthouse", attribution="Wikipedia"),
]
_FILES = [
    FileSource(title="Annual return 1907", filename="annual-return-1907.pdf", description="Pages 12 to 14"),
    FileSource(title="Optics of the northern lights", filename="optics.xlsx"),
]


async def _do(stage: Stage, task: Task, seconds: float, **result: object) -> None:
    """Show `task` as under way, and as complete with its `result` after a while."""
    await stage.add_workflow_task(task.model_copy(update={"status_indicator": "loading"}))
    assert stage.workflow_item is not None
    place = len(stage.workflow_item.workflow.tasks) - 1
    await stage.pace.pause(seconds)
    await stage.update_workflow_task(task.model_copy(update={"status_indicator": "complete", **result}), place)


@function_tool(failure_error_function=None)
async def research(wrapper: RunContextWrapper[Stage], question: str) -> str:
    """Search the web and the archive, showing every step as a task.

    Args:
        question: What to find out.
    """
    stage = wrapper.context
    queries = ["Fresnel lens order focal length", "first-order lighthouse lens range"]
    search = SearchTask(title="Searching the web", title_query=question[:80], queries=queries)
    await _do(stage, search, 1.2, title="Searched the web", sources=_PAGES)
    await _do(stage, FileTask(title="Reading the archive"), 0.8, title="Read 2 files of the archive", sources=_FILES)
    compared = "31.5 m of height and a first-order lens give **21 nautical miles**; the list says 20."
    custom = CustomTask(title="Comparing with the list of lights", icon="analytics")
    await _do(stage, custom, 0.9, title="Compared with the list of lights", content=compared)
    await _do(stage, ImageTask(title="Looking at the drawing"), 0.6, title="Looked at the drawing of the lantern")
    return "Found: the order of a lens is its focal length; first order is 920 mm. Range of Cape Tarn: 21 miles."


def _script(cue: Cue) -> Script:
    yield Think(
        "**Understanding the question**\n\nA lighthouse lens is classed by its *order*, which is its focal length. "
        "The range also depends on the height of the tower, so I need both, and a source for each."
    )
    yield Call("research", {"question": "Why can a small lamp be seen twenty miles away?"})
    yield Think(
        "**Putting it together**\n\nThe sources agree within a mile. I can answer with the geometry first and the "
        "optics second, and should say that haze changes everything."
    )
    yield Say(
        "A small lamp carries so far for two reasons.\n\n"
        "1. **It is high.** From 31.5 m the horizon is about 20 km away, and the eye of a sailor adds its own height "
        "to that.\n"
        "2. **Nothing is wasted.** A first-order Fresnel lens, with a focal length of 920 mm, bends nearly all the "
        "light of the lamp into one flat beam.\n\n"
        "Together that gives *Cape Tarn* a range of **21 nautical miles** in clear air. Haze can halve it."
    )


SCENARIO = Scenario(
    name="reasoning",
    label="Reasoning and tasks",
    prompt="Think hard: why can a small lamp be seen twenty miles away?",
    icon="brain",
    title="How far a small lamp is seen",
    keywords=("reasoning", "think hard", "workflow*", "tasks", "thought", "thoughts", "web search", "research"),
    script=_script,
    tools=(research,),
)
