"""Which backend this window talks to: its address, its state in words, and the way to the others."""

from typing import Literal, Protocol
from urllib.parse import urlencode

from nicegui import ui

from chat.rendering.icons import icon

from ..controls import TextInput, button, icon_button
from ..profiles import EMBEDDED, Profile, Profiles
from ..shown_profile import typed_url, untyped_problem
from .connection_dialog import ConnectionDialog, address_problem

__all__ = ["ConnectedWindow", "ConnectionPane"]


class ConnectedWindow(Protocol):
    """What the pane asks of its window."""

    @property
    def profile(self) -> Profile:
        """The backend it talks to."""

    def use(self, profile: Profile) -> object:
        """Talk to another one, or to the same one with other headers."""

    def check(self) -> None:
        """Ask how the backend is to be checked."""


class ConnectionPane:
    """The top of the left pane."""

    def __init__(self, window: ConnectedWindow, profiles: Profiles) -> None:
        self.window = window
        self.profiles = profiles
        self._refusal = ""
        """Why the address in the field cannot be used: it stays, whatever the backend behind it still answers."""
        self._listed: object = None
        """What the menu has been filled with."""
        with ui.element("div").classes("connection"):
            with ui.element("div").classes("address"):
                self._url = TextInput(
                    "Address of the backend",
                    mono=True,
                    ending=True,
                    test_id="connection-url",
                    on_change=lambda text: self.go(text.strip()),
                )
                icon_button("settings-2", "Headers and settings", self.settings, test_id="connection-settings")
                with icon_button("chevrons-up-down", "Other backends", test_id="profiles"):
                    self._menu = ui.menu().props('anchor="bottom right" self="top right" aria-label="Backends"')
                    self._menu.on("before-show", self._fill_menu)
                    with self._menu:
                        self._menu_card = ui.element("div").classes("menu-card")
            with ui.element("div").classes("connection-line"):
                self._state = ui.element("div").classes("connection-state")
                self._state.props.update({"role": "status", "data-testid": "connection-state"})
                with self._state:
                    ui.element("span").classes("dot")
                    self._words = ui.label()
                self._keeping = ui.element("span").classes("keeping").props('role="img" data-testid="keeping"')
                words = "Recording: everything that passes is kept"
                self._keeping.props.update({"title": words, "aria-label": words})
                check = button("Check", window.check, kind="link-btn", test_id="check-backend")
                check.props.update({"title": "Check this backend", "aria-label": "Check this backend"})
                with ui.link(new_tab=True).classes("icon-btn compare-link") as self._compare:
                    ui.html(icon("columns-2", 15), sanitize=False)
                words = "Compare: the official widget and ours, side by side on this backend"
                self._compare.props.update({"data-testid": "compare-backend", "title": words, "aria-label": words})
        self.show()

    def show(self) -> None:
        """Put the window's profile on screen."""
        self._refusal = ""
        self._url.show(self.window.profile.shown_url)
        self._compare.props["href"] = self._compare_address
        self._compare.update()
        self._state.props["data-url"] = self.window.profile.shown_url
        self._state.update()
        self._keeping.set_visibility(self.window.profile.keep)

    @property
    def _compare_address(self) -> str:
        return f"/compare?{urlencode({'profile': self.window.profile.id})}"

    def say(self, state: Literal["busy", "ok", "failed"], words: str, whole: str = "") -> None:
        """The state of the connection, in a few words; `whole` is what they are short for."""
        if self._refusal:
            state, words = "failed", self._refusal
        missing = self.window.profile.missing
        if missing and state != "busy":
            state = "failed"
            words += f" The value of {', '.join(missing)} was not kept over the restart: type it again under settings."
        self._state.classes(replace=f"connection-state {state}")
        self._words.set_text(words)
        self._words.props["title"] = whole

    def go(self, url: str) -> None:
        """Use the backend at `url`: the profile that has it, or a new one."""
        here = self.window.profile
        url = typed_url(here, url)
        if problem := address_problem(url) or untyped_problem(url):
            self._refusal = problem
            self.say("failed", problem)
            return
        self.window.use(here if url == here.url else self.profiles.at(url))

    def settings(self) -> None:
        """Ask for the headers and the rest of the connection."""

        def forget(profile: Profile) -> None:
            self.profiles.forget(profile.id)
            self.window.use(next(iter(self.profiles)))

        ConnectionDialog(self.window.profile, lambda profile: self.window.use(self.profiles.put(profile)), forget)

    def _fill_menu(self) -> None:
        listed = (tuple(self.profiles), self.window.profile.id, tuple(self.profiles.unusable.items()))
        if listed == self._listed:
            return  # the rows stay: else a click that is on its way to one of them would be lost
        self._listed = listed
        self._menu_card.clear()
        with self._menu_card:
            for profile in self.profiles:
                row = ui.element("button").classes("menu-row").props('type="button" data-testid="profile-row"')
                row.props.update({"data-profile-id": profile.id, "role": "menuitemradio"})
                row.props["aria-checked"] = str(profile.id == self.window.profile.id).lower()
                row.on("click", lambda profile=profile: self.choose(profile), args=[])
                with row:
                    ui.html(icon("check" if profile.id == self.window.profile.id else "server"), sanitize=False)
                    with ui.element("span").classes("grow"):
                        ui.label(profile.name)
                        if profile.id != EMBEDDED and profile.name not in profile.shown_url:
                            ui.label(profile.shown_url).classes("sub")
            for name, why in self.profiles.unusable.items():
                with ui.element("div").classes("menu-row is-unusable").props('data-testid="unusable-connection"'):
                    ui.html(icon("triangle-alert"), sanitize=False)
                    with ui.element("span"):
                        ui.label(name)
                        ui.label(why).classes("hint")

    def compare(self) -> None:
        """Show the official widget and ours side by side, in a page of its own."""
        ui.navigate.to(self._compare_address, new_tab=True)

    def choose(self, profile: Profile) -> None:
        """Use one of the backends that are known."""
        self._menu.close()
        self.window.use(self.profiles.put(profile))
