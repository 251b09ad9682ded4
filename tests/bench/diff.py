"""What a diff of two long recordings costs, and that four times as much costs four times as much."""

from __future__ import annotations

import gc
import time

from chat.diff import diff
from chat.exchanges.recording import Recording
from tests.checks.streams import Json, added, assistant_item, delta, done, thread_created, user_done
from tests.diff.recordings import exchange, recording, with_ids

EVENTS = 20_000
TARGET = 6.0
"""Times the cost of a quarter of it; the square would be 16."""


def text(size: int) -> tuple[Recording, Recording]:
    """One answer in so many deltas, and the same from another run."""
    words = [f"word{number} " for number in range(size)]
    deltas = map(delta, words)
    whole = done(assistant_item("msg_1", "".join(words)))
    return twice([thread_created(), user_done(), added(assistant_item()), *deltas, whole])


def items(size: int) -> tuple[Recording, Recording]:
    """So many items, and the same from another run."""
    return twice([thread_created(), *(done(assistant_item(f"msg_{at}", f"text {at}")) for at in range(size))])


def changed(size: int) -> tuple[Recording, Recording]:
    """So many events, every third of which is another one."""
    old = [{"type": "progress_update", "text": f"step {at}"} for at in range(size)]
    new = [{"type": "progress_update", "text": f"{'step' if at % 3 else 'other'} {at}"} for at in range(size)]
    return recording(exchange(*old)), recording(exchange(*new))


def twice(events: list[Json]) -> tuple[Recording, Recording]:
    """The recording of a stream, and of the same with other ids and times."""
    return recording(exchange(*events)), recording(exchange(*with_ids(events, "x")))


def cpu_seconds(old: Recording, new: Recording) -> float:
    """CPU time of one diff; the best of three."""
    found = []
    for _ in range(3):
        gc.collect()
        begin = time.process_time()
        diff(old, new)
        found.append(time.process_time() - begin)
    return min(found)


def run() -> float:
    """Print the table; return the worst ratio."""
    worst = 0.0
    for name, make in (("deltas", text), ("items", items), ("events, a third of them changed", changed)):
        quarter, whole = cpu_seconds(*make(EVENTS // 4)), cpu_seconds(*make(EVENTS))
        worst = max(worst, whole / quarter)
        print(f"2 × {EVENTS:,} {name}: {whole:.2f} s, {whole / quarter:.1f} times a quarter of it (at most {TARGET})")
    return worst


if __name__ == "__main__":
    run()
