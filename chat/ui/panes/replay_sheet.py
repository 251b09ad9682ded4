"""A recording that is served as a backend: its address, and where that goes."""

from __future__ import annotations

from nicegui import ui

from chat.relay.replays import Served

from .sheet import Sheet, ShownHTML
from .watch_words import address_html, snippets_html

__all__ = ["open_replay_sheet"]


_SHOWN = 12


def open_replay_sheet(name: str, served: Served) -> None:
    """Say where the recording called `name` is served, and what is asked of it while the sheet is open."""
    address = served.address
    sheet = Sheet("Serve this recording as a backend", "replay", on_close=lambda: unlisten())
    with sheet.body:
        ui.label(
            f"Put this address into your front end in place of your backend's. What was recorded in {name} is answered "
            "again, in its own time and in its own order; what was not is answered with 404, and says so."
        ).classes("hint")
        ShownHTML(address_html(address))
        ShownHTML(snippets_html(address)).classes("relay-snippets")
        ui.label(
            "Only pages of this machine may call it, until the workbench ends. At another speed, or for pages of "
            "elsewhere: python app.py replay FILE --speed N --allow-origin ORIGIN."
        ).classes("hint")
        ui.label("What was asked of it").classes("hint")
        log = ui.label().classes("replay-log").props('role="log" data-testid="replay-log"')

    def show() -> None:
        if log.is_deleted:  # the page has gone, without closing the sheet
            unlisten()
            return
        log.set_text("\n".join(list(served.lines)[-_SHOWN:]) or "Nothing yet.")

    unlisten = served.on_line(show)
    show()
