"""Requests that were sent again because their answers failed: which attempt each is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, NamedTuple

from chat.exchanges.exchange import EVENT_STREAM, Exchange

__all__ = ["Attempt", "attempts"]

_TOGETHER: Final = timedelta(seconds=60)
"""Between one attempt and the next. The official widget makes six within half a minute."""


class Attempt(NamedTuple):
    """The `number`th (1-based) of `of` requests; `first` is the id of the first of them."""

    number: int
    of: int
    first: str


def attempts(exchanges: Iterable[Exchange]) -> dict[str, Attempt]:
    """
    By the ids of the exchanges that are attempts at the same thing: equal requests, one after the other, of which each
    but the last has failed. What was asked once, or asked again after a good answer, is not in it.
    """
    runs: list[list[Exchange]] = []
    last: dict[tuple[str, str, bytes], list[Exchange]] = {}
    for exchange in exchanges:
        request = exchange.request
        if not request.body:
            continue
        key = (request.method, request.url, request.body)
        run = last.get(key)
        if run and exchange.started_at - run[-1].started_at < _TOGETHER and _failed(run[-1]):
            run.append(exchange)
            continue
        last[key] = [exchange]
        runs.append(last[key])
    return {
        exchange.id: Attempt(number, len(run), run[0].id)
        for run in runs
        if len(run) > 1
        for number, exchange in enumerate(run, 1)
    }


def _failed(exchange: Exchange) -> bool:
    """Whether the official widget, or another client, would send the request again."""
    if exchange.status is None or not 200 <= exchange.status < 300:
        return not exchange.running
    return exchange.request.streaming and exchange.media_type != EVENT_STREAM
