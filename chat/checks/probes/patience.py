"""When a run is given up, and how long each answer may take.

The run ends early, with the reason in words, when the backend is gone, when it leaves too many requests without an end,
or when time is up: what was not judged by then could not run.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from chat.checks.probes.sightings import Stopped
from chat.exchanges import STREAMING_OPERATIONS, Exchange

__all__ = ["Patience"]

_MOST_SILENCES = 3
_MOST_LOST_IN_A_ROW = 3
_MOST_BYTES = 64 * 2**20
_STREAM_TIMEOUTS = 5
_RUN_TIMEOUTS = 20


@dataclass
class Patience:
    """What a backend has left of it. `timeout` is the plan's, in seconds."""

    timeout: float
    stopped: str = ""
    """Why the run was given up, "" when it was not."""
    unreachable: bool = False
    """Whether there was no backend from the beginning."""
    _began: float = field(default_factory=time.monotonic)
    _silences: int = 0
    _lost: int = 0
    _bytes: int = 0

    def stop(self, why: str) -> Stopped:
        """Give the run up. Returns the exception to raise."""
        if not self.stopped:
            self.stopped = why
        return Stopped(self.stopped)

    def need_alive(self) -> None:
        """Raise `Stopped` when the run was given up, or has to be."""
        if self.stopped:
            raise Stopped(self.stopped)
        if time.monotonic() - self._began > self.timeout * _RUN_TIMEOUTS:
            raise self.stop(f"the run took longer than {self.timeout * _RUN_TIMEOUTS:.0f} s (20 × --timeout)")
        if self._bytes > _MOST_BYTES:
            raise self.stop(f"the backend's answers have more than {_MOST_BYTES // 2**20} MB together")

    def seconds_for(self, exchange: Exchange) -> float:
        """Seconds that this exchange may still take."""
        streaming = exchange.request.operation in STREAMING_OPERATIONS
        allowed = self.timeout * (_STREAM_TIMEOUTS if streaming else 1) + 0.05
        return max(0.001, allowed - exchange.now_ns() / 1e9)

    def count(self, exchange: Exchange) -> None:
        """Count the bytes of an exchange that has ended, wherever it went."""
        self._bytes += sum(len(chunk.data) for chunk in exchange.chunks)

    def judge(self, exchange: Exchange, *, first: bool) -> None:
        """Give the run up when this exchange with the backend was one failure too many. `first`: the run's first."""
        outcome = exchange.outcome
        self._silences += outcome == "timeout"
        self._lost = self._lost + 1 if outcome in ("unreachable", "unanswered") else 0
        if outcome == "unreachable" and first:
            self.unreachable = True
            self.stop(f"the backend cannot be reached: {exchange.failure}")
        elif outcome == "unreachable" and self._lost >= 2:
            self.stop(f"the backend went away during the run: {exchange.failure}")
        elif self._lost >= _MOST_LOST_IN_A_ROW:
            self.stop(f"the backend stopped answering: {exchange.failure}")
        elif self._silences >= _MOST_SILENCES:
            self.stop(f"the backend left {self._silences} requests without an end: {exchange.failure}")
