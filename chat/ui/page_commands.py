"""The commands of the page `/`. What another part of the page adds, it adds to `Window.commands` itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

from nicegui import background_tasks, ui

from chat.checks import CATALOGUE
from chat.errors import RecordingError
from chat.exchanges.importing import Imported
from chat.recordings import Library, NoSuchRecording

from .commands import Command
from .panes.explain_sheet import open_explain
from .panes.gallery_sheet import open_gallery
from .panes.palette import Palette, open_shortcuts
from .panes.recordings_sheet import open_recordings
from .profiles import EMBEDDED
from .window import Window

__all__ = ["add_page_commands"]

TABS: Final = ("events", "request", "response", "timing", "state")
NEWEST: Final = 100
"""Recordings that are offered: who looks for an older one opens their list."""


def add_page_commands(
    window: Window,
    palette: Palette,
    *,
    theme: Callable[[bool | None], None],
    toggle: Callable[[str], object],
    search: Callable[[], object],
) -> None:
    """
    Fill the table: `theme` shows light (False), dark (True) or what the system says; `toggle` folds the "left" or the
    "right" pane, `search` lets the reader type what a thread is called.
    """
    commands = window.commands
    commands.add(
        Command("palette.open", "All commands", "Help", palette.open, "search", "Mod+K"),
        *_of_the_thread(window, search),
        *_of_the_backend(window),
        *_of_the_view(window, theme, toggle),
        Command(
            "help.shortcuts",
            "Keyboard shortcuts",
            "Help",
            lambda: open_shortcuts(commands),
            "keyboard",
            "? Mod+/",
            words="keys help",
        ),
    )
    commands.offer(lambda: _threads(window))
    commands.offer(lambda: _backends(window))
    commands.offer(lambda: _prompts(window))
    commands.offer(lambda: _of_the_host(window))
    commands.offer(lambda: _gallery(window))
    if window.workbench.keeping is not None:
        library = window.workbench.keeping.library
        commands.offer(lambda: _recordings(window, library))
    palette.shortcuts_are_known()


def _of_the_thread(window: Window, search: Callable[[], object]) -> Iterator[Command]:
    def stored() -> bool:
        return window.conversation is not None and window.thread.thread_id is not None

    yield Command("thread.new", "New thread", "Thread", window.new_thread, "square-pen", "Mod+Shift+O", words="chat")
    yield Command("thread.search", "Search the threads", "Thread", search, "search", words="find title id older")
    yield Command(
        "thread.reload",
        "Reload the thread from the backend",
        "Thread",
        window.reload,
        "rotate-cw",
        words="stored read again refresh",
        when=stored,
    )
    yield Command(
        "thread.travel",
        "Go back in time",
        "Thread",
        window.travel,
        "history",
        words="time travel slider events past",
        when=lambda: window.conversation is not None or window.traffic.watching is not None,
    )
    if window.workbench.keeping is not None:
        yield Command(
            "thread.keep",
            "Keep what is shown as a recording",
            "Thread",
            window.keeping.keep,
            "bookmark-plus",
            words="save record",
        )
    yield Command("page.copy-link", "Copy the link to this thread", "Thread", None, "link", words="address url share")
    yield Command("message.write", "Write a message", "Thread", None, "pencil", "Shift+Escape", words="composer focus")
    yield Command("message.before", "The message before", "Thread", None, "arrow-up", "Alt+ArrowUp")
    yield Command("message.next", "The next message", "Thread", None, "arrow-down", "Alt+ArrowDown")
    yield Command("message.latest", "Jump to the latest message", "Thread", None, "arrow-down-to-line", words="end")


def _of_the_backend(window: Window) -> Iterator[Command]:
    token = window.workbench.token
    group = "Backend"
    yield Command("backend.check", "Check this backend", group, window.check, "list-checks", words="conformance test")
    yield Command(
        "backend.settings",
        "Headers and settings",
        group,
        window.connection.settings,
        "settings-2",
        words="connection token authorization cookies locale language metadata",
    )
    yield Command(
        "backend.compare",
        "Compare with the official widget",
        group,
        window.connection.compare,
        "columns-2",
        words="side by side",
    )
    yield Command(
        "backend.watch",
        "Watch my app's traffic",
        group,
        window.traffic.begin,
        "radio",
        words="relay proxy front end",
    )
    yield Command("backend.threads", "Load the list of threads again", group, window.reload_threads, "refresh-cw")
    yield Command(
        "explain.open",
        "Explain an answer",
        "Diagnosis",
        lambda: open_explain(window.id, token),
        "file-search",
        words="paste drop har curl body recording",
    )
    yield Command(
        "gallery.open",
        "What can go wrong",
        "Diagnosis",
        lambda: open_gallery(window.gallery.entries, window.gallery.choose),
        "bug",
        words="gallery broken faults",
    )
    yield Command(
        "components.open",
        "Components and the widget playground",
        "Diagnosis",
        lambda: ui.navigate.to("/gallery/components", new_tab=True),
        "blocks",
        words="gallery widgets json preview try paste",
    )
    if window.workbench.keeping is not None:
        yield Command(
            "recordings.open",
            "Recordings",
            "Diagnosis",
            lambda: open_recordings(window.id, token, window.compare_recordings),
            "archive",
            words="library kept diff",
        )


def _of_the_view(
    window: Window, theme: Callable[[bool | None], None], toggle: Callable[[str], object]
) -> Iterator[Command]:
    group = "View"
    yield Command("view.threads", "Show or hide the threads", group, lambda: toggle("left"), "panel-left")
    yield Command("view.inspector", "Show or hide the inspector", group, lambda: toggle("right"), "panel-right")

    def show(tab: str) -> None:
        window.inspect()
        window.inspector.run_method("choose", tab)

    for tab in TABS:
        yield Command(f"inspector.{tab}", f"Inspector: {tab}", group, partial(show, tab), "activity", words="tab")
    yield Command("pane.next", "The next pane", group, None, "arrow-right", "F6", words="focus")
    yield Command("pane.before", "The pane before", group, None, "arrow-left", "Shift+F6", words="focus")
    yield Command("theme.system", "Theme: as the system", group, lambda: theme(None), "sun-moon", words="colours")
    yield Command("theme.light", "Theme: light", group, lambda: theme(False), "sun", words="colours bright")
    yield Command("theme.dark", "Theme: dark", group, lambda: theme(True), "moon", words="colours night")
    yield Command("page.reload", "Load this page again", group, None, "refresh-cw")


def _threads(window: Window) -> Iterable[Command]:
    for thread_id, title in window.threads.titles():
        yield Command(
            f"thread:{thread_id}",
            title or "Untitled thread",
            "Open a thread",
            partial(window.open_thread, thread_id),
            "message-square",
            hint=thread_id,
        )


def _backends(window: Window) -> Iterable[Command]:
    for profile in window.workbench.profiles:
        if profile.id != window.profile.id:
            yield Command(
                f"backend:{profile.id}",
                profile.name,
                "Switch to a backend",
                partial(window.connection.choose, profile),
                "server",
                hint="" if profile.id == EMBEDDED else profile.shown_url,
            )


def _prompts(window: Window) -> Iterable[Command]:
    """What the embedded backend offers to be asked. In a thread of its own, unless the thread is empty."""
    if window.profile.id != EMBEDDED:
        return

    async def say(text: str) -> None:
        conversation = window.conversation
        if conversation is None or conversation.thread_id or conversation.running:
            conversation = window.new_thread()
        await conversation.send(text)

    for prompt in window.workbench.prompts:
        yield Command(f"say:{prompt.label}", prompt.label, "Ask", partial(say, prompt.prompt), "sparkle")


def _of_the_host(window: Window) -> Iterable[Command]:
    """What the page around the widget offers: tools and models for the next message, and its buttons."""
    if (bar := window.bar) is None or window.conversation is None or (composer := bar.composer) is None:
        return
    settings = window.conversation.host.settings
    for tool in settings.tools:
        yield Command(f"tool:{tool.id}", tool.label, "Use a tool", partial(composer.choose_tool, tool.id), "wrench")
    for model in settings.models:
        if not model.disabled:
            act = partial(composer.choose_model, model.id)
            yield Command(f"model:{model.id}", model.label, "Ask a model", act, "brain", hint=model.description)
    for one in settings.host_buttons:
        yield Command(f"host:{one.label}", one.label, "Buttons of the host page", partial(bar.press, one), "zap")


def _gallery(window: Window) -> Iterable[Command]:
    for entry in window.gallery.entries:
        yield Command(
            f"gallery:{entry.rule_id}",
            CATALOGUE[entry.rule_id].title.replace("`", ""),
            "What can go wrong",
            partial(window.gallery.choose, entry),
            "bug",
            hint=entry.rule_id,
            words=entry.label,
        )


async def _recordings(window: Window, library: Library) -> Iterable[Command]:
    def open_in_background(key: str) -> None:
        background_tasks.create(_open(window, library, key), name=f"open {key}")

    rows = await asyncio.to_thread(library.list)
    return [
        Command(
            f"recording:{row.key}",
            row.name or row.title or row.key,
            "Open a recording",
            partial(open_in_background, row.key),
            "archive",
            hint=row.backend,
        )
        for row in rows[:NEWEST]
        if not row.damaged
    ]


async def _open(window: Window, library: Library, key: str) -> None:
    try:
        found = await asyncio.to_thread(library.read, key)
    except (OSError, NoSuchRecording, RecordingError) as problem:
        window.say(f"It could not be opened: {problem}")
        return
    name = found.name or key
    exchanges, heard = tuple(found.exchanges), tuple(found.host_events)
    await window.explain(name, Imported("recording", exchanges, tuple(found.remarks), heard, found.name), key)
