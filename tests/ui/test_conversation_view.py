"""What a window is sent when it is away, too slow, or back again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from nicegui import Client
from nicegui.events import GenericEventArguments
from nicegui.page import page

from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
from chat.conversation.recorded import RecordedThread
from chat.conversation.shown_thread import ShownThread
from chat.ui.bridge import KIND
from chat.ui.conversation_view import WINDOW, ConversationView


class Window:
    """A page whose browser is played by the test."""

    def __init__(self, thread: ShownThread) -> None:
        actions = thread if isinstance(thread, Conversation) else None
        self.client = Client(page("/conversation"))
        with self.client:
            self.view = ConversationView(thread, "token", actions=actions)
        self.connect()

    def connect(self) -> None:
        self.client.tab_id = "tab"

    def cut(self) -> None:
        self.client.tab_id = None

    def received(self) -> list[tuple[str, list[Any]]]:
        """Calls queued for the browser since the last look."""
        messages = [data for _, kind, data in self.client.outbox.messages if kind == KIND]
        self.client.outbox.messages.clear()
        return [(data["call"], list(data["args"])) for data in messages]

    def emit(self, name: str, args: Any) -> None:
        handler = {"resync": self.view._resync, "seen": self.view._confirmed}[name]
        handler(GenericEventArguments(sender=self.view, client=self.client, args=args))


@pytest.fixture
async def conversation() -> Conversation:
    return Conversation(ChatKitClient(Connection("http://127.0.0.1:9/chatkit")))


@pytest.fixture
async def window(conversation: Conversation) -> AsyncIterator[Window]:
    window = Window(conversation)
    yield window
    if not window.client.is_deleted:
        window.client.delete()


def frames(conversation: Conversation, count: int) -> None:
    for _ in range(count):
        conversation.transcript.note("remark", "<p>one more</p>", label="Remark")
        conversation.audience.now()


async def test_a_window_starts_with_a_snapshot_and_goes_on_with_the_next_frame(
    conversation: Conversation,
) -> None:
    frames(conversation, 3)
    window = Window(conversation)
    snapshot = window.view.props["snapshot"]
    assert len(snapshot["entries"]) == 3
    frames(conversation, 1)
    ((call, (n, _)),) = window.received()
    assert (call, n) == ("frame", snapshot["n"] + 1)
    window.client.delete()


async def test_a_page_that_does_not_confirm_is_not_sent_more_than_a_window_of_frames(
    conversation: Conversation, window: Window
) -> None:
    frames(conversation, 1500)
    assert len(window.received()) == WINDOW


async def test_a_page_that_confirms_gets_every_frame(conversation: Conversation, window: Window) -> None:
    got = []
    for _ in range(30):
        frames(conversation, 16)
        got += [args[0] for call, args in window.received() if call == "frame"]
        window.emit("seen", conversation.transcript.n)
    assert got == list(range(1, 481))


async def test_a_page_that_fell_behind_is_asked_to_catch_up_and_gets_what_it_missed(
    conversation: Conversation, window: Window
) -> None:
    frames(conversation, 300)
    window.received()
    window.emit("seen", WINDOW)
    assert window.received() == [("catchUp", [])]
    window.emit("resync", {"n": WINDOW, "oldest": conversation.transcript.entries[0].key})
    ((call, (snapshot,)),) = window.received()
    assert call == "reset"
    assert snapshot["n"] == 300
    assert len(snapshot["entries"]) == 300 - WINDOW
    frames(conversation, 1)
    assert [call for call, _ in window.received()] == ["frame"]


async def test_nothing_is_queued_for_a_page_that_is_away(conversation: Conversation, window: Window) -> None:
    window.cut()
    frames(conversation, 500)
    assert window.received() == []
    window.connect()
    window.view.reconnected()
    assert window.received() == [("catchUp", [])]


async def test_a_deleted_page_is_forgotten(conversation: Conversation, window: Window) -> None:
    assert window.view in conversation.audience.windows
    window.client.delete()
    assert conversation.audience.windows == set()
    frames(conversation, 3)


async def test_what_a_browser_should_never_send_does_no_harm(conversation: Conversation, window: Window) -> None:
    frames(conversation, 2)
    for args in ({}, {"n": "x", "oldest": 7}, {"n": -5, "oldest": "nowhere"}, {"n": 10**9, "oldest": None}):
        window.emit("resync", args)
    window.emit("seen", "many")
    window.emit("seen", 10**9)
    sent: tuple[Any, ...] = (
        None,
        [],
        {"key": 1},
        {"key": None, "action": {"do": "retry"}, "form": {}},
        {"action": {"do": {}}, "form": {}},
    )
    for args in sent:
        await window.view._act(GenericEventArguments(sender=window.view, client=window.client, args=args))


async def test_what_is_only_shown_can_be_read_and_not_acted_upon() -> None:
    recorded = RecordedThread("recording.jsonl", ["Read from a file."])
    window = Window(recorded)
    (remark,) = window.view.props["snapshot"]["entries"]
    for do in ("retry", "resend", "reload", "up", "widget-action", "tool-output", "structured-input"):
        action = {"key": remark["key"], "action": {"do": do, "action": {"type": "book"}}, "form": {"output": "1"}}
        await window.view._act(GenericEventArguments(sender=window.view, client=window.client, args=action))
    assert window.received() == [("toast", ["This is only shown: nothing is sent from it"])] * 7
    assert recorded.exchanges == []
    window.client.delete()
