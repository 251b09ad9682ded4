"""
What is known of one thread while it is in use, what is shown of it, and who is told. Sends nothing.

Whoever has its exchanges feeds it: a `Conversation`, which acts on the thread, or a recording, on which nobody can.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from chat.checks.examination import EVERY_RULE, Table
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.listening import Listeners
from chat.protocol import (
    Change,
    EffectRequested,
    ErrorRaised,
    Event,
    ItemAdded,
    NoticeRaised,
    TextAppended,
    ThreadChanged,
    ThreadState,
    rename_thread,
)
from chat.rendering import RenderContext, render_error, render_notice

from .audience import Audience
from .blank import leading
from .diagnosis import Diagnoses
from .drafts import ComposerState
from .entry import Entry
from .in_widget import ONLY_LAST_NOTICE, error_in_widget
from .kept import over
from .outcomes import RETRY
from .remarks import effect_html, failure_html
from .streamed import StreamedItems
from .transcript import Transcript

__all__ = ["ShownThread"]


class ShownThread:
    """
    State, exchanges and transcript of one thread, whose backend is at `url` ("" when nobody can say).

    `image_origins` gives the origins whose images may load besides the thread's own and the backend's; by `rules` its
    exchanges are judged.
    """

    def __init__(
        self, url: str = "", image_origins: Callable[[], Collection[str]] = tuple, rules: Table = EVERY_RULE
    ) -> None:
        self.id = uuid.uuid4().hex
        self.state = ThreadState()
        self.exchanges: list[Exchange] = []
        self.transcript = Transcript(self.render_context)
        self.audience = Audience(self.transcript, self._before_frame)
        self.forgotten = 0
        """How many earlier ones are not kept any longer."""
        self.looked_at: dict[int, str] = {}
        """Id of the exchange that a window's inspector shows, by the window's `id()`."""
        self.diagnoses = Diagnoses(rules)
        """What is wrong with each of `exchanges`, judged while they run."""
        self.streamed = StreamedItems()
        """What streams have brought, to be compared with what is stored."""
        self.running = False
        """Whether a stream is being read."""
        self.loading = False
        """Whether a stored thread is on its way and nothing of it is shown yet."""
        self.revision = 0
        """Grows with every change that did not come with the stored thread."""
        self.tail: Callable[[], str] = str
        """HTML of the line below the last entry."""
        self.shown_images: set[str] = set()
        self._url = url
        self._image_origins = image_origins
        self._events: dict[str, Sequence[Event]] = {}
        self._told: ComposerState | None = None
        self._holds: dict[str, str] = {}
        """By who lets the composers wait: why."""
        self._notice: Entry | None = None
        """The last notice of the turn that goes on."""
        self._changes_heard = Listeners[[Any, Change]]()
        self._events_heard = Listeners[[Any, Exchange, Sequence[Event]]]()
        self._exchanges_heard = Listeners[[Any, Exchange]]()
        self._states_heard = Listeners[[Any]]()

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def thread_id(self) -> str | None:
        """Id of the thread, None before the backend has created it."""
        return self.state.id

    @property
    def title(self) -> str | None:
        """Title of the thread, None when it has none."""
        return self.state.title

    @property
    def composer(self) -> ComposerState:
        """What the composer may do now."""
        status = self.state.metadata.status if self.state.metadata else None
        return ComposerState(
            running=self.running,
            can_stop=self.running and bool(self.state.allow_cancel),
            status=status.type if status else "active",
            reason=getattr(status, "reason", None),
            empty=self.transcript.empty and self.thread_id is None and not self.loading,
            held=next(reversed(self._holds.values()), ""),
        )

    def events(self, exchange_id: str) -> Sequence[Event]:
        """Decoded events of one of `exchanges`, oldest first; [] for those that are no streams."""
        return self._events.get(exchange_id, [])

    def user_message_before(self, item_id: str | None) -> str | None:
        """Id of the last message of the user's at or above an item, or of all (None)."""
        found = None
        for item in self.state.visible_items():
            if item.type == "user_message":
                found = item.id
            if item.id == item_id:
                break
        return found

    def render_context(self) -> RenderContext:
        """What the renderers may know of this thread."""
        domains = (self.state.metadata.allowed_image_domains or ()) if self.state.metadata else ()
        url = urlsplit(self._url)
        own = [f"{url.scheme}://{url.netloc.rpartition('@')[2]}"] if url.netloc else []
        return RenderContext(
            thread_id=self.thread_id or "",
            allowed_image_origins=(*own, *domains, *self._image_origins()),
            shown_images=frozenset(self.shown_images),
        )

    # --- listening ----------------------------------------------------------------------------------------------------

    def on_change(self, listener: Callable[[Self, Change], None]) -> Callable[[], None]:
        """Call `listener` for each change of the thread's state; returns a function that ends this."""
        return self._changes_heard.add(listener)

    def on_events(self, listener: Callable[[Self, Exchange, Sequence[Event]], None]) -> Callable[[], None]:
        """Call `listener` for each run of events (see `chat.protocol.runs`); returns a function that ends this."""
        return self._events_heard.add(listener)

    def on_exchange(self, listener: Callable[[Self, Exchange], None]) -> Callable[[], None]:
        """Call `listener` when an exchange begins and when it ends (`outcome`); returns a function that ends this."""
        return self._exchanges_heard.add(listener)

    def on_state(self, listener: Callable[[Self], None]) -> Callable[[], None]:
        """Call `listener` when `running` or `composer` has changed; returns a function that ends this."""
        return self._states_heard.add(listener)

    # --- exchanges ----------------------------------------------------------------------------------------------------

    def exchange_began(self, exchange: Exchange, thread: str = "") -> None:
        """A request is sent; `thread` tells several threads apart, where there are several."""
        self.exchanges.append(exchange)
        self._notice = None
        self.diagnoses.begin(exchange, thread)
        self._exchanges_heard.tell(self, exchange)

    def exchange_ended(self) -> None:
        """The last of `exchanges` is over."""
        if self.exchanges:
            self._exchanges_heard.tell(self, self.exchanges[-1])

    def exchange_judged(self, exchange: Exchange) -> None:
        """More is known of an exchange than when it ended."""
        self._exchanges_heard.tell(self, exchange)

    def keep_exchanges(self, most: int, most_bytes: int) -> None:
        """Forget the oldest exchanges where there are more, or larger ones; none that somebody looks at."""
        self.forget_exchanges(over(self.exchanges, most, most_bytes, self.looked_at.values()))

    def forget_exchanges(self, old: Collection[Exchange]) -> None:
        """Keep nothing of these any longer."""
        if not old:
            return
        gone = {exchange.id for exchange in old}
        self.forgotten += len(gone)
        for exchange_id in gone:
            self._events.pop(exchange_id, None)
            self.diagnoses.forget(exchange_id)
        self.exchanges[:] = [exchange for exchange in self.exchanges if exchange.id not in gone]

    def events_came(
        self, exchange: Exchange, events: Sequence[Event], run: Sequence[Event], changes: Sequence[Change]
    ) -> None:
        """Take in what a run, the last of an exchange's `events`, has changed in the state."""
        self._events[exchange.id] = events
        self.take(changes, run[-1])
        self._events_heard.tell(self, exchange, run)

    # --- changes ------------------------------------------------------------------------------------------------------

    def show(self, state: ThreadState, changes: Iterable[Change]) -> None:
        """Show another state in place of this one; `changes` are those that have made it."""
        self.state = state
        self.transcript.rebuild(state)
        self._announce([change for change in changes if not isinstance(change, ItemAdded)])
        self.changed()

    def extend(self, state: ThreadState) -> None:
        """Show `state`, which has older items than what is shown, and mostly the same newer ones."""
        self.state = state
        self.transcript.arrange(state)
        self.changed()

    def replace(self, state: ThreadState) -> None:
        """Show another state of the same thread; what is the same in both stays as it is."""
        self.extend(state)
        self._announce([ThreadChanged()])

    def take(self, changes: Sequence[Change], event: Event | None = None) -> None:
        """Show what has changed in the state, by an `event` or by what was done here."""
        for change in changes:
            if type(change) is TextAppended:  # by far the most frequent one
                self.transcript.apply(self.state, change)
                continue
            match change:
                case ErrorRaised(message, code, allow_retry):
                    html = render_error(message, code, allow_retry)
                    entry = self.transcript.note("error", html, label="Error", actions=[RETRY] if allow_retry else [])
                    entry.in_widget = error_in_widget(event)
                case NoticeRaised(level, title, message):
                    if self._notice is not None:
                        self.transcript.dress(self._notice, in_widget=ONLY_LAST_NOTICE)
                    html = render_notice(level, title, message)
                    self._notice = self.transcript.note("notice", html, label="Notice")
                case EffectRequested(name, data):
                    entry = self.transcript.note("effect", effect_html(name, data), label="Client effect")
                    self.effect_shown(entry, name, data)
                case _:
                    self.transcript.apply(self.state, change)
        if event is None:
            self.streamed.follow(self.state, changes)
        self._announce(changes)
        if changes:
            self.revision += 1
            self.audience.soon()

    def effect_shown(self, entry: Entry, name: str, data: Mapping[str, Any]) -> None:
        """A client effect is shown; who acts on it, does so here."""

    def rename(self, title: str | None) -> None:
        """The backend has given the thread another title."""
        self.take(rename_thread(self.state, title))

    def show_image(self, item_id: str, url: str) -> None:
        """The reader asked for this one image."""
        self.shown_images.add(url)
        if entry := self.transcript.item(item_id):
            self.transcript.redraw(entry)
            self.changed()

    def fail(self, error: WorkbenchError, actions: Iterable[dict[str, Any]] = ()) -> Entry:
        """Put an entry at the end that says what failed."""
        diagnosis = self.diagnoses.get(error.exchange.id) if error.exchange is not None else None
        # what stopped at a limit of ours has no cause in the answer
        theirs = diagnosis is not None and error.whose != "the workbench"
        finding = leading(diagnosis.findings) if diagnosis is not None and theirs else None
        entry = self.transcript.note("error", failure_html(error, finding), label="Error", actions=actions)
        self.changed()
        return entry

    def changed(self) -> None:
        """Something else is different: what is running, or an entry of the workbench's own."""
        self.tell_state()
        self.audience.soon()

    def hold(self, who: str, words: str) -> None:
        """Let the composers wait, because of what `words` say, or as far as `who` is concerned no longer (""). Of
        several who hold them, the last one to begin is heard."""
        if words:
            self._holds[who] = words
        else:
            self._holds.pop(who, None)
        self.tell_state()

    def tell_state(self) -> None:
        """Tell the composers when what they may do is different."""
        now = self.composer
        if now != self._told:
            self._told = now
            self._states_heard.tell(self)

    def close(self) -> None:
        """Let go of every window."""
        self.audience.cancel()
        self.audience.windows.clear()

    def _announce(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._changes_heard.tell(self, change)
            if type(change) is not TextAppended:
                self.tell_state()

    def _before_frame(self) -> None:
        self.transcript.set_running(self.running)
        self.transcript.set_tail(self.tail())
