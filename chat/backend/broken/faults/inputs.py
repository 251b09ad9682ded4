"""What the user sent, and what is left of it."""

from collections.abc import AsyncIterator
from typing import Any

from chatkit.types import ThreadsAddStructuredInputReq, UserMessageInput

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import SPEECH, GoodBackend
from chat.backend.broken.memory import Json, Thread


@broken("input/tags-lost", "Tags in a message do not come back")
class TagsLost(GoodBackend):
    def question(self, thread: Thread, asked: UserMessageInput) -> Json:
        words = [part for part in asked.content if part.type == "input_text"]
        return super().question(thread, asked.model_copy(update={"content": words}))


@broken(
    "input/answers-unanswered",
    "It asks the user something, and says nothing to the answers",
    then="Now answer the question: what comes back shows the fault.",
)
class AnswersUnanswered(GoodBackend):
    """Who skips its question is answered."""

    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        last = thread.items[-1]
        if last["type"] == "user_message":
            options = [{"value": "Water the plants"}, {"value": "Call Ada"}]
            ask = {"type": "multiple_choice", "id": "first", "question": "What comes first?", "options": options}
            item = self.item(thread, "structured_input", status="pending", inputs=[ask])
            self.save(thread, item)
            yield {"type": "thread.item.done", "item": item}
            return
        yield {"type": "thread.item.replaced", "item": last}
        if last["status"] == "skipped":
            async for event in self.says(thread, SPEECH):
                yield event

    def take(self, thread: Thread, asked: Any) -> None:
        last = thread.items[-1] if thread.items else {}
        waits = last.get("type") == "structured_input" and last["status"] == "pending"
        if not isinstance(asked, ThreadsAddStructuredInputReq) or not waits:
            return super().take(thread, asked)
        given = asked.params.input
        thread.size += len(str(given))
        answers = {name: answer.model_dump() for name, answer in given.answers.items()}
        inputs = [{**one, "answer": answers[one["id"]]} if one["id"] in answers else one for one in last["inputs"]]
        self.save(thread, {**last, "status": given.status, "inputs": inputs})
