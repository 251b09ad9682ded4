"""How many findings there are, in the head of the page: seen even when the inspector is folded away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from nicegui import ui
from nicegui.element import Element

from chat.conversation.blank import in_words
from chat.conversation.diagnosis import Counts

__all__ = ["Counted", "FindingsBadge"]

_TICK: Final = 0.3
"""Seconds between two counts while events come."""
_LATER: Final = 2.0
"""Seconds between two counts while a stream is silent: silence may be a fault as well."""


class Counted(Protocol):
    """What the badge asks of whoever has the findings."""

    @property
    def running(self) -> bool:
        """Whether more may come without anybody saying so."""

    def counts(self) -> Counts:
        """All of them by level."""

    def on_activity(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call back whenever there may be other ones than before; returns what ends this."""


class FindingsBadge:
    """Errors and warnings of what the inspector lists; a click opens it there. Hidden while there are none."""

    def __init__(self, source: Counted, show: Callable[[], None]) -> None:
        self._source = source
        source.on_activity(lambda _: self.soon())
        self._counts = Counts()
        self._timer: asyncio.TimerHandle | None = None
        self._soon = False
        self._button = ui.element("button").classes("findings-badge").on("click", show, args=[])
        self._button.props.update({"type": "button", "data-testid": "findings-badge"})
        self._button.set_visibility(False)
        with self._button:
            self._errors, self._warnings = self._part("is-error"), self._part("is-warning")

    @staticmethod
    def _part(tone: str) -> tuple[Element, ui.label]:
        with ui.element("span").classes(tone) as part:
            ui.element("i").classes("fi-dot")
            return part, ui.label()

    def soon(self) -> None:
        """Something has happened: count at the next tick."""
        if not self._soon:
            self._soon = True
            self._plan(_TICK)

    def _plan(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._count)

    def _count(self) -> None:
        self._timer, self._soon = None, False
        if self._button.is_deleted:
            return
        counts = self._source.counts()
        if (counts.errors, counts.warnings) != (self._counts.errors, self._counts.warnings):
            self._counts = counts
            self._draw()
        if self._source.running:
            self._plan(_LATER)

    def _draw(self) -> None:
        for (part, label), number in (
            (self._errors, self._counts.errors),
            (self._warnings, self._counts.warnings),
        ):
            part.set_visibility(bool(number))
            label.set_text(str(number))
        words = in_words(Counts(self._counts.errors, self._counts.warnings))
        self._button.props["title"] = self._button.props["aria-label"] = f"{words}: show in the inspector"
        self._button.set_visibility(bool(words))
        self._button.update()
