"""The page's address: a reload of it comes back to the same thread on the same backend, and so does "back"."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from nicegui import Client, ui

__all__ = ["PageAddress", "Place"]


@dataclass(frozen=True)
class Place:
    """
    What an address names: a profile by its id, and one of its threads (None: the start screen), or the key of a session
    of the relay to watch.
    """

    profile: str
    thread: str | None = None
    watch: str | None = None


class PageAddress:
    """The address of one page as its browser has it. `first_profile` is the one that an address need not name."""

    def __init__(self, page: Client, first_profile: str) -> None:
        self._page = page
        self._first_profile = first_profile
        self._shown_at: str | None = None
        """None until the first address is known."""

    def step(self, place: Place) -> None:
        """The reader went to another thread or backend: the browser's back button comes back from it."""
        if self._shown_at is None:
            self.correct(place)
        elif (address := self._of(place)) != self._shown_at:
            self._shown_at = address
            with self._page:
                ui.navigate.history.push(address)

    def correct(self, place: Place) -> None:
        """What is shown has another address now: a new thread has got its id."""
        if (address := self._of(place)) != self._shown_at:
            self._shown_at = address
            with self._page:
                ui.navigate.history.replace(address)

    def went(self, query: str) -> Place:
        """The browser went back or forward to an address of this page, with this query: the place that it names."""
        self._shown_at = "/" + query
        named = {name: values[-1] for name, values in parse_qs(query.removeprefix("?")).items()}
        return Place(named.get("profile") or self._first_profile, named.get("thread"), named.get("watch"))

    def forget(self) -> None:
        """What is shown is gone: its address is no place to come back to."""
        self._shown_at = None

    def _of(self, place: Place) -> str:
        query = {}
        if place.profile != self._first_profile:
            query["profile"] = place.profile
        if place.thread:
            query["thread"] = place.thread
        if place.watch:
            query["watch"] = place.watch
        return "/" + (f"?{urlencode(query)}" if query else "")
