"""The gallery of broken backends, opened in a window: its chat points at one of them, and its fault comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nicegui import Client, background_tasks

from chat.checks import CATALOGUE
from chat.conversation.conversation import Conversation

from .offers import BrokenBackend
from .panes.check_sheet import CheckedWindow, CheckSheet
from .panes.inspector import Inspector
from .profiles import Profile
from .window_source import WindowSource
from .workbench import Workbench, origin_of

__all__ = ["GalleryWindow", "WindowGallery"]


class GalleryWindow(CheckedWindow, Protocol):
    """What is asked of the window."""

    id: str
    workbench: Workbench
    conversation: Conversation | None
    source: WindowSource
    inspector: Inspector
    page: Client

    def use(self, profile: Profile) -> Conversation:
        """Talk to another backend."""

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""


class WindowGallery:
    """Of one window."""

    def __init__(self, window: GalleryWindow) -> None:
        self._window = window

    @property
    def entries(self) -> Sequence[BrokenBackend]:
        """All that there are."""
        return self._window.workbench.gallery

    def choose(self, entry: BrokenBackend) -> None:
        """`try_out`, in the background."""
        background_tasks.create(self.try_out(entry), name=f"gallery {entry.rule_id}")

    async def try_out(self, entry: BrokenBackend) -> None:
        """Open the chat on a backend of the gallery and say what brings its fault out."""
        window = self._window
        url = origin_of(window.workbench.profiles.embedded.url) + entry.path
        # what is said there is this window's, also when the page is loaded again
        own = (("X-Gallery-Window", window.id[:8]),)
        name = f"broken:{entry.rule_id}:{window.id[:8]}"
        profile = Profile(name, f"Gallery: {entry.label}", url, headers=entry.headers + own)
        conversation = window.use(window.workbench.profiles.lend(profile))
        await conversation.send(entry.message)
        rule = CATALOGUE[entry.rule_id]
        asked: frozenset[str] | None = None
        if not rule.shown_by_a_turn:
            # what a probe needs to know, another of its section finds out
            asked = frozenset(one.id for one in CATALOGUE.values() if one.section == rule.section)
        else:
            await conversation.wait()
            if conversation is not window.conversation:
                return
            if holder := window.source.exchange_with(entry.rule_id):
                window.inspector.select_exchange(holder)
                return
            if entry.then:
                window.say(entry.then)
                return
        with window.page:
            CheckSheet(window, rule_ids=asked, message=entry.message, second_headers=entry.second_headers)
