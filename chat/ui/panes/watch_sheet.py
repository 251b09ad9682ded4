"""Watch my app's traffic: the address to use, who has used it, and what a relay hides."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui
from nicegui.element import Element

from chat.relay.session import KEPT_BYTES, KEPT_EXCHANGES, RelaySession

from .repeated import Repeated
from .sheet import Sheet, ShownHTML
from .watch_words import address_html, front_end_name, hidden_html, snippets_html, state_of

__all__ = ["open_watch_sheet"]


def open_watch_sheet(session: RelaySession, address: str, choose: Callable[[RelaySession], None]) -> None:
    """Show `address`, which leads to `session`; `choose` gets the front end that the reader wants to see."""
    drawn = Repeated()
    sheet = Sheet("Watch my app's traffic", "watch", on_close=drawn.stop)

    def chosen(front_end: RelaySession) -> None:
        sheet.close()
        choose(front_end)

    with sheet.body:
        ui.label(
            "Put this address into your front end in place of your backend's. Whatever it sends is sent on to "
            f"{session.connection.shown_url}, and shown here while it passes."
        ).classes("hint")
        ShownHTML(address_html(address))
        with ui.element("div").classes("relay-state").props('role="status" data-testid="relay-state"'):
            ui.element("span").classes("dot")
            words = ui.label()
        rows = ui.element("div").classes("gallery-list relay-front-ends")
        ShownHTML(snippets_html(address)).classes("relay-snippets")
        ui.html("What a relay hides", tag="h3", sanitize=False).classes("relay-section")
        ShownHTML(hidden_html())
        ui.label(
            "Who knows the address may send to your backend with this connection's headers, from any page of this "
            f"machine, until the workbench ends. The newest {KEPT_EXCHANGES} exchanges and {KEPT_BYTES >> 20} MB of "
            "answers are kept, 16 MB of a single one; all of it is passed on."
        ).classes("hint")

    shown: dict[RelaySession, tuple[Element, ui.label]] = {}
    """A front end's row, and what is said in it. A row stays: else a click that is on its way to it would be lost."""

    def draw() -> None:
        words.set_text(state_of(session))
        for gone in shown.keys() - set(session.front_ends):
            shown.pop(gone)[0].delete()
        for front_end in session.front_ends:
            if front_end not in shown:
                shown[front_end] = _row(rows, front_end, chosen)
            shown[front_end][1].set_text(state_of(front_end))

    drawn.begin(draw, session.on_exchange, session.on_data, session.on_front_end)


def _row(rows: Element, front_end: RelaySession, chosen: Callable[[RelaySession], None]) -> tuple[Element, ui.label]:
    """A row above all others, and the label for what is said of the front end."""
    with rows:
        row = ui.element("button").classes("gallery-row").props('type="button" data-testid="front-end"')
    row.move(target_index=0)
    row.on("click", lambda: chosen(front_end), args=[])
    with row, ui.element("span").classes("grow"):
        ui.label(front_end_name(front_end.front_end)).classes("name")
        return row, ui.label().classes("sub")
