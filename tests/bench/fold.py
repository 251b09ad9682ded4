"""What decoding, validating and folding a long answer costs, beside pydantic's validation of the same events alone."""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial

from chatkit.types import ThreadStreamEvent
from pydantic import TypeAdapter

from chat.exchanges import Exchange, Request
from chat.protocol import EventDecoder, EventList, ThreadState, fold_run, runs

ITEM = {"id": "msg_1", "thread_id": "thr_1", "created_at": "2026-11-20T09:44:53.162526", "type": "assistant_message"}
CHUNK = 1_400  # bytes: about what one network read brings
ROUNDS = 3


def payloads(deltas: int) -> Iterator[str]:
    """The events of an answer of `deltas` deltas of four characters."""
    yield json.dumps({"type": "thread.item.added", "item": {**ITEM, "content": []}}, separators=(",", ":"))
    for index in range(deltas):
        kind = "assistant_message.content_part.text_delta"
        update = {"type": kind, "content_index": 0, "delta": f"{index % 1000:03} "}
        event = {"type": "thread.item.updated", "item_id": "msg_1", "update": update}
        yield json.dumps(event, separators=(",", ":"))
    text = "".join(f"{index % 1000:03} " for index in range(deltas))
    content = [{"type": "output_text", "text": text, "annotations": []}]
    yield json.dumps({"type": "thread.item.done", "item": {**ITEM, "content": content}}, separators=(",", ":"))


def fold_body(chunks: list[bytes]) -> ThreadState:
    """The whole way of a body, as in the workbench: its events are kept in their list."""
    exchange = Exchange(Request("POST", "http://127.0.0.1/chatkit", ()))
    state, decoder, events = ThreadState(), EventDecoder(), EventList(exchange)
    for chunk in chunks:
        exchange.add(0, chunk)
        for run in runs(decoder.feed(chunk, 0)):
            events.extend(run)
            fold_run(state, run)
    assert not decoder.close()
    return state


def seconds(work: Callable[[], object]) -> float:
    """The median time of a few rounds of CPU work."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return statistics.median(times)


def exhaust(validate: Callable[[str], object], events: list[str]) -> None:
    """Validate all of these and keep none."""
    deque(map(validate, events), maxlen=0)


def run() -> None:
    """Print the table."""
    validate = TypeAdapter(ThreadStreamEvent).validate_json
    costs: list[float] = []
    print(f"{'deltas':>8} {'text':>8} {'decoded, validated, folded':>28} {'pydantic alone':>20} {'speed / floor':>14}")
    for deltas in (10_000, 100_000):
        events = list(payloads(deltas))
        body = "".join(f"data: {event}\n\n" for event in events).encode()
        chunks = [body[begin : begin + CHUNK] for begin in range(0, len(body), CHUNK)]
        assert len(fold_body(chunks).items["msg_1"].text(0)) == 4 * deltas
        whole = seconds(partial(fold_body, chunks))
        floor = seconds(partial(exhaust, validate, events))
        costs.append(whole / deltas)
        print(
            f"{deltas:>8,} {4 * deltas // 1000:>5} kB {deltas / whole:>19,.0f} events/s"
            f" {deltas / floor:>11,.0f} events/s {floor / whole:>13.0%}"
        )
    print(f"cost per event, 100,000 to 10,000 deltas: {costs[1] / costs[0]:.2f} (at most 1.20); floor: at least 60%")


if __name__ == "__main__":
    run()
