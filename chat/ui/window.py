"""One page in one browser: which profile and thread it shows, and what its panes do to one another."""

import secrets
from collections.abc import Callable, Sequence

from nicegui import background_tasks, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from chat.checks.host_words import told
from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Busy, Conversation
from chat.conversation.shown_thread import ShownThread
from chat.exchanges import Exchange, HostEvent
from chat.exchanges.importing import Imported
from chat.protocol import Change, ThreadChanged

from .address import Place
from .commands import Commands
from .conversation_view import ConversationView
from .panes.check_sheet import CheckSheet
from .panes.composer import Composer
from .panes.connection import ConnectionPane
from .panes.diff_sheet import DiffSheet
from .panes.findings_badge import FindingsBadge
from .panes.host_bar import HostBar
from .panes.host_events import HostEventsPane, acted
from .panes.host_sheet import HostChip
from .panes.inspector import Inspector
from .panes.recording_bar import recording_bar
from .panes.replay_sheet import open_replay_sheet
from .panes.start import StartPane
from .panes.threads import ThreadsPane
from .panes.watching import Watching
from .profiles import EMBEDDED, Profile
from .travel import Travel
from .window_gallery import WindowGallery
from .window_keeping import WindowKeeping
from .window_links import WindowLinks
from .window_raw import WindowRaw
from .window_reports import WindowReports
from .window_source import WindowSource
from .window_start import WindowStart
from .window_threads import WindowThreads
from .window_told import WindowTold
from .window_traffic import WindowTraffic
from .workbench import Workbench, origin_of

__all__ = ["Window"]

NAME = "ChatKit Workbench"


class Window:
    """
    Owns the panes of one page. Nothing of it is shared with other windows.

    Panes ask for what they need of it by protocols of their own; the workbench knows it as an `OpenWindow`.
    """

    threads: ThreadsPane
    connection: ConnectionPane
    host: HostChip
    middle: Element
    view: ConversationView
    title: ui.label
    reload_button: Element
    travel_button: Element
    keep_button: Element
    inspector: Inspector
    host_events: HostEventsPane
    badge: FindingsBadge
    inspect: Callable[[], object]
    """Opens the inspector, where it is folded away."""

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
        self.commands = Commands()
        """All that can be done on it."""
        self.source = WindowSource(self.thread)
        self.reports = WindowReports(self.source, self._subject)
        self.keeping = WindowKeeping(self.source, workbench.keeping.library if workbench.keeping else None, self.say)
        self.raw = WindowRaw(self)
        self.links = WindowLinks(self)
        self._unwatch: Callable[[], None] = lambda: None
        self.traffic = WindowTraffic(self)
        self.told = WindowTold(self)
        self._travel: Travel | None = None
        self.bar: HostBar | None = None
        """The host page's buttons, with the composer below them; None where nothing can be sent."""
        self._start: StartPane | None = None
        self.listing = WindowThreads(self)
        self.reaching = self.listing.reaching
        self._first_screen = WindowStart(self)
        self.gallery = WindowGallery(self)
        self.client = self._new_client()
        workbench.windows.add(self)
        self.page.on_delete(self._closed)

    def _new_client(self) -> ChatKitClient:
        return ChatKitClient(self.connection_now(), on_exchange=self._began)

    def connection_now(self) -> Connection:
        """Over what requests of this window go."""
        return self.workbench.hosts.connection(self.profile)

    def _began(self, exchange: Exchange) -> None:
        """A request outside the thread is sent."""
        self.workbench.passes(self.profile, exchange)
        self.source.began(exchange)

    def _closed(self) -> None:
        self.workbench.window_closed(self)
        self._unwatch()
        self.host.leave()
        self.traffic.replaced()
        self.told.close()
        if self._travel is not None:
            self._travel.close()
        if self._start is not None:
            self._start.close()
        self.reaching.close()
        self.source.close()

    def _subject(self) -> str:
        return self._name if self.conversation is None else self.profile.shown_url

    # --- which thread is shown ----------------------------------------------------------------------------------------

    def start(self, place: Place) -> None:
        """
        Show what the page's address names: a thread, a session of the relay, a recording, or the start screen.

        Nothing is asked of the backend, with the reader's credentials, before the page has connected: any web page can
        make a browser fetch this one (as an image, for instance), and only this one can then connect.
        """
        thread_id, watch = place.thread or "", place.watch or ""
        with self.links.leading(place):
            known = bool(watch) and self.traffic.again(watch)
            if thread_id and not known:
                self._show_stored(thread_id)
            elif not known:
                self._show(self.thread, self.conversation)
            if watch and not known:
                self.say("This address of the relay is gone: it ended with the workbench that gave it. Watch again.")
        self.page.on_connect(once(self._connected))

    def _connected(self) -> None:
        self.reload_threads()
        self._load()
        self.links.follow()

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
        """Read the thread from its backend, whether or not it is remembered."""
        conversation = self.conversation
        if conversation is None:
            return
        if thread_id := conversation.expected:
            reading = conversation.load(thread_id)
        elif (thread_id := conversation.thread_id) and not (conversation.running or conversation.loading):
            reading = self._read_again(conversation)
        else:
            return
        told = self.told.loads(conversation, thread_id, reading)
        background_tasks.create(told, name=f"load {thread_id}")

    def reload(self) -> None:
        """Show what is stored of the thread."""
        conversation = self.conversation
        if conversation is not None and conversation.thread_id:
            background_tasks.create(self._read_again(conversation), name=f"reload {conversation.thread_id}")

    async def _read_again(self, conversation: Conversation) -> None:
        try:
            await conversation.reload()
        except Busy as busy:
            self.view.send("toast", str(busy))

    def new_thread(self) -> Conversation:
        conversation = self.workbench.new_conversation(self.profile)
        self._show(conversation, conversation)
        return conversation

    def _show(
        self,
        thread: ShownThread,
        conversation: Conversation | None,
        thread_id: str | None = None,
        *,
        name: str = "",
        watching: Watching | None = None,
        heard: Sequence[HostEvent] = (),
    ) -> None:
        """
        Show `thread`, and let the reader act upon it through `conversation`; without one it is a file called `name`, or
        what `watching` sees.

        `thread_id` says which thread it will be, for the time until it has been loaded; `heard` is what the official
        element told its page meanwhile.
        """
        self._unwatch()
        self.traffic.replaced(watching)
        told = self.told.shows(thread, conversation, thread_id, heard)
        if watching is not None:
            self.keeping.shows("the relay", watching.host_events)
        else:
            self.keeping.shows("this page" if conversation is not None else name, lambda: acted(told))
        if self._travel is not None:
            self._travel.close()
        if self._start is not None:
            self._start.close()
            self._start = None
        self.thread, self.conversation, self._name = thread, conversation, name
        self.source.show(thread, alone=conversation is None)
        self._unwatch = (lambda: None) if conversation is None else conversation.on_exchange(self._conversed)
        self.middle.clear()
        self.bar = None
        with self.middle:
            token = self.workbench.token
            self.view = ConversationView(thread, token, actions=conversation, allow_image=self.allow_image)
            self.view.on("act", self.told.acted)
            live = watching is not None or conversation is not None
            self._travel = Travel(self, thread, live=live)
            with self._travel.present:
                if watching is not None:
                    watching.bar(self.traffic.show_address, self.new_thread)
                elif conversation is None:
                    recording_bar(name, self.new_thread, self.serve_recording)
                else:
                    self._start = StartPane(self._first_screen, conversation)
                    self.listing.hold(conversation)
                    prompts = self.workbench.prompts if self.profile.id == EMBEDDED else ()
                    self.bar = bar = HostBar(self, conversation)
                    self._unwatch = _both(self._unwatch, bar.leave)
                    bar.composer = Composer(
                        conversation,
                        token,
                        prompts,
                        thread_id=thread_id,
                        place=self.profile.id,
                        on_tool=self.told.tool_is,
                    )
            self.travel_button.set_visibility(live)
        self.threads.select(None if conversation is None else thread_id or conversation.thread_id)
        self._show_title()
        self.links.shown(recorded=conversation is None and watching is None)
        self.links.step()
        self.inspector.refresh()
        self.badge.soon()
        self.raw.shown()

    def _conversed(self, _: Conversation, exchange: Exchange) -> None:
        """An exchange of the conversation has begun or ended."""
        if exchange.status is not None:
            self.workbench.profiles.answered(self.profile)

    def serve_recording(self) -> None:
        """Serve the recording that is shown as a backend, and say where."""
        served = self.workbench.replays.serve(self.thread.exchanges, self._name)
        with self.page:
            open_replay_sheet(self._name, served)

    def travel(self) -> None:
        """Show the slider over what has come so far."""
        if self._travel is not None:
            self._travel.begin()

    def event_picked(self, event: GenericEventArguments) -> None:
        """An event was selected in the inspector; `back`: the thread is to be shown as it was there."""
        args = event.args if isinstance(event.args, dict) else {}
        exchange, index = args.get("exchange"), args.get("event")
        if not args.get("led"):
            self.links.chosen(args)
        if self._travel is not None and isinstance(exchange, str) and isinstance(index, int):
            self._travel.picked(exchange, index, wished=bool(args.get("back")))

    def thread_changed(self, conversation: Conversation) -> None:
        """Some conversation of this profile has a new title or status, or has just got its thread."""
        self.threads.put(conversation)
        if conversation is self.thread:
            self.threads.select(conversation.thread_id)
            self._show_title()
            self.links.moved()
            self.told.has_id(conversation.thread_id)

    def thread_renamed(self, thread_id: str, title: str | None) -> None:
        """A thread of this profile, which no conversation need have open, has another title."""
        self.threads.retitle(thread_id, title)

    def show_running(self, thread_ids: list[str]) -> None:
        """Into these threads of this profile answers are streaming."""
        self.threads.show_running(thread_ids)

    def thread_deleted(self, thread_id: str) -> None:
        self.threads.drop(thread_id)
        if self.thread.thread_id == thread_id or self.threads.selected == thread_id:
            self.links.forget()
            self.new_thread()

    def _show_title(self) -> None:
        title = self.thread.title or self._name
        shown = title or ("Untitled thread" if self.thread.thread_id else "New thread")
        self.title.set_text(shown)
        self.reload_button.set_visibility(self.conversation is not None and self.thread.thread_id is not None)
        with self.page:
            ui.page_title(f"{title} · {NAME}" if title else NAME)

    def show_traffic(self, thread: ShownThread, watching: Watching) -> None:
        """Show what goes through the relay in place of a conversation."""
        self._show(thread, None, name=f"Traffic of {self.profile.name}", watching=watching)
        watching.heard(thread.on_change(lambda _, change: self._retitle(change)))

    def _retitle(self, change: Change) -> None:
        if isinstance(change, ThreadChanged):
            self._show_title()

    # --- diagnosis ----------------------------------------------------------------------------------------------------

    async def explain(self, name: str, imported: Imported, recording: str = "") -> None:
        """Show exchanges of a file in place of the conversation; `recording` is its key, if it is in the library."""
        self.links.coming(recording)
        recorded = self.workbench.recorded_thread(name, (*imported.remarks, *told(imported.host_events)))
        self.workbench.profiles.use()
        self._show(recorded, None, name=name, heard=imported.host_events)
        await recorded.replay(imported.exchanges)
        self.inspector.refresh()
        self.badge.soon()

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""
        self.view.send("toast", words)

    def passed(self, exchange: Exchange) -> None:
        """A check has sent something over this window's profile."""
        self.workbench.passes(self.profile, exchange)

    def show_findings(self) -> None:
        """Show the worst finding in the inspector."""
        self.inspect()
        if (worst := self.source.worst_exchange()) is not None:
            self.inspector.select_exchange(worst)

    def check(self) -> None:
        """Ask how the backend is to be checked."""
        CheckSheet(self)

    def open_report(self, key: str) -> None:
        """Open a report of this window in a page of its own."""
        self.inspector.open_report(key)

    def compare_recordings(self, old: str, new: str) -> None:
        """Show what differs between two recordings of the library, by their keys."""
        if self.workbench.keeping is not None:
            with self.page.content:  # the list may be closed meanwhile
                DiffSheet(self, self.workbench.keeping.library, old, new)

    def reload_threads(self) -> None:
        """Load the list of threads anew."""
        self.threads.reload()

    # --- which backend ------------------------------------------------------------------------------------------------

    def use(self, profile: Profile) -> Conversation:
        """Point this window at another backend, or at the same one with other headers."""
        same_backend = profile.url == self.profile.url
        thread_id = self.thread.thread_id if same_backend else None
        self.point_at(profile)
        return self.open_thread(thread_id) if thread_id else self.new_thread()

    def point_at(self, profile: Profile) -> None:
        """Talk to another backend; what is shown stays for whoever calls."""
        if profile.url != self.profile.url:  # what another backend said is not to be taken for an answer of this one
            self.source.forget_outside()
        self.profile = profile
        self.reaching.close()
        self.workbench.credentials_are(profile)
        if self.workbench.keeping is not None:
            self.workbench.keeping.settings_are(profile)
        self.client = self._new_client()
        self.raw.shown()
        self.connection.show()
        self.host.show()
        self.reload_threads()

    def allow_image(self, url: str) -> None:
        """Let an image load that the reader asked for: the page comes again, with a policy that names its origin."""
        if not (origin := origin_of(url)):
            return
        self.workbench.allow_images(origin)
        with self.page:
            ui.navigate.reload()


def once(act: Callable[[], None]) -> Callable[[], None]:
    """The same, but for nothing from the second call on."""
    left = [act]
    return lambda: left.pop()() if left else None


def _both(one: Callable[[], None], other: Callable[[], None]) -> Callable[[], None]:
    """One after the other."""

    def act() -> None:
        one()
        other()

    return act
