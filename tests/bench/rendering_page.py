"""The pages that the rendering benchmark looks at: `python -m tests.bench.rendering_page PORT BACKEND_URL`.

`/` shows a conversation as the workbench does, `/?thread=old` one with 1,000 stored messages; `/feed` gives it text
that came from nowhere, which leaves rendering alone; `/naive` sets `ui.markdown` every 50 ms.
"""

import asyncio
import sys
import time

from nicegui import app, ui

from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
from chat.protocol import PartReplaced, decode_body, fold
from chat.ui.conversation_view import ConversationView
from chat.ui.page_files import add_page_files, mount_page_files
from chat.ui.routes.conversation import conversation_routes
from tests.bench.rendering_backend import DELTA, RATE, event, text_of

TOKEN = "bench"
conversations: dict[str, Conversation] = {}
tasks: list[asyncio.Task[None]] = []


def new_conversation(backend: str) -> Conversation:
    conversation = Conversation(ChatKitClient(Connection(backend)))
    conversations[conversation.id] = conversation
    return conversation


async def feed(conversation: Conversation, wanted: dict[str, object]) -> None:
    """What rendering gets, without a network, decoding and folding: the same changes at the same rate."""
    head = {"id": "a", "thread_id": "t", "created_at": "2026-01-01T00:00:00", "type": "assistant_message"}
    item = {**head, "content": [{"type": "output_text", "text": "", "annotations": []}]}
    for one in decode_body(event({"type": "thread.item.added", "item": item})):
        for change in fold(conversation.state, one):
            conversation.transcript.apply(conversation.state, change)
    entry = conversation.transcript.item("a")
    assert entry
    conversation.transcript.apply(conversation.state, PartReplaced("a", 0))
    text = text_of(int(str(wanted["bytes"])), bool(wanted["highlight"]))
    begin, sent, count = time.perf_counter(), 0, len(text) // DELTA
    while sent < count:
        due = min(count, int((time.perf_counter() - begin) * RATE) + 1)
        entry.grow(0, text[sent * DELTA : due * DELTA], conversation.render_context)  # as a run of deltas does
        conversation.transcript.dress(entry)
        conversation.audience.soon()
        sent = due
        await asyncio.sleep(0.005)
    conversation.transcript.finish(entry, "done")
    conversation.audience.soon()


def main(port: int, backend: str) -> None:
    mount_page_files()
    app.include_router(conversation_routes(conversations.get, conversations.get, lambda: TOKEN))

    @app.get("/newest")
    async def newest() -> str:
        """Id of the conversation of the page that was opened last."""
        return list(conversations)[-1]

    @app.post("/feed")
    async def begin(wanted: dict[str, object]) -> None:
        tasks.append(asyncio.create_task(feed(conversations[list(conversations)[-1]], wanted)))

    @ui.page("/")
    async def index(thread: str = "") -> None:
        add_page_files()
        conversation = new_conversation(backend)
        if thread:
            await conversation.load(thread)
        with ui.element("div").classes("conversation-pane").style("height: 100vh"):
            ConversationView(conversation, TOKEN)

    @ui.page("/naive")
    def naive() -> None:
        add_page_files()
        conversation = new_conversation(backend)
        markdown = ui.markdown("").props("data-testid=naive")
        shown = [0]

        def show() -> None:
            items = [item for item in conversation.state.visible_items() if item.type == "assistant_message"]
            text = items[-1].text(0) if items and items[-1].part_count else ""
            if len(text) != shown[0]:
                shown[0] = len(text)
                markdown.set_content(text)
            elif items and items[-1].status == "done":
                markdown.props("data-status=done")

        ui.timer(0.05, show)

    ui.run(port=port, host="127.0.0.1", show=False, reload=False, tailwind=False, reconnect_timeout=30,
           show_welcome_message=False, binding_refresh_interval=None)  # fmt: skip


if __name__ in ("__main__", "__mp_main__"):
    main(int(sys.argv[1]), sys.argv[2])
