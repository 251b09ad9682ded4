"""How a backend refuses. These rules need requests of their own."""

from chat.checks.findings import Level
from chat.checks.rules import active

_MESSAGE = 'return JSONResponse({"message": "…"}, status_code=%d)'

unknown_thread = active(
    "errors/unknown-thread",
    level=Level.WARNING,
    title="An unknown thread is answered with a crash",
    expected='404 with {"message"}, or an `error` event in a stream',
    why="A bookmark to a deleted conversation shows a bare “Internal Server Error”, or the request is sent six times.",
    fix="try:\n    result = await server.process(body, context)\nexcept NotFoundError:\n"
    '    return JSONResponse({"message": "This conversation does not exist."}, status_code=404)',
    widget="On a 500 for a stream: sends the request six times.",
)
bad_request = active(
    "errors/bad-request",
    level=Level.WARNING,
    title="A malformed request is answered with a crash",
    expected='400 with {"message"}',
    why="A newer client gets “Internal Server Error”, and your alarms go off for somebody else's mistake.",
    fix="try:\n    result = await server.process(body, context)\nexcept ValidationError as error:\n    "
    + _MESSAGE % 400,
    widget="Does not send such requests.",
)
unsupported = active(
    "errors/unsupported",
    level=Level.NOTE,
    title="An operation that is not implemented",
    expected='501 with {"message"}',
    why="The button is there and does nothing that anybody could understand.",
    fix=_MESSAGE % 501 + "  # or implement it: add_feedback(), transcribe(), action(), an AttachmentStore",
    widget="Shows the body's `message`, else the status text.",
)
