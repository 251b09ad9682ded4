"""The reports of one window: what goes into one about it, and those that were made lately."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from chat.conversation.diagnosis import Counts, Diagnosis

from .window_source import WindowSource

__all__ = ["WindowReports"]

KEPT_REPORTS = 8


class WindowReports:
    """Reports about what `source` holds; `subject` names it: an address without its secrets, or a file."""

    def __init__(self, source: WindowSource, subject: Callable[[], str]) -> None:
        self._source = source
        self._subject = subject
        self._kept: dict[str, str] = {}

    @property
    def subject(self) -> str:
        """What a report is about."""
        return self._subject()

    def reported(self) -> Sequence[Diagnosis]:
        """Every stream, and every answer with a fault, that the inspector lists and that has ended; oldest first."""
        known = filter(None, (self._source.diagnosis(exchange.id) for exchange in self._source.exchanges))
        return [one for one in known if one.finished and (one.streams or one.counts != Counts())]

    def keep(self, page: str) -> str:
        """Keep a report, as HTML, and return the key under which `get` gives it; the last few are kept."""
        key = secrets.token_urlsafe(12)
        self._kept[key] = page
        for old in list(self._kept)[:-KEPT_REPORTS]:
            del self._kept[old]
        return key

    def get(self, key: str) -> str | None:
        """A report that was kept, as HTML."""
        return self._kept.get(key)
