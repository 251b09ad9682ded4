"""Arrivals of events over time, gathered into columns for a small picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from chat.exchanges import Exchange
from chat.inspection.gist import family
from chat.protocol import Event

__all__ = ["COLUMNS", "timeline"]

COLUMNS: Final = 120


def timeline(exchange: Exchange, events: Sequence[Event], columns: int = COLUMNS) -> dict[str, Any]:
    """The whole exchange cut into equal columns of time.

    `span` is the time shown in ns; each column that has events is `[column, events, text events, invalid events,
    bytes, index of the first event]`.
    """
    last = events[-1].at_ns if events else 0
    span = max(last, exchange.ended_at_ns or 0, exchange.headers_at_ns or 0, 1)
    gathered: dict[int, list[int]] = {}
    for event in events:
        place = min(max(event.at_ns, 0) * columns // span, columns - 1)
        column = gathered.get(place)
        if column is None:
            column = gathered[place] = [place, 0, 0, 0, 0, event.index]
        column[1] += 1
        column[2] += family(event) == "text"
        column[3] += not event.valid
        column[4] += event.end - event.start
    return {
        "span": span,
        "columns": columns,
        "bars": [gathered[place] for place in sorted(gathered)],
        "headers": exchange.headers_at_ns,
        "ended": exchange.ended_at_ns,
    }
