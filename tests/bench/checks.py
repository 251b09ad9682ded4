"""What the rules cost on top of decoding, validating and folding a long answer, in one run."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator

from chat.checks import Examination
from chat.exchanges import Chunk, Exchange, Request, event_batches
from chat.protocol import Event, EventList, ThreadState, fold_run, runs
from tests.bench.fold import CHUNK, payloads

DELTAS = 50_000
ROUNDS = 5
TARGET = 0.15


def exchange_of(body: bytes) -> Exchange:
    """A finished exchange with this body."""
    exchange = Exchange(
        Request("POST", "http://127.0.0.1/chatkit", (), operation="threads.add_user_message", streaming=True)
    )
    exchange.status, exchange.headers = 200, (("content-type", "text/event-stream"),)
    exchange.chunks = [Chunk(begin, body[begin : begin + CHUNK]) for begin in range(0, len(body), CHUNK)]
    exchange.outcome = "complete"
    return exchange


def folded(exchange: Exchange) -> None:
    """Decode, validate, fold: as the workbench does with every stream."""
    for _ in _folded_runs(exchange):
        pass


def examined(exchange: Exchange) -> None:
    """The same with every passive rule."""
    examination = Examination(exchange)
    for run in _folded_runs(exchange):
        examination.feed(run)
    examination.finish()


def _folded_runs(exchange: Exchange) -> Iterator[list[Event]]:
    state, events = ThreadState(), EventList(exchange)
    for run in (run for batch in event_batches(exchange) for run in runs(batch)):
        events.extend(run)
        fold_run(state, run)
        yield run


def cpu_seconds(work: Callable[[Exchange], None], exchange: Exchange) -> float:
    """CPU time of one round."""
    gc.collect()
    begin = time.process_time()
    work(exchange)
    return time.process_time() - begin


def run() -> float:
    """Print the table; return the cost of the rules as a part of everything else (0.25 = 25 %)."""
    body = "".join(f"data: {event}\n\n" for event in payloads(DELTAS)).encode()
    exchange = exchange_of(body)
    rounds = [(cpu_seconds(folded, exchange), cpu_seconds(examined, exchange)) for _ in range(ROUNDS)]
    without = statistics.median(one for one, _ in rounds)
    ratio = statistics.median(with_rules / one for one, with_rules in rounds) - 1
    print(f"{DELTAS:,} deltas: decoded, validated, folded in {without / DELTAS * 1e6:.1f} µs per event")
    print(f"every passive rule on top: {ratio:+.0%} (at most +{TARGET:.0%})")
    return ratio


if __name__ == "__main__":
    run()
