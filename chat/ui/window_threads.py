"""The threads of a window's backend: what is done to one, and what their list tells of whether the backend answers."""

from __future__ import annotations

from typing import Protocol

from nicegui import Client, background_tasks

from chat.client import ChatKitClient
from chat.conversation.conversation import Conversation
from chat.errors import WorkbenchError

from .panes.connection import ConnectionPane
from .panes.threads import ThreadsPane
from .profiles import Profile
from .reaching import Reaching
from .window_source import WindowSource
from .workbench import Workbench

__all__ = ["ListingWindow", "WindowThreads"]


class ListingWindow(Protocol):
    """What is asked of the window."""

    workbench: Workbench
    profile: Profile
    conversation: Conversation | None
    connection: ConnectionPane
    threads: ThreadsPane
    source: WindowSource
    page: Client
    client: ChatKitClient

    def new_thread(self) -> object:
        """Show the start screen."""

    def open_thread(self, thread_id: str) -> object:
        """Show a stored thread."""

    def reload(self) -> None:
        """Show what is stored of the thread."""


class WindowThreads:
    """Of one window."""

    def __init__(self, window: ListingWindow) -> None:
        self._window = window
        self.reaching = Reaching(self._ask_again, lambda: window.page.has_socket_connection)
        self.reaching.on_change(self._changed)

    # --- what the list asks of it -------------------------------------------------------------------------------------

    @property
    def client(self) -> ChatKitClient:
        """What asks the backend for its threads."""
        return self._window.client

    @property
    def profile_id(self) -> str:
        """Of the backend whose threads they are."""
        return self._window.profile.id

    def new_thread(self) -> object:
        """Show the start screen."""
        return self._window.new_thread()

    def open_thread(self, thread_id: str) -> object:
        """Show a stored thread."""
        return self._window.open_thread(thread_id)

    async def rename(self, thread_id: str, title: str) -> None:
        """Give a thread another title. Raises `WorkbenchError`."""
        profile = self._window.profile
        thread = await self.client.update_thread(thread_id, title)
        self._window.workbench.rename_thread(profile.id, thread_id, thread.title)

    async def delete(self, thread_id: str) -> None:
        """Delete a thread. Raises `WorkbenchError`."""
        workbench, profile = self._window.workbench, self._window.profile
        if live := workbench.live_conversation(profile, thread_id):
            live.stop()  # else the backend goes on writing into a thread that is gone
        await self.client.delete_thread(thread_id)
        workbench.forget_thread(profile.id, thread_id)

    # --- whether the backend answers ----------------------------------------------------------------------------------

    def hold(self, conversation: Conversation) -> None:
        """Let its composers wait while the backend does not answer."""
        conversation.hold("backend", self.reaching.reach.held)

    def connecting(self) -> None:
        """The list of threads is asked for."""
        self._window.connection.say("busy", "Connecting…")

    def reached(self, error: WorkbenchError | None, words: str = "") -> None:
        """The list of threads came, or did not: that is what the connection's state says."""
        window = self._window
        if error is None or (error.exchange is not None and error.exchange.status is not None):
            window.workbench.profiles.answered(window.profile)
        if error is None:
            if window.threads.titles():
                window.workbench.profiles.use()
            window.connection.say("ok", words)
        else:
            window.connection.say("failed", "Not connected", str(error))  # the middle of the page says the rest
        asked = (error.exchange if error else None) or window.source.last_asked("threads.list")
        back = error is None and self.reaching.reach.state == "failed"
        self.reaching.answered(error, words, asked)
        if back:
            self._came_back()

    def _ask_again(self) -> None:
        background_tasks.create(self._window.threads.refresh(), name="threads again")

    def _changed(self) -> None:
        """Something else is known of whether the backend answers."""
        if self._window.conversation is not None:
            self.hold(self._window.conversation)

    def _came_back(self) -> None:
        """The backend answers, after it did not: a thread that could not be read then is read now."""
        conversation = self._window.conversation
        if conversation is not None and conversation.thread_id and not conversation.state.items:
            self._window.reload()
