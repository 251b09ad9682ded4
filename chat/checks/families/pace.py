"""Rules about when an answer comes: in one burst, behind a compressor, or without an end."""

from __future__ import annotations

from chat.checks.case import Case
from chat.checks.findings import Hit, Level
from chat.checks.rules import END, HEAD, IDLE, rule

IDLE_NS = 10_000_000_000
"""Silence after the last finished item that counts as a stream that never ends: 10 seconds."""
_BURST_NS = 50_000_000
_LATE_NS = 1_000_000_000
_BURST_EVENTS = 5


@rule(
    "transport/buffered",
    level=Level.WARNING,
    on=END,
    title="Everything arrives in one burst at the end",
    expected="events one by one, the first of them at once",
    why="Nothing moves on the screen while the model works: the streaming you built is not seen.",
    fix='return StreamingResponse(result, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})\n\n'
    "# nginx: proxy_buffering off;  no GZipMiddleware; in respond() yield while the model streams",
    widget="Shows nothing until the burst, then everything at once.",
)
def buffered(case: Case) -> Hit | None:
    last = case.last
    if not case.timed or not case.streaming or case.valid < _BURST_EVENTS or last is None or case.first_at_ns is None:
        return None
    if case.exchange.outcome != "complete" or case.first_at_ns < _LATE_NS or last.at_ns - case.first_at_ns > _BURST_NS:
        return None
    return Hit(
        f"{case.events} events within {(last.at_ns - case.first_at_ns) / 1e6:.0f} ms, "
        f"{case.first_at_ns / 1e9:.1f} s after the request",
        case.at(case.first_events[0]),
    )


@rule(
    "transport/compressed",
    level=Level.WARNING,
    on=HEAD,
    title="The event stream is compressed",
    expected="an event stream without Content-Encoding",
    why="Compression holds events back until a block is full: the answer comes in jerks, or in one burst.",
    fix="# leave event streams out of compression\n"
    'return StreamingResponse(result, media_type="text/event-stream", headers={"Content-Encoding": "identity"})\n\n'
    "# nginx: take text/event-stream out of gzip_types; or remove GZipMiddleware from this route",
    widget="Reads it, as late as the compressor lets it go.",
)
def compressed(case: Case) -> Hit | None:
    encoding = case.exchange.content_encoding
    if not case.streaming or encoding in ("", "identity"):
        return None
    return Hit(f"Content-Encoding: {encoding}", case.place(text=f"Content-Encoding: {encoding}"))


@rule(
    "transport/never-ends",
    level=Level.ERROR,
    on=(IDLE, END),
    title="The stream stays open after its last item is done",
    expected="the end of the body soon after the last event",
    why="The composer stays locked: the user cannot write another message.",
    fix="async def respond(self, thread, input_user_message, context):\n"
    "    async for event in stream_agent_response(agent_context, result):\n"
    "        yield event\n"
    "    return  # and no `while True` around it, no queue that nobody closes",
    widget="Waits, with the stop button shown and the composer locked, for as long as the connection stays open.",
)
def never_ends(case: Case) -> Hit | None:
    last = case.last
    exchange = case.exchange
    if not case.streaming or last is None or exchange.outcome == "complete":
        return None
    if not any(record.done is not None and record.type != "user_message" for record in case.items.values()):
        return None
    if any(record.open for record in case.items.values()):
        return None
    until = exchange.ended_at_ns if exchange.ended_at_ns is not None else exchange.now_ns()
    silence = until - last.at_ns
    if exchange.outcome not in ("pending", "timeout", "cancelled") or (
        exchange.outcome != "timeout" and silence < IDLE_NS
    ):
        return None
    return Hit(
        f"{silence / 1e9:.1f} s of silence with every item done and the body still open",
        case.at(last),
        key="idle",
    )
