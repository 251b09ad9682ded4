"""
What the eye predicted of the official widget against what it was then seen to do, from outside its frame.

Outside there are its requests, which our own client claims to send as well, and the events that it dispatches to the
page around it. What stands on its screen is not seen there: of that nothing is said here but that it cannot be told. A
contradiction is a mistake of the eye's (docs/widget.md) or of our client's, or a build of the widget that behaves in
another way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from chat.checks.eye import WidgetView, widget_view
from chat.checks.sent_alike import differences
from chat.exchanges import STREAMING_OPERATIONS, Exchange
from chat.exchanges.host_events import HostEvent
from chat.protocol import Event

__all__ = ["Agreement", "Claim", "Prediction", "Watched", "agreement", "predict"]

TOLD_WITHIN: Final = timedelta(seconds=2)
"""After an exchange, until what the widget tells of it has come."""
SENT_AGAIN_WITHIN: Final = timedelta(seconds=30)
"""Until a request that is to come again has come: six take 29 s, the longest pause is shorter."""
NOT_AGAIN_AFTER: Final = timedelta(seconds=5)
"""Without a repetition so long, there is none."""
EARLY: Final = timedelta(milliseconds=250)
"""By so much `response.end` may come before the last byte: the two clocks are read in different processes."""

_SUBMITTED: Final = "chatkit.composer.submit"
_ACTS: Final = frozenset({_SUBMITTED, "sendUserMessage", "sendCustomAction", "setThreadId", "fetchUpdates"})
"""After these a request is another one, however equal it is to one before."""


class Claim(NamedTuple):
    """One thing that can be compared. `agrees` is None while, or when, that cannot be told."""

    about: str
    predicted: str
    happened: str
    agrees: bool | None
    weighs: bool = True
    """Whether it makes an agreement by itself; a contradiction always counts."""


@dataclass(frozen=True)
class Agreement:
    """What was predicted of one exchange, and what came of it."""

    exchange_id: str
    operation: str
    view: WidgetView
    claims: tuple[Claim, ...]
    settled: bool
    """Whether nothing that comes later can change it."""
    stopped: bool = False
    """Whether the widget, or its user, closed the connection: then nothing is predicted."""

    @property
    def agrees(self) -> bool | None:
        """False when a claim was contradicted, True when one held and none was; None when nothing could be told."""
        if any(claim.agrees is False for claim in self.claims):
            return False
        return True if any(claim.agrees and claim.weighs for claim in self.claims) else None


@dataclass(frozen=True)
class Prediction:
    """What the eye says of one exchange, and what of its events the page around the widget hears."""

    exchange: Exchange
    view: WidgetView
    thread_created: str | None
    effects: tuple[str, ...]
    tools: tuple[str, ...]
    """Names of the client tools that are called."""


@dataclass(frozen=True)
class Watched:
    """All that was seen of a session, each oldest first, and the time at which it is looked at."""

    exchanges: Sequence[Exchange]
    host_events: Sequence[HostEvent]
    now: datetime


def predict(exchange: Exchange, events: Sequence[Event]) -> Prediction:
    """What is predicted of an exchange that has ended. `events` are those of its body: costs their number."""
    created = None
    effects: list[str] = []
    tools: dict[str, str] = {}
    for event in events:
        if event.type == "thread.created" and created is None and event.terminated:
            thread = event.json.get("thread") if isinstance(event.json, dict) else None
            found = thread.get("id") if isinstance(thread, dict) else None
            created = found if isinstance(found, str) else None
        elif event.type == "client_effect" and event.valid:
            effects.append(str(getattr(event.value, "name", "")))
        elif event.type == "thread.item.done" and event.valid:
            item: Any = getattr(event.value, "item", None)
            if item.type == "client_tool_call":  # a `completed` one that arrives live runs, too
                tools[item.id] = item.name
    return Prediction(exchange, widget_view(exchange, events), created, tuple(effects), tuple(tools.values()))


def agreement(prediction: Prediction, watched: Watched) -> Agreement:
    """Compare what was predicted with what has come of it so far."""
    case = _Case(prediction, watched)
    exchange, settled = prediction.exchange, watched.now > case.ended + SENT_AGAIN_WITHIN
    stopped = exchange.outcome == "cancelled"
    claims = () if stopped else tuple(_claims(case))
    return Agreement(exchange.id, exchange.request.operation, prediction.view, claims, settled or stopped, stopped)


class _Case:
    """An exchange, and what was told in its time: until a little after its end, or until the next turn begins."""

    def __init__(self, prediction: Prediction, watched: Watched) -> None:
        self.prediction, self.watched = prediction, watched
        self.exchange, self.view = prediction.exchange, prediction.view
        self.began, self.ended = self.exchange.started_at, _ended(self.exchange)
        later = [one for one in watched.exchanges if one is not self.exchange and one.started_at > self.began]
        nexts = [one.started_at for one in later if one.request.operation in STREAMING_OPERATIONS]
        self.until = min([*nexts, self.ended + TOLD_WITHIN])
        self.over = watched.now >= self.until
        """Whether all that could be told of it has been told."""
        self.told = [event for event in watched.host_events if self.began <= event.at <= self.until]

    def named(self, name: str) -> list[HostEvent]:
        return [event for event in self.told if event.name == name]

    def details(self, name: str, key: str) -> list[Any]:
        """What stands under `key` in the details of these events."""
        return [event.detail.get(key) for event in self.named(name) if isinstance(event.detail, dict)]

    @property
    def read(self) -> bool:
        """Whether the widget has read it as a stream to a good end."""
        return self.exchange.outcome == "complete" and self.view.screen is not None and self.view.events_read > 0


def _ended(exchange: Exchange) -> datetime:
    return exchange.started_at + timedelta(microseconds=(exchange.ended_at_ns or 0) / 1000)


def _claims(case: _Case) -> Iterator[Claim]:
    if case.exchange.request.operation:
        yield _sent(case)
        yield _sent_again(case)
        if case.view.certainty != "unknown":
            yield from filter(None, (_errors(case), _end(case), _thread(case), _effects(case), _tools(case)))
    if case.view.shows:
        yield Claim("On the screen", case.view.shows, "cannot be seen from outside its frame", None)


# --- requests ---------------------------------------------------------------------------------------------------------


def _sent(case: _Case) -> Claim:
    """What our client takes for the widget's request: where it is wrong, our client is to be mended."""
    unlike = differences(case.exchange.request)
    happened = "; ".join(unlike) or "the same, key by key"
    return Claim("Its request", "what our client would send", happened, not unlike, weighs=False)


def _sent_again(case: _Case) -> Claim:
    exchange, predicted = case.exchange, case.view.requests_sent
    place = 1
    before = _repeated(exchange, case.watched, backward=True)
    while before is not None and place < predicted:
        place += 1
        before = _repeated(before, case.watched, backward=True)
    again = _repeated(exchange, case.watched)
    streams = exchange.request.operation in STREAMING_OPERATIONS
    since = case.watched.now - case.ended
    about = "Sends it again"
    if place < predicted:
        words = f"yes: attempt {place} of {predicted}"
        if again is not None:
            return Claim(about, words, f"yes, after {(again.started_at - case.ended).total_seconds():.1f} s", True)
        late = since > SENT_AGAIN_WITHIN
        return Claim(about, words, "no" if late else "not yet", False if late else None)
    words = "no: this was the last of its attempts" if predicted > 1 else "no"
    if again is None:
        quiet = since > NOT_AGAIN_AFTER or _acted(case.watched, case.ended, case.watched.now)
        return Claim(about, words, "no" if quiet else "not so far", True if quiet else None)
    if not streams:
        return Claim(about, words, "the same came again, which its history asks for as well", None)
    if any(event.name == _SUBMITTED for event in case.watched.host_events):
        return Claim(about, words, "yes, and nobody had submitted anything", False)
    return Claim(about, words, "the same came again; whether the user sent it is not known", None)


def _repeated(exchange: Exchange, watched: Watched, *, backward: bool = False) -> Exchange | None:
    """The next request (or the one before) that says the same, with nothing between that a person has done."""
    place = next((index for index, one in enumerate(watched.exchanges) if one is exchange), None)
    if place is None:
        return None
    others = reversed(watched.exchanges[:place]) if backward else watched.exchanges[place + 1 :]
    for other in others:
        if other.request.operation != exchange.request.operation:
            continue
        if other.request.body != exchange.request.body:
            return None
        one, two = sorted((exchange.started_at, other.started_at))
        return None if _acted(watched, one, two) else other
    return None


def _acted(watched: Watched, since: datetime, until: datetime) -> bool:
    return any(since < event.at <= until and event.name in _ACTS for event in watched.host_events)


# --- what the page is told --------------------------------------------------------------------------------------------


def _errors(case: _Case) -> Claim | None:
    if case.view.screen is None:
        return None
    predicted, told = case.view.screen.errors_told, len(case.named("chatkit.error"))
    agrees: bool | None = told == predicted
    happened = _times(told)
    if not case.over and told <= predicted:
        agrees = None
        happened += " so far"
    elif not agrees and (other := _other_failure(case)):
        agrees = None
        happened += f"; `{other}` failed at the same time, and which of them was meant is not known"
    return Claim("chatkit.error", _times(predicted), happened, agrees)


def _other_failure(case: _Case) -> str:
    """Operation of another exchange that failed in the same time, "" when none did."""
    for other in case.watched.exchanges:
        failed = (other.status or 0) >= 400 or other.outcome not in ("complete", "pending", "cancelled")
        if other is not case.exchange and failed and other.started_at <= case.until and _ended(other) >= case.began:
            return other.request.operation or "a request"
    return ""


def _end(case: _Case) -> Claim | None:
    if not case.read or case.view.screen is None or case.view.screen.start:
        return None
    about, predicted = "chatkit.response.end", "once, after the last byte"
    ends = case.named("chatkit.response.end")
    if _switched(case):
        return Claim(about, predicted, "another thread was chosen meanwhile, which ends it as well", None)
    if early := next((event for event in ends if event.at < case.ended - EARLY), None):
        by = (case.ended - early.at).total_seconds()
        return Claim(about, predicted, f"{by:.2f} s before the last byte", False)
    if ends:
        after = max(0.0, (ends[0].at - case.ended).total_seconds())
        return Claim(about, predicted, f"{after * 1000:.0f} ms after the last byte", True)
    return Claim(about, predicted, "never" if case.over else "not so far", False if case.over else None)


def _switched(case: _Case) -> bool:
    known = (case.prediction.thread_created, case.exchange.request.params.get("thread_id"))
    ours = [thread for thread in known if isinstance(thread, str)]
    return any(thread not in ours for thread in case.details("chatkit.thread.change", "threadId"))


def _thread(case: _Case) -> Claim | None:
    if case.exchange.request.operation != "threads.create" or not case.read:
        return None
    about, created = "chatkit.thread.change", case.prediction.thread_created
    moved = [thread for thread in case.details(about, "threadId") if thread is not None]
    happened = f"to {moved[0]}" if moved else "nowhere" if case.over else "nowhere so far"
    if created is None:
        agrees = False if moved else True if case.over else None
        return Claim(about, "to no thread: none was created", happened, agrees)
    agrees = True if created in moved else False if moved or case.over else None
    return Claim(about, f"to {created}", happened, agrees)


def _effects(case: _Case) -> Claim | None:
    return _names(case, "chatkit.effect", case.prediction.effects) if case.read else None


def _tools(case: _Case) -> Claim | None:
    starts_again = case.view.screen is not None and case.view.screen.start
    return _names(case, "onClientTool", case.prediction.tools) if case.read and not starts_again else None


def _names(case: _Case, about: str, predicted: Sequence[str]) -> Claim | None:
    """A claim that events of one name come with these names of their own, in this order."""
    told = [str(name) for name in case.details(about, "name")]
    if not predicted and not told:
        return None
    waits = not case.over and told == list(predicted[: len(told)]) and len(told) < len(predicted)
    return Claim(about, _listed(predicted), _listed(told), None if waits else told == list(predicted))


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "") if names else "none"
