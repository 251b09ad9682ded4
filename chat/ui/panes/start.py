"""The start screen: the ways in, the state of the backend in words, and what to do when it does not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from nicegui import ui
from nicegui.element import Element

from chat.conversation.conversation import Conversation
from chat.conversation.diagnosis import Diagnosis
from chat.rendering.icons import icon

from ..controls import button
from ..profiles import EMBEDDED, Profile, Profiles
from ..reaching import Reach, Reaching
from ..window_source import WindowSource
from .connect_form import ConnectForm, ask_for_address
from .explain_sheet import ExplainBox
from .repeated import Repeated
from .sheet import ShownHTML
from .start_words import answers_html, asking_html, found_html, trouble_html, waiting_words, worst

__all__ = ["StartPane", "StartedWindow"]

_BETWEEN = (
    '<span class="between" aria-hidden="true"><b>your page</b><i></i><b class="us">workbench</b><i></i>'
    "<b>your backend</b></span>"
)
Kind = Literal["first", "compact", "trouble", "bar", ""]


class StartedWindow(Protocol):
    """What the start screen asks of its window."""

    id: str

    @property
    def profile(self) -> Profile:
        """The backend it talks to."""

    @property
    def profiles(self) -> Profiles:
        """All that are known."""

    @property
    def token(self) -> str:
        """What the page's routes ask for."""

    @property
    def own_ports(self) -> Sequence[int]:
        """Where the workbench itself listens."""

    reaching: Reaching
    source: WindowSource

    def use(self, profile: Profile) -> object:
        """Talk to another backend."""

    def check(self) -> None:
        """Ask how the backend is to be checked."""

    def settings(self) -> None:
        """Ask for headers and the rest of the connection."""

    def explain_sheet(self) -> None:
        """Ask for an answer to explain."""

    def watch(self) -> None:
        """Show what a front end sends to this backend."""

    def show_findings(self) -> None:
        """Show the worst finding in the inspector."""


class StartPane:
    """Stands above the composer of `conversation`, while nothing was said in it; `close` it when it goes."""

    def __init__(self, window: StartedWindow, conversation: Conversation) -> None:
        self._window = window
        self._conversation = conversation
        self._shown: object = None
        self._built: object = None
        """For what the elements that are there have been made."""
        self._updates: list[Callable[[Reach], None]] = []
        """Put into them what is known now."""
        self._root = ui.element("section").classes("start").props('data-testid="start" aria-label="Start"')
        self._drawn = Repeated()
        self._drawn.begin(self._draw, window.source.on_activity, conversation.on_state)
        self._unwatch = window.reaching.on_change(self._draw)

    def close(self) -> None:
        """Another thread is shown."""
        self._drawn.stop()
        self._unwatch()

    # --- what is to be shown ------------------------------------------------------------------------------------------

    def _kind(self, reach: Reach) -> Kind:
        if not self._conversation.composer.empty:
            return "bar" if reach.held else ""
        if reach.state == "failed" and not reach.let_through:
            return "trouble"
        return "compact" if self._window.profiles.used or self._window.profile.id != EMBEDDED else "first"

    def _draw(self) -> None:
        if self._root.is_deleted:
            return
        reach = self._window.reaching.reach
        kind = self._kind(reach)
        own = kind == "compact" and self._window.profile.id == EMBEDDED
        judged = self._judged() if kind == "compact" and not own else []
        counts = tuple(one.counts for one in judged)
        # of the workbench's own backend only the ways elsewhere are shown, whatever is known of it
        shown = (kind, None if own or kind in ("first", "") else reach, counts, self._window.profile)
        if shown == self._shown:
            return
        self._shown = shown
        built = (kind, bool(reach.held), self._window.profile) if kind in ("trouble", "bar") else None
        if built is not None and built == self._built:
            for update in self._updates:  # the buttons stay: else a click that is on its way to one would be lost
                update(reach)
            return
        self._built = built
        self._updates.clear()
        self._root.clear()
        self._root.classes(replace=f"start is-{kind or 'hidden'}")
        self._root.set_visibility(bool(kind))
        with self._root:
            match kind:
                case "first":
                    self._first()
                case "compact":
                    self._compact(reach, judged)
                case "trouble":
                    self._trouble(reach)
                case "bar":
                    self._bar(reach)

    def _judged(self) -> list[Diagnosis]:
        source = self._window.source
        known = filter(None, (source.diagnosis(one.id) for one in source.exchanges if one.status is not None))
        return [one for one in known if one.finished]

    # --- the first time -----------------------------------------------------------------------------------------------

    def _first(self) -> None:
        ui.html("What do you want to look at?", tag="h1", sanitize=False).classes("start-title")
        with self._door("plug", "Connect to my backend", "door-connect", wide=True):
            ui.label("Talk to it, see every event as it comes, and what is wrong with it.").classes("hint")
            ConnectForm(self._connect, self._window.own_ports)
        with ui.element("div").classes("doors"):
            with self._door("file-search", "Explain an answer", "door-explain"):
                ExplainBox(self._window.id, self._window.token, small=True)
            with self._door("radio", "Watch my app", "door-watch"):
                ui.label("What passes between your own page and your backend is shown here, and explained.").classes(
                    "hint"
                )
                ui.html(_BETWEEN, sanitize=False)
                button("Watch my app…", self._watch, test_id="start-watch")
        with ui.element("p").classes("start-demo").props('data-testid="door-demo"'):
            ui.html(icon("play", 14), sanitize=False)
            ui.label("Or try the demo, a scripted backend inside the workbench:")

    @staticmethod
    def _door(icon_name: str, title: str, test_id: str, *, wide: bool = False) -> Element:
        door = ui.element("div").classes("door is-wide" if wide else "door")
        door.props["data-testid"] = test_id
        with door, ui.element("h2"):
            ui.html(icon(icon_name, 16), sanitize=False)
            ui.label(title)
        return door

    # --- later --------------------------------------------------------------------------------------------------------

    def _compact(self, reach: Reach, judged: list[Diagnosis]) -> None:
        profile = self._window.profile
        if profile.id != EMBEDDED:
            with ui.element("div").classes("reach").props('data-testid="reach"'):
                ShownHTML(asking_html(profile) if reach.state == "asking" else answers_html(profile, reach))
                if reach.state == "answers":
                    with ui.element("div").classes("actions"):
                        button("Check this backend", self._window.check, kind="btn primary", test_id="start-check")
                        button("Headers and settings", self._window.settings, test_id="start-settings")
                    if found := found_html(judged):
                        ShownHTML(found, on_action=self._acted)
        with ui.element("nav").classes("start-ways").props('aria-label="Other ways in"'):
            own = "Another backend" if profile.id != EMBEDDED else "Connect to my backend"
            self._way("plug", own, self._another, "way-connect")
            self._way("file-search", "Explain an answer", self._window.explain_sheet, "way-explain")
            self._way("radio", "Watch my app", self._watch, "way-watch")
            if profile.id != EMBEDDED:
                self._way("play", "Try the demo", self._demo, "way-demo")

    @staticmethod
    def _way(icon_name: str, label: str, act: Callable[[], object], test_id: str) -> None:
        way = ui.element("button").classes("start-way").on("click", act, args=[])
        way.props.update({"type": "button", "data-testid": test_id})
        with way:
            ui.html(icon(icon_name, 14), sanitize=False)
            ui.label(label)

    # --- trouble ------------------------------------------------------------------------------------------------------

    def _trouble(self, reach: Reach) -> None:
        window = self._window
        with ui.element("div").classes("blank reach-trouble").props('role="status" data-testid="unreachable"'):
            said = ShownHTML(self._trouble_html(reach))
            self._updates.append(lambda reach: said.show(self._trouble_html(reach)))
            with ui.element("div").classes("actions"):
                button("Try again", window.reaching.ask_now, kind="btn primary", test_id="try-again")
                button("Change the address", self._another, test_id="change-address")
                button("Headers", window.settings, test_id="start-settings")
                if reach.held:
                    button("Send all the same", window.reaching.let_through, kind="link-btn", test_id="send-anyway")
            self._waiting(reach)
        with ui.element("nav").classes("start-ways").props('aria-label="Other ways in"'):
            self._way("file-search", "Explain an answer", window.explain_sheet, "way-explain")
            if window.profile.id != EMBEDDED:
                self._way("play", "Try the demo", self._demo, "way-demo")

    def _trouble_html(self, reach: Reach) -> str:
        diagnosis = self._window.source.diagnosis(reach.asked.id) if reach.asked else None
        return trouble_html(self._window.profile, reach, worst([diagnosis]) if diagnosis is not None else None)

    def _waiting(self, reach: Reach) -> None:
        with ui.element("p").classes("reach-again").props('data-testid="asks-again"') as line:
            words = ui.label()
            stop = button("Stop asking", self._window.reaching.stop, kind="link-btn", test_id="stop-asking")

        def update(reach: Reach) -> None:
            line.set_visibility(bool(waiting_words(reach)))
            words.set_text(waiting_words(reach))
            stop.set_visibility(reach.again_in is not None)

        self._updates.append(update)
        update(reach)

    def _bar(self, reach: Reach) -> None:
        with ui.element("div").classes("reach-bar").props('role="status" data-testid="unreachable"'):
            ui.html(icon("unplug", 15), sanitize=False)
            with ui.element("span").classes("grow"):
                error, words = ui.label(), ui.label().classes("hint")
            button("Try again", self._window.reaching.ask_now, test_id="try-again")
            stop = button("Stop asking", self._window.reaching.stop, kind="link-btn", test_id="stop-asking")
            button("Send all the same", self._window.reaching.let_through, kind="link-btn", test_id="send-anyway")

        def update(reach: Reach) -> None:
            error.set_text(str(reach.error))
            words.set_text(waiting_words(reach))
            words.set_visibility(bool(waiting_words(reach)))
            stop.set_visibility(reach.again_in is not None)

        self._updates.append(update)
        update(reach)

    # --- what the reader does -----------------------------------------------------------------------------------------

    def _connect(self, url: str) -> None:
        self._window.use(self._window.profiles.at(url))

    def _another(self) -> None:
        ask_for_address("Connect to my backend", self._connect, self._window.own_ports)

    def _watch(self) -> None:
        if self._window.profile.id != EMBEDDED:
            self._window.watch()
            return

        def watch(url: str) -> None:
            self._connect(url)
            self._window.watch()

        ask_for_address(
            "Watch my app",
            watch,
            self._window.own_ports,
            hint="What does your page talk to? The workbench gives you an address to use in its place.",
            verb="Watch",
        )

    def _demo(self) -> None:
        self._window.use(self._window.profiles.embedded)

    def _acted(self, done: Mapping[str, Any]) -> None:
        if done.get("do") == "findings":
            self._window.show_findings()
