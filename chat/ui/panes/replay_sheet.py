"""A recording that is served as a backend: its address, and where that goes."""

from __future__ import annotations

from nicegui import ui

from .sheet import Sheet, ShownHTML
from .watch_words import address_html, snippets_html

__all__ = ["open_replay_sheet"]


def open_replay_sheet(name: str, address: str) -> None:
    """Say where the recording called `name` is served."""
    with Sheet("Serve this recording as a backend", "replay").body:
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
