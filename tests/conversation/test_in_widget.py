"""Where the page shows more than the official widget, it says so in place; nowhere else."""

from pathlib import Path
from typing import Any

import pytest

from chat.conversation.conversation import Conversation
from chat.conversation.in_widget import ONLY_LAST_NOTICE, RUNS_AGAIN
from chat.conversation.recorded import RecordedThread
from chat.conversation.shown_thread import ShownThread
from chat.exchanges.importing import import_exchanges
from chat.rendering import RenderContext
from tests.conversation.conversation_backend import (
    CREATED,
    HEAD,
    THREAD,
    Backend,
    added,
    answer,
    delta,
    done,
    question,
)

DATA = Path(__file__).parent.parent / "data"
NOTHING = "The official widget shows nothing here"


def said(thread: ShownThread) -> dict[str, str]:
    """What is said of the widget below each entry, by its item or kind."""
    found = ((entry.state.id if entry.state else entry.kind, entry.dress()) for entry in thread.transcript.entries)
    return {name: dress["in_widget"] for name, dress in found if dress["in_widget"]}


async def turn(backend: Backend, conversation: Conversation, *events: Any) -> dict[str, str]:
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), *events]
    await conversation.send("Hi")
    await conversation.wait()
    return said(conversation)


def call(status: str, item_id: str = "c1") -> dict[str, Any]:
    kind = {"type": "client_tool_call", "call_id": "x", "name": "locate", "arguments": {}, "status": status}
    return {**HEAD, **kind, "id": item_id}


def widget(root: Any) -> dict[str, Any]:
    return {**HEAD, "type": "widget", "id": "w1", "widget": root}


async def test_an_error_with_a_code_of_its_own_and_no_message(backend: Backend, conversation: Conversation) -> None:
    words = await turn(backend, conversation, done(answer("x")), {"type": "error", "code": "quota"})
    assert words == {"error": f"{NOTHING}: an error with a code of its own needs a message."}


async def test_such_an_error_alone_is_said_to_be_unseen_once(backend: Backend, conversation: Conversation) -> None:
    await turn(backend, conversation, {"type": "error", "code": "quota"})
    assert [entry.kind for entry in conversation.transcript.entries] == ["user_message", "error"]


@pytest.mark.parametrize("error", [{"code": "stream.error"}, {}, {"code": "quota", "message": "No more today."}])
async def test_an_error_that_the_widget_shows(error: Any, backend: Backend, conversation: Conversation) -> None:
    assert await turn(backend, conversation, done(answer("x")), {"type": "error", **error}) == {}


async def test_all_notices_but_the_last_of_a_turn(backend: Backend, conversation: Conversation) -> None:
    first, last = ({"type": "notice", "level": "info", "message": words} for words in ("One", "Two"))
    assert await turn(backend, conversation, first, last, done(answer("x"))) == {"notice": ONLY_LAST_NOTICE}
    notices = [entry.in_widget for entry in conversation.transcript.entries if entry.kind == "notice"]
    assert notices == [ONLY_LAST_NOTICE, ""]
    backend.answers["threads.add_user_message"] = [done(question("More", "u2")), last, done(answer("y", "a2"))]
    await conversation.send("More")
    await conversation.wait()
    notices = [entry.in_widget for entry in conversation.transcript.entries if entry.kind == "notice"]
    assert notices == [ONLY_LAST_NOTICE, "", ""], "each turn has a last one"


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ({**answer(""), "content": [{"type": "output_text", "text": None, "annotations": []}]}, "$.content[0].text"),
        (widget({"type": "Card", "children": [None]}), "$.widget.children[0]"),
        (widget({"type": "Marquee"}), "$.widget"),
    ],
)
async def test_an_item_that_takes_the_turn_with_it(
    item: dict[str, Any], place: str, backend: Backend, conversation: Conversation
) -> None:
    words = (await turn(backend, conversation, done(item)))[item["id"]]
    assert "“Something went wrong. Please try again later.” in place of the whole answer" in words
    assert f"{place}: expected" in words
    assert not [entry for entry in conversation.transcript.entries if entry.kind == "remark"], "said once"
    backend.answers["threads.get_by_id"] = {**THREAD, "items": {"data": [item], "has_more": False}}
    again = Conversation(conversation.client)
    await again.load("thr_1")
    assert said(again) == {item["id"]: words}, "after a reload as well"


async def test_tools_and_questions(backend: Backend, conversation: Conversation) -> None:
    asked = {**HEAD, "type": "structured_input", "id": "s1", "status": "pending", "inputs": []}
    words = await turn(backend, conversation, done(asked), done(call("pending")))
    assert words == {
        "s1": "The official widget asks this in place of its composer, one question at a time.",
        "c1": f"{NOTHING}: the page around it runs the tool when a stream brings it, and not after a reload.",
    }
    backend.answers["threads.add_client_tool_output"] = [done(answer("Here"))]
    await conversation.submit_tool_output("c1", {})
    await conversation.wait()
    assert said(conversation)["c1"].startswith(NOTHING), "completed here, and not sent again"


async def test_a_completed_tool_call_that_a_stream_brings(backend: Backend, conversation: Conversation) -> None:
    assert await turn(backend, conversation, done(call("completed"))) == {"c1": RUNS_AGAIN}
    backend.answers["threads.add_user_message"] = [done(question("More", "u2")), done(answer("y"))]
    await conversation.send("More")
    await conversation.wait()
    assert said(conversation) == {"c1": RUNS_AGAIN}
    backend.answers["threads.get_by_id"] = {**THREAD, "items": {"data": [call("completed")], "has_more": False}}
    await conversation.load("thr_1")
    assert said(conversation)["c1"].startswith(NOTHING), "after a reload none runs"


async def test_deltas_without_their_item_and_an_unknown_replacement(
    backend: Backend, conversation: Conversation
) -> None:
    replaced = {"type": "thread.item.replaced", "item": answer("B", "a3")}
    words = await turn(backend, conversation, done(answer("A")), delta("x", "a2"), replaced)
    assert words == {"a2": f"{NOTHING}.", "a3": f"{NOTHING}."}


async def test_where_it_was_not_watched_it_says_likely(backend: Backend, conversation: Conversation) -> None:
    invalid = {"type": "thread.item.done", "item": {**HEAD, "type": "task", "id": "t1"}}
    words = await turn(backend, conversation, done(answer("A")), invalid, delta("x", "a2"))
    assert words["a2"] == "The official widget likely shows nothing here."


async def test_a_delta_without_its_part_until_the_item_is_done(backend: Backend, conversation: Conversation) -> None:
    begun = added({**answer("", "a2"), "content": []})
    assert await turn(backend, conversation, done(answer("A")), begun, delta("x", "a2")) == {"a2": f"{NOTHING}."}
    backend.answers["threads.add_user_message"] = [
        done(question("More", "u2")),
        added({**answer("", "a4"), "content": []}),
        delta("x", "a4"),
        done(answer("x", "a4")),
    ]
    await conversation.send("More")
    await conversation.wait()
    assert "a4" not in said(conversation)


async def test_a_turn_of_which_nothing_shows_is_said_once(backend: Backend, conversation: Conversation) -> None:
    assert await turn(backend, conversation, delta("x")) == {}
    remarks = [entry.html for entry in conversation.transcript.entries if entry.kind == "remark"]
    assert len(remarks) == 1
    assert "The official widget shows nothing of this" in str(remarks[0])


async def test_an_unknown_item_and_an_unknown_component_say_it_themselves(
    backend: Backend, conversation: Conversation
) -> None:
    hologram = {**HEAD, "id": "h1", "type": "hologram"}
    card = widget({"type": "Card", "children": [{"type": "Text", "value": "x"}, {"type": "Marquee"}, 7]})
    words = await turn(backend, conversation, done(answer("A")), done(hologram), done(card))
    assert words == {}
    drawn = {
        entry.state.id: entry.json(RenderContext())["html"] for entry in conversation.transcript.entries if entry.state
    }
    assert {name: html.count(NOTHING) for name, html in drawn.items()} == {"u1": 0, "a1": 0, "h1": 1, "w1": 2}


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("good-*.txt") if "tool" not in path.name))
async def test_nothing_is_said_of_good_streams(name: str) -> None:
    recorded = RecordedThread(name)
    await recorded.replay(import_exchanges((DATA / name).read_bytes()).exchanges)
    assert recorded.transcript.entries
    assert said(recorded) == {}
