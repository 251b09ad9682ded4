"""Rules about the response as a whole: status, headers, how the body begins and ends."""

from __future__ import annotations

import json
from typing import Any

from chat.checks.case import Case
from chat.checks.findings import Hit, Level, counted, excerpt
from chat.checks.logs import last_line, log_of
from chat.checks.rules import DOCUMENT, END, HEAD, rule
from chat.protocol.lenient_json import no_number_in

_LINES_LOOKED_AT = 20
_LOOKED_AT = 100_000

_STREAM = 'return StreamingResponse(result, media_type="text/event-stream")'
_CATCH = """async def body():
    try:
        async for event in result:
            yield event
    except Exception:
        logger.exception("the stream broke")
        yield b'data: {"type":"error","code":"custom","message":"Something went wrong.","allow_retry":true}\\n\\n'

return StreamingResponse(body(), media_type="text/event-stream")"""
_BEFORE = """# the traceback is in your server's log: it was raised before the answer began, in the route or in
# server.process(). Mend what it names. What is raised in respond() instead is told to the user as an `error` event."""


_SIGN_IN = "Please sign in again."
_REFUSALS = {
    404: "This conversation does not exist.",
    410: "This conversation does not exist.",
    413: "This message is too long.",
    429: "That was too much at once. Please wait a moment.",
}
"""What to tell the user, by status; whoever is not let in is asked to sign in."""
_LOG = """# your server's log has the traceback of what was raised after the head had been sent; build the answer first:
return Response(result.json, media_type="application/json")"""


@rule(
    "transport/status",
    level=Level.ERROR,
    on=HEAD,
    title="A streaming operation was refused with a 4xx status",
    expected="status 200 and a stream of events; a refusal as an `error` event in it",
    why="The user's message vanishes without a word. What your body explains is never read.",
    fix="async def refuse(message: str):\n"
    "    yield b'data: ' + ErrorEvent(message=message).model_dump_json(exclude_none=True).encode() + b'\\n\\n'\n\n"
    f'return StreamingResponse(refuse("{_SIGN_IN}"), media_type="text/event-stream")',
    widget="Sends it once, does not read the body and says nothing, but for a short notice after a 429: the user's "
    "message vanishes, and where it was to begin a thread the start screen comes again.",
)
def status(case: Case) -> Hit | None:
    code = case.exchange.status or 0
    if not case.streaming or not 400 <= code < 500 or case.malformed:
        return None
    return Hit(
        got=f"{code} {case.exchange.reason}".strip(),
        headline=f"{_operation(case)} was refused with status {code}",
        evidence=case.place(text=f"HTTP {code} {case.exchange.reason}"),
        fix="" if code in (401, 403) else status.fix.replace(_SIGN_IN, _REFUSALS.get(code, "That cannot be done.")),
    )


@rule(
    "transport/retried",
    level=Level.ERROR,
    on=HEAD,
    title="The widget sends this request six times",
    expected="status 200 and a Content-Type that begins with `text/event-stream` (in lowercase)",
    why="Each repetition creates another thread, another message and another bill from your model provider, "
    "and the user sees none of the answers.",
    fix=_STREAM,
    widget="Reads nothing, and sends the same POST again, 5 more times within half a minute. Then the user's message "
    "vanishes, in silence.",
)
def retried(case: Case) -> Hit | None:
    code = case.exchange.status or 0
    kind = case.exchange.content_type
    if not case.streaming or not (200 <= code < 300 or (code >= 500 and case.operation)):
        return None
    if code >= 500:
        got = f"{code} {case.exchange.reason}".strip()
        headline = f"Status {code}: the widget sends this request six times"
        return Hit(got, case.place(text=f"HTTP {got}"), headline, fix=_BEFORE)
    if code == 204:
        return Hit("204, an answer without a body", case.place(text=f"HTTP {code}"))
    if kind.startswith("text/event-stream"):
        return None
    shown = f"Content-Type: {kind}" if kind else "no Content-Type"
    return Hit(
        shown,
        case.place(text=shown),
        f"The stream is sent {'as `' + kind + '`' if kind else 'without a Content-Type'}: "
        "the widget reads nothing and sends the request six times",
    )


@rule(
    "transport/ndjson",
    level=Level.ERROR,
    on=END,
    title="Lines of JSON instead of server-sent events",
    expected="each event as `data: <json>` and a blank line, under `Content-Type: text/event-stream`",
    why="Not one event reaches the user's screen.",
    fix="async def frames(events):\n    async for event in events:\n"
    '        yield f"data: {event.model_dump_json(exclude_none=True)}\\n\\n"\n\n'
    'return StreamingResponse(frames(events), media_type="text/event-stream")',
    widget="Under `text/event-stream`: nothing arrives, and the start screen comes again, in silence. "
    "Under another type: the same POST six times, then the same.",
)
def ndjson(case: Case) -> Hit | None:
    if not case.streaming or case.valid or not case.accepted:
        return None
    lines = json_lines(case.exchange.beginning(_LOOKED_AT))
    if len(lines) < 2 and not (lines and "text/event-stream" in case.exchange.content_type.lower()):
        return None
    start, line = lines[0]
    return Hit(
        excerpt(line.decode("utf-8", "replace"), 120),
        case.place(start, start + len(line), line.decode("utf-8", "replace")),
    )


def json_lines(body: bytes) -> list[tuple[int, bytes]]:
    """(offset, line) of the first lines when all of them are JSON objects or lists without `data:`, else []."""
    found: list[tuple[int, bytes]] = []
    offset = 0
    for line in body[:_LOOKED_AT].split(b"\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]:
        text = line.strip()
        if text:
            try:
                document = json.loads(text)
            except (ValueError, RecursionError):
                # the last line that was looked at may have been cut
                return found if found and offset + len(line) >= min(len(body), _LOOKED_AT) else []
            if not isinstance(document, (dict, list)):
                return []
            found.append((offset, text))
        offset += len(line) + 1
    return found


_ANSWER_NOTHING = ("threads.delete", "items.feedback", "attachments.delete")
"""What answers `{}`: the widget takes an empty body for just that."""


@rule(
    "transport/json-body",
    level=Level.ERROR,
    on=DOCUMENT,
    title="The answer is not a JSON object",
    expected="one JSON object",
    why="The widget goes on with an empty object: no history, no items, an upload that fails in silence.",
    fix='return Response(content=result.json, media_type="application/json")',
    widget="Takes what it cannot parse as `{}`, trips over the missing fields in the browser's console and says "
    "nothing; a thread that cannot be read is the start screen.",
)
def json_body(case: Case) -> Hit | None:
    if not case.accepted or not case.ended_well:
        return None
    document: Any = case.document
    if isinstance(document, dict):
        return None
    text = case.text(_LOOKED_AT)
    evidence = case.whole(1_000)
    if not text.strip() and case.operation in _ANSWER_NOTHING:
        headline = f"{_operation(case)} is answered with an empty body, where `{{}}` belongs"
        fix = 'return Response(content="{}", media_type="application/json")'
        return Hit("an empty body", evidence, headline, expected="`{}`", fix=fix, level=Level.NOTE)
    if isinstance(document, str):
        return Hit(
            f"a JSON text that holds JSON: {excerpt(text, 80)}",
            evidence,
            "The answer is JSON twice over: a text that holds the JSON",
        )
    if constant := no_number_in(text):
        return Hit(
            f"`{constant}` for a number",
            evidence,
            f"The answer has `{constant}` in it, which is no JSON: no browser reads it",
            expected="a number, or `null` where there is none",
            fix="from pydantic_core import to_json  # json.dumps writes NaN\n\n"
            'return Response(to_json(document, inf_nan_mode="null"), media_type="application/json")',
        )
    if text.lstrip().startswith(("data:", "event:")):
        got = f"{_operation(case)}: a stream of events"
        return Hit(got, evidence, "An operation that answers JSON is answered with a stream of events")
    return Hit(excerpt(text, 80) or "an empty body", evidence)


@rule(
    "transport/no-message",
    level=Level.WARNING,
    on=END,
    title="The error's explanation is lost",
    expected='a JSON body with a text under `message`: {"message": "…"}',
    why="Your user reads the bare status text, for instance “Unprocessable Entity”, and not what you wrote for them.",
    fix='return JSONResponse({"message": "This thread does not exist."}, status_code=404)',
    widget="Puts the top-level `message` of the body into its error when there is one, else the status text; FastAPI's "
    "`detail` is not looked at. The page around it is told of neither.",
)
def no_message(case: Case) -> Hit | None:
    if case.streaming or case.malformed or case.unread or (case.exchange.status or 0) < 400 or not case.ended_well:
        return None
    document = case.document
    if isinstance(document, dict) and isinstance(document.get("message"), str) and document["message"].strip():
        return None
    code = case.exchange.status
    text = case.text(1_000)
    fix = f'return JSONResponse({{"message": "…"}}, status_code={code})'
    if isinstance(document, dict) and isinstance(document.get("detail"), list):
        fix = (
            "@app.exception_handler(RequestValidationError)\n"
            "async def explain(request: Request, error: RequestValidationError):\n"
            f'    return JSONResponse({{"message": "The request was not valid."}}, status_code={code})'
        )
    elif isinstance(document, dict) and "detail" in document:
        detail = document["detail"] if isinstance(document["detail"], str) else "The request was not valid."
        fix = (
            "@app.exception_handler(StarletteHTTPException)\n"
            "async def explain(request: Request, error: StarletteHTTPException):\n"
            '    return JSONResponse({"message": str(error.detail)}, status_code=error.status_code)\n\n'
            f"# answers {json.dumps({'message': detail}, ensure_ascii=False)}"
        )
    return Hit(f"{code} with {excerpt(text, 100) or 'an empty body'}", case.whole(1_000), fix=fix)


@rule(
    "transport/no-answer",
    level=Level.ERROR,
    on=END,
    title="The server closed the connection without an answer",
    expected="an answer, were it a 500",
    why="Nothing of it reaches the user. Most likely the server's process died, or was restarted, in the middle of the "
    "request.",
    fix="# the last lines of the server's log say why it went away: out of memory, a crash, a reload while it worked;\n"
    "# uvicorn's --reload restarts at every change of a file",
    widget="Is told by the browser that the request failed, and shows an error, most likely.",
)
def no_answer(case: Case) -> Hit | None:
    if case.exchange.outcome != "unanswered":
        return None
    failure = case.exchange.failure or ""
    return Hit(failure or "not one byte of an answer", case.place(text=failure))


@rule(
    "transport/truncated",
    level=Level.ERROR,
    on=END,
    title="The connection broke in the middle of the answer",
    expected="a body that comes to its end; a failure as an `error` event before it",
    why="The user sees half an answer, or none of it, and an error; with a status of 200 no alarm goes off.",
    fix=_CATCH,
    widget="Keeps the text that had come, with “There was an error while generating the assistant's response.” and a "
    "button to try again below it.",
)
def truncated(case: Case) -> Hit | None:
    if case.exchange.outcome not in ("truncated", "garbled"):
        return None
    size = case.exchange.size
    whole = case.events - (case.last is not None and not case.last.terminated)
    after = f"after {counted(whole, 'event')}" if case.streaming else ""
    how = case.exchange.failure or "the connection was closed"
    came = [counted(size, "byte")] if f"{size:,} byte" not in how else []  # most failures say themselves how much came
    came += [counted(whole, "event")] if case.streaming else []
    got = f"{' and '.join(came)}, then: {how}" if came else how
    place = case.place(max(0, size - 200), size, case.exchange.stretch(size - 200, size).decode("utf-8", "replace"))
    if (headline := _against_its_head(case)) and case.streaming:
        fix = f"# without a Content-Encoding or Content-Length of your own: a stream's server knows both\n{_STREAM}"
        return Hit(got, place, headline, expected="a body as its head says", fix=fix, key="head")
    if not case.streaming:
        as_stream = not size and case.exchange.content_type.startswith("text/event-stream")
        headline = "A JSON operation is answered as a stream, which breaks off before anything comes"
        return Hit(
            got,
            place,
            headline if as_stream else "The JSON of an answer breaks off",
            expected="JSON that comes to its end",
            fix=_LOG,
        )
    return Hit(
        got,
        place,
        f"The connection broke {after or 'in the middle of the answer'}: "
        "most often an exception after the 200 was sent",
    )


def _against_its_head(case: Case) -> str:
    """What the head says of the body, where that is not so; "" elsewhere."""
    exchange = case.exchange
    encoding, length = exchange.content_encoding, exchange.header("content-length") or ""
    if exchange.outcome == "garbled" and encoding not in ("", "identity"):
        return f"The body is not {encoding}, though its Content-Encoding says so"
    if encoding in ("", "identity") and length.isdecimal() and len(length) < 16 and exchange.size < int(length):
        return f"Content-Length promises {int(length):,} bytes, and {exchange.size:,} came"
    return ""


_TRY = (
    "# this prints a request to try with curl; give its answer, head and all, to `explain`:\n"
    "# python app.py curl threads.create http://localhost:8000/chatkit"
)


@rule(
    "transport/empty-stream",
    level=Level.ERROR,
    on=END,
    title="The stream holds no event at all",
    expected="at least the user's message, or an `error` event",
    why="The spinner stops and nothing appears: the user's own message vanishes too.",
    fix="""async def frames(result):
    empty = True
    async for frame in result:
        empty = False
        yield frame
    if empty:  # the SDK says nothing of a retry after a message that is not there
        error = ErrorEvent(message="There is nothing to answer here.")
        yield b"data: " + error.model_dump_json(exclude_none=True).encode() + b"\\n\\n"

return StreamingResponse(frames(result), media_type="text/event-stream")""",
    widget="Takes the empty stream for success: the start screen comes again, and the user's message is gone.",
)
def empty_stream(case: Case) -> Hit | None:
    if not case.streaming or case.events or not case.accepted or case.exchange.outcome not in ("complete", "timeout"):
        return None
    text, size = case.text(), case.exchange.size
    if not size:
        silent = case.exchange.outcome == "timeout" and not case.head_known  # not even its head came
        return None if silent else Hit("an empty body", case.place(0, 0))
    what = log_of(text)
    if what:
        return Hit(
            excerpt(last_line(case.exchange.stretch(size - _LOOKED_AT, size).decode("utf-8", "replace")), 200),
            case.whole(),
            f"This is {what}, and no answer of a backend",
            expected="an answer: its events, or its JSON",
            fix=_TRY,
            key="log",
        )
    return Hit(
        f"{size} bytes without one `data:` line: {excerpt(text, 80)}",
        case.whole(),
        "The body holds no event: no line begins with `data:`",
        fix=events_instead_of(text),
    )


def events_instead_of(text: str) -> str:
    """What to type in place of sending this text as it is, "" where there is none to send."""
    if ":" in text[:1] or not text.strip():
        return ""
    return (
        "# each piece of text is an update of an assistant message that was added before\n"
        "event = ThreadItemUpdatedEvent(\n"
        "    item_id=item.id, update=AssistantMessageContentPartTextDelta(content_index=0, delta=piece)\n)\n"
        'yield f"data: {event.model_dump_json(exclude_none=True)}\\n\\n"'
    )


def _operation(case: Case) -> str:
    return f"`{case.operation}`" if case.operation else "The request"
