"""Deltas that travel together, and what is kept of an answer that nobody comes to the end of."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from typing import Any

import httpx
import pytest
from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    ErrorEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetStreamingTextValueDelta,
)
from pydantic import TypeAdapter

from chat.backend import checkpoints
from chat.backend.deltas import apart
from chat.backend.outgoing import UNFINISHED
from chat.backend.pace import Pace, piece_count, pieces
from chat.backend.scenarios.chronicle import chronicle_of_size
from tests.backend.conftest import Talk
from tests.conftest import Start

TEXT = 'Grüße, "sie" sagte:\n\n\t\\(a\\) 🗼 </script> \u2028 \x7f \x01 end. ' * 3

IDS = frozenset(('msg_"1"', "w"))


def sent(event: Any) -> bytes:
    """An event as the SDK puts it on the wire."""
    text: str = event.model_dump_json(by_alias=True, exclude_none=True)
    return b"data: " + text.encode() + b"\n\n"


def delta(text: str, item_id: str = 'msg_"1"') -> Any:
    update = AssistantMessageContentPartTextDelta(content_index=2, delta=text)
    return ThreadItemUpdatedEvent(item_id=item_id, update=update)


def test_each_delta_is_the_event_that_the_sdk_makes_of_it_byte_for_byte() -> None:
    assert apart(sent(delta(TEXT)), IDS) == b"".join(sent(delta(piece)) for piece in pieces(TEXT))
    assert apart(sent(delta("word")), IDS) == sent(delta("word"))


@pytest.mark.parametrize(
    "event",
    [
        ErrorEvent(message='"update":{"type":"assistant_message.content_part.text_delta"'),
        ThreadItemUpdatedEvent(
            item_id="w", update=WidgetStreamingTextValueDelta(component_id="c", delta=TEXT, done=False)
        ),
        delta(""),
        delta("another one's message, in a delta of its own", "msg_of_another"),
    ],
)
def test_every_other_event_stays_as_it_is(event: Any) -> None:
    assert apart(sent(event), IDS) == sent(event)


def test_an_event_in_another_form_than_is_known_stays_as_it_is() -> None:
    other = sent(delta("two words and more")).replace(b'"delta":', b'"new":1,"delta":')

    assert apart(other, IDS) == other


async def test_the_wire_has_the_deltas_that_were_always_there(talk: Talk) -> None:
    events = await talk.say("Write 20 kB")

    deltas = [event.json["update"]["delta"] for event in events if event.json.get("update", {}).get("delta")]
    assert deltas == list(pieces(chronicle_of_size(20_000)))
    adapter: TypeAdapter[Any] = TypeAdapter(ThreadStreamEvent)
    for event in events:
        adapter.validate_python(event.json)


async def test_what_comes_between_comes_where_it_did(talk: Talk) -> None:
    events = await talk.say("Who invented the lighthouse lens? Give me your sources")

    said = ""
    for event in events:
        update = event.json.get("update", {})
        if update.get("type") == "assistant_message.content_part.text_delta":
            said += update["delta"]
        elif "annotation" in update:
            at = update["annotation"]["index"]
            assert at <= len(said) < at + 5  # in the piece that reaches so far


def test_alone_every_delta_is_on_its_own_and_in_company_those_of_a_tick_are_together() -> None:
    async def sizes(company: int) -> list[int]:
        pace = Pace(100_000, lambda: company)
        found = []
        async for text in pace.deltas("word " * 200):
            pace.passed(piece_count(text))
            found.append(piece_count(text))
        return found

    # The loop's own clock does not move here: nothing is late.
    loop = asyncio.new_event_loop()
    loop.time = lambda: 0.0  # type: ignore[method-assign]
    try:
        # at this rate a piece takes 8 µs
        assert set(loop.run_until_complete(sizes(1))) == {1}
        assert max(loop.run_until_complete(sizes(100))) == 16
    finally:
        loop.close()


async def test_an_answer_is_kept_while_it_is_written_and_replaced_when_it_is_whole(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY_S", 0.0)
    monkeypatch.setattr(checkpoints, "_SHARE", 1e9)
    message = {"content": [{"type": "input_text", "text": "Write 4 kB"}], "attachments": [], "inference_options": {}}
    stream = await talk.open("threads.create", input=message)
    whole = b""
    seen: list[str] = []
    async for chunk in stream:
        whole += chunk
        if talk.thread_id is None:
            talk.thread_id = json.loads(whole.split(b"\n", 1)[0][6:])["thread"]["id"]
        items = await talk.items()
        if len(items) > 1:
            seen.append(items[1]["content"][0]["text"])
    talk.take(whole)

    partial = [text for text in seen if text.endswith(UNFINISHED)]
    assert len(set(partial)) > 3
    final = chronicle_of_size(4_000)
    assert all(final.startswith(text.removesuffix(UNFINISHED)) for text in partial)
    assert [item["content"][0]["text"] for item in (await talk.items())[1:]] == [final]
    assert talk.streamed() == await talk.items()


def kept_text(url: str, listed: object) -> str:
    """The answer's text as the store has it; empty as long as it has none."""
    items = httpx.post(f"{url}/chatkit", json=listed, trust_env=False, verify=False, timeout=30).json()["data"]
    return str(items[1]["content"][0]["text"]) if len(items) > 1 else ""


def test_what_was_streamed_is_there_after_kill_9(start: Start) -> None:
    running = start("--rate", "300")
    message = {"content": [{"type": "input_text", "text": "Write 90 kB"}], "attachments": [], "inference_options": {}}
    body = {"type": "threads.create", "params": {"input": message}}
    listed: dict[str, Any] = {"type": "items.list", "params": {"limit": 10, "order": "asc"}}
    with (
        httpx.Client(trust_env=False, verify=False, timeout=30) as client,
        client.stream("POST", f"{running.url}/chatkit", json=body) as answer,
    ):
        lines = answer.iter_lines()  # kept: the answer is closed with it
        listed["params"]["thread_id"] = json.loads(next(lines)[6:])["thread"]["id"]
        deadline = time.monotonic() + 60
        while len(kept_text(running.url, listed)) < 500:
            assert time.monotonic() < deadline, "no checkpoint in a minute"
            time.sleep(0.05)
        running.stop(signal.SIGKILL)

    again = start("--rate", "0")
    kept = kept_text(again.url, listed)
    assert kept.endswith(UNFINISHED)
    kept = kept.removesuffix(UNFINISHED)
    assert len(kept) > 500
    assert chronicle_of_size(90_000).startswith(kept)
