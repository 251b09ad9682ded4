"""What the server does besides answering a first message: going on, acting, retrying, being cancelled, remembering."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from chatkit.store import NotFoundError
from chatkit.types import HiddenContextItem, SDKHiddenContextItem

from chat.backend.context import RequestContext
from chat.backend.server import UnknownAction, WorkbenchServer
from chat.protocol import ThreadState, decode_body, fold, truncate_after
from tests.backend.conftest import Embedded, Talk


def types(events: list[Any]) -> list[str]:
    return [event.type for event in events]


async def stored(talk: Talk) -> list[Any]:
    """Every item in the store, hidden ones too."""
    return (await talk.server.store.load_thread_items(talk.thread_id or "", None, 1000, "asc", talk.context)).data


# --- client tools ---------------------------------------------------------------------------------------------------


async def test_a_client_tool_call_is_the_last_thing_stored(talk: Talk) -> None:
    await talk.say("Which time zone is my browser in?")

    last = (await stored(talk))[-1]
    assert (last.type, last.status, last.name) == ("client_tool_call", "pending", "get_time_zone")


async def test_the_turn_goes_on_with_what_the_page_answered(talk: Talk) -> None:
    await talk.say("Which time zone is my browser in?")
    events = await talk.stream(
        "threads.add_client_tool_output", thread_id=talk.thread_id, result={"zone": "Europe/Lisbon", "offset": 0}
    )

    assert "user_message" not in {event.json.get("item", {}).get("type") for event in events}
    assert '"zone": "Europe/Lisbon"' in talk.texts()[-1]
    call = (await stored(talk))[2]
    assert (call.status, call.output) == ("completed", {"zone": "Europe/Lisbon", "offset": 0})


@pytest.mark.parametrize("result", [None, "", {}, "```\n# breaks out", list(range(5000)), {"deep": {"er": None}}])
async def test_the_page_may_answer_anything(talk: Talk, result: Any) -> None:
    await talk.say("Which time zone is my browser in?")
    events = await talk.stream("threads.add_client_tool_output", thread_id=talk.thread_id, result=result)

    assert "error" not in types(events)
    assert len(talk.texts()[-1]) < 2500


async def test_a_message_in_place_of_the_tool_output_is_answered(talk: Talk) -> None:
    await talk.say("Which time zone is my browser in?")
    events = await talk.say("Highlight order 1042 on my page")

    assert "error" not in types(events)
    assert "1042" in talk.texts()[-1]


# --- structured input -----------------------------------------------------------------------------------------------


async def asked(talk: Talk) -> str:
    await talk.say("Plan a weekend on the coast for me")
    last = talk.state.visible_items()[-1]
    assert (last.type, last.json["status"]) == ("structured_input", "pending")
    return last.id


async def test_answers_are_stored_and_used(talk: Talk) -> None:
    item_id = await asked(talk)
    answers = {
        "season": {"values": ["Autumn", "Winter"]},
        "interests": {"values": ["Birds", "Food"]},
        "wish": {"values": ["short walks"]},
    }
    events = await talk.stream(
        "threads.add_structured_input",
        thread_id=talk.thread_id,
        item_id=item_id,
        input={"status": "answered", "answers": answers},
    )

    assert types(events)[:2] == ["stream_options", "thread.item.replaced"]
    assert "**autumn**" in talk.texts()[-1]
    assert "birds, food" in talk.texts()[-1]
    assert "“short walks”" in talk.texts()[-1]
    assert talk.streamed() == await talk.items()
    assert talk.streamed()[2]["inputs"][0]["answer"] == {"values": ["Autumn"], "skipped": False}


async def test_skipped_questions_are_no_obstacle(talk: Talk) -> None:
    item_id = await asked(talk)
    await talk.stream(
        "threads.add_structured_input", thread_id=talk.thread_id, item_id=item_id, input={"status": "skipped"}
    )

    assert talk.streamed()[2]["status"] == "skipped"
    assert "No answers, no problem" in talk.texts()[-1]


# --- widget actions -------------------------------------------------------------------------------------------------

_BOOKING = {
    "flight": "WB 417",
    "destination": "KEF",
    "departure": "2027-03-02T00:00:00",
    "passenger": "Ada *Lovelace*",
    "email": "ada@example.com",
    "cabin": "business",
    "bag": True,
}


async def form(talk: Talk) -> str:
    await talk.say("I want to book a flight")
    return next(item.id for item in talk.state.visible_items() if item.type == "widget")


async def act(talk: Talk, item_id: str | None, type: str, payload: Any = None) -> list[Any]:
    action = {"type": type, "payload": payload}
    return await talk.stream("threads.custom_action", thread_id=talk.thread_id, item_id=item_id, action=action)


async def test_submitting_the_form_changes_the_card_and_is_answered(talk: Talk) -> None:
    item_id = await form(talk)
    events = await act(talk, item_id, "flight.book", _BOOKING)

    assert types(events)[:2] == ["stream_options", "thread.item.replaced"]
    card = json.dumps(talk.streamed()[1]["widget"], ensure_ascii=False)
    assert "Confirmed" in card
    assert "787.00 EUR" in card
    assert "Ada Lovelace" in talk.texts()[-1]
    assert "Reykjavík" in talk.texts()[-1]
    assert talk.streamed() == await talk.items()


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "text",
        {},
        {**_BOOKING, "passenger": "   "},
        {**_BOOKING, "departure": "tomorrow"},
        {**_BOOKING, "destination": ["KEF"]},
        {**_BOOKING, "cabin": "<script>"},
    ],
)
async def test_an_incomplete_form_stays_open_and_says_what_is_missing(talk: Talk, payload: Any) -> None:
    item_id = await form(talk)
    before = talk.streamed()[1]
    events = await act(talk, item_id, "flight.book", payload)

    assert "error" not in types(events)
    assert "missing" in talk.texts()[-1]
    assert talk.streamed()[1] == before


async def test_what_an_action_did_is_known_to_the_model_and_hidden_from_the_client(talk: Talk) -> None:
    item_id = await form(talk)
    await act(talk, item_id, "flight.cancel", {})

    hidden = [item for item in await stored(talk) if isinstance(item, HiddenContextItem)]
    assert [item.content for item in hidden] == ["The user cancelled the flight form."]
    assert all("hidden" not in item["type"] for item in await talk.items())
    assert talk.texts()[-1] == "All right, nothing was booked."


async def test_an_unknown_action_is_an_error_that_says_so(talk: Talk) -> None:
    item_id = await form(talk)
    events = await act(talk, item_id, "launch.rockets", {})

    assert types(events) == ["stream_options", "error"]
    assert "launch.rockets" in (talk.state.errors[-1].message or "")
    assert talk.state.errors[-1].allow_retry is False


async def test_a_row_is_ticked_off_without_a_stream_and_stays_so(talk: Talk) -> None:
    await talk.say("What is the team working on?")
    item_id = talk.state.visible_items()[1].id

    async def toggle(task: Any) -> Any:
        action = {"type": "task.toggle", "payload": {"task": task, "state": "open"}}
        return await talk.ask("threads.sync_custom_action", thread_id=talk.thread_id, item_id=item_id, action=action)

    first = await toggle("dates")
    second = await toggle("support")

    assert first["updated_item"]["widget"]["status"]["text"] == "2 of 5 done"
    assert second["updated_item"]["widget"]["status"]["text"] == "3 of 5 done"
    assert (await talk.items())[1] == second["updated_item"]
    assert (await toggle("dates"))["updated_item"]["widget"]["status"]["text"] == "2 of 5 done"
    assert (await toggle({"not": "a task"}))["updated_item"]["widget"]["status"]["text"] == "2 of 5 done"


async def test_an_unknown_sync_action_is_refused(talk: Talk) -> None:
    await talk.say("What is the team working on?")

    with pytest.raises(UnknownAction, match="no action 'nothing'"):
        await talk.ask("threads.sync_custom_action", thread_id=talk.thread_id, action={"type": "nothing"})


# --- errors and retry -----------------------------------------------------------------------------------------------


async def test_an_error_with_retry_is_mended_by_the_retry(talk: Talk) -> None:
    events = await talk.say("Pay invoice 2026-0117")
    user_id = talk.state.visible_items()[0].id
    assert "error" in types(events)
    assert (talk.state.errors[-1].message or "").startswith("The payment provider did not answer")
    assert talk.state.errors[-1].allow_retry is True

    again = await talk.stream("threads.retry_after_item", thread_id=talk.thread_id, item_id=user_id)

    assert "error" not in types(again)
    assert "is paid" in talk.texts()[-1]
    assert talk.streamed() == await talk.items()


async def test_the_same_request_in_a_new_message_fails_first_again(talk: Talk) -> None:
    await talk.say("Pay invoice 2026-0117")

    assert "error" in types(await talk.say("Pay invoice 2026-0117"))


async def test_a_retry_deletes_everything_after_the_message(talk: Talk) -> None:
    await talk.say("Draw me a lighthouse at dusk")
    user_id = talk.state.visible_items()[0].id
    await talk.say("I want to book a flight")
    truncate_after(talk.state, user_id)

    await talk.stream("threads.retry_after_item", thread_id=talk.thread_id, item_id=user_id)

    assert [item["type"] for item in await talk.items()] == ["user_message", "generated_image", "assistant_message"]
    assert talk.streamed() == await talk.items()


async def test_a_crash_keeps_what_was_said_and_gives_nothing_away(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    events = await talk.say("Crash please")

    assert talk.texts() == ["Watch what happens to a tool that fails without a word."]
    assert talk.streamed() == await talk.items()
    error = next(event for event in events if event.type == "error")
    assert error.json == {"type": "error", "code": "stream.error", "allow_retry": True}
    assert "division by zero" in caplog.text


# --- locked threads -------------------------------------------------------------------------------------------------


async def test_a_locked_thread_says_why_and_takes_no_more(talk: Talk) -> None:
    await talk.say("Hand this thread over to a colleague")
    assert talk.state.status == "locked"
    assert talk.state.status_reason is not None

    events = await talk.say("Still there?")

    assert types(events) == ["thread.item.done", "stream_options", "error"]
    assert talk.state.errors[-1].message == talk.state.status_reason
    assert talk.state.errors[-1].allow_retry is False


# --- titles, feedback, speech ---------------------------------------------------------------------------------------


async def test_a_title_given_by_the_user_is_kept(talk: Talk) -> None:
    await talk.say("hello")
    await talk.ask("threads.update", thread_id=talk.thread_id, title="Mine")
    await talk.say("I want to book a flight")

    assert (await talk.ask("threads.get_by_id", thread_id=talk.thread_id))["title"] == "Mine"


async def test_feedback_is_kept_with_the_thread_the_latest_for_each_item(talk: Talk) -> None:
    await talk.say("hello")
    answer = talk.state.visible_items()[1].id
    for kind in ("positive", "negative"):
        assert await talk.ask("items.feedback", thread_id=talk.thread_id, item_ids=[answer], kind=kind) == {}

    thread = await talk.server.store.load_thread(talk.thread_id or "", talk.context)
    assert thread.metadata["feedback"] == {answer: "negative"}
    assert "feedback" not in json.dumps(await talk.ask("threads.get_by_id", thread_id=talk.thread_id))


async def test_feedback_on_nothing_is_refused(talk: Talk) -> None:
    await talk.say("hello")

    with pytest.raises(NotFoundError):
        await talk.ask("items.feedback", thread_id=talk.thread_id, item_ids=["msg_none"], kind="positive")


async def test_speech_is_answered_with_what_came(talk: Talk) -> None:
    answer = await talk.ask("input.transcribe", audio_base64="AAAA" * 500, mime_type="audio/webm;codecs=opus")

    assert answer == {"text": "(Scripted: 1,500 bytes of audio/webm;codecs=opus came. Nothing here listens to them.)"}


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
async def test_an_impossible_rate_is_refused_at_once(talk: Talk, rate: Any) -> None:
    with pytest.raises(ValueError, match="words per second"):
        WorkbenchServer(talk.server.store, rate=rate)


# --- cancelling -----------------------------------------------------------------------------------------------------


async def cancelled(talk: Talk, prompt: str, after: int, how: str) -> tuple[list[dict[str, Any]], ThreadState]:
    """Read `after` chunks of an answer and go away; what is stored then, and what the client has made of it."""
    message = {"content": [{"type": "input_text", "text": prompt}], "attachments": [], "inference_options": {}}
    stream = await talk.open("threads.create", input=message)
    chunks: list[bytes] = []
    reached = asyncio.Event()

    async def read() -> None:
        async for chunk in stream:
            chunks.append(chunk)
            if len(chunks) == after:
                reached.set()
                if how == "while sending":
                    await asyncio.sleep(3600)
                elif how == "close":
                    break

    task = asyncio.create_task(read())
    await reached.wait()
    if how == "close":
        await task
    else:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await stream.aclose()
    talk.take(b"".join(chunks))
    return await talk.items(), talk.state


@pytest.mark.parametrize("how", ["close", "while sending", "while waiting"])
@pytest.mark.parametrize("rate", [None, 2000.0])
async def test_cancelling_keeps_the_partial_answer(
    talk: Talk, how: str, rate: float | None, caplog: pytest.LogCaptureFixture
) -> None:
    talk.server.rate = rate
    for _ in range(2):  # what other tests have left behind says so now
        gc.collect()
        await asyncio.sleep(0)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        items, state = await cancelled(talk, "Write me a long answer about lighthouses", 200, how)
        await asyncio.sleep(0)
        gc.collect()

    assert [item["type"] for item in items] == ["user_message", "assistant_message"]
    kept = items[1]["content"][0]["text"]
    seen = state.visible_items()[1].text(0)
    assert kept.startswith(seen)
    # The server may be ahead of the reader, by what was on its way.
    assert len(seen) > 500
    assert len(kept) < len(seen) + 2000
    assert isinstance((await stored(talk))[-1], SDKHiddenContextItem)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_an_answer_whose_thread_is_deleted_meanwhile_ends_quietly(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    message = {"content": [{"type": "input_text", "text": "Write me a long answer about lighthouses"}]}
    stream = await talk.open("threads.create", input={**message, "attachments": [], "inference_options": {}})
    chunks = [await anext(stream) for _ in range(20)]
    first: Any = decode_body(b"".join(chunks))[0].json
    thread_id = first["thread"]["id"]
    await talk.server.store.delete_thread(thread_id, RequestContext())
    with caplog.at_level(logging.WARNING):
        await stream.aclose()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_cancelled_workflow_or_picture_is_dropped(talk: Talk) -> None:
    items, _ = await cancelled(talk, "Draw me a lighthouse at dusk", 6, "close")

    assert [item["type"] for item in items] == ["user_message"]


async def test_the_conversation_goes_on_after_a_cancellation(talk: Talk) -> None:
    await cancelled(talk, "Write me a long answer about lighthouses", 60, "close")
    events = await talk.say("Highlight order 1042 on my page")

    assert "error" not in types(events)
    assert talk.state.effects[-1].name == "highlight"


async def test_cancelling_leaves_no_task_behind(talk: Talk) -> None:
    before = asyncio.all_tasks()
    for prompt, after in (("Write 400 kB", 50), ("Check the stock against the open orders", 5), ("Write 40 kB", 2)):
        await cancelled(type(talk)(talk.server), prompt, after, "close")
    await asyncio.sleep(0.05)
    gc.collect()

    assert asyncio.all_tasks() - before == set()


async def test_nothing_is_written_that_nobody_reads(talk: Talk) -> None:
    message = {"content": [{"type": "input_text", "text": "Write 400 kB"}], "attachments": [], "inference_options": {}}
    stream = await talk.open("threads.create", input=message)
    for _ in range(10):
        await anext(stream)
    for _ in range(2000):
        await asyncio.sleep(0)
    await stream.aclose()

    page = await talk.server.store.load_threads(1, None, "desc", talk.context)
    items = await talk.server.store.load_thread_items(page.data[0].id, None, 10, "asc", talk.context)
    stored: Any = items.data[1]
    assert len(stored.content[0].text) < 2000


async def test_a_client_that_hangs_up_leaves_its_partial_answer(embed: Callable[..., Embedded], talk: Talk) -> None:
    embedded = embed()
    embedded.server.rate = 400.0
    talk.server = embedded.server
    message = {"content": [{"type": "input_text", "text": "Write 90 kB"}], "attachments": [], "inference_options": {}}
    body = {"type": "threads.create", "params": {"input": message}}
    async with embedded.served() as url, httpx.AsyncClient(trust_env=False, verify=False) as http:
        async with http.stream("POST", f"{url}/chatkit", json=body) as answer:
            received = b""
            async for chunk in answer.aiter_bytes():
                received += chunk
                if len(received) > 20_000:
                    break
        talk.thread_id = json.loads(received.split(b"\n", 1)[0][6:])["thread"]["id"]
        async with asyncio.timeout(60):
            while not isinstance((await stored(talk))[-1], SDKHiddenContextItem):  # noqa: ASYNC110 - the server's own task writes it
                await asyncio.sleep(0.01)

    items = await talk.items()
    assert [item["type"] for item in items] == ["user_message", "assistant_message"]
    assert 100 < len(items[1]["content"][0]["text"]) < 20_000


async def test_two_threads_do_not_mix(talk: Talk) -> None:
    other = type(talk)(talk.server)
    await asyncio.gather(
        talk.say("Think hard: why can a small lamp be seen twenty miles away?"),
        other.say("Summarise the last meeting in a card"),
    )

    assert talk.streamed() == await talk.items()
    assert other.streamed() == await other.items()
    assert {item["thread_id"] for item in talk.streamed()} == {talk.thread_id}


async def test_a_stream_recorded_once_folds_to_the_same_state(talk: Talk) -> None:
    events = await talk.say("Who invented the lighthouse lens? Give me your sources")

    again = ThreadState()
    for event in events:
        fold(again, event)
    assert again.snapshot() == talk.state.snapshot()
