"""Client tool calls that lead nowhere."""

from collections.abc import AsyncIterator
from typing import Any

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import SPEECH, GoodBackend
from chat.backend.broken.memory import Json, Refusal, Thread
from chat.backend.broken.wire import BrokeOnPurpose


class AsksThePage(GoodBackend):
    """A backend that answers a question with a client tool call."""

    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        if thread.items[-1]["type"] == "user_message":
            call = {"call_id": self.new_id("call"), "name": "get_selection", "arguments": {}, "status": "pending"}
            item = self.item(thread, "client_tool_call", **call)
            self.save(thread, item)
            yield {"type": "thread.item.done", "item": item}


@broken("tools/pending-not-last", "The assistant talks on after asking the page for something")
class PendingNotLast(AsksThePage):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        async for event in super().answer(thread):
            yield event
        async for event in self.says(thread, SPEECH):
            yield event


@broken("tools/output-unanswered", "Nothing follows the result of a client tool")
class OutputUnanswered(AsksThePage):
    """It asks, and that is all it ever says."""


@broken("tools/completed-call", "The call that the page has made is sent again, completed")
class CompletedCall(AsksThePage):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        async for event in super().answer(thread):
            yield event
        if thread.items[-1].get("status") == "completed":
            yield {"type": "thread.item.done", "item": thread.items[-1]}
            async for event in self.says(thread, SPEECH):
                yield event


@broken("tools/dangling-call", "A tool's result that nobody waits for breaks the stream")
class DanglingCall(GoodBackend):
    def complete_call(self, thread: Thread, result: Any) -> None:
        try:
            super().complete_call(thread, result)
        except Refusal:
            raise BrokeOnPurpose("tools/dangling-call fails without a pending call") from None
