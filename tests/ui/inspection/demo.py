"""A page with nothing but the inspector over exchanges made of real bytes: for the browser tests and for looking at it.

    python tests/ui/inspection/demo.py --port 8090

`/?show=few` an ordinary afternoon, `big` 20,000 events, `long` one of 5 MB, `broken` invalid ones, `none` nothing,
`live` a stream that goes on with `POST /demo/<session>/emit?count=…` and ends with
`POST /demo/<session>/end`; `dark=1`, `width=320`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nicegui import app, ui

sys.path.insert(0, str(Path(__file__).parents[3]))

from chat.checks import WidgetView
from chat.conversation.diagnosis import Diagnoses, Diagnosis
from chat.exchanges import Chunk, Exchange, Request
from chat.protocol import Event, EventDecoder, ThreadState, fold
from chat.ui.page_files import add_page_files, mount_page_files
from chat.ui.panes.inspector import Inspector
from chat.ui.routes.inspection import mount_inspection

DATA = Path(__file__).parents[2] / "data"
TOKEN = "demo-token"
TEXT = "The orders of this week are all on their way, except two which wait for the customs office in Rotterdam. "
WORDS = TEXT.split()
MS = 1_000_000


class Source:
    """Exchanges that are filled by hand."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.forgotten = 0
        self.looked_at = ""
        self._events: dict[str, list[Event]] = {}
        self._decoders: dict[str, EventDecoder] = {}
        self._callbacks: list[Callable[[str], None]] = []
        self._state = ThreadState()
        self._diagnoses = Diagnoses()
        self._clock = datetime(2026, 11, 20, 9, 44, tzinfo=UTC)

    def looks_at(self, exchange_id: str) -> None:
        self.looked_at = exchange_id

    def events(self, exchange_id: str) -> Sequence[Event]:
        return self._events.get(exchange_id, [])

    def diagnosis(self, exchange_id: str) -> Diagnosis | None:
        return self._diagnoses.get(exchange_id)

    def view(self, exchange_id: str) -> WidgetView | None:
        return None

    def state(self, thread_id: str | None = None) -> ThreadState | None:
        return self._state

    def on_activity(self, callback: Callable[[str], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def begin(self, operation: str, params: dict[str, object], *, status: int | None = 200, kind: str = "") -> Exchange:
        streaming = operation in ("threads.create", "threads.add_user_message")
        body = json.dumps({"type": operation, "params": params}).encode()
        headers = (
            ("Content-Type", "application/json"),
            ("Accept", "text/event-stream" if streaming else "application/json"),
            ("Accept-Language", "en"),
            ("Authorization", "Bearer ••••••"),
        )
        exchange = Exchange(
            Request("POST", "http://127.0.0.1:8080/chatkit", headers, body, operation, streaming, len(body)),
            started_at=self._clock,
        )
        self._clock += timedelta(seconds=23)
        if status is not None:
            exchange.status, exchange.reason = status, "OK" if status == 200 else "Internal Server Error"
            exchange.headers = (
                ("content-type", kind or ("text/event-stream; charset=utf-8" if streaming else "application/json")),
                ("cache-control", "no-cache"),
                ("x-accel-buffering", "no"),
                ("date", "Fri, 20 Nov 2026 09:44:53 GMT"),
                ("server", "uvicorn"),
            )
            exchange.connected_at_ns, exchange.headers_at_ns = int(0.7 * MS), 38 * MS
        self.exchanges.append(exchange)
        self._diagnoses.begin(exchange)
        self._events[exchange.id] = []
        self._decoders[exchange.id] = EventDecoder()
        self._tell(exchange)
        return exchange

    def feed(self, exchange: Exchange, data: bytes, at_ns: int) -> None:
        exchange.chunks.append(Chunk(at_ns, data))
        self._take(exchange, self._decoders[exchange.id].feed(data, at_ns))

    def end(self, exchange: Exchange, at_ns: int, outcome: str = "complete", failure: str | None = None) -> None:
        self._take(exchange, self._decoders[exchange.id].close())
        exchange.end(outcome, failure)  # type: ignore[arg-type]
        exchange.ended_at_ns = at_ns
        self._diagnoses.settle()
        self._tell(exchange)

    def _take(self, exchange: Exchange, events: list[Event]) -> None:
        self._events[exchange.id].extend(events)
        if exchange.request.streaming:
            for event in events:
                fold(self._state, event)
                self._diagnoses.feed(exchange, [event])
        self._tell(exchange)

    def _tell(self, exchange: Exchange) -> None:
        for callback in list(self._callbacks):
            callback(exchange.id)


def sse(event: Mapping[str, object]) -> bytes:
    return b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n"


def delta(n: int) -> bytes:
    update = {
        "type": "assistant_message.content_part.text_delta",
        "content_index": 0,
        "delta": WORDS[n % len(WORDS)] + " ",
    }
    return sse({"type": "thread.item.updated", "item_id": "msg_0002", "update": update})


def head() -> list[bytes]:
    """The beginning of a real stream, up to the first text delta."""
    blocks = (DATA / "good-first-turn.txt").read_bytes().split(b"\n\n")
    return [block + b"\n\n" for block in blocks[:5]]


def spaced(n: int) -> int:
    """Nanoseconds: 640 ms of thinking, then an event every 20 ms or so, with a pause now and then."""
    return (640 + n * 20 + (n * 7919 % 13) + n // 40 * 350) * MS


def play(source: Source, exchange: Exchange, blocks: Sequence[bytes], at: Callable[[int], int] = spaced) -> int:
    last = 0
    for n, block in enumerate(blocks):
        last = at(n)
        source.feed(exchange, block, last)
    return last


def page_data(source: Source, operation: str, document: dict[str, object], params: dict[str, object]) -> None:
    exchange = source.begin(operation, params)
    source.feed(exchange, json.dumps(document).encode(), 41 * MS)
    source.end(exchange, 42 * MS)


def few(source: Source) -> None:
    page_data(source, "threads.list", {"data": [], "has_more": False}, {"limit": 20, "order": "desc"})
    question = {
        "content": [{"type": "input_text", "text": "What is open?"}],
        "attachments": [],
        "inference_options": {},
    }
    for name, operation in (
        ("good-first-turn.txt", "threads.create"),
        ("good-workflow.txt", "threads.add_user_message"),
        ("good-second-turn-cited.txt", "threads.add_user_message"),
    ):
        exchange = source.begin(operation, {"thread_id": "thr_good0001", "input": question})
        blocks = [block + b"\n\n" for block in (DATA / name).read_bytes().split(b"\n\n") if block]
        source.end(exchange, play(source, exchange, blocks) + 12 * MS)
    page_data(source, "threads.list", {"data": [], "has_more": False}, {"limit": 20, "order": "desc"})


def broken(source: Source) -> None:
    few(source)
    for name in ("seed-attempt-2.txt", "seed-attempt-3.txt"):
        exchange = source.begin("threads.create", {"input": {}})
        source.end(exchange, play(source, exchange, [(DATA / name).read_bytes()]) + 3 * MS)
    exchange = source.begin("threads.create", {"input": {}}, status=500, kind="text/plain")
    source.feed(exchange, b"Internal Server Error", 60 * MS)
    source.end(exchange, 61 * MS)
    exchange = source.begin("threads.get_by_id", {"thread_id": "thr_1"}, status=None)
    source.end(exchange, 4 * MS, "unreachable", "Connection refused: nothing listens on 127.0.0.1 port 8080.")
    exchange = source.begin("threads.add_user_message", {"thread_id": "thr_good0001", "input": {}})
    bad = {
        "type": "thread.item.done",
        "item": {"id": "msg_9", "type": "assistant_message", "content": [{"type": "text"}]},
    }
    blocks = [*head()[2:], delta(0), delta(1), sse(bad), b"data: [DONE]\n\n", sse({"type": "token", "text": "Hel"})]
    blocks.append(sse({"type": "error", "message": "The model is overloaded.", "allow_retry": True}))
    blocks.append(sse({"type": "progress_update", "text": "<img src=x onerror=alert(1)> \u202eevil"})[:-2])
    source.end(exchange, play(source, exchange, blocks), "truncated", "The server closed the connection early.")


def big(source: Source, count: int = 20_000) -> None:
    few(source)
    exchange = source.begin("threads.add_user_message", {"thread_id": "thr_good0001", "input": {}})
    blocks = [*head(), *(delta(n) for n in range(count - 7))]
    blocks[count // 2] = sse({"type": "thread.item.updated", "item_id": "msg_0002", "update": {"type": "text_delta"}})
    blocks += [
        sse({"type": "progress_update", "text": "Nearly there – äöü"}),
        sse({"type": "notice", "level": "info", "message": "That was long."}),
    ]
    source.end(exchange, play(source, exchange, blocks, lambda n: (300 + n) * MS) + 2 * MS)


def live(source: Source) -> None:
    few(source)
    exchange = source.begin("threads.add_user_message", {"thread_id": "thr_good0001", "input": {}})
    play(source, exchange, head()[2:])


def long(source: Source) -> None:
    source.forgotten = 3
    exchange = source.begin("threads.create", {})
    event = sse({"type": "progress_update", "text": "A long one, and its end. " + "word " * 1_000_000 + "Here it is."})
    source.end(exchange, play(source, exchange, [event]))


SHOWS: dict[str, Callable[[Source], None]] = {
    "few": few,
    "broken": broken,
    "big": big,
    "live": live,
    "long": long,
    "none": lambda source: None,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8090)
    port = parser.parse_args().port
    sources: dict[str, Source] = {}
    panes: dict[str, Inspector] = {}
    mount_page_files()
    mount_inspection(app, sources.get, lambda: TOKEN)

    @app.post("/demo/{session}/emit")
    async def emit(session: str, count: int = 1) -> int:
        source = sources[session]
        exchange = source.exchanges[-1]
        sent = len(source.events(exchange.id))
        for n in range(sent, sent + count):
            source.feed(exchange, delta(n), spaced(n))
        return sent + count

    @app.post("/demo/{session}/end")
    async def end(session: str, quietly: bool = False) -> None:
        exchange = sources[session].exchanges[-1]
        if quietly:
            exchange.end("complete")
            return
        sources[session].end(exchange, (exchange.chunks[-1].at_ns if exchange.chunks else 0) + MS)

    @app.post("/demo/{session}/begin")
    async def begin(session: str, operation: str = "threads.create") -> None:
        exchange = sources[session].begin(operation, {})
        if not exchange.request.streaming:
            sources[session].feed(exchange, b'{"data":[],"has_more":false}', MS)

    @app.post("/demo/{session}/select")
    async def select(session: str, exchange: int, index: int) -> None:
        panes[session].run_method("showEvidence", sources[session].exchanges[exchange].id, index)

    @app.post("/demo/{session}/lose")
    async def lose(session: str, operation: str) -> None:
        """Keep exchanges of this operation no longer. `refresh` tells the page."""
        source = sources[session]
        source.exchanges = [one for one in source.exchanges if one.request.operation != operation]

    @app.post("/demo/{session}/refresh")
    async def refresh(session: str) -> None:
        panes[session].refresh()

    @app.get("/demo/{session}/pane")
    async def pane(session: str) -> dict[str, bool]:
        return {"shown": panes[session]._shown, "push_planned": panes[session]._pending is not None}

    @app.post("/demo/{session}/late")
    async def late(session: str) -> None:
        """Push what is new, as long as the page's word that the pane is folded away is on its way."""
        pane = panes[session]
        pane._shown, pane._listed = True, list(pane._told)
        pane._push()
        pane._shown = False

    @app.get("/healthz")
    async def healthz() -> str:
        return "ok"

    @ui.page("/")
    def index(show: str = "few", dark: bool = False, width: int = 700, session: str = "demo") -> None:
        add_page_files()
        ui.dark_mode(dark)
        sources[session] = Source()
        SHOWS[show](sources[session])
        with (
            ui.element("div")
            .style(f"width:{width}px;height:100vh;border-right:1px solid var(--border)")
            .props("id=frame")
        ):
            panes[session] = Inspector(sources[session], session=session, token=TOKEN)

    ui.run(host="127.0.0.1", port=port, show=False, reload=False, tailwind=False, reconnect_timeout=30)


if __name__ == "__main__":
    main()
