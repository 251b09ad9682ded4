"""The list of threads: newest first, more on scrolling, rename, delete."""

from typing import Any, Protocol

from chatkit.types import Page, Thread
from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from assets import ASSETS
from chat.client import ChatKitClient
from chat.conversation.conversation import Conversation
from chat.errors import InvalidAnswer, WorkbenchError
from chat.rendering.icons import icon

from ..controls import button

__all__ = ["ThreadsPane", "ThreadsWindow"]

PAGE = 40
"""Threads asked for at a time: a little more than a tall screen shows."""


class ThreadsWindow(Protocol):
    """What the pane asks of its window."""

    @property
    def client(self) -> ChatKitClient:
        """What asks the backend for its threads."""

    def connecting(self) -> None:
        """The list is asked for."""

    def reached(self, error: WorkbenchError | None, words: str = "") -> None:
        """It came, or did not; `words` say what is there."""

    def new_thread(self) -> object:
        """Show the start screen."""

    def open_thread(self, thread_id: str) -> object:
        """Show a stored thread."""

    async def rename(self, thread_id: str, title: str) -> None:
        """Give a thread another title. Raises `WorkbenchError`."""

    async def delete(self, thread_id: str) -> None:
        """Delete a thread. Raises `WorkbenchError`."""


class ThreadsPane(Element, component=ASSETS / "thread_list.js"):
    """Rows come from `threads.list` in the backend's own order; nothing here sorts by clock."""

    def __init__(self, window: ThreadsWindow) -> None:
        super().__init__()
        self.window = window
        self._rows: dict[str, str] = {}
        """Titles by thread id, in the order shown."""
        self._after: str | None = None
        self._generation = 0
        self.props.update(
            rows=[],
            selected="",
            live=[],
            busy=True,
            more=False,
            problem="",
            empty="No threads yet. Say something to begin one.",
            icons={"create": icon("square-pen", 16), "rename": icon("pencil", 14), "remove": icon("trash-2", 14)},
        )
        self.on("create", lambda: window.new_thread())
        self.on("select", self._select)
        self.on("rename", self._rename)
        self.on("remove", self._ask_and_delete)
        self.on("more", self._load_more)

    @property
    def selected(self) -> str | None:
        return self.props["selected"] or None

    def titles(self) -> list[tuple[str, str]]:
        """Ids and titles ("" for none) of the threads that are listed, in the order shown."""
        return list(self._rows.items())

    async def reload(self, *, quietly: bool = False) -> None:
        """
        Load the first page again; also the test whether the backend can be reached. `quietly`: nothing is different on
        screen until that is known.
        """
        self._generation += 1
        self._rows, self._after = {}, None
        self.props["more"] = False
        if not quietly:
            self.props.update(rows=[], busy=True, problem="")
            self.update()
            self.window.connecting()
        await self._load(self._generation)

    async def _load_more(self) -> None:
        if not self.props["busy"] and self.props["more"]:
            self.props["busy"] = True
            self.update()
            await self._load(self._generation)

    async def _load(self, generation: int) -> None:
        problem: WorkbenchError | None = None
        page: Page[Thread] | None = None
        after = self._after
        try:
            page = await self.window.client.list_threads(limit=PAGE, order="desc", after=after)
        except InvalidAnswer as error:  # one thread of another shape must not hide the others
            problem = error
            if isinstance(error.salvaged, Page) and error.salvaged.data:
                page = error.salvaged
        except WorkbenchError as error:
            problem = error
        if generation != self._generation or self.is_deleted:
            return  # the reader has gone to another backend meanwhile
        self.props["busy"] = False
        if page is not None:
            fresh = [thread for thread in page.data if thread.id not in self._rows]
            self._rows.update((thread.id, thread.title or "") for thread in fresh)
            self._after = page.after
            # a page that brings nothing new would be asked for again without end
            self.props["more"] = bool(page.has_more and page.after and page.after != after and fresh)
            self.props["problem"] = "Some threads are not shown: they have another shape." if problem else ""
        else:
            self.props["more"] = False
            self.props["problem"] = "The list of threads could not be loaded."
        self._show()
        self.window.reached(problem, self._count())

    def _count(self) -> str:
        count, more = len(self._rows), "+" if self.props["more"] else ""
        return f"Connected · {count}{more} thread{'' if count == 1 else 's'}"

    def _count_again(self) -> None:
        if not self.props["busy"] and not self.props["problem"]:
            self.window.reached(None, self._count())

    def put(self, conversation: Conversation) -> None:
        """A thread was created, or has another title."""
        if (thread_id := conversation.thread_id) is None:
            return
        if thread_id in self._rows:
            self._rows[thread_id] = conversation.title or ""
        elif not self.props["busy"]:
            self._rows = {thread_id: conversation.title or "", **self._rows}
            self._count_again()
        self._show()

    def retitle(self, thread_id: str, title: str | None) -> None:
        if thread_id in self._rows:
            self._rows[thread_id] = title or ""
            self._show()

    def drop(self, thread_id: str) -> None:
        if self._rows.pop(thread_id, None) is not None:
            self._count_again()
            self._show()

    def select(self, thread_id: str | None) -> None:
        self.props["selected"] = thread_id or ""
        self.update()

    def show_running(self, thread_ids: list[str]) -> None:
        if self.props["live"] != thread_ids:
            self.props["live"] = thread_ids
            self.update()

    def _show(self) -> None:
        self.props["rows"] = [{"id": thread_id, "title": title} for thread_id, title in self._rows.items()]
        self.update()

    def _select(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, str) and event.args != self.selected:
            self.window.open_thread(event.args)

    async def _rename(self, event: GenericEventArguments) -> None:
        renamed: dict[str, Any] = event.args
        thread_id, title = str(renamed["id"]), str(renamed["title"])
        before = self._rows.get(thread_id, "")
        self.retitle(thread_id, title)
        try:
            await self.window.rename(thread_id, title)
        except WorkbenchError as error:
            self.retitle(thread_id, before)
            _complain("The thread was not renamed.", error)

    async def _ask_and_delete(self, event: GenericEventArguments) -> None:
        thread_id = str(event.args)
        title = self._rows.get(thread_id) or "Untitled thread"
        with ui.dialog() as dialog, ui.element("div").classes("dialog-card").props('role="alertdialog"'):
            ui.label("Delete this thread?").classes("dialog-title")
            ui.label(f"“{title}” and everything in it will be deleted on the backend. This cannot be undone.")
            with ui.element("div").classes("actions"):
                button("Cancel", lambda: dialog.submit(False))
                button("Delete", lambda: dialog.submit(True), kind="btn danger solid", test_id="confirm-delete")
        try:
            if await dialog:
                await self.window.delete(thread_id)
        except WorkbenchError as error:
            _complain("The thread was not deleted.", error)
        finally:
            dialog.delete()


def _complain(what: str, error: WorkbenchError) -> None:
    ui.notify(
        f"{what} {error} {error.advice}".strip(), type="negative", position="top", timeout=8000, close_button="Close"
    )
