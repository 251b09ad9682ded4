"""Crashes that are known: what names them, how sure that is, and that what is to be typed helps."""

import asyncio
import html
import textwrap
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timezone
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
from chatkit.agents import AgentContext, stream_agent_response
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.types import (
    ClientToolCallItem,
    HiddenContextItem,
    Page,
    Thread,
    ThreadItemDoneEvent,
    ThreadMetadata,
    UserMessageItem,
)
from openai.types.responses import ResponseOutputTextAnnotationAddedEvent
from pydantic import BaseModel

from chat.checks import Finding, Level, examine_thread
from chat.checks.known_causes import AWARE_TIMES, CITATION, MIXED_TIMES, WHOLE_THREAD, KnownCause
from chat.checks.known_causes import BEHIND_THE_CALL as BEHIND
from chat.exchanges import Exchange
from tests.checks.streams import (
    OPTIONS,
    THREAD,
    USER_INPUT,
    added,
    answer,
    assistant_item,
    delta,
    done,
    error,
    exchange,
    item,
    request_of,
    sse,
    thread_created,
    thread_updated,
    tool_call,
    turn,
    user_done,
    user_item,
)

CRASH = error(None, code="stream.error")
SEARCHED = item("workflow", "wf_1", workflow={"type": "custom", "tasks": [{"type": "web_search"}], "expanded": False})
TRACEBACK = "Traceback (most recent call last):\n  …\n"


def last(*exchanges: Exchange) -> Finding:
    """The headline of the last of these exchanges of one thread."""
    examined = examine_thread(exchanges)[-1]
    assert not examined.could_not_run
    return examined.findings[0]


def fails(text: str, operation: str = "threads.get_by_id") -> Exchange:
    return exchange(text.encode(), operation, status=500, content_type="text/plain")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("chatkit.types.Thread() got multiple values for keyword argument 'items'", "`Thread` was stored"),
        ("TypeError: can't compare offset-naive and offset-aware datetimes", "with and without a zone"),
        ("TypeError: can't subtract offset-naive and offset-aware datetimes", "meets one of the SDK's own"),
        ("ValueError: Last thread item in thr_1 was not a ClientToolCallItem", "hidden context"),
        ("line 443, in _convert_annotation", "citations of openai 3"),
        ("Input should be a valid dictionary or instance of AnnotationURLCitation [type=model_type", "citations"),
        ("TypeError: Object of type bytes is not JSON serializable", "encoded again"),
    ],
)
@pytest.mark.parametrize("where", ["JSON operation", "stream", "debug page", "error event", "detail of an error event"])
def test_what_an_exception_says_names_its_cause(said: str, words: str, where: str) -> None:
    crashed = {
        "JSON operation": fails(TRACEBACK + said),
        "stream": fails(TRACEBACK + said, "threads.create"),
        "debug page": exchange(
            f"<!doctype html><pre>{html.escape(TRACEBACK + said)}</pre>".encode(),
            "threads.list",
            status=500,
            content_type="text/html",
        ),
        "error event": exchange(turn(error(said))),
        "detail of an error event": exchange(turn({**CRASH, "debug": {"exception": said}})),
    }[where]
    finding = last(crashed)
    assert words in finding.headline
    assert "likely" not in finding.headline
    assert finding.level is Level.ERROR


def test_an_answer_that_breaks_off_where_a_citation_would_come_is_likely_to_have_had_one() -> None:
    finding = last(exchange(turn(done(SEARCHED), *answer()[:4], CRASH)))
    assert finding.fix.startswith("# likely: the SDK cannot convert the citations")
    assert "openai 3" not in finding.headline


@pytest.mark.parametrize(
    "middle",
    [
        (*answer()[:4], CRASH),  # nothing was looked up
        (done(SEARCHED), *answer(), CRASH),  # the answer was whole
        (done(SEARCHED), added(assistant_item()), CRASH),  # no text yet
        (done(SEARCHED), *answer()[:4], error("The search is down.")),  # the backend says what it was
    ],
)
def test_other_crashes_are_not_put_down_to_citations(middle: tuple[Any, ...]) -> None:
    assert "citation" not in last(exchange(turn(*middle))).fix


@pytest.mark.parametrize("outcome", ["truncated", "complete"])
def test_a_tool_result_that_breaks_the_stream_after_a_pending_call_is_likely_not_behind_it(outcome: str) -> None:
    called = exchange(turn(done(tool_call())))
    broken = exchange(b"", "threads.add_client_tool_output", outcome=outcome, result={})
    assert last(called, broken).fix.startswith("# likely: the last stored item is not the client tool call")
    assert "hidden" not in last(exchange(turn()), broken).fix


def test_a_thread_that_was_changed_in_its_first_turn_and_does_not_load_was_possibly_stored_whole() -> None:
    failed = fails("Internal Server Error")
    assert last(exchange(turn(*answer(), thread_updated(title="Tasks"))), failed).fix.startswith(
        "# possible: a `Thread"
    )
    assert "`Thread`" not in last(exchange(turn()), failed).fix


def test_times_of_both_kinds_are_a_possible_cause_where_a_thread_does_not_load() -> None:
    naive = {**user_item(), "created_at": "2026-11-20T10:00:00"}
    mixed = exchange(sse(thread_created(), done(naive), OPTIONS, *answer()))
    assert last(mixed, fails("Internal Server Error")).fix.startswith("# possible: times with and without a zone")
    assert "zone" not in last(exchange(turn()), fails("Internal Server Error")).fix


def typed(cause: KnownCause, returns: str = "None", **names: Any) -> Any:
    """What comes of typing a fix into an asynchronous function that knows these names."""
    body = textwrap.indent(f"{cause.fix}\nreturn {returns}", "    ")
    scope: dict[str, Any] = dict(names)
    exec(f"async def run():\n{body}\n", scope)  # the fix is ours
    return asyncio.run(scope["run"]())


class Empty:
    async def load_thread_items(self, *_: Any) -> Page[Any]:
        return Page()


async def answered(result: Any) -> list[Any]:
    thread = ThreadMetadata(id=THREAD, created_at=datetime.now())
    context: Any = AgentContext(thread=thread, store=Empty(), request_context=None)
    return [event async for event in stream_agent_response(context, result)]


class Citing:
    """The result of a run whose answer cites."""

    async def stream_events(self) -> AsyncIterator[Any]:
        citation = {"type": "url_citation", "start_index": 0, "end_index": 3, "title": "t", "url": "https://x.test"}
        places = {"annotation_index": 0, "content_index": 0, "output_index": 0, "sequence_number": 1, "item_id": "m"}
        data = ResponseOutputTextAnnotationAddedEvent.model_validate(
            {"type": "response.output_text.annotation.added", "annotation": citation, **places}
        )
        yield SimpleNamespace(type="raw_response_event", data=data)


def test_the_fix_for_citations_helps() -> None:
    result = typed(CITATION, returns="result", result=Citing(), BaseModel=BaseModel)
    assert [event.update.annotation.source.url for event in asyncio.run(answered(result))] == ["https://x.test"]


def test_the_fix_for_a_stored_thread_helps() -> None:
    store = SimpleNamespace(threads={})
    keeps = replace(WHOLE_THREAD, fix=WHOLE_THREAD.fix.replace("...", "self.threads[thread.id] = thread"))
    save = typed(keeps, returns="save_thread", ThreadMetadata=ThreadMetadata)
    thread = Thread(id=THREAD, created_at=datetime.now(), items=Page())
    with pytest.raises(TypeError, match="multiple values for keyword argument 'items'"):
        Thread(**thread.model_dump(), items=Page())
    asyncio.run(save(store, thread, None))
    assert Thread(**store.threads[THREAD].model_dump(), items=Page()).id == THREAD


def test_the_fixes_for_times_help() -> None:
    naive = UserMessageItem.model_validate({**user_item("a"), "created_at": "2026-11-20T10:00:00"})
    aware = UserMessageItem.model_validate({**user_item("b"), "created_at": "2026-11-22T10:00:00Z"})
    with pytest.raises(TypeError, match="compare offset-naive and offset-aware"):
        sorted([aware, naive], key=lambda one: one.created_at)
    items = [aware, naive]
    typed(MIXED_TIMES, items=items, timezone=timezone)
    assert items == [naive, aware]
    typed(AWARE_TIMES, item=aware)
    assert aware.created_at - naive.created_at
    assert aware.created_at.astimezone(UTC) == datetime(2026, 11, 22, 10, tzinfo=UTC)


class Remembering(ChatKitServer[None]):
    """A server on the SDK whose first turn calls a client tool and stores something hidden."""

    def __init__(self, calls: Callable[..., AsyncIterator[Any]]) -> None:
        self.items: list[Any] = []
        self.calls = calls
        thread = ThreadMetadata(id=THREAD, created_at=datetime.now())
        store = AsyncMock()
        store.load_thread.return_value = thread
        store.add_thread_item.side_effect = lambda _, item, context: self.items.append(item)
        store.load_thread_items.side_effect = lambda *_, **__: Page(data=self.items[:-2:-1])
        store.generate_thread_id = store.generate_item_id = lambda *_: THREAD
        super().__init__(store)

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[Any]:
        if input_user_message is not None:
            tool = ClientToolCallItem.model_validate(tool_call())
            hidden = HiddenContextItem(id="hid_1", thread_id=THREAD, created_at=datetime.now(), content="secret")
            async for event in self.calls(self, thread, tool, hidden, context):
                yield event


async def say(server: Remembering, operation: str, **params: Any) -> None:
    result = await server.process(request_of(operation, **params), None)
    assert isinstance(result, StreamingResult)
    async for _ in result:
        pass


async def test_the_fix_for_what_stands_behind_a_call_helps() -> None:
    async def the_call_first(server: Any, thread: Any, tool_call: Any, hidden: Any, context: Any) -> AsyncIterator[Any]:
        yield ThreadItemDoneEvent(item=tool_call)
        await server.store.add_thread_item(thread.id, hidden, context)

    scope: dict[str, Any] = {"ThreadItemDoneEvent": ThreadItemDoneEvent}
    typed_in = f"async def calls(self, thread, tool_call, hidden_item, context):\n{textwrap.indent(BEHIND.fix, '    ')}"
    exec(typed_in, scope)  # the fix is ours
    broken, mended = Remembering(the_call_first), Remembering(scope["calls"])
    for server in (broken, mended):
        await say(server, "threads.create", input=USER_INPUT)
    with pytest.raises(ValueError, match="was not a ClientToolCallItem"):
        await say(broken, "threads.add_client_tool_output", thread_id=THREAD, result={})
    await say(mended, "threads.add_client_tool_output", thread_id=THREAD, result={})


def test_a_stream_of_one_delta_after_another_still_knows_its_crash() -> None:
    said = {**CRASH, "trace": "in _convert_annotation"}
    middle = [*answer()[:2], *(delta(".") for _ in range(200)), said]
    assert "citations" in last(exchange(sse(thread_created(), user_done(), OPTIONS, *middle))).headline
