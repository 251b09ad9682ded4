"""The list of threads: newest first, search, more on scrolling, rename, delete."""

from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from chatkit.types import Page, Thread
from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from assets import ASSETS
from chat.client import ChatKitClient
from chat.conversation.conversation import Conversation
from chat.errors import InvalidAnswer, WorkbenchError
from chat.rendering.icons import icon

from ..bridge import LiveElement
from ..controls import button

__all__ = ["ThreadsPane", "ThreadsWindow"]

PAGE = 40
"""Threads asked for at a time: a little more than a tall screen shows."""

AT_ONCE: Final = 100
"""The same, while older ones are searched."""

SOME: Final = "Some threads are not shown: they have another shape."


class ThreadsWindow(Protocol):
    """What the pane asks of its window."""

    @property
    def client(self) -> ChatKitClient:
        """What asks the backend for its threads."""

    @property
    def profile_id(self) -> str:
        """Of the backend whose threads they are."""

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


@dataclass
class _Row:
    """One thread as it is listed."""

    id: str
    title: str = ""
    created: str = ""
    """When it was created, as ISO 8601 in the backend's own zone; "" when that is not known."""


class ThreadsPane(LiveElement, component=ASSETS / "thread_list.js"):
    """
    Rows come from `threads.list` in the backend's own order; nothing here sorts by clock.

    The browser holds the rows too, and is told what changes of them.
    """

    def __init__(self, window: ThreadsWindow) -> None:
        super().__init__()
        self.window = window
        self._rows: dict[str, _Row] = {}
        """By thread id, in the order shown."""
        self._after: str | None = None
        self._generation = 0
        self._state: dict[str, Any] = {
            "selected": "",
            "live": [],
            "busy": True,
            "more": False,
            "searching": False,
            "problem": "",
        }
        self.props.update(
            empty="No threads yet. Say something to begin one.",
            profile="",
            icons={
                "link": icon("link", 14),
                "create": icon("square-pen", 16),
                "rename": icon("pencil", 14),
                "remove": icon("trash-2", 14),
                "search": icon("search", 14),
                "reload": icon("rotate-cw", 14),
            },
        )
        self.on("ready", self._tell_all)
        self.on("create", lambda: window.new_thread())
        self.on("select", self._select)
        self.on("rename", self._rename)
        self.on("remove", self._ask_and_delete)
        self.on("more", self._load_more)
        self.on("all", self._load_all)
        self.on("stop", self._stop)
        self.on("refresh", self._refresh)

    @property
    def selected(self) -> str | None:
        return self._state["selected"] or None

    def titles(self) -> list[tuple[str, str]]:
        """Ids and titles ("" for none) of the threads that are listed, in the order shown."""
        return [(row.id, row.title) for row in self._rows.values()]

    def search(self) -> None:
        """Let the reader type what a thread is called."""
        self.send("search")

    # --- from the backend -------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """
        Load the first page again; also the test whether the backend can be reached.

        At once nothing is listed, and nothing said, that was of the backend before.
        """
        self._generation += 1
        self._rows, self._after = {}, None
        self._state.update(busy=True, more=False, searching=False, problem="")
        self._tell_all()
        if self.props["profile"] != self.window.profile_id:
            self.props["profile"] = self.window.profile_id
            self.update()
        self.window.connecting()
        background_tasks.create(self._load(self._generation), name="threads")

    async def refresh(self) -> None:
        """
        Load the first page, and put in what has come meanwhile, such as a thread that another front end has begun.

        What is listed stays while it is read.
        """
        if self._state["busy"]:
            return
        generation = self._generation
        self._state["busy"] = True  # in silence: nothing of it is shown
        page, problem = await self._page(None, PAGE)
        if generation != self._generation or self.is_deleted:
            return
        self._state["busy"] = False
        if page is not None:
            self._state["problem"] = SOME if problem else ""
            self._take_in(page)
        self._tell_all()
        self.window.reached(problem, self._count())

    def _take_in(self, page: Page[Thread]) -> None:
        """
        The first page as it is now. What was listed before the last of it, and is not in it, is gone; what was listed
        behind it stays, unless the page is all that there is.
        """
        fresh = {thread.id: _row(thread) for thread in page.data}
        known = list(self._rows)
        places = [place for place, thread_id in enumerate(known) if thread_id in fresh]
        behind = known[places[-1] + 1 :] if places and page.has_more else []
        if not behind:
            self._after = page.after
            self._state["more"] = bool(page.has_more and page.after)
        self._rows = fresh | {thread_id: self._rows[thread_id] for thread_id in behind if thread_id not in fresh}

    async def _load_more(self) -> None:
        if not self._state["busy"] and self._state["more"]:
            self._state["busy"] = True
            self._say()
            await self._load(self._generation)

    async def _load_all(self) -> None:
        """Load what is older, page by page: a backend cannot be asked for titles."""
        generation = self._generation
        self._state["searching"] = True
        while self._state["searching"] and self._state["more"] and not self._state["busy"]:
            await self._load(generation, AT_ONCE)
            if generation != self._generation or self.is_deleted:
                return
        self._stop()

    def _stop(self) -> None:
        self._state["searching"] = False
        self._say()

    async def _refresh(self, event: GenericEventArguments) -> None:
        if event.args:  # by hand: that it is loaded is to be seen
            self.reload()
        else:
            await self.refresh()

    async def _page(self, after: str | None, limit: int) -> tuple[Page[Thread] | None, WorkbenchError | None]:
        """A page of the list, and what was wrong with it."""
        try:
            return await self.window.client.list_threads(limit=limit, order="desc", after=after), None
        except InvalidAnswer as error:  # one thread of another shape must not hide the others
            salvaged = error.salvaged
            return (salvaged if isinstance(salvaged, Page) and salvaged.data else None), error
        except WorkbenchError as error:
            return None, error

    async def _load(self, generation: int, limit: int = PAGE) -> None:
        after = self._after
        self._state["busy"] = True
        page, problem = await self._page(after, limit)
        if generation != self._generation or self.is_deleted:
            return  # the reader has gone to another backend meanwhile
        self._state["busy"] = False
        fresh: list[_Row] = []
        if page is not None:
            fresh = [_row(thread) for thread in page.data if thread.id not in self._rows]
            self._rows.update((row.id, row) for row in fresh)
            self._after = page.after
            # a page that brings nothing new would be asked for again without end
            self._state["more"] = bool(page.has_more and page.after and page.after != after and fresh)
            self._state["problem"] = SOME if problem else ""
        else:
            self._state["more"] = False
            self._state["problem"] = "The list of threads could not be loaded."
        self.send("append", [asdict(row) for row in fresh], self._state_now())
        self.window.reached(problem, self._count())

    def _count(self) -> str:
        count, more = len(self._rows), "+" if self._state["more"] else ""
        return f"Connected · {count}{more} thread{'' if count == 1 else 's'}"

    def _count_again(self) -> None:
        if not self._state["busy"] and not self._state["problem"]:
            self.window.reached(None, self._count())

    # --- from this page and others ----------------------------------------------------------------------------------

    def put(self, conversation: Conversation) -> None:
        """A thread was created, or has another title."""
        if (thread_id := conversation.thread_id) is None:
            return
        if thread_id in self._rows:
            self.retitle(thread_id, conversation.title)
        elif not self._state["busy"]:
            metadata = conversation.state.metadata
            row = _Row(thread_id, conversation.title or "", metadata.created_at.isoformat() if metadata else "")
            self._rows = {thread_id: row, **self._rows}
            self.send("prepend", asdict(row))
            self._count_again()

    def retitle(self, thread_id: str, title: str | None) -> None:
        row = self._rows.get(thread_id)
        if row is not None and row.title != (title or ""):
            row.title = title or ""
            self.send("change", asdict(row))

    def drop(self, thread_id: str) -> None:
        if self._rows.pop(thread_id, None) is not None:
            self._count_again()
            self.send("drop", thread_id)

    def select(self, thread_id: str | None) -> None:
        self._state["selected"] = thread_id or ""
        self._say()

    def show_running(self, thread_ids: list[str]) -> None:
        if self._state["live"] != thread_ids:
            self._state["live"] = thread_ids
            self._say()

    # --- to and from the browser ------------------------------------------------------------------------------------

    def _tell_all(self) -> None:
        self.send("reset", [asdict(row) for row in self._rows.values()], self._state_now())

    def _say(self) -> None:
        self.send("state", self._state_now())

    def _state_now(self) -> dict[str, Any]:
        """For a message, which may wait: it is to say what was so when it was sent, and not what came after."""
        return dict(self._state)

    def _select(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, str) and event.args != self.selected:
            self.window.open_thread(event.args)

    async def _rename(self, event: GenericEventArguments) -> None:
        renamed: dict[str, Any] = event.args
        thread_id, title = str(renamed["id"]), str(renamed["title"])
        row = self._rows.get(thread_id)
        before = row.title if row else ""
        self.retitle(thread_id, title)
        try:
            await self.window.rename(thread_id, title)
        except WorkbenchError as error:
            self.retitle(thread_id, before)
            _complain("The thread was not renamed.", error)

    async def _ask_and_delete(self, event: GenericEventArguments) -> None:
        thread_id = str(event.args)
        row = self._rows.get(thread_id)
        title = (row.title if row else "") or "Untitled thread"
        with ui.dialog() as dialog, ui.element("div").classes("dialog-card"):
            dialog.props.update({"role": "alertdialog", "aria-label": "Delete this thread?"})
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
            if not dialog.is_deleted:  # with its page, which somebody may have closed over the question
                dialog.delete()


def _row(thread: Thread) -> _Row:
    return _Row(thread.id, thread.title or "", thread.created_at.isoformat())


def _complain(what: str, error: WorkbenchError) -> None:
    ui.notify(
        f"{what} {error} {error.advice}".strip(), type="negative", position="top", timeout=8000, close_button="Close"
    )
