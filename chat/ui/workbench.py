"""What all windows of one running workbench share: profiles, live conversations, the launch token."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from chat.client import ChatKitClient
from chat.conversation.conversation import Conversation
from chat.conversation.recorded import RecordedThread
from chat.conversation.relayed import RelayedThread
from chat.conversation.shown_thread import ShownThread
from chat.conversation.time_travel import PastThread
from chat.exchanges import Exchange
from chat.exchanges.importing import Imported
from chat.host.host import Host
from chat.inspection.source import InspectionSource
from chat.protocol import Change, ThreadChanged
from chat.relay.registry import Relay
from chat.relay.replays import Replays
from chat.relay.session import RelaySession

from .host_parts import HostParts
from .keeping import Keeping
from .offers import BrokenBackend, Suggestion
from .panes.watch_words import nothing_html
from .profiles import Profile, Profiles
from .raw_editor import RawEditor
from .window_keeping import WindowKeeping
from .window_reports import WindowReports

__all__ = ["OpenWindow", "Workbench", "address_name", "origin_of"]

KEPT = 24
"""Threads without a window that stay in memory, so that going back to one costs nothing."""


class OpenWindow(Protocol):
    """What the workbench asks of a window, and tells it."""

    @property
    def id(self) -> str:
        """The session under which its routes find it."""

    @property
    def source(self) -> InspectionSource:
        """What its inspector reads."""

    @property
    def reports(self) -> WindowReports:
        """The reports about it."""

    @property
    def profile(self) -> Profile:
        """The backend it talks to."""

    @property
    def thread(self) -> ShownThread:
        """What it shows."""

    async def explain(self, name: str, imported: Imported, recording: str = "") -> None:
        """Show exchanges of a file."""

    @property
    def keeping(self) -> WindowKeeping:
        """What it shows, as a recording."""

    def thread_changed(self, conversation: Conversation) -> None:
        """A conversation of its profile has a new title or status, or has just got its thread."""

    def thread_renamed(self, thread_id: str, title: str | None) -> None:
        """A thread of its profile has another title."""

    def thread_deleted(self, thread_id: str) -> None:
        """A thread of its profile is gone."""

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""

    def show_running(self, thread_ids: list[str]) -> None:
        """Into these threads of its profile answers are streaming."""


def address_name(key: str) -> str:
    """What the page's address calls a session of the relay: its key lets in whoever knows it, and addresses travel."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def origin_of(url: str) -> str:
    """`scheme://host:port` of a web address; "" when it is not one. Safe to be put into a policy's list of sources."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    plain = host and all(c.isascii() and (c.isalnum() or c in "-._:[]") for c in host)
    return f"{parts.scheme}://{host}" if parts.scheme in ("http", "https") and plain else ""


class Workbench:
    """One per process. A window is one page in a browser; a conversation outlives the windows that show it."""

    def __init__(
        self,
        profiles: Profiles,
        first_profile: str,
        prompts: Sequence[Suggestion] = (),
        gallery: Sequence[BrokenBackend] = (),
        *,
        relay: Relay | None = None,
        replays: Replays | None = None,
        stage: str = "",
        keeping: Keeping | None = None,
        hosts: HostParts | None = None,
    ) -> None:
        """
        `stage` is the second origin, like http://127.0.0.1:8081, where `relay` and `replays` listen; without `keeping`,
        there is no library of recordings.
        """
        self.token = secrets.token_urlsafe(32)
        """Asked for, in `X-Workbench-Token`, by every route of the page: new at each launch."""
        self.profiles = profiles
        self.first_profile = first_profile
        self.prompts = prompts
        self.gallery = gallery
        self.relay = relay or Relay()
        self.replays = replays or Replays()
        """Recordings that are served as backends."""
        self.keeping = keeping
        if keeping is not None:
            self.relay.on_open(keeping.follow)
            keeping.on_problem(self._say)
        self.stage = stage
        self.hosts = hosts or HostParts(profiles.get)
        """Who answers in place of the page around the widget."""
        self.theme: bool | None = None
        """True dark, False light, None as the system says."""
        self.windows: set[OpenWindow] = set()
        self.editors: dict[str, RawEditor] = {}
        """Editors of raw requests, by the ids of their windows."""
        self._allowed_images: set[str] = set()
        self._watched: dict[str, str] = {}
        """Ids of profiles, by the keys of the relay's sessions that lead to them."""
        self._shown: dict[str, ShownThread] = {}
        """All that some window shows, or has shown lately."""
        self._past: dict[str, PastThread] = {}
        self._conversations: dict[str, tuple[str, Conversation]] = {}
        """Those of them that can be acted upon, each with the id of its profile."""

    # --- conversations ---------------------------------------------------------------------------------------------

    def new_conversation(self, profile: Profile) -> Conversation:
        """A conversation with no thread yet: the backend creates one with the first message."""
        client = ChatKitClient(self.hosts.connection(profile), lambda exchange: self.passes(profile, exchange))
        conversation = Conversation(
            client,
            image_origins=lambda: self._images_of(profile),
            compares=lambda: self._compares(profile),
            host=self.host_of(profile),
        )
        self._shown[conversation.id] = conversation
        self._conversations[conversation.id] = (profile.id, conversation)
        conversation.on_change(lambda conversation, change: self._changed(profile.id, conversation, change))
        conversation.on_state(lambda conversation: self._tell_threads(profile.id))
        self._drop_idle()
        return conversation

    def host_of(self, profile: Profile) -> Host:
        """Who answers in place of the page around the widget, for this profile."""
        return self.hosts.host_of(profile)

    def _compares(self, profile: Profile) -> bool:
        """Whether threads are compared with the store after each turn, by the profile as it is now."""
        now = self.profiles.get(profile.id) or profile
        return now.compare

    def passes(self, profile: Profile, exchange: Exchange) -> None:
        """The page sends a request over this profile: it is kept, when that is wanted."""
        if self.keeping is not None:
            self.keeping.passes(profile.id, exchange)

    def _say(self, words: str) -> None:
        for window in list(self.windows):
            window.say(words)

    def recorded_thread(self, name: str, remarks: Sequence[str]) -> RecordedThread:
        """What shows exchanges of a file. It belongs to no profile's threads."""
        thread = RecordedThread(name, remarks)
        self._shown[thread.id] = thread
        self._drop_idle()
        return thread

    def live_conversation(self, profile: Profile, thread_id: str) -> Conversation | None:
        """The conversation of a thread that some window has, or had lately, open over the same connection."""
        connection = self.hosts.connection(profile)
        for conversation in self._conversations_of(profile.id, thread_id):
            if conversation.client.connection == connection:
                return conversation
        return None

    def shown(self, shown_id: str) -> ShownThread | None:
        return self._shown.get(shown_id) or self._past.get(shown_id)

    def past_is_shown(self, past: PastThread) -> None:
        """Some window shows the past of its thread, until `past_is_left`."""
        self._past[past.id] = past

    def past_is_left(self, past: PastThread) -> None:
        self._past.pop(past.id, None)
        past.close()

    def conversation(self, conversation_id: str) -> Conversation | None:
        found = self._conversations.get(conversation_id)
        return found[1] if found else None

    def _conversations_of(self, profile_id: str, thread_id: str) -> list[Conversation]:
        conversations = [one for owner, one in self._conversations.values() if owner == profile_id]
        return [one for one in conversations if one.thread_id == thread_id]

    def window(self, window_id: str) -> OpenWindow | None:
        return next((window for window in self.windows if window.id == window_id), None)

    def source(self, window_id: str) -> InspectionSource | None:
        """What the inspector of a window reads."""
        return window.source if (window := self.window(window_id)) else None

    def window_closed(self, window: OpenWindow) -> None:
        """The page is gone, or never came: a conversation in which nothing was said goes with it."""
        self.windows.discard(window)
        self.editors.pop(window.id, None)
        thread = window.thread
        unused = thread.thread_id is None and not thread.exchanges and not thread.running
        if unused and all(other.thread is not thread for other in self.windows):
            self._drop(thread)

    def running(self, profile_id: str) -> list[str]:
        """Ids of the threads of a profile into which an answer is streaming."""
        return [
            conversation.thread_id
            for owner, conversation in self._conversations.values()
            if owner == profile_id and conversation.running and conversation.thread_id
        ]

    def rename_thread(self, profile_id: str, thread_id: str, title: str | None) -> None:
        """The thread has another title: its conversations and every list of threads show it."""
        for conversation in self._conversations_of(profile_id, thread_id):
            conversation.rename(title)
        for window in list(self.windows):
            if window.profile.id == profile_id:
                window.thread_renamed(thread_id, title)

    def forget_thread(self, profile_id: str, thread_id: str) -> None:
        """The thread was deleted: end its conversations and show a new one wherever it was open."""
        for conversation in self._conversations_of(profile_id, thread_id):
            self._drop(conversation)
        for window in list(self.windows):
            if window.profile.id == profile_id:
                window.thread_deleted(thread_id)

    def _drop_idle(self) -> None:
        shown = {window.thread.id for window in self.windows}
        idle = [thread for key, thread in self._shown.items() if key not in shown and not thread.running]
        for thread in idle[:-KEPT]:
            self._drop(thread)

    def _drop(self, thread: ShownThread) -> None:
        self._shown.pop(thread.id, None)
        self._conversations.pop(thread.id, None)
        thread.close()

    def _changed(self, profile_id: str, conversation: Conversation, change: Change) -> None:
        if isinstance(change, ThreadChanged) and conversation.thread_id:
            for window in list(self.windows):
                if window.profile.id == profile_id:
                    window.thread_changed(conversation)
            self._tell_threads(profile_id)  # its answer streams: a new thread has had no id till now

    def _tell_threads(self, profile_id: str) -> None:
        for window in list(self.windows):
            if window.profile.id == profile_id:
                window.show_running(self.running(profile_id))

    # --- what others send ------------------------------------------------------------------------------------------

    def watch(self, profile: Profile) -> RelaySession:
        """
        The session of the relay that leads to a profile's backend, opened when there is none. Its address stays when
        the profile gets other credentials. Raises `BadConnection` when nothing may be relayed there.
        """
        if (known := self.credentials_are(profile)) is not None:
            return known
        session = self.relay.open(self.hosts.relayed(profile), profile.name)
        self._watched[session.key] = profile.id
        return session

    def credentials_are(self, profile: Profile) -> RelaySession | None:
        """What is relayed to a profile's backend goes out with the profile's headers as they now are."""
        connection = self.hosts.relayed(profile)
        for session in self.relay.sessions:
            if self._watched.get(session.key) == profile.id and session.connection.url == connection.url:
                session.connection = connection
                return session
        return None

    def watched(self, name: str) -> tuple[RelaySession, Profile] | None:
        """The session that an address calls so, and the profile that it leads to."""
        key = next((key for key in self._watched if name in (key, address_name(key))), "")
        session, profile = self.relay.get(key), self.profiles.get(self._watched.get(key, ""))
        return None if session is None or profile is None else (session, profile)

    def relayed_thread(self, session: RelaySession) -> RelayedThread:
        """What shows a session, or one of its front ends; it goes on while no window shows it."""
        for thread in self._shown.values():
            if isinstance(thread, RelayedThread) and thread.traffic is session:
                return thread
        thread = RelayedThread(session.name, session.connection.url)
        if session.splits:  # what its front ends do is shown one by one
            thread.traffic = session
            thread.transcript.note("nothing", nothing_html(self.relay.address_of(session)), label="Nothing came yet")
        else:
            thread.follow(session)
        self._shown[thread.id] = thread
        self._drop_idle()
        return thread

    # --- images ----------------------------------------------------------------------------------------------------

    def allow_images(self, origin: str) -> None:
        """The reader wants to see images of this origin (`https://host`) from now on, until the workbench ends."""
        self._allowed_images.add(origin)

    def _images_of(self, profile: Profile) -> set[str]:
        """Origins whose images the host page of a profile allows."""
        return image_origins(self.host_of(profile).settings.image_domains)

    def image_origins(self) -> set[str]:
        """
        Origins whose images a page may load: the backends' own, those that a thread or a host page allows, the
        reader's choice.
        """
        states = (thread.state for thread in self._shown.values())
        domains = (state.metadata.allowed_image_domains or () for state in states if state.metadata)
        return {
            *filter(None, (origin_of(profile.url) for profile in self.profiles)),
            *(origin for names in domains for origin in image_origins(names)),
            *(origin for profile in self.profiles for origin in self._images_of(profile)),
            *self._allowed_images,
        }


def image_origins(domains: Iterable[str]) -> set[str]:
    """The origins of a thread's `allowed_image_domains` (`cdn.example.com`); what is no plain host name is left out."""
    plain = (domain for domain in domains if domain and all(c.isalnum() or c in "-.:" for c in domain))
    return {f"https://{domain.lower()}" for domain in plain}
