"""The address of a backend, typed or found on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui
from nicegui.element import Element

from chat.client.nearby import PORTS, Nearby, look_nearby
from chat.rendering.icons import icon

from ..controls import TextInput, button
from .connection_dialog import address_problem
from .sheet import Sheet

__all__ = ["ConnectForm", "ask_for_address"]

Look = Callable[[], Awaitable[Sequence[Nearby]]]


class ConnectForm:
    """
    A large field for an address. `connect` gets what was typed or chosen; `own_ports` are the workbench's, at which
    nobody looks for a backend. Other ports of this machine are asked when the reader clicks, and never before.
    """

    def __init__(
        self,
        connect: Callable[[str], object],
        own_ports: Sequence[int] = (),
        *,
        verb: str = "Connect",
        look: Look | None = None,
    ) -> None:
        self._connect = connect
        self._look = look or (lambda: look_nearby(own_ports))
        self._ports = [port for port in PORTS if port not in own_ports]
        form = ui.element("form").classes("connect-form").props('novalidate data-testid="connect-form"')
        with form:
            with ui.element("div").classes("connect-line"):
                self.url = TextInput(
                    "Address of your backend",
                    mono=True,
                    placeholder="http://localhost:8000/chatkit",
                    test_id="start-url",
                )
                button(verb, kind="btn primary", test_id="start-connect", submit=True)
            self._problem = ui.label().classes("problem").props('role="alert"')
            self._problem.set_visibility(False)
            with ui.element("div").classes("connect-look"):
                self._button = button(
                    "Look for it on this machine", self._search, kind="link-btn", test_id="look-nearby"
                )
                self._button.props["title"] = (
                    f"Asks the ports {', '.join(map(str, self._ports))} of this machine for one page of threads. "
                    "Nothing of yours is sent along."
                )
                self._words = ui.label().classes("hint").props('role="status"')
            self._found = ui.element("div").classes("connect-found")
        form.on("submit", self._submit, js_handler="(e) => { e.preventDefault(); emit(); }")

    def _submit(self) -> None:
        url = self.url.text.strip()
        if url and "://" not in url:
            url = f"http://{url}"
        problem = address_problem(url) if url else "Type the address of your backend, or look for it on this machine."
        self._problem.set_text(problem or "")
        self._problem.set_visibility(bool(problem))
        if not problem:
            self._connect(url)

    async def _search(self) -> None:
        self._words.set_text(f"Asking {len(self._ports)} ports…")
        self._found.clear()
        found = await self._look()
        if self._found.is_deleted:
            return
        self._words.set_text("" if found else "Nothing on this machine answered as a ChatKit backend.")
        with self._found:
            for one in found:
                self._row(one)

    def _row(self, one: Nearby) -> Element:
        row = ui.element("button").classes(f"menu-row nearby is-{one.certainty}")
        row.props.update({"type": "button", "data-testid": "nearby", "data-url": one.url})
        row.on("click", lambda: self._connect(one.url), args=[])
        with row:
            ui.element("span").classes("dot")
            with ui.element("span").classes("grow"):
                ui.label(one.url).classes("mono")
                ui.label(one.words).classes("sub")
            ui.html(icon("arrow-right", 14), sanitize=False)
        return row


def ask_for_address(
    title: str, connect: Callable[[str], object], own_ports: Sequence[int], *, hint: str = "", verb: str = "Connect"
) -> None:
    """Ask for a backend's address in a dialog; `connect` gets it."""
    sheet = Sheet(title, "ask-address", kind="narrow")

    def chosen(url: str) -> None:
        sheet.close()
        connect(url)

    with sheet.body:
        if hint:
            ui.label(hint).classes("hint")
        ConnectForm(chosen, own_ports, verb=verb)
