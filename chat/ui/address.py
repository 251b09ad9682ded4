"""The page's address: a reload of it comes back to the same thread on the same backend, and so does "back"."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

from nicegui import Client

__all__ = ["PageAddress", "Place"]


_NAMES = ("profile", "thread", "watch", "recording", "exchange", "event", "finding")


@dataclass(frozen=True)
class Place:
    """
    What an address names: a profile by its id, and one of its threads (None: the start screen), a session of the relay
    to watch, or the key of a recording; and in it an exchange, one of its events or the rule of one of its findings.
    """

    profile: str
    thread: str | None = None
    watch: str | None = None
    recording: str | None = None
    exchange: str | None = None
    event: int | None = None
    finding: str | None = None

    @classmethod
    def named(cls, query: str, first_profile: str) -> Place:
        """The place that the query of an address names."""
        told = {name: values[-1] for name, values in parse_qs(query.removeprefix("?")).items()}
        event = told.get("event", "")
        return cls(
            told.get("profile") or first_profile,
            told.get("thread"),
            told.get("watch"),
            told.get("recording"),
            told.get("exchange"),
            int(event) if event.isascii() and event.isdigit() and len(event) < 10 else None,
            told.get("finding"),
        )

    def query(self) -> str:
        """The query of an address that names it, wherever that is opened."""
        told = {name: getattr(self, name) for name in _NAMES}
        return urlencode({name: value for name, value in told.items() if value not in (None, "")})


class PageAddress:
    """
    The address of one page as its browser has it. `first_profile` is the one that an address need not name; `told`
    hears the query of each place that is shown, whoever is first.

    The reader may go back or forward while a change of it is on its way: the browser makes none at another address than
    the one that it was meant for, else it would write over where the reader went. It tells of that, and `went` hears.
    """

    def __init__(self, page: Client, first_profile: str, told: Callable[[str], object] = str) -> None:
        self._page = page
        self._told = told
        self._first_profile = first_profile
        self._shown_at: str | None = None
        """The query that the browser has; None until the first address is known."""
        self._gone = False

    def step(self, place: Place) -> None:
        """The reader went to another thread or backend: the browser's back button comes back from it."""
        self._told(_without_looks(place).query())
        self._go("replaceState" if self._gone or self._shown_at is None else "pushState", place)

    def correct(self, place: Place) -> None:
        """What is shown has another address now: a new thread has got its id, an event of it is looked at."""
        self._told(_without_looks(place).query())
        self._go("replaceState", place)

    def went(self, query: str) -> Place:
        """The browser went back or forward to an address of this page, with this query: the place that it names."""
        self._shown_at, self._gone = query, False
        return Place.named(query, self._first_profile)

    def forget(self) -> None:
        """What is shown is gone: its address is no place to come back to."""
        self._gone = True

    def _go(self, how: str, place: Place) -> None:
        before, after, self._gone = self._shown_at, self._of(place), False
        if after == before:
            return
        self._shown_at = after
        go = f'history.{how}({{}}, "", location.pathname + {json.dumps(after)})'
        self._page.run_javascript(go if before is None else f"if (location.search === {json.dumps(before)}) {go}")

    def _of(self, place: Place) -> str:
        query = (replace(place, profile="") if place.profile == self._first_profile else place).query()
        return f"?{query}" if query else ""


def _without_looks(place: Place) -> Place:
    """The place without what of it is looked at."""
    return replace(place, exchange=None, event=None, finding=None)
