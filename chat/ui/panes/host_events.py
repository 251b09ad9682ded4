"""What the page around a widget would be told of this thread: clicks that lead into it, and effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from assets import ASSETS
from chat.exchanges import HostEvent
from chat.exchanges.redaction import redact_value
from chat.rendering.icons import icon

from ..bridge import LiveElement

__all__ = ["HostEventsPane", "acted", "in_words", "told_by"]

KEPT: Final = 200
"""Of one thread; older ones go."""

_WHY: Final = {
    "chatkit.thread.change": "A DOM event of the official element: your page can open this thread again next time.",
    "chatkit.thread.load.start": "A DOM event of the official element: an opened thread is read. Likely: at this time.",
    "chatkit.thread.load.end": "A DOM event of the official element: the thread is there. Likely: at this time.",
    "chatkit.response.start": "A DOM event of the official element. Likely: at this moment of an answer.",
    "chatkit.response.end": "A DOM event of the official element, also of a thread that is left in mid-answer.",
    "chatkit.tool.change": "A DOM event of the official element: which tool is chosen in the composer.",
    "chatkit.deeplink": "A DOM event of the official element. The widget leads nowhere: your page decides.",
    "chatkit.effect": "A DOM event of the official element, and your onEffect.",
    "entities.onClick": "A function among the widget's options, when your page has one.",
    "source click": "The official widget opens a source by itself. It is likely that your page is told in chatkit.log.",
}


_ROUTINE: Final = frozenset(
    (
        "chatkit.thread.change",
        "chatkit.thread.load.start",
        "chatkit.thread.load.end",
        "chatkit.response.start",
        "chatkit.response.end",
        "chatkit.tool.change",
    )
)
"""What comes with every thread and answer: it unfolds no list, and a recording of this page says it without it."""


class HostEventsPane(LiveElement, component=ASSETS / "host_events.js"):
    """Below the inspector; out of sight while nothing was told."""

    def __init__(self) -> None:
        super().__init__()
        self._events: list[HostEvent] = []
        self.props["chevron"] = str(icon("chevron-right", 15))
        self.on("ready", lambda: self.send("show", [_as_json(event) for event in self._events]))

    @property
    def shown(self) -> Sequence[HostEvent]:
        """What was told of the thread that is shown, the newest last."""
        return self._events

    def show(self, events: list[HostEvent]) -> None:
        """Show what was told of another thread: this list, which `add` lets grow."""
        self._events = events
        self.send("show", [_as_json(event) for event in events])

    def add(self, event: HostEvent) -> None:
        """One more was told."""
        self._events.append(event)
        del self._events[:-KEPT]
        self.send("add", _as_json(event))


def acted(events: Iterable[HostEvent]) -> list[HostEvent]:
    """Those that something in the thread has led to."""
    return [event for event in events if event.name not in _ROUTINE]


def told_by(action: Mapping[str, Any]) -> HostEvent | None:
    """What the page is told when something that does `action` is clicked in a message; None when it is nothing."""
    now = datetime.now(UTC)
    match action:
        case {"do": "deeplink", "name": str(name), "data": Mapping() as data}:
            link = {"name": name, **({"data": data} if data else {})}
            return HostEvent(now, "chatkit.deeplink", redact_value(link), ours=True)
        case {"do": "entity-click", "entity": Mapping() as entity}:
            return HostEvent(now, "entities.onClick", redact_value(dict(entity)), ours=True)
        case {"do": "source-click", "source": Mapping() as source}:
            return HostEvent(now, "source click", redact_value(dict(source)), ours=True)
    return None


def in_words(event: HostEvent) -> str:
    """A sentence for a moment."""
    detail = event.detail if isinstance(event.detail, Mapping) else {}
    what = detail.get("name") or detail.get("title") or ""
    return f"Your page is told: {event.name}{f' “{str(what)[:80]}”' if what else ''}"


def _as_json(event: HostEvent) -> dict[str, Any]:
    why = _WHY.get(event.name, "")
    quiet = event.name in _ROUTINE
    return {"at": event.at.isoformat(), "name": event.name, "detail": event.detail, "why": why, "quiet": quiet}
