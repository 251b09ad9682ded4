"""“Host page”: what stands in for the page around the widget, what of it failed, and what was answered for always."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from markupsafe import Markup, escape
from nicegui import ui

from chat.host.host import HostFailure
from chat.host.options import read_options
from chat.host.profile_host import ProfileHost
from chat.host.words import parts_of

from ..controls import button, icon_button
from ..host_parts import HostParts
from ..profiles import Profile
from .options_sheet import OptionsSheet
from .sheet import Sheet

__all__ = ["HostChip", "HostedWindow"]

_LONGEST = 200
_OPTIONS_HINT = (
    "They settle the composer and the first screen here, and the official widget on the compare page. What is typed "
    "here stands over a profile and over a file of connections."
)


class HostedWindow(Protocol):
    """What the chip asks of its window."""

    @property
    def profile(self) -> Profile:
        """The connection."""

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""


class HostChip:
    """A line below the connection: who answers in place of the page around the widget. It opens the sheet."""

    def __init__(self, window: HostedWindow, hosts: HostParts) -> None:
        self._window = window
        self._hosts = hosts
        self._leave: Callable[[], None] = lambda: None
        self._sheet: _HostSheet | None = None
        with ui.element("button").classes("host-chip").props('type="button" data-testid="host"') as self._button:
            ui.element("span").classes("dot")
            self._words = ui.label()
        self._button.on("click", self.open, args=[])
        self.show()

    def leave(self) -> None:
        """The page has gone; the host outlives it."""
        self._leave()

    def show(self) -> None:
        """The window has another connection."""
        self._leave()
        self._leave = self._host.on_change(self._draw)
        self._draw()

    def open(self) -> None:
        """Open the sheet."""
        self._sheet = _HostSheet(self._window, self._hosts, self._host)

    @property
    def _host(self) -> ProfileHost:
        return self._hosts.host_of(self._window.profile)

    def _draw(self) -> None:
        host, failures = self._host, len(self._host.failures)
        state = "failed" if failures else "ok" if host.file is not None else ""
        self._button.classes(replace=f"host-chip {state}")
        if host.file is None:
            words = "Host page: you are asked"
        elif failures:
            words = f"{host.file.name}: {failures} problem{'s' if failures > 1 else ''}"
        else:
            words = host.file.name
        self._words.set_text(words)
        hint = "The page around the widget: what your profile supplies, what failed, and the widget's options"
        self._button.props.update({"title": hint, "data-state": state or "none"})
        self._button.update()


class _HostSheet:
    def __init__(self, window: HostedWindow, hosts: HostParts, host: ProfileHost) -> None:
        self._window = window
        self._hosts = hosts
        self._host = host
        self._key = window.profile.id
        self._leave = host.on_change(self._draw)
        self._sheet = Sheet("The page around the widget", "host-sheet", kind="narrow", on_close=self._leave)
        self._parts = (
            _Part(lambda: list(self._host.failures), self._failures),
            _Part(lambda: (self._host.file, self._host.supplied), self._supplied),
            _Part(self._answered, self._kept),
            _Part(lambda: (self._hosts.options.text(self._key), list(self._host.options)), self._options),
        )
        with self._sheet.body, ui.element("div").classes("host-parts") as self._box:
            for part in self._parts:
                part.begin()

    def _draw(self) -> None:
        if self._box.is_deleted:
            self._leave()
            return
        for part in self._parts:
            part.draw()

    def _failures(self) -> None:
        if not (failures := self._host.failures):
            return
        with ui.element("section").props('role="status" aria-label="What failed"'):
            ui.label("What failed").classes("label")
            for failure in reversed(failures):
                with ui.element("div").classes("host-failure").props('data-testid="host-failure"'):
                    ui.html(_failure_html(failure), sanitize=False)

    def _supplied(self) -> None:
        with ui.element("section").props('aria-label="The profile"'):
            ui.label("The profile").classes("label")
            file = self._host.file
            if file is None:
                ui.label(
                    "No Python profile belongs to this connection. Whatever a page around the widget would do, you are "
                    "asked in the conversation."
                ).classes("hint")
                ui.html(
                    "<code>python app.py profile new</code> writes one to begin with; start the workbench with "
                    "<code>--profile FILE</code>, or name it in <code>chatkit-workbench.toml</code>.",
                    sanitize=False,
                ).classes("hint")
                return
            ui.label(str(file.path)).classes("mono host-path").props('data-testid="host-path"')
            words = "Your own code: it was named when the workbench was started, and nothing else is ever loaded."
            ui.label(f"{words} It is loaded again when you save it.").classes("hint")
            rows = "".join(
                f"<tr><td><code>{escape(part.name)}</code></td><td>{escape(part.words)}</td>"
                f"<td>{f'line {part.line}' if part.line else ''}</td></tr>"
                for part in parts_of(self._host.supplied)
            )
            if rows:
                ui.html(f'<table class="host-table"><tbody>{rows}</tbody></table>', sanitize=False)
            else:
                ui.label("It supplies nothing that the workbench knows.").classes("hint")

    def _answered(self) -> tuple[dict[str, Any], list[str]]:
        return dict(self._hosts.answers.tools(self._key)), list(self._hosts.answers.actions(self._key))

    def _kept(self) -> None:
        tools, actions = self._answered()
        with ui.element("section").props('aria-label="Answered always so"'):
            ui.label("Answered always so").classes("label")
            if not tools and not actions:
                ui.label("Nothing. A client tool's form offers it, and so does a widget's client action.").classes(
                    "hint"
                )
            for name, result in tools.items():
                self._kept_row(name, _short(result), partial(self._hosts.answers.forget_tool, self._key, name))
            for action in actions:
                forget = partial(self._hosts.answers.forget_action, self._key, action)
                self._kept_row(action, "goes to the backend as custom action", forget)

    def _kept_row(self, name: str, words: str, forget: Callable[[], None]) -> None:
        def forgotten() -> None:
            forget()
            self._draw()

        with ui.element("div").classes("host-kept").props('data-testid="kept-answer"'):
            ui.html(f"<code>{escape(name[:80])}</code> <span>{escape(words)}</span>", sanitize=False).classes("grow")
            icon_button("x", f"Ask again for {name[:80]}", forgotten, test_id="forget-answer")

    def _options(self) -> None:
        text = self._hosts.options.text(self._key)
        read = read_options(text)
        with ui.element("section").props('aria-label="Options of the widget"'):
            ui.label("Options of the widget").classes("label")
            here = f"{len(read.options or {})} set in this page" if text.strip() else "None set in this page"
            wrong = f", {len(read.problems)} not as declared" if read.problems else ""
            effective = ", ".join(self._host.options) or "none"
            ui.label(f"{here}{wrong}. In effect: {effective}.").classes("hint").props('data-testid="options-effect"')
            with ui.element("div").classes("actions"):
                button("Edit options", self._edit, test_id="host-options")

    def _edit(self) -> None:
        text = self._hosts.options.text(self._key)
        with self._sheet.body:
            OptionsSheet(text, self._apply, hint=_OPTIONS_HINT)

    def _apply(self, text: str, _: dict[str, Any]) -> None:
        try:
            self._hosts.options.keep(self._key, text)
        except OSError as problem:
            self._window.say(f"The options are not kept over a restart: {problem.strerror}.")


class _Part:
    """A part of the sheet. It is drawn anew when what it shows has changed, and only then: a click on a button that has
    just been made anew is lost."""

    def __init__(self, shown: Callable[[], object], draw: Callable[[], None]) -> None:
        self._shown = shown
        self._draw = draw
        self._before: object = None

    def begin(self) -> None:
        """Draw it where the page is being built now."""
        with ui.element("div").classes("host-part") as self._box:
            self._draw()
        self._before = self._shown()

    def draw(self) -> None:
        """Show what it is now."""
        if (shown := self._shown()) == self._before:
            return
        self._before = shown
        self._box.clear()
        with self._box:
            self._draw()


def _failure_html(failure: HostFailure) -> str:
    place = ""
    if failure.file:
        place = f"{failure.file}:{failure.line}" if failure.line else failure.file
    message = failure.message.removeprefix(f"{failure.where}: ")
    html = Markup("<p><strong><code>{}</code></strong> {}</p>").format(failure.where, message)
    if place:
        html += Markup('<p class="mono host-path">{}</p>').format(place)
    if failure.trace:
        html += Markup("<details><summary>Trace</summary><pre>{}</pre></details>").format(failure.trace)
    return str(html)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
