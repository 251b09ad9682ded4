"""What becomes of what the user sends."""

from __future__ import annotations

from chat.checks.case import Case
from chat.checks.families.silence import nothing_said, silence
from chat.checks.findings import Hit, Level
from chat.checks.rules import END, active, rule

tags_lost = active(
    "input/tags-lost",
    level=Level.WARNING,
    title="A tag in a message does not come back",
    expected="every part of the message's content in the `user_message` item, `input_tag` included",
    why="Who mentions an order with @ sees only the words around it, and so does the agent after a reload.",
    fix="item = UserMessageItem(\n    id=item_id, thread_id=thread.id, created_at=datetime.now(),\n"
    "    content=request.params.input.content,  # all parts, not only the text\n"
    "    attachments=[], inference_options=request.params.input.inference_options,\n)",
    widget="Shows the user's message as it comes back: most likely without the tag.",
)


def _skipped(case: Case) -> str:
    given = case.params.get("input")
    answers = given.get("answers") if isinstance(given, dict) else None
    if not isinstance(given, dict) or given.get("status") == "skipped":
        return "The questions were skipped."
    if (
        isinstance(answers, dict)
        and answers
        and all(isinstance(a, dict) and a.get("skipped") for a in answers.values())
    ):
        return "Each of the questions was skipped."
    return ""


@rule(
    "input/answers-unanswered",
    level=Level.WARNING,
    on=END,
    about=("threads.add_structured_input",),
    unless=_skipped,
    title="The answers to the agent's questions get no reply",
    expected="an answer that makes use of what the user has chosen, or an `error` event",
    why="The user answers the agent's questions and nothing follows: the conversation stops in the middle.",
    fix="async def respond(self, thread, input_user_message, context):\n"
    "    # input_user_message is None after answers: they stand in the thread's structured_input item\n"
    "    async for event in stream_agent_response(agent_context, result):\n"
    "        yield event",
    widget="Takes the questions away and shows nothing after them, most likely.",
)
def answers_unanswered(case: Case) -> Hit | None:
    question = case.params.get("item_id")
    if case.operation not in answers_unanswered.about or _skipped(case):
        return None
    if not nothing_said(case, beside=question if isinstance(question, str) else ""):
        return None
    return Hit(silence(case), case.at(case.last) if case.last else case.place())
