"""What foreign streams stand for: events, conversation, JSON and code."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from chatkit.server import ChatKitServer
from chatkit.store import Store
from chatkit.types import ThreadMetadata

from chat.checks import Level, examine, translate
from chat.checks.translation import translate_in_steps
from chat.exchanges import Exchange
from chat.protocol import decode_body
from chat.protocol.long_lists import LONG_LIST
from chat.steps import at_once
from tests.checks.examples import ASSISTANTS, COMPLETIONS, CONVERSATIONS, RESPONSES
from tests.checks.streams import (
    OPTIONS,
    THREAD,
    added,
    answer,
    assistant_item,
    card,
    data,
    delta,
    done,
    error,
    exchange,
    pasted,
    sse,
    thread_created,
    turn,
    user_done,
    user_item,
    widget_item,
)

DATA = Path(__file__).parent.parent / "data"

QUESTION = "list my tasks"


def seed(number: int) -> Exchange:
    return pasted((DATA / f"seed-attempt-{number}.txt").read_bytes())


def said(exchange: Exchange) -> list[tuple[str, str]]:
    """The messages of the conversation that was meant."""
    translation = translate(exchange)
    assert translation is not None
    found = []
    for item in translation.state.visible_items():
        document = item.json
        found.append((item.type, "".join(part.get("text", "") for part in document.get("content", []))))
    return found


def conversation(answer: str, question: str = QUESTION) -> list[tuple[str, str]]:
    return [("user_message", question), ("assistant_message", answer)]


def chunk(**fields: Any) -> dict[str, Any]:
    return {"type": "chunk", **fields}


LINES = b"\n".join(json.dumps(chunk(text=text)).encode() for text in ("Hel", "lo")) + b"\n"

MEANT = {
    "seed attempt 1, capability names": (lambda: seed(1), "Hello, you have three tasks."),
    "seed attempt 2, Assistants": (lambda: seed(2), "Hello, you have three tasks."),
    "seed attempt 3, Realtime and Conversations": (lambda: seed(3), "Hello, you have three tasks."),
    "Responses": (lambda: exchange(sse(*RESPONSES)), "Hello"),
    "Responses, with the whole text only at the end": (
        lambda: exchange(
            sse(
                {
                    "type": "response.completed",
                    "response": {
                        "output": [
                            {"type": "reasoning", "summary": []},
                            {
                                "type": "message",
                                "id": "i1",
                                "role": "assistant",
                                "content": [{"type": "output_text", "text": "Hello"}],
                            },
                        ]
                    },
                }
            )
        ),
        "Hello",
    ),
    "Assistants": (lambda: exchange(sse(*ASSISTANTS)), "Hi"),
    "Chat Completions": (lambda: exchange(sse(*COMPLETIONS)), "Hello"),
    "one Chat Completions answer": (
        lambda: exchange(json.dumps({"choices": [{"message": {"role": "assistant", "content": "Hello"}}]}).encode()),
        "Hello",
    ),
    "home-made chunks": (
        lambda: exchange(sse(chunk(content="Hel"), chunk(content="lo"), {"type": "complete"})),
        "Hello",
    ),
    "home-made chunks, whole at the end": (
        lambda: exchange(
            sse(chunk(text="Hel"), chunk(text="lo"), {"type": "message", "content": "Hello", "done": True})
        ),
        "Hello",
    ),
    "the text so far each time": (
        lambda: exchange(sse(*({"type": "message", "text": "Hello"[:end]} for end in (1, 3, 5)))),
        "Hello",
    ),
    "tokens on event lines": (
        lambda: exchange(sse(*(f'event: token\ndata: {{"token": "{token}"}}\n\n' for token in ("Hel", "lo")))),
        "Hello",
    ),
    "objects without a type": (lambda: exchange(sse({"text": "Hel"}, {"text": "lo"}, {"done": True})), "Hello"),
    "pieces inside delta": (
        lambda: exchange(sse(*(chunk(delta={"content": text}) for text in ("Hel", "lo")))),
        "Hello",
    ),
    "text after data:": (lambda: exchange(sse(data("Hel"), data("lo"), data("[DONE]"))), "Hello"),
    "lines of JSON": (lambda: exchange(LINES, content_type="application/x-ndjson"), "Hello"),
    "plain text": (lambda: exchange(b"Hello, you", content_type="text/plain"), "Hello, you"),
    "the AI SDK's data stream": (
        lambda: exchange(
            b'f:{"messageId":"m"}\n0:"Hel"\n0:"lo"\nd:{"finishReason":"stop"}\n', content_type="text/plain"
        ),
        "Hello",
    ),
    "items without wrapper": (lambda: exchange(turn(assistant_item("msg_1", "Hello"))), "Hello"),
    "updates without wrapper": (
        lambda: exchange(
            turn(added(assistant_item()), *({**delta(text)["update"], "item_id": "msg_1"} for text in ("Hel", "lo")))
        ),
        "Hello",
    ),
    "types on event lines": (
        lambda: exchange(
            sse(
                *(
                    f"event: {event.pop('type')}\ndata: {json.dumps(event)}\n\n"
                    for event in (thread_created(), user_done(), dict(OPTIONS), *answer("Hello"))
                )
            )
        ),
        "Hello",
    ),
    "JSON twice over": (
        lambda: exchange(
            sse(*(data(json.dumps(json.dumps(event))) for event in (thread_created(), user_done(), *answer("Hello"))))
        ),
        "Hello",
    ),
    "framed twice": (
        lambda: exchange(
            sse(*(data(f"data: {json.dumps(event)}") for event in (thread_created(), user_done(), *answer("Hello"))))
        ),
        "Hello",
    ),
    "wrong content parts": (
        lambda: exchange(turn(done({**assistant_item(), "content": [{"type": "text", "text": "Hello"}]}))),
        "Hello",
    ),
    "messages with roles": (
        lambda: exchange(
            sse(
                {"type": "message", "role": "user", "content": QUESTION},
                {"type": "message", "role": "assistant", "content": "Hello"},
            )
        ),
        "Hello",
    ),
}


@pytest.mark.parametrize(("make", "text"), MEANT.values(), ids=MEANT.keys())
def test_the_conversation_that_was_meant_is_found(make: Any, text: Any) -> None:
    assert said(make()) == conversation(text)


@pytest.mark.parametrize(("make", "text"), MEANT.values(), ids=MEANT.keys())
def test_the_translated_stream_raises_no_alarm(make: Any, text: Any) -> None:
    translation = translate(make())
    assert translation is not None
    examined = examine(exchange(translation.sse))
    serious = [(f.rule_id, f.got) for f in examined.findings if f.level is Level.ERROR]
    assert serious == []
    assert examined.translation is None


@pytest.mark.parametrize(("make", "text"), MEANT.values(), ids=MEANT.keys())
def test_the_code_compiles_and_yields_the_translated_events(make: Any, text: Any) -> None:
    translation = translate(make())
    assert translation is not None
    scope: dict[str, Any] = {}
    exec(compile(translation.python, "events.py", "exec"), scope)
    written = [without_times(event) for event in scope["events"]()]
    assert written == [without_times(event) for event in translation.events]
    assert [event.problems for event in decode_body(b"".join(scope["body"]()))] == [()] * len(translation.events)


def without_times(event: Any) -> Any:
    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strip(inner) for key, inner in value.items() if key != "created_at"}
        return [strip(inner) for inner in value] if isinstance(value, list) else value

    return strip(event.model_dump(mode="json"))


@pytest.mark.parametrize(("make", "text"), MEANT.values(), ids=MEANT.keys())
async def test_the_respond_method_yields_the_answer_in_a_real_server(make: Any, text: Any) -> None:
    translation = translate(make())
    assert translation is not None
    scope: dict[str, Any] = {}
    exec(compile(translation.respond, "respond.py", "exec"), scope)
    server: ChatKitServer[Any] = scope["Server"](store=Nowhere())  # type: ignore[abstract]
    thread = ThreadMetadata(id="thr_real", created_at=datetime.now())
    events = [event async for event in server.respond(thread, None, None)]
    finished = [event.item for event in events if event.type == "thread.item.done"]
    assert ["".join(part.text for part in item.content) for item in cast("list[Any]", finished)] == [text]
    assert {item.thread_id for item in finished} == {"thr_real"}


class Nowhere(Store[Any]):
    """A store that is never asked."""


Nowhere.__abstractmethods__ = frozenset()


def test_pieces_stay_pieces_so_that_the_answer_still_streams() -> None:
    translation = translate(seed(3))
    assert translation is not None
    assert [event.type for event in translation.events] == [
        "thread.created",
        "thread.item.done",
        "stream_options",
        "thread.item.added",
        *["thread.item.updated"] * 6,
        "thread.item.done",
    ]
    assert "for delta in [" in translation.python


def test_ids_are_those_of_the_foreign_stream() -> None:
    translation = translate(seed(3))
    assert translation is not None
    assert translation.state.id == "123"
    assert list(translation.state.items) == ["msg-user-123", "item_123"]
    assert translation.assumed == ()


def test_what_had_to_be_assumed_is_said() -> None:
    translation = translate(pasted(sse(chunk(text="Hello"))))
    assert translation is not None
    assert translation.assumed == (
        "the thread's id: the stream has none",
        "the user's message: it is neither in the stream nor in the request; put it in",
    )


def test_the_user_message_comes_from_a_request_in_any_shape() -> None:
    made = exchange(sse(chunk(text="Hello")), "", content_type="text/event-stream")
    for body in (
        {"message": QUESTION, "conversation_id": 223},
        {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": QUESTION}]},
        {"input": {"content": [{"type": "input_text", "text": QUESTION}]}},
    ):
        made.request = replace(made.request, body=json.dumps(body).encode())
        assert said(made) == conversation("Hello")


def test_the_thread_of_the_request_is_used_and_not_created_again() -> None:
    translation = translate(exchange(sse(*RESPONSES), "threads.add_user_message"))
    assert translation is not None
    assert translation.events[0].type == "thread.item.done"
    assert translation.events[0].item.thread_id == THREAD


def test_sources_titles_progress_and_failures_are_carried_over() -> None:
    body = sse(
        {"type": "response.output_item.added", "item": {"type": "web_search_call"}},
        {"type": "response.output_text.delta", "item_id": "i1", "delta": "Hello"},
        {
            "type": "response.output_text.annotation.added",
            "item_id": "i1",
            "annotation": {"type": "url_citation", "url": "https://example.com", "title": "Example", "end_index": 5},
        },
        {"type": "response.failed", "response": {"error": {"message": "Out of tokens."}}},
    )
    translation = translate(exchange(body))
    assert translation is not None
    kinds = [event.update.type if event.type == "thread.item.updated" else event.type for event in translation.events]
    assert "progress_update" in kinds
    assert "assistant_message.content_part.annotation_added" in kinds
    assert translation.state.errors[0].message == "Out of tokens."
    titled = translate(exchange(sse(chunk(text="Hi"), {"type": "title", "title": "Tasks"})))
    assert titled is not None
    assert titled.state.metadata is not None
    assert titled.state.metadata.title == "Tasks"


def test_chatkit_events_between_foreign_ones_are_kept() -> None:
    translation = translate(exchange(turn(done(widget_item("wid_1", card())), *RESPONSES)))
    assert translation is not None
    assert [item.type for item in translation.state.visible_items()] == ["user_message", "widget", "assistant_message"]
    assert "DynamicWidgetRoot" in translation.python or "Card" in translation.python


@pytest.mark.parametrize(
    "made",
    [
        exchange(turn()),
        exchange(turn(error())),
        exchange(b""),
        exchange(b"{}", "threads.delete"),
        exchange(b"not json", "threads.get_by_id"),
        pasted(sse(thread_created(), done(user_item()), OPTIONS)),
    ],
    ids=["healthy", "error", "empty", "document", "garbage", "short"],
)
def test_what_speaks_chatkit_or_says_nothing_is_not_translated(made: Any) -> None:
    assert translate(made) is None


def test_the_fix_of_a_foreign_language_is_one_event_put_right_and_the_whole_stream_comes_second() -> None:
    (finding,) = examine(exchange(sse(*CONVERSATIONS))).findings
    line = finding.fix.split("\n")[1].removeprefix("data: ")
    assert json.loads(line)["item"]["content"][0]["text"] == "Ho"
    assert finding.fix.startswith('# in place of {"type": "conversation.item.created"')
    scope: dict[str, Any] = {}
    exec(finding.rewritten, scope)
    assert [event.type for event in scope["events"]()][:2] == ["thread.created", "thread.item.done"]


@pytest.mark.parametrize("make", [make for make, _ in MEANT.values()], ids=MEANT)
def test_a_fix_is_short(make: Any) -> None:
    for finding in examine(make()).findings:
        assert finding.fix.count("\n") <= 12


def test_a_long_answer_is_gathered_in_the_rewritten_stream_and_whole_in_the_translation() -> None:
    words = [f"{number} " for number in range(300)]
    examined = examine(exchange(sse(*(chunk(text=word) for word in words))))
    assert examined.translation is not None
    assert len(examined.translation.events) > 300
    assert all(f"'{word}'," in examined.translation.python for word in words)
    rewritten = examined.findings[0].rewritten
    assert rewritten.count("\n") < 100
    scope: dict[str, Any] = {}
    exec(rewritten, scope)
    assert list(scope["events"]())[-1].item.content[0].text == "".join(words)


def test_where_the_translation_is_too_long_to_read_the_fix_says_how_it_goes() -> None:
    (finding,) = examine(exchange(sse(*(chunk(text="word " * 20) for _ in range(500))))).findings
    assert finding.rewritten == ""
    assert len(finding.fix) < 1_000
    assert "AssistantMessageContentPartTextDelta" in finding.fix


LANGGRAPH = (
    'event: metadata\ndata: {"run_id": "1ef"}\n\n',
    'event: messages/partial\ndata: [{"content": "You have", "type": "ai", "id": "run-1"}]\n\n',
    'event: messages/partial\ndata: [{"content": "You have three tasks.", "type": "ai", "id": "run-1"}]\n\n',
    'event: messages/complete\ndata: [{"content": "You have three tasks.", "type": "ai", "id": "run-1"}]\n\n',
)
LANGGRAPH_CHUNKS = tuple(
    f'event: messages\ndata: [{{"content": "{piece}", "type": "{kind}"}}, {{"langgraph_node": "agent"}}]\n\n'
    for kind, piece in (("human", "Hi"), ("AIMessageChunk", "You have "), ("AIMessageChunk", "three tasks."))
)
ADK = tuple(
    {"content": {"parts": [{"text": text}], "role": "model"}, "author": "agent", **more}
    for text, more in (
        ("You have ", {"partial": True}),
        ("three tasks.", {"partial": True}),
        ("You have three tasks.", {}),
    )
)
ADK_AT_ONCE = ({**ADK[0], "content": {"parts": [{"text": "You have three tasks."}]}}, ADK[2])


@pytest.mark.parametrize("stream", [LANGGRAPH, LANGGRAPH_CHUNKS, ADK, ADK_AT_ONCE])
def test_a_message_that_is_sent_whole_after_its_pieces_is_said_once(stream: Any) -> None:
    assert said(exchange(sse(*stream))) == conversation("You have three tasks.")


@pytest.mark.parametrize("key", ["reply", "output", "answer", "result", "generated_text"])
def test_one_json_document_is_an_answer_under_its_usual_names(key: str) -> None:
    document = exchange(json.dumps({key: "You have three tasks."}).encode(), content_type="application/json")
    assert said(document) == conversation("You have three tasks.")
    (finding,) = examine(document).findings
    assert "text_delta" in finding.fix
    assert 'media_type="text/event-stream"' in finding.fix


def test_an_event_in_a_wrapping_is_put_right_by_taking_it_out() -> None:
    (finding,) = examine(
        exchange(sse(*({"event": "x", "data": event} for event in (thread_created(), *answer()))))
    ).findings
    assert finding.fix.startswith('# in place of {"event": "x", "data": ')
    assert '\ndata: {"type":"thread.created","thread":{"id":"thr_1",' in finding.fix


def test_what_gemini_sends_is_said() -> None:
    pieces = [
        {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}}]} for text in ("Three ", "tasks.")
    ]
    assert said(exchange(sse(*pieces))) == conversation("Three tasks.")
    assert said(exchange(json.dumps(pieces).encode(), content_type="application/json")) == conversation("Three tasks.")


def test_pieces_that_are_alike_are_all_said() -> None:
    stream = [{"type": "token", "token": "Again and again. "}] * 3
    assert said(exchange(sse(*stream))) == conversation("Again and again. " * 3)


@pytest.mark.parametrize(
    "body",
    [
        turn().replace(b"\n\n", b"\n"),
        turn().replace(b"\n\n", b"\\n\\n"),
        sse(*(data(str(event)) for event in (thread_created(), user_done(), *answer()))),
        sse(*(data(str(json.dumps(event).encode())) for event in (thread_created(), user_done(), *answer()))),
        sse(*(data(str(sse(event))) for event in (thread_created(), user_done(), *answer()))),
        sse(data(json.dumps([thread_created(), user_done(), *answer()]))),
        sse(*({"event": event["type"], "data": event} for event in (thread_created(), user_done(), *answer()))),
        sse(*({"payload": event, "seq": 1} for event in (thread_created(), user_done(), *answer()))),
    ],
)
def test_events_that_run_together_or_are_python_or_wrapped_are_read_and_never_said(body: bytes) -> None:
    assert said(exchange(body)) == conversation("Hello", "list my tasks")


def test_objects_as_python_prints_them_are_nothing_that_was_said() -> None:
    assert translate(exchange(sse(data("type='error' message='No.' allow_retry=True")))) is None


LONG = 300
LONG_ANSWERS = {
    "lines of JSON": b"".join(b'{"type":"chunk","text":"x"}\n' for _ in range(LONG)),
    "a list in JSON": json.dumps([chunk(text="x")] * LONG, indent=1).encode(),
    "home-made events": sse(*[chunk(text="x")] * LONG),
    "lists of ChatKit's events": sse(*[data(json.dumps([added(assistant_item("m"))] * 3))] * LONG),
}


@pytest.mark.parametrize("body", LONG_ANSWERS.values(), ids=LONG_ANSWERS.keys())
def test_a_long_stream_is_translated_in_more_steps_than_it_has_events(body: bytes) -> None:
    assert translate(exchange(body)) is not None
    assert sum(1 for _ in translate_in_steps(exchange(body))) > LONG


@pytest.mark.parametrize("body", LONG_ANSWERS.values(), ids=LONG_ANSWERS.keys())
def test_of_a_stream_with_more_events_than_wanted_nothing_is_translated(body: bytes) -> None:
    assert at_once(translate_in_steps(exchange(body), most=2 * LONG)) is not None
    assert at_once(translate_in_steps(exchange(body), most=LONG // 2)) is None


@pytest.mark.parametrize("framed", [True, False], ids=["an event", "a body"])
def test_what_floods_is_not_translated(framed: bool) -> None:
    def answered(parts: int) -> Exchange:
        said = {"type": "assistant_message", "text": "x", "more": [1] * parts}
        return exchange(sse(said) if framed else json.dumps(said).encode())

    assert translate(answered(LONG_LIST)) is not None
    assert translate(answered(LONG_LIST + 1)) is None


def test_a_translation_that_is_far_too_long_for_a_fix_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    translation = translate(exchange(b"word " * 20_000))
    assert translation is not None
    monkeypatch.delattr("chat.checks.as_python.module")
    assert translation.brief == ""
