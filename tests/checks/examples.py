"""For every passive rule: exchanges that break it, and exchanges that keep it. The rule tests run over this table."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chat.exchanges import Exchange
from chat.exchanges.console import console_exchange
from tests.checks.streams import (
    NOW,
    OPTIONS,
    SECOND,
    STAMP,
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
    item,
    later_turn,
    part_done,
    pasted,
    removed,
    replaced,
    spread,
    sse,
    thread_created,
    thread_updated,
    tool_call,
    turn,
    updated,
    user_done,
    user_item,
    widget_delta,
    widget_item,
)

Example = Callable[[], Exchange]


def of(body: Any = b"", operation: str = "threads.create", **more: Any) -> Example:
    return lambda: exchange(body, operation, **more)


def again(*middle: Any, **more: Any) -> Example:
    return of(later_turn(*middle), "threads.add_user_message", **more)


def text(value: str, **more: Any) -> dict[str, Any]:
    return {"type": "Text", "value": value, **more}


GOOD = turn()
LATER = "2026-11-20T10:00:09Z"
LINES = b"".join(json.dumps(event).encode() + b"\n" for event in (thread_created(), user_done(), *answer()))
THREAD_JSON = json.dumps(thread_created()["thread"]).encode()
RESPONSES = (
    {"type": "response.created", "response": {"id": "resp_1"}},
    {"type": "response.output_text.delta", "item_id": "item_1", "content_index": 0, "delta": "Hello"},
    {"type": "response.completed", "response": {"id": "resp_1", "output": []}},
)
ASSISTANTS = (
    'event: thread.message.created\ndata: {"id":"msg_9","object":"thread.message","role":"assistant","content":[]}\n\n',
    "event: thread.message.delta\n"
    'data: {"id":"msg_9","object":"thread.message.delta",'
    '"delta":{"content":[{"index":0,"type":"text","text":{"value":"Hi"}}]}}\n\n',
    'event: thread.message.completed\ndata: {"id":"msg_9","object":"thread.message","role":"assistant",'
    '"content":[{"type":"text","text":{"value":"Hi"}}]}\n\n',
    "event: done\ndata: [DONE]\n\n",
)
CONVERSATIONS = (
    {"type": "conversation.item.created", "item": {"id": "i1", "type": "message", "role": "user", "content": "Hi"}},
    {
        "type": "conversation.item.created",
        "item": {"id": "i2", "type": "message", "role": "assistant", "content": "Ho"},
    },
)
COMPLETIONS = (
    {
        "id": "c1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}],
    },
    {"id": "c1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hello"}}]},
    {"id": "c1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    data("[DONE]"),
)
UNICODE = "".join(
    f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in (thread_created(), user_done(), *answer("Größe"))
).encode()
UNICODE_AT = UNICODE.index("ö".encode()) + 1
LATIN = UNICODE.decode().encode("latin-1")
LATIN_AT = LATIN.index(b"\xf6")
HIDDEN = item("hidden_context_item", "hid_1", content="secret plan")

PAGE = b"<!doctype html><html><body><div id=root></div></body></html>"
WANTS_ITS_OWN = b'{"detail":[{"type":"missing","loc":["body","message"],"msg":"Field required"}]}'
WANTS_A_TEXT = b'{"detail":[{"type":"string_type","loc":["body"],"msg":"Input should be a valid string"}]}'
PAGED = {"id": THREAD, "created_at": STAMP, "status": {"type": "active"}}
FILE = {"type": "file", "id": "atc_1", "name": "a.txt", "mime_type": "text/plain"}
PART_DONE = "assistant_message.content_part.done"
UNTYPED = {
    "type": "assistant_message.content_part.done",
    "content_index": 0,
    "content": {"text": "Hello", "annotations": []},
}
CDN = "https://cdn.platform.openai.com/deployments/chatkit"
RUNNING = {"type": "custom", "title": "Look", "status_indicator": "loading"}


def workflow(*tasks: Any) -> dict[str, Any]:
    return item("workflow", "wf_1", workflow={"type": "custom", "tasks": list(tasks), "expanded": False})


def cited() -> dict[str, Any]:
    """The answer with a source."""
    source = {"type": "url", "title": "Plants", "url": "https://plants.example"}
    content = {
        "type": "output_text",
        "text": "Hello",
        "annotations": [{"type": "annotation", "source": source, "index": 5}],
    }
    return {**assistant_item(), "content": [content]}


def annotation_added() -> dict[str, Any]:
    (annotation,) = cited()["content"][0]["annotations"]
    kind = "assistant_message.content_part.annotation_added"
    return updated("msg_1", kind, content_index=0, annotation_index=0, annotation=annotation)


def image(src: str) -> dict[str, Any]:
    return {"type": "Image", "src": src, "alt": "a picture"}


def page_of(*items: Any) -> bytes:
    return json.dumps({"data": list(items), "has_more": False, "after": None}).encode()


ANSWERED = {"status": "answered", "answers": {"q_1": {"values": ["Ada"], "skipped": False}}}
QUESTION = item("structured_input", "ask_1", inputs=[{"type": "freeform", "id": "q_1", "question": "Who?"}])


def answered(*said: Any, input: Any = ANSWERED) -> Example:
    """What follows the user's answers, behind the question that the SDK sends first."""
    given = {**QUESTION, "status": input["status"]}
    body = sse(replaced(given), OPTIONS, *said)
    return of(body, "threads.add_structured_input", item_id="ask_1", input=input)


def clicked(*said: Any, item_id: str | None = "wid_1") -> Example:
    """What follows a click in a widget."""
    events = [done(one) if one.get("thread_id") else one for one in said]
    action = {"type": "plan.book", "payload": {}}
    return of(sse(*events), "threads.custom_action", action=action, **({"item_id": item_id} if item_id else {}))


def preflight(status: int = 204, **answered: str) -> Example:
    """A browser's question before a POST of the widget's; `answered`: headers, with underscores."""
    asked = (
        ("Origin", "https://shop.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization,chatkit-frame-instance-id,content-type"),
    )

    def make() -> Exchange:
        headers = tuple((name.replace("_", "-"), value) for name, value in answered.items())
        made = exchange(b"", "", status=status, reason="", content_type="", headers=headers)
        made.request = replace(made.request, method="OPTIONS", headers=asked)
        return made

    return make


def said(text: str) -> Example:
    """What a browser's console said."""
    return lambda: console_exchange(text.encode(), NOW)


FAILING: dict[str, tuple[Example, ...]] = {
    "endpoint/not-chatkit": (
        of(PAGE, content_type="text/html"),
        of(PAGE, "threads.list", content_type="text/html"),
        of(b'{"detail":"Not Found"}', status=404, reason="Not Found", content_type="application/json"),
        of(b'{"detail":"Method Not Allowed"}', status=405, reason="Method Not Allowed", headers=(("allow", "GET"),)),
        of(WANTS_ITS_OWN, status=422, reason="Unprocessable Entity", content_type="application/json"),
        of(WANTS_A_TEXT, "", status=422, reason="Unprocessable Entity", content_type="application/json"),
        of(b"", status=307, reason="Temporary Redirect", content_type="", headers=(("location", "/chatkit/"),)),
        of(b'{"client_secret":"cs_1"}', content_type="application/json"),
        of(b'{"status":404,"error":"Not Found","path":"/chatkit"}', status=404, reason="Not Found"),
        of(b'{"message":"Cannot POST /chatkit","statusCode":404}', "items.list", status=404, reason="Not Found"),
        of(b'{"message":"Missing Authentication Token"}', "threads.list", status=403, reason="Forbidden"),
    ),
    "endpoint/hosted": (
        of(GOOD, url="https://api.openai.com/v1/chatkit/conversation"),
        of(b'{"client_secret":"ek_1"}', "", sent=b'{"user":"ada"}', url="http://localhost:3000/api/session"),
    ),
    "lifecycle/done-differs": (
        of(turn(*answer(), done(assistant_item("msg_1", "Bye")))),
        of(turn(done(widget_item("wid_1", card(text("a")))), done(widget_item("wid_1", card(text("b")))))),
    ),
    "lifecycle/late-annotations": (of(turn(*answer()[:-2], done(cited()))),),
    "widgets/image-unseen": (
        of(turn(done(widget_item("wid_1", card(image("http://images.example/a.png")))))),
        of(turn(done(widget_item("wid_1", card(image("/static/a.png")))))),
        of(turn(done(widget_item("wid_1", card(image("data:image/tiff;base64,AAAA")))))),
        of(turn(done(item("generated_image", "img_1", image={"id": "i", "url": "file:///tmp/a.png"})))),
        of(page_of(widget_item("wid_1", card(image("data:text/html,hi")))), "items.list", thread_id=THREAD),
    ),
    "widgets/not-replaced": (
        of(sse(OPTIONS, done(widget_item("wid_2", card(text("Booked"))))), "threads.custom_action", item_id="wid_1"),
    ),
    "page/console": (
        said("Uncaught IntegrationError: Invalid options\n✖ Invalid input\n  → at api"),
        said('✖ Unrecognized key: "placeholder"\n  → at threadItemActions'),
        said('StreamEventParsingError: Failed to parse stream event: Unexpected token, "Thinking" is not valid JSON'),
        said("No handler for client tool calls. You'll need to add onClientTool to your ChatKit options."),
        said("Error handling thread event TypeError: Cannot read properties of undefined (reading 'content')"),
    ),
    "cors/preflight": (
        preflight(405),
        preflight(),
        preflight(access_control_allow_origin="https://other.example", access_control_allow_headers="*, authorization"),
        preflight(access_control_allow_origin="*", access_control_allow_headers="content-type, authorization"),
        preflight(access_control_allow_origin="*", access_control_allow_headers="*"),
    ),
    "page/domain": (of(b"{}", "", status=401, url="https://api.openai.com/v1/chatkit/domain_keys/verify_hosted"),),
    "page/session": (
        of(b"{}", "", status=400, url="https://api.openai.com/v1/chatkit/sessions"),
        of(b"Oops", "", status=500, content_type="text/plain", url="https://shop.example/api/chatkit/session"),
        of(b"{}", "", status=401, url="https://shop.example/api/create-chatkit-session"),
    ),
    "page/loader": (of(b"", "", status=403, url=f"{CDN}/chatkit.js"),),
    "page/frame": (of(b"", "", status=None, outcome="unreachable", failure="blocked", url=f"{CDN}/1.9/index.html"),),
    "errors/operation-fails": (
        of(b"Internal Server Error", "threads.get_by_id", status=500, content_type="text/plain"),
        of(b'{"message":"It broke."}', "items.list", status=503),
        of(b"Internal Server Error", "", status=500, content_type="text/plain"),
    ),
    "transport/no-answer": (
        of(b"", status=None, outcome="unanswered", failure="The connection was closed."),
        of(b"", "threads.list", status=None, outcome="unanswered", failure="The connection was closed."),
    ),
    "lifecycle/ended-in-error": (
        of(turn(added(assistant_item()), error(None, code="stream.error"))),
        of(sse(error(None, code="stream.error"))),
    ),
    "lifecycle/error-unseen": (of(turn(error(None, code="quota"))),),
    "lifecycle/task-unfinished": (of(turn(done(workflow(RUNNING)), *answer())),),
    "lifecycle/repeated-text": (
        of(
            turn(
                *answer("Hello there")[:-2],
                delta("Hello there, you"),
                done(assistant_item("msg_1", "Hello thereHello there, you")),
            )
        ),
    ),
    "tools/output-unanswered": (
        of(sse(OPTIONS), "threads.add_client_tool_output", thread_id=THREAD, result={"ok": True}),
        of(sse(OPTIONS, thread_updated()), "threads.add_client_tool_output", thread_id=THREAD, result={}),
        of(b"", "threads.add_client_tool_output", thread_id=THREAD, result={}),
    ),
    "tools/completed-call": (
        of(turn(done({**tool_call(), "status": "completed", "output": {}}), *answer())),
        of(
            sse(OPTIONS, done({**tool_call(), "status": "completed"}), *answer()),
            "threads.add_client_tool_output",
            thread_id=THREAD,
            result={},
        ),
    ),
    "input/answers-unanswered": (answered(), answered(thread_updated()), answered(done(item("end_of_turn", "end_1")))),
    "widgets/action-unanswered": (clicked(OPTIONS), clicked(), clicked(OPTIONS, item("end_of_turn", "end_1"))),
    "identity/stored-twice": (
        of(page_of(user_item(), user_item()), "items.list", thread_id=THREAD),
        of(page_of(user_item(), {**user_item(), "created_at": LATER}), "items.list", thread_id=THREAD),
    ),
    "schema/breaks-turn": (
        of(turn(done({**assistant_item(), "content": [{"type": "output_text", "text": None, "annotations": []}]}))),
        of(turn(done({**assistant_item(), "content": [{"type": "output_text", "text": "Hello"}]}))),
        of(page_of(item("assistant_message", "msg_1")), "items.list", thread_id=THREAD),
    ),
    "widgets/breaks-turn": (
        of(turn(done(widget_item("wid_1", card({"type": "Markdown", "value": 42}))))),
        of(turn(done(widget_item("wid_1", {"type": "Sheet"})))),
        of(page_of(widget_item("wid_1", {})), "items.list", thread_id=THREAD),
    ),
    "widgets/invalid": (
        of(turn(done(widget_item("wid_1", card({"type": "Text"}))))),
        of(turn(done(widget_item("wid_1", card({"type": "Badge", "label": 1}))))),
        of(turn(done(widget_item("wid_1", card({"type": "Box", "scrollable": True}))))),
        of(turn(done(widget_item("wid_1", card({"type": "Button", "label": "Go", "onClick": {"type": "go"}}))))),
        of(turn(done(widget_item("wid_1", {"type": "Card", "children": "{{ items }}"})))),
        of(
            page_of(widget_item("wid_1", card({"type": "Button", "onClickAction": "go"}))),
            "items.list",
            thread_id=THREAD,
        ),
    ),
    "transport/status": (
        of(b'{"detail":"Not authenticated"}', status=401, reason="Unauthorized", content_type="application/json"),
        of(
            b'{"detail":[]}',
            "threads.add_user_message",
            status=422,
            reason="Unprocessable Entity",
            content_type="application/json",
        ),
    ),
    "transport/retried": (
        of(GOOD, content_type="application/json"),
        of(GOOD, content_type="Text/Event-Stream"),
        of(GOOD, content_type=""),
        of(b"Internal Server Error", status=500, reason="Internal Server Error", content_type="text/plain"),
        of(b"", status=204, reason="No Content", content_type=""),
    ),
    "transport/ndjson": (of(LINES), of(LINES, content_type="application/x-ndjson"), lambda: pasted(LINES)),
    "transport/json-body": (
        of(b"The server is busy", "threads.get_by_id"),
        of(json.dumps(THREAD_JSON.decode()).encode(), "threads.get_by_id"),
        of(GOOD, "threads.list"),
        of(b"", "threads.delete"),
        of(b'{"data":[],"has_more":false,"score":[1,-Infinity,NaN]}', "threads.list"),
    ),
    "transport/no-message": (
        of(b'{"detail":"Not found"}', "threads.get_by_id", status=404, reason="Not Found"),
        of(b"No such thread", "items.list", status=404, reason="Not Found"),
    ),
    "transport/truncated": (
        of(GOOD[:-200], outcome="truncated", failure="the connection was closed in the middle of a chunk"),
        of(b'{"id":', "threads.get_by_id", outcome="truncated", failure="closed"),
        of(b"plain", outcome="garbled", failure="no gzip", headers=(("content-encoding", "gzip"),)),
        of(GOOD, outcome="truncated", failure="closed", headers=(("content-length", "99999"),)),
    ),
    "transport/empty-stream": (of(b""), of(b"Hello, you have three tasks."), of(b"", "threads.retry_after_item")),
    "transport/buffered": (of(spread(GOOD, start_ns=3 * SECOND, step_ns=1_000_000)),),
    "transport/compressed": (of(GOOD, headers=(("content-encoding", "gzip"),)),),
    "transport/never-ends": (
        of(GOOD, outcome="timeout", ended_at_ns=30 * SECOND),
        of(GOOD, outcome="cancelled", ended_at_ns=20 * SECOND),
    ),
    "framing/unterminated": (of(GOOD[:-2]), of(GOOD[:-1])),
    "framing/not-json": (
        of(GOOD + b"data: [DONE]\n\n"),
        of(sse(thread_created(), user_done(), OPTIONS, data("Hello"), data(" you"))),
        of(sse(*(data(json.dumps(json.dumps(event))) for event in (thread_created(), user_done(), *answer())))),
        of(sse(*(data(f"data: {json.dumps(event)}") for event in (thread_created(), user_done(), *answer())))),
        of(turn(*answer(), data("[1, 2]"))),
        of(GOOD.replace(b"\n\n", b"\n") + b"\n"),
        of(GOOD.replace(b"\n\n", b"\\n\\n")),
        of(sse(*(data(str(event)) for event in (thread_created(), user_done(), *answer())))),
        of(sse(*(data(str(json.dumps(event).encode())) for event in (thread_created(), user_done(), *answer())))),
        of(sse(data("type='thread.created' thread=Thread(id='thr_1', created_at=datetime.datetime(2026, 1, 1))"))),
        of(sse(thread_created(), {**user_done(), "score": math.nan}, *answer())),
    ),
    "framing/type-in-event-line": (
        of(
            sse(
                *(
                    f"event: {event['type']}\ndata: {json.dumps({k: v for k, v in event.items() if k != 'type'})}\n\n"
                    for event in (thread_created(), user_done(), OPTIONS, *answer())
                )
            )
        ),
    ),
    "framing/not-utf8": (
        of(LATIN),
        of([(1, LATIN[:LATIN_AT]), (2, LATIN[LATIN_AT:])]),
        of('{"data":[],"has_more":false,"name":"Größe"}'.encode("latin-1"), "threads.list"),
    ),
    "framing/comment-ping": (of(turn(": ping\n\n", *answer())), of(b": ping\r\n\r\n" + GOOD)),
    "vocabulary/responses-api": (
        of(sse(*RESPONSES)),
        of(turn(*RESPONSES)),
        of(sse({"type": "conversation.item.created", "item": {}}, *RESPONSES)),
    ),
    "vocabulary/assistants-api": (of(sse(*ASSISTANTS)), lambda: pasted(sse(*ASSISTANTS))),
    "vocabulary/conversations-api": (of(sse(*CONVERSATIONS)),),
    "vocabulary/capability-name": (
        of(turn({"type": "thread.item.assistant_message", "item": assistant_item("msg_1", "Hi")})),
    ),
    "vocabulary/chat-completions": (of(sse(*COMPLETIONS)),),
    "vocabulary/ad-hoc": (
        of(sse(*({"type": "chunk", "content": word} for word in ("Hel", "lo")), {"type": "complete"})),
        of(sse({"text": "Hello"})),
        of(turn({"type": "thread.item.delta", "delta": "Hello"})),
        lambda: pasted(sse(*({"type": "token", "token": str(n)} for n in range(500)))),
    ),
    "vocabulary/bare-item": (
        of(turn(assistant_item("msg_1", "Hello"))),
        of(turn(added(assistant_item()), {**delta("Hi")["update"], "item_id": "msg_1"})),
    ),
    "schema/invalid": (
        of(sse({"type": "thread.created", "thread": {"id": THREAD}}, user_done(), OPTIONS, *answer())),
        of(turn(done({**assistant_item(), "content": [{"type": "text", "text": "Hello"}]}))),
        of(
            sse(
                thread_created(),
                done({k: v for k, v in user_item().items() if k != "inference_options"}),
                OPTIONS,
                *answer(),
            )
        ),
        of(page_of({**user_item(), "content": "Hi"}), "items.list"),
        of(turn(done({**assistant_item(), "content": [{"text": "Hello", "annotations": []}]}))),
        of(turn(*answer()[:-2], {**part_done("Hello"), "update": UNTYPED}, answer()[-1])),
        of(page_of({**assistant_item(), "content": [{"text": "Hello", "annotations": []}]}), "items.list"),
    ),
    "schema/response": (
        of(b'{"data": [{"id": "thr_1"}], "has_more": false}', "threads.list"),
        of(b'{"threads": []}', "threads.list"),
        of(b'{"title": "Tasks"}', "threads.update"),
    ),
    "paging/limit": (of(page_of(user_item(), assistant_item("msg_1", "Hi")), "items.list", limit=1),),
    "schema/unknown-field": (
        of(turn(done(assistant_item("msg_1", "Hello", status="completed")))),
        of(turn(*answer(), {**thread_updated(), "id": "evt_1"})),
    ),
    "schema/error-text-lost": (of(turn({"type": "error", "error": {"message": "The model is busy."}})),),
    "lifecycle/no-thread-created": (
        of(sse(user_done(), OPTIONS, *answer())),
        of(sse(user_done(), thread_created(), OPTIONS, *answer())),
    ),
    "lifecycle/thread-created-again": (
        of(turn(), "threads.add_user_message"),
        of(sse(thread_created("thr_9"), user_done(), OPTIONS, *answer()), "threads.add_user_message"),
        of(turn(thread_created(), *answer())),
    ),
    "lifecycle/user-message-missing": (
        of(sse(thread_created(), OPTIONS, *answer())),
        of(sse(thread_created(), added(user_item()), OPTIONS, *answer())),
        of(sse(OPTIONS, *answer()), "threads.add_user_message"),
    ),
    "lifecycle/never-done": (of(turn(*answer()[:-1])), again(added(assistant_item()), delta("Hello"))),
    "lifecycle/unknown-item": (
        of(turn(delta("Hello", "msg_9"), *answer())),
        of(turn(delta("Hello", "msg_9"))),
        of(turn(removed("msg_9"), *answer())),
        again(delta("Hello", "msg_9"), *answer()),
    ),
    "lifecycle/after-done": (of(turn(*answer(), delta("more"))), of(turn(*answer(), part_done("more")))),
    "lifecycle/delta-mismatch": (
        of(turn(*answer("Hello")[:-2], done(assistant_item("msg_1", "Hello, you")))),
        of(turn(*answer("Hello")[:-2], done(assistant_item("msg_1", "Hell")))),
        of(turn(*answer("Hello")[:-2], part_done("Bye"), done(assistant_item("msg_1", "Bye")))),
        of(turn(*answer("Hello")[:-2], done(assistant_item("msg_1")))),
        of(turn(added(assistant_item()), delta("Hello", part=1), done(assistant_item("msg_1", "Hello")))),
    ),
    "lifecycle/no-response": (
        of(sse(thread_created(), user_done(), OPTIONS)),
        of(sse(user_done(), OPTIONS), "threads.add_user_message"),
    ),
    "lifecycle/events-after-error": (
        of(turn(error(), *answer())),
        of(turn(*answer(), error(), {"type": "progress_update", "text": "Still here…"})),
    ),
    "lifecycle/hidden-leaked": (
        of(turn(*answer(), added(HIDDEN))),
        again(*answer(), replaced(HIDDEN)),
        of(json.dumps({"data": [HIDDEN], "has_more": False}).encode(), "items.list"),
    ),
    "lifecycle/no-stream-options": (of(sse(thread_created(), user_done(), *answer())),),
    "identity/placeholder-id": (
        of(turn(*answer("Hello", "__fake_id__"))),
        of(turn(*answer("Hello", "__fake_id__"), *answer("Bye", "__fake_id__"))),
        of(json.dumps({"data": [assistant_item("__fake_id__", "Hi")], "has_more": False}).encode(), "items.list"),
    ),
    "identity/reused-id": (
        of(turn(*answer(), added(assistant_item()), done(assistant_item("msg_1", "Bye")))),
        of(turn(*answer("Hello", "msg_user"))),
        of(turn(added(assistant_item()), *answer())),
        of(page_of(assistant_item("a", "Hi"), assistant_item("a", "Bye")), "items.list"),
    ),
    "identity/wrong-thread": (
        of(turn(done({**assistant_item("msg_1", "Hello"), "thread_id": "thr_2"}))),
        again(done({**assistant_item("msg_1", "Hello"), "thread_id": "thr_2"})),
        of(json.dumps({"data": [{**user_item(), "thread_id": "thr_2"}], "has_more": False}).encode(), "items.list"),
    ),
    "identity/done-twice": (
        of(turn(*answer(), done(assistant_item("msg_1", "Hello")))),
        of(turn(user_done(), *answer())),
    ),
    "auth/cookie": (
        of(GOOD, headers=(("Set-Cookie", "session=••••; Path=/; HttpOnly; SameSite=lax"), ("set-cookie", "lang=en"))),
        of(b'{"data": [], "has_more": false}', "threads.list", headers=(("set-cookie", "sid=1"),)),
    ),
    "auth/refused": (
        of(b'{"message":"Please sign in."}', "threads.list", status=401, reason="Unauthorized"),
        of(b'{"detail":"Forbidden"}', "threads.list", status=403, reason="Forbidden"),
        of(b'{"message":"Please sign in."}', "threads.get_by_id", status=401, reason="Unauthorized"),
    ),
    "auth/expired-token": (
        of(GOOD, token_expires_at=NOW - timedelta(hours=1)),
        of(GOOD, token_expires_at=NOW + timedelta(minutes=4)),
    ),
    "tools/pending-not-last": (
        of(turn(done(tool_call()), *answer())),
        of(turn(added(assistant_item()), done(tool_call()), done(assistant_item("msg_1", "Hello")))),
    ),
    "widgets/no-delta": (
        of(turn(added(widget_item("wid_1", card(text("He")))), done(widget_item("wid_1", card(text("Hello")))))),
        of(
            turn(
                added(widget_item("wid_1", card({"type": "Transition", "children": text("He", id="t")}))),
                done(widget_item("wid_1", card({"type": "Transition", "children": text("Hello", id="t")}))),
            )
        ),
    ),
    "widgets/not-prefix": (
        of(
            turn(
                added(widget_item("wid_1", card(text("", id="t")))),
                widget_delta("Hello", "t"),
                done(widget_item("wid_1", card(text("Bye", id="t")))),
            )
        ),
    ),
    "widgets/unknown-component": (
        of(turn(done(widget_item("wid_1", card({"type": "Carousel", "children": []}))))),
        of(
            turn(
                added(widget_item("wid_1", card(text("Hi", id="t")))),
                updated("wid_1", "widget.component.updated", component_id="t", component={"type": "Video", "id": "t"}),
                done(widget_item("wid_1", card({"type": "Video", "id": "t"}))),
            )
        ),
    ),
    "uploads/descriptor": (
        of(json.dumps({**FILE, "upload_url": "http://127.0.0.1/files/1"}).encode(), "attachments.create"),
        of(json.dumps(FILE).encode(), "attachments.create"),
    ),
    "paging/cursor": (
        of(b'{"data": [], "has_more": true}', "items.list"),
        of(json.dumps({**PAGED, "items": {"data": [], "has_more": True}}).encode(), "threads.get_by_id"),
        of(page_of(user_item(), assistant_item("msg_1", "Hi")), "items.list", after="msg_user"),
    ),
    "time/naive": (of(sse(thread_created(created_at="2026-11-20T10:00:00"), user_done(), OPTIONS, *answer())),),
    "time/skew": (
        of(sse(thread_created(created_at="2026-11-20T09:50:00Z"), user_done(), OPTIONS, *answer())),
        of(sse(thread_created(created_at=1_790_000), user_done(), OPTIONS, *answer())),
        of(sse(thread_created(created_at="2026-11-18T10:00:00"), user_done(), OPTIONS, *answer())),
        lambda: pasted(sse(thread_created(created_at=20_000_000), user_done(), OPTIONS, *answer())),
    ),
}
"""Exchanges that break the rule, and have nothing else wrong that is an error."""

HEALTHY: tuple[Example, ...] = (
    of(GOOD),
    of(GOOD, content_type="text/event-stream; charset=utf-8"),
    again(),
    lambda: pasted(GOOD),
    lambda: pasted(later_turn()),
    of(spread(GOOD, start_ns=20_000_000, step_ns=200_000_000)),
    of(turn(*answer(), thread_updated(title="Tasks"))),
    of(GOOD[:-300], outcome="cancelled"),
    of(turn(done(tool_call()))),
    of(sse(OPTIONS, *answer()), "threads.add_client_tool_output"),
    of(sse(OPTIONS, *answer()), "threads.retry_after_item"),
    of(
        sse(OPTIONS, replaced(item("task", "old_1", task={"type": "custom"})), *answer()),
        "threads.add_structured_input",
    ),
    of(
        sse(OPTIONS, updated("old_2", "widget.root.updated", widget=card(text("Hi")))),
        "threads.custom_action",
        item_id="old_2",
    ),
    of(THREAD_JSON, "threads.get_by_id"),
    of(b"{}", "threads.delete"),
    of(b'{"data": [], "has_more": false}', "threads.list"),
    of(b'{"message": "No such thread."}', "threads.get_by_id", status=404, reason="Not Found"),
)
"""Exchanges in which no rule finds anything: every rule passes on them."""

CLOSE: dict[str, tuple[Example, ...]] = {
    "lifecycle/done-differs": (
        of(turn(*answer(), replaced(assistant_item("msg_1", "Bye")))),
        of(turn(*answer(), done({**assistant_item("msg_1", "Hello"), "created_at": "2026-11-20T10:00:01Z"}))),
    ),
    "lifecycle/late-annotations": (
        of(turn(done(cited()))),
        of(turn(*answer()[:-2], annotation_added(), done(cited()))),
        of(
            turn(
                *answer()[:-2],
                updated("msg_1", PART_DONE, content_index=0, content=cited()["content"][0]),
                done(cited()),
            )
        ),
    ),
    "widgets/not-replaced": (
        of(
            sse(OPTIONS, done(widget_item("wid_2", card(text("Booked")))), replaced(widget_item("wid_1", card()))),
            "threads.custom_action",
            item_id="wid_1",
        ),
        of(
            sse(OPTIONS, done(widget_item("wid_2", card(text("Booked")))), removed("wid_1")),
            "threads.custom_action",
            item_id="wid_1",
        ),
        of(sse(OPTIONS, *answer()), "threads.custom_action", item_id="wid_1"),
    ),
    "widgets/image-unseen": tuple(
        of(turn(done(widget_item("wid_1", card(image(src))))))
        for src in ("https://images.example/a.png", "data:image/svg+xml;base64,PHN2Zy8+", "DATA:image/png;base64,AA")
    ),
    "page/console": (said("[HMR] connected\nDownload the React DevTools"),),
    "cors/preflight": (
        preflight(
            access_control_allow_origin="https://shop.example",
            access_control_allow_headers="Authorization, Content-Type, ChatKit-Frame-Instance-Id",
        ),
        preflight(200, access_control_allow_origin="*", access_control_allow_headers="*, authorization"),
    ),
    "endpoint/not-chatkit": (
        of(PAGE, status=502, reason="Bad Gateway", content_type="text/html"),
        of(PAGE, "threads.list", status=502, reason="Bad Gateway", content_type="text/html"),
        of(b'{"message":"No such thread."}', "threads.get_by_id", status=404, reason="Not Found"),
        of(b'{"message":"Not Found"}', "threads.get_by_id", status=404, reason="Not Found"),
        of(PAGE, status=403, reason="Forbidden", content_type="text/html"),
        of(PAGE, "", status=400, content_type="text/html", sent=b"{not json"),
    ),
    "endpoint/hosted": (of(GOOD, url="https://chat.example/v1/chatkit/conversation"),),
    "errors/operation-fails": (of(b'{"message":"No such thread."}', "threads.get_by_id", status=404),),
    "lifecycle/task-unfinished": (of(turn(done(workflow({**RUNNING, "status_indicator": "complete"})), *answer())),),
    "lifecycle/repeated-text": (of(turn(*answer("ha ha ha ha "))), of(turn(*answer("Hello there, Hello there")))),
    "tools/output-unanswered": (
        of(sse(OPTIONS, *answer()), "threads.add_client_tool_output", thread_id=THREAD, result={}),
        of(sse(OPTIONS, error("No.")), "threads.add_client_tool_output", thread_id=THREAD, result={}),
    ),
    "tools/completed-call": (
        of(turn(done(tool_call()))),
        of(page_of({**tool_call(), "status": "completed"}), "items.list"),
    ),
    "input/answers-unanswered": (
        answered(*answer()),
        answered(input={"status": "skipped", "answers": {}}),
        answered(input={"status": "answered", "answers": {"q_1": {"values": [], "skipped": True}}}),
        answered(error("No.")),
        answered(done(tool_call())),
        answered({"type": "notice", "level": "info", "message": "Thank you."}),
    ),
    "widgets/action-unanswered": (
        clicked(OPTIONS, *answer()),
        clicked(OPTIONS, item_id=None),
        clicked(OPTIONS, {"type": "client_effect", "name": "open", "data": {}}),
        clicked(OPTIONS, updated("wid_1", "widget.root.updated", widget=card(text("Booked")))),
        clicked(OPTIONS, replaced(widget_item("wid_1", card(text("Booked"))))),
        clicked(OPTIONS, removed("wid_1")),
        clicked(OPTIONS, thread_updated()),
        clicked(OPTIONS, error("It is full.")),
    ),
    "identity/stored-twice": (
        of(page_of(user_item(), assistant_item("msg_1", "Hello")), "items.list", thread_id=THREAD),
    ),
    "paging/cursor": (
        of(b'{"data": [], "has_more": true, "after": "msg_9"}', "items.list"),
        of(page_of(assistant_item("msg_1", "Hi")), "items.list", after="msg_user"),
    ),
    "paging/limit": (
        of(page_of(user_item(), assistant_item("msg_1", "Hi")), "items.list", limit=2),
        of(page_of(user_item(), assistant_item("msg_1", "Hi")), "items.list", limit=None),
    ),
    "schema/response": (
        of(b'{"data": [], "has_more": false}', "threads.list"),
        of(b"{}", "threads.update", status=404),
    ),
    "widgets/invalid": (
        of(turn(done(widget_item("wid_1", card(text("{{ as it is said in {{ templates }} }} and so on")))))),
    ),
    "auth/cookie": (
        of(GOOD, headers=(("set-cookie", "session=; Path=/"), ("set-cookie", "sid=x; Max-Age=0; Path=/"))),
        of(GOOD, headers=(("cookie", "session=1"),)),
    ),
    "auth/refused": (
        of(b'{"message":"Not yours."}', "threads.get_by_id", status=403, reason="Forbidden"),
        of(b'{"data": [], "has_more": false}', "threads.list"),
    ),
    "auth/expired-token": (of(GOOD, token_expires_at=NOW + timedelta(hours=1)),),
    "transport/buffered": (of(spread(GOOD, start_ns=3 * SECOND, step_ns=100_000_000)),),
    "transport/never-ends": (
        of(GOOD, outcome="cancelled", ended_at_ns=SECOND),
        of(turn(*answer()[:3]), outcome="timeout"),
    ),
    "transport/compressed": (of(gzip.decompress(gzip.compress(GOOD)), headers=(("content-encoding", "identity"),)),),
    "framing/unterminated": (of(GOOD[:-2], outcome="truncated"),),
    "framing/not-utf8": (
        of(turn(*answer("Größe, 你好, 👍🏽"))),
        of([(1, UNICODE[:UNICODE_AT]), (2, UNICODE[UNICODE_AT:])]),
        of("<html>Größe".encode("latin-1"), status=502, reason="Bad Gateway", content_type="text/html"),
    ),
    "framing/comment-ping": (of(turn(*answer("a line\n: and no comment"))),),
    "lifecycle/delta-mismatch": (
        of(turn(added(assistant_item()), done(assistant_item("msg_1", "Hello")))),
        of(turn(*answer()[:-1], done(assistant_item("msg_1", "Hello", "and a part that was not streamed")))),
    ),
    "lifecycle/unknown-item": (
        of(turn(*answer(), removed("msg_1"))),
        again(removed("msg_of_an_earlier_turn"), *answer()),
    ),
    "lifecycle/never-done": (of(turn(*answer()[:3], error(), thread_updated())),),
    "lifecycle/events-after-error": (of(turn(*answer()[:3], error(), thread_updated())),),
    "lifecycle/no-response": (
        of(turn(error())),
        of(turn({"type": "notice", "level": "info", "message": "You are offline."})),
    ),
    "widgets/no-delta": (
        of(
            turn(
                added(widget_item("wid_1", card(text("", id="t")))),
                widget_delta("Hel", "t"),
                widget_delta("lo", "t"),
                done(widget_item("wid_1", card(text("Hello", id="t")))),
            )
        ),
        of(
            turn(
                added(widget_item("wid_1", card(text("a")))),
                updated("wid_1", "widget.root.updated", widget=card(text("abc"))),
                done(widget_item("wid_1", card(text("abc")))),
            )
        ),
    ),
    "widgets/unknown-component": (of(turn(done(widget_item("wid_1", card({"type": "Table", "children": []}))))),),
    "schema/error-text-lost": (of(turn(error("The model is busy."))), of(turn(error(None, code="stream.error")))),
    "time/skew": (of(sse(thread_created(created_at="2026-11-20T21:00:00"), user_done(), OPTIONS, *answer())),),
    "identity/reused-id": (
        of(turn(*answer(), *answer("Bye", "msg_2"))),
        of(turn(*answer(), removed("msg_1"), *answer())),
    ),
}
"""Exchanges that come close to breaking the rule, and keep it."""
