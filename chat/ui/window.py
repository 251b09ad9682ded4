"""One page in one browser: which profile and thread it shows, and what its panes do to one another."""

import secrets
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlencode

from nicegui import background_tasks, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from chat.checks import CATALOGUE
from chat.client import ChatKitClient
from chat.conversation.conversation import Conversation
from chat.conversation.diagnosis import Counts, Diagnoses, Diagnosis
from chat.conversation.shown_thread import ShownThread
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.exchanges.importing import Imported
from chat.inspection.comparison import comparison_html
from chat.protocol import Event, ThreadState

from .conversation_view import ConversationView
from .panes.check_sheet import CheckSheet
from .panes.composer import Composer
from .panes.connection import ConnectionPane
from .panes.findings_badge import FindingsBadge
from .panes.inspector import Inspector
from .panes.recording_bar import recording_bar
from .panes.sheet import Sheet, ShownHTML
from .panes.threads import ThreadsPane
from .profiles import EMBEDDED, Profile
from .workbench import BrokenBackend, Workbench, origin_of

__all__ = ["Window"]

NAME = "ChatKit Workbench"

KEPT_REPORTS = 8

KEPT_EXCHANGES = 60
"""Exchanges outside a conversation (thread lists, renames, deletions) that the inspector remembers."""


class Window:
    """Owns the panes of one page and is the inspector's source. Nothing of it is shared with other windows."""

    threads: ThreadsPane
    connection: ConnectionPane
    middle: Element
    title: ui.label
    inspector: Inspector
    badge: FindingsBadge

    def __init__(self, workbench: Workbench, profile: Profile) -> None:
        self.id = secrets.token_urlsafe(12)
        self.workbench = workbench
        self.profile = profile
        self.conversation: Conversation | None = workbench.new_conversation(profile)
        """What can be acted upon here: what is shown, or nothing."""
        self.thread: ShownThread = self.conversation
        """What is shown."""
        self._name = ""
        """Name of the file that is shown."""
        self.page = ui.context.client
        self._shown_at: str | None = None
        """The address of the page as the browser has it; None until the first one is known."""
        self._own_exchanges: list[Exchange] = []
        self._own_diagnoses = Diagnoses()
        self._reports: dict[str, str] = {}
        self._activity: list[Callable[[str], None]] = []
        self._unwatch: list[Callable[[], None]] = []
        self.client = self._new_client()
        workbench.windows.add(self)
        self.page.on_delete(self._closed)

    def _new_client(self) -> ChatKitClient:
        return ChatKitClient(self.profile.connection(), on_exchange=self._exchange_began)

    def _closed(self) -> None:
        self.workbench.window_closed(self)
        for unwatch in self._unwatch:
            unwatch()
        self._activity.clear()

    # --- what the inspector reads -------------------------------------------------------------------------------------

    @property
    def exchanges(self) -> Sequence[Exchange]:
        if self.conversation is None:
            return self.thread.exchanges
        return sorted([*self._own_exchanges, *self.thread.exchanges], key=lambda exchange: exchange.started_at)

    def events(self, exchange_id: str) -> Sequence[Event]:
        return self.thread.events(exchange_id)

    def diagnosis(self, exchange_id: str) -> Diagnosis | None:
        return self.thread.diagnoses.get(exchange_id) or self._own_diagnoses.get(exchange_id)

    def counts(self) -> Counts:
        """Findings of every exchange that the inspector lists, by level."""
        if self.conversation is None:
            return self.thread.diagnoses.counts()
        return self.thread.diagnoses.counts() + self._own_diagnoses.counts()

    def worst_exchange(self) -> str | None:
        """Id of the newest exchange with an error, else with a warning."""
        found = [(one.id, self.diagnosis(one.id)) for one in reversed(self.exchanges)]
        for level in ("errors", "warnings"):
            for exchange_id, diagnosis in found:
                if diagnosis is not None and getattr(diagnosis.counts, level):
                    return exchange_id
        return None

    def state(self, thread_id: str | None = None) -> ThreadState | None:
        wanted = thread_id is None or thread_id == self.thread.thread_id
        return self.thread.state if wanted else None

    def on_activity(self, callback: Callable[[str], None]) -> Callable[[], None]:
        self._activity.append(callback)
        return lambda: self._activity.remove(callback) if callback in self._activity else None

    def _exchange_began(self, exchange: Exchange) -> None:
        self._own_exchanges.append(exchange)
        self._own_diagnoses.begin(exchange)
        for old in self._own_exchanges[:-KEPT_EXCHANGES]:
            self._own_diagnoses.forget(old.id)
        del self._own_exchanges[:-KEPT_EXCHANGES]
        self._active(exchange.id)

    def _active(self, exchange_id: str) -> None:
        self.badge.soon()
        for callback in self._activity:
            callback(exchange_id)

    def _conversed(self, exchange: Exchange) -> None:
        """An exchange of the conversation has begun or ended."""
        if exchange.status is not None:
            self.workbench.profiles.answered(self.profile)

    # --- which thread is shown ----------------------------------------------------------------------------------------

    def start(self, thread_id: str) -> None:
        """
        Show the thread of the page's address, or the start screen.

        Nothing is asked of the backend, with the reader's credentials, before the page has connected: any web page can
        make a browser fetch this one (as an image, for instance), and only this one can then connect.
        """
        if thread_id:
            self._show_stored(thread_id)
        else:
            self._show(self.thread, self.conversation)
        self.page.on_connect(once(self._connected))

    def _connected(self) -> None:
        background_tasks.create(self.threads.reload(), name="threads")
        self._load()

    def open_thread(self, thread_id: str) -> Conversation:
        conversation = self._show_stored(thread_id)
        self._load()
        return conversation

    def _show_stored(self, thread_id: str) -> Conversation:
        """Show the place of a stored thread, until `_load` fills it; or the thread, when it is at hand."""
        live = self.workbench.live_conversation(self.profile, thread_id)
        conversation = live or self.workbench.new_conversation(self.profile)
        if live is None:
            conversation.expect(thread_id)
        self._show(conversation, conversation, thread_id)
        return conversation

    def _load(self) -> None:
        if self.conversation is not None and (thread_id := self.conversation.expected):
            background_tasks.create(self.conversation.load(thread_id), name=f"load {thread_id}")

    def new_thread(self) -> Conversation:
        conversation = self.workbench.new_conversation(self.profile)
        self._show(conversation, conversation)
        return conversation

    def _show(
        self, thread: ShownThread, conversation: Conversation | None, thread_id: str | None = None, *, name: str = ""
    ) -> None:
        """
        Show `thread`, and let the reader act upon it through `conversation`; without one it is a file called `name`.

        `thread_id` says which thread it will be, for the time until it has been loaded.
        """
        for unwatch in self._unwatch:
            unwatch()
        self.thread, self.conversation, self._name = thread, conversation, name
        self._unwatch = [
            thread.on_event(lambda _, exchange, event: self._active(exchange.id)),
            thread.on_exchange(lambda _, exchange: self._active(exchange.id)),
        ]
        if conversation is not None:
            self._unwatch.append(conversation.on_exchange(lambda _, exchange: self._conversed(exchange)))
        self.middle.clear()
        with self.middle:
            token = self.workbench.token
            view = ConversationView(thread, token, actions=conversation, allow_image=self.allow_image)
            view.on("act", self._acted)
            if conversation is None:
                recording_bar(name, self.new_thread)
            else:
                prompts = self.workbench.prompts if self.profile.id == EMBEDDED else ()
                Composer(conversation, token, prompts, thread_id=thread_id)
        self.threads.select(None if conversation is None else thread_id or conversation.thread_id)
        self._show_title()
        self._step()
        self.inspector.refresh()
        self.badge.soon()

    def go_to(self, query: str) -> None:
        """The browser went back or forward to an address of this page: show the backend and thread it names."""
        named = {name: values[-1] for name, values in parse_qs(query.removeprefix("?")).items()}
        self._shown_at = "/" + query
        profile = self.workbench.profiles.get(named.get("profile") or self.workbench.first_profile)
        if profile is not None and profile.id != self.profile.id:
            self._point_at(profile)
        if thread_id := named.get("thread"):
            self.open_thread(thread_id)
        else:
            self.new_thread()

    def thread_changed(self, conversation: Conversation) -> None:
        """Some conversation of this profile has a new title or status, or has just got its thread."""
        self.threads.put(conversation)
        if conversation is self.thread:
            self.threads.select(conversation.thread_id)
            self._show_title()
            self._correct_address()

    def thread_renamed(self, thread_id: str, title: str | None) -> None:
        """A thread of this profile, which no conversation need have open, has another title."""
        self.threads.retitle(thread_id, title)

    def thread_deleted(self, thread_id: str) -> None:
        self.threads.drop(thread_id)
        if self.thread.thread_id == thread_id or self.threads.selected == thread_id:
            self._shown_at = None  # the address of a thread that is gone is no place to come back to
            self.new_thread()

    def _show_title(self) -> None:
        title = self.thread.title or self._name
        shown = title or ("Untitled thread" if self.thread.thread_id else "New thread")
        self.title.set_text(shown)
        with self.page:
            ui.page_title(f"{title} · {NAME}" if title else NAME)

    def _address(self) -> str:
        """The page's address: a reload of it comes back to the same thread on the same backend."""
        query = {}
        if self.profile.id != self.workbench.first_profile:
            query["profile"] = self.profile.id
        if self.conversation and (thread_id := self.conversation.thread_id or self.threads.selected):
            query["thread"] = thread_id
        return "/" + (f"?{urlencode(query)}" if query else "")

    def _step(self) -> None:
        """The reader went to another thread or backend: the browser's back button comes back from it."""
        if self._shown_at is None:
            self._correct_address()
        elif (address := self._address()) != self._shown_at:
            self._shown_at = address
            with self.page:
                ui.navigate.history.push(address)

    def _correct_address(self) -> None:
        """What is shown has another address now: a new thread has got its id."""
        if (address := self._address()) != self._shown_at:
            self._shown_at = address
            with self.page:
                ui.navigate.history.replace(address)

    # --- diagnosis ----------------------------------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """What a report about this window is about."""
        return self._name if self.conversation is None else self.profile.shown_url

    def reported(self) -> Sequence[Diagnosis]:
        """Every stream, and every answer with a fault, that the inspector lists and that has ended."""
        known = filter(None, (self.diagnosis(exchange.id) for exchange in self.exchanges))
        return [one for one in known if one.finished and (one.streams or one.counts != Counts())]

    def keep_report(self, page: str) -> str:
        """Keep a report, as HTML, and return the key under which `report` gives it; the last few are kept."""
        key = secrets.token_urlsafe(12)
        self._reports[key] = page
        for old in list(self._reports)[:-KEPT_REPORTS]:
            del self._reports[old]
        return key

    def report(self, key: str) -> str | None:
        return self._reports.get(key)

    async def explain(self, name: str, imported: Imported) -> None:
        """Show exchanges of a file in place of the conversation."""
        recorded = self.workbench.recorded_thread(name, imported.remarks)
        self._show(recorded, None, name=name)
        await recorded.replay(imported.exchanges)
        self.inspector.refresh()
        self.badge.soon()

    def choose_broken(self, entry: BrokenBackend) -> None:
        """The same, in the background."""
        background_tasks.create(self.try_broken(entry), name=f"gallery {entry.rule_id}")

    async def try_broken(self, entry: BrokenBackend) -> None:
        """Open the chat on a backend of the gallery and say what brings its fault out."""
        url = origin_of(self.workbench.profiles.embedded.url) + entry.path
        # what is said there is this window's, also when the page is loaded again
        own = (("X-Gallery-Window", self.id[:8]),)
        name = f"broken:{entry.rule_id}:{self.id[:8]}"
        profile = Profile(name, f"Gallery: {entry.label}", url, headers=entry.headers + own)
        conversation = self.use(self.workbench.profiles.lend(profile))
        await conversation.send(entry.message)
        rule = CATALOGUE[entry.rule_id]
        asked: frozenset[str] | None = None
        if rule.kind == "active":
            # what a probe needs to know, another of its section finds out
            asked = frozenset(one.id for one in CATALOGUE.values() if one.section == rule.section)
        else:
            await conversation.wait()
            if conversation is not self.conversation:
                return
            if holder := self._exchange_with(entry.rule_id):
                self.inspector.select_exchange(holder)
                return
        with self.page:
            CheckSheet(self, rule_ids=asked, message=entry.message, second_headers=entry.second_headers)

    def _exchange_with(self, rule_id: str) -> str | None:
        """Id of the newest exchange in which this rule found something."""
        for exchange in reversed(self.exchanges):
            diagnosis = self.diagnosis(exchange.id)
            if diagnosis is not None and any(finding.rule_id == rule_id for finding in diagnosis.findings):
                return exchange.id
        return None

    def _acted(self, event: GenericEventArguments) -> None:
        action = event.args.get("action") if isinstance(event.args, dict) else None
        if isinstance(action, dict) and action.get("do") == "compare":
            diagnosis = self.diagnosis(str(action.get("exchange")))
            if diagnosis is not None:
                with Sheet("What was sent, what was meant", "comparison", kind="wide").body:
                    ShownHTML(comparison_html(diagnosis))

    # --- which backend ------------------------------------------------------------------------------------------------

    def use(self, profile: Profile) -> Conversation:
        """Point this window at another backend, or at the same one with other headers."""
        same_backend = profile.url == self.profile.url
        thread_id = self.thread.thread_id if same_backend else None
        self._point_at(profile)
        return self.open_thread(thread_id) if thread_id else self.new_thread()

    def _point_at(self, profile: Profile) -> None:
        if profile.url != self.profile.url:  # what another backend said is not to be taken for an answer of this one
            self._own_exchanges.clear()
            self._own_diagnoses = Diagnoses()
        self.profile = profile
        self.client = self._new_client()
        self.connection.show()
        background_tasks.create(self.threads.reload(), name="threads")

    def reached(self, error: WorkbenchError | None, words: str = "") -> None:
        """The list of threads came, or did not: that is what the connection's state says."""
        if error is None or (error.exchange is not None and error.exchange.status is not None):
            self.workbench.profiles.answered(self.profile)
        if error is None:
            self.connection.say("ok", words)
        else:
            said = str(error)
            full_stop = "" if said.endswith((".", "?", "!")) else "."
            self.connection.say("failed", f"{said}{full_stop} {error.advice}".strip())

    def allow_image(self, url: str) -> None:
        """Let an image load that the reader asked for: the page comes again, with a policy that names its origin."""
        if not (origin := origin_of(url)):
            return
        self.workbench.allow_images(origin)
        with self.page:
            ui.navigate.reload()

    async def rename(self, thread_id: str, title: str) -> None:
        profile = self.profile
        thread = await self.client.update_thread(thread_id, title)
        self.workbench.rename_thread(profile.id, thread_id, thread.title)

    async def delete(self, thread_id: str) -> None:
        if live := self.workbench.live_conversation(self.profile, thread_id):
            live.stop()  # else the backend goes on writing into a thread that is gone
        await self.client.delete_thread(thread_id)
        self.workbench.forget_thread(self.profile.id, thread_id)


def once(act: Callable[[], None]) -> Callable[[], None]:
    """The same, but for nothing from the second call on."""
    left = [act]
    return lambda: left.pop()() if left else None
