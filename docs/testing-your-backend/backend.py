"""The backend under test: a ChatKit server in FastAPI that knows three tasks and shows them on a card."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from chatkit.actions import Action, ActionConfig
from chatkit.server import ChatKitServer, StreamingResult, stream_widget
from chatkit.store import NotFoundError
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
    WidgetItem,
)
from chatkit.widgets import Button, Card
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from store import MemoryStore

TASKS = ["Write the tests", "Keep a golden file", "Upgrade the SDK"]


class Tasks(ChatKitServer[dict[str, Any]]):
    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: dict[str, Any]
    ) -> AsyncIterator[ThreadStreamEvent]:
        thread.title = thread.title or "Tasks"
        async for event in self.say(f"You have {len(TASKS)} tasks today.", thread, context):
            yield event
        async for event in stream_widget(thread, Card(children=[button(task) for task in TASKS])):
            yield event

    async def action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: dict[str, Any]
    ) -> AsyncIterator[ThreadStreamEvent]:
        async for event in self.say(f"Done: {action.payload['task']}.", thread, context):
            yield event

    async def say(self, text: str, thread: ThreadMetadata, context: dict[str, Any]) -> AsyncIterator[ThreadStreamEvent]:
        """A message that streams word by word."""
        item_id = self.store.generate_item_id("message", thread, context)
        item = AssistantMessageItem(id=item_id, thread_id=thread.id, created_at=datetime.now(UTC), content=[])
        yield ThreadItemAddedEvent(item=item)
        part = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text=""))
        yield ThreadItemUpdatedEvent(item_id=item_id, update=part)
        for word in text.split(" "):
            delta = word if text.startswith(word) else f" {word}"
            yield ThreadItemUpdatedEvent(
                item_id=item_id, update=AssistantMessageContentPartTextDelta(content_index=0, delta=delta)
            )
        whole = AssistantMessageContent(text=text)
        yield ThreadItemUpdatedEvent(
            item_id=item_id, update=AssistantMessageContentPartDone(content_index=0, content=whole)
        )
        yield ThreadItemDoneEvent(item=item.model_copy(update={"content": [whole]}))


def button(task: str) -> Button:
    """What finishes a task."""
    return Button(label=task, onClickAction=ActionConfig(type="finish", payload={"task": task}))


server = Tasks(store=MemoryStore())
app = FastAPI()


@app.post("/chatkit")
async def chatkit(request: Request) -> Response:
    try:
        result = await server.process(await request.body(), {})
    except NotFoundError as error:
        return JSONResponse({"message": str(error)}, status_code=404)
    except ValueError:
        return JSONResponse({"message": "This is no ChatKit request."}, status_code=400)
    except NotImplementedError:
        return JSONResponse({"message": "This backend does not do that."}, status_code=501)
    if isinstance(result, StreamingResult):
        return StreamingResponse(events(result), media_type="text/event-stream")
    return Response(content=result.json, media_type="application/json")


async def events(result: StreamingResult) -> AsyncIterator[bytes]:
    """The stream; what goes wrong in it is told as an event, for its status has gone out already."""
    try:
        async for event in result:
            yield event
    except (NotFoundError, ValueError, NotImplementedError):
        yield b'data: {"type": "error", "code": "custom", "message": "That cannot be done.", "allow_retry": false}\n\n'
