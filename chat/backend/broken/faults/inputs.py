"""What the user sent, and what is left of it."""

from chatkit.types import UserMessageInput

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json, Thread


@broken("input/tags-lost", "Tags in a message do not come back")
class TagsLost(GoodBackend):
    def question(self, thread: Thread, asked: UserMessageInput) -> Json:
        words = [part for part in asked.content if part.type == "input_text"]
        return super().question(thread, asked.model_copy(update={"content": words}))
