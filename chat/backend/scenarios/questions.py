"""Questions with answers to choose from: the turn stops, and goes on with the answers."""

from __future__ import annotations

from datetime import UTC, datetime

from agents import RunContextWrapper, function_tool
from chatkit.types import (
    StructuredInputFreeform,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    ThreadItemDoneEvent,
)

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]


def _choice(id: str, question: str, *values: str, multiple: bool = False) -> StructuredInputMultipleChoice:
    options = [StructuredInputMultipleChoiceOption(value=value) for value in values]
    return StructuredInputMultipleChoice(id=id, question=question, options=options, multiple=multiple)


@function_tool(failure_error_function=None)
async def ask_about_trip(wrapper: RunContextWrapper[Stage]) -> str:
    """Ask the user what kind of trip they want. The answers come in the next turn."""
    stage = wrapper.context
    await stage.end_workflow()
    item = StructuredInputItem(
        id=stage.generate_id("message"),
        thread_id=stage.thread.id,
        created_at=datetime.now(UTC),
        inputs=[
            _choice("season", "When would you like to go?", "Spring", "Summer", "Autumn"),
            _choice("interests", "What do you want to see?", "Lighthouses", "Birds", "Museums", "Food", multiple=True),
            StructuredInputFreeform(
                id="wish", question="Anything else?", description="Diet, walking distance, company…"
            ),
        ],
    )
    await stage.stream(ThreadItemDoneEvent(item=item))
    return "The questions were shown."


def _quoted(values: list[str]) -> str:
    plain = ("".join(c for c in value[:80] if c not in "\\`*_{}[]()<>#|!~$") for value in values[:10])
    return ", ".join(" ".join(value.split()) for value in plain)


def _script(cue: Cue) -> Script:
    form = cue.latest
    if not isinstance(form, StructuredInputItem) or form.status == "pending":
        yield Say("I can plan that. Three quick questions first:")
        yield Call("ask_about_trip")
        return
    answers = {
        question.id: question.answer.values
        for question in form.inputs
        if question.answer is not None and not question.answer.skipped and question.answer.values
    }
    if form.status == "skipped" or not answers:
        yield Say("No answers, no problem: three days in **June**, along the coast, at your own pace.")
        return
    season = _quoted(answers.get("season", ["Summer"]))
    lines = [f"Three days in **{season.lower()}** then."]
    if interests := answers.get("interests"):
        lines.append(f"I put {_quoted(interests).lower()} on the list, one for each morning.")
    if wish := answers.get("wish"):
        lines.append(f"And I noted: “{_quoted(wish)}”.")
    plan = "1. *Old Harbour*, and the museum with the lens\n2. The boat to *Skerry Vane*, if the wind allows\n"
    yield Say(" ".join(lines) + f"\n\n{plan}3. The cliff path to *Cape Tarn*, back by bus")


SCENARIO = Scenario(
    name="questions",
    label="Structured questions",
    prompt="Plan a weekend on the coast for me",
    icon="message-circle-question-mark",
    title="A weekend on the coast",
    keywords=("structured input*", "question*", "questionnaire", "survey", "plan a*", "weekend"),
    script=_script,
    tools=(ask_about_trip,),
    ending_tools=("ask_about_trip",),
)
