"""How a backend fails and refuses."""

from __future__ import annotations

import shlex

from chat.checks.case import Case
from chat.checks.families.typed import failing_stream
from chat.checks.findings import Hit, Level, excerpt
from chat.checks.rules import END, active, rule

_TRACEBACK = (
    "# your server's log has the traceback of this request; until it is mended, say what happened:\n"
    'return JSONResponse({"message": "This conversation cannot be loaded right now."}, status_code=500)'
)
_VALID = (
    "# is it a ChatKit request that was sent? This prints one as a curl command, for each of the sixteen operations:\n"
    "# python app.py curl threads.list "
)


@rule(
    "errors/operation-fails",
    level=Level.ERROR,
    on=END,
    title="An operation fails with status 5xx",
    expected='the operation\'s answer, or a refusal as {"message"} with a status below 500',
    why="What the user asked for does not happen: a thread that does not load, a title that does not stay.",
    fix=_TRACEBACK,
    widget="For `threads.get_by_id` and `items.list`: one request, then the start screen. For `threads.list`: four "
    "requests, and no history. For others: an error that the page around it is not told of.",
)
def operation_fails(case: Case) -> Hit | None:
    status = case.exchange.status or 0
    operation = case.exchange.request.operation
    if status < 500 or (case.streaming and operation):
        return None  # a stream's 5xx is sent again: transport/retried
    text = case.text(20_000)
    if status == 501 and operation:
        # that is the answer for what a backend does not do
        got = f"{status} {case.exchange.reason}".strip()
        headline = f"`{operation}` is not implemented"
        return Hit(got, case.whole(), headline, fix=unsupported.fix, level=Level.NOTE)
    place = case.exchange.request.url or "http://localhost:8000/chatkit"
    fix = "" if operation and not case.malformed else f"{_VALID}{shlex.quote(place)}\n{_TRACEBACK}"
    what = "What is no ChatKit request" if case.malformed else f"`{operation}`" if operation else "The request"
    return Hit(
        f"{status} {case.exchange.reason}".strip() + (f": {excerpt(text, 120)}" if text.strip() else ""),
        case.whole(),
        f"{what} fails with status {status}",
        fix=fix,
    )


unknown_thread = active(
    "errors/unknown-thread",
    level=Level.WARNING,
    title="An unknown thread is answered with a crash",
    expected='404 with {"message"}, or an `error` event in a stream',
    why="Who opens a bookmark to a deleted conversation is not told that it is gone: a bare “Internal Server Error” "
    "is there, the start screen, or a conversation without a word.",
    fix=failing_stream("NotFoundError", "This conversation does not exist.")
    + """
try:
    result = await server.process(await request.body(), context)
except NotFoundError:  # the store's load_thread() and load_item() raise it
    return JSONResponse({"message": "This conversation does not exist."}, status_code=404)
if isinstance(result, StreamingResult):
    return StreamingResponse(frames(result), media_type="text/event-stream")
return Response(result.json, media_type="application/json")""",
    widget="On a 500 for a stream: sends the request six times, then the user's message vanishes. On any failure of "
    "`threads.get_by_id`: one request, then the start screen.",
)
bad_request = active(
    "errors/bad-request",
    level=Level.WARNING,
    title="A malformed request is answered with a crash",
    expected='400 with {"message"}',
    why="A newer client gets “Internal Server Error”, and your alarms go off for somebody else's mistake.",
    fix="try:\n    result = await server.process(await request.body(), context)\nexcept ValidationError:\n"
    '    return JSONResponse({"message": "This is no ChatKit request."}, status_code=400)',
    widget="Does not send such requests.",
)
unsupported = active(
    "errors/unsupported",
    level=Level.NOTE,
    title="An operation that is not implemented",
    expected='501 with {"message"}',
    why="The button is there and does nothing that anybody could understand.",
    fix="# transcribe() or sync_action() in the server, an AttachmentStore for attachments; until they are there:\n"
    "try:\n    result = await server.process(await request.body(), context)\n"
    "except RuntimeError:  # NotImplementedError is one\n"
    '    return JSONResponse({"message": "This is not offered here."}, status_code=501)',
    widget="Puts the body's `message`, else the status text, into its error; a failed feedback is silent.",
)
