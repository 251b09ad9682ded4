"""In place of the composer: what is shown is a recording, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from chat.rendering.icons import icon

from ..controls import button

__all__ = ["recording_bar"]


def recording_bar(name: str, leave: Callable[[], object], serve: Callable[[], object]) -> None:
    """Name the file, offer to `serve` it as a backend, and lead back to the backend."""
    with ui.element("div").classes("recording-bar").props('data-testid="recording"'):
        ui.html(icon("file-search", 17), sanitize=False)
        with ui.element("div").classes("grow"):
            ui.label(name).classes("name")
            ui.label("Explained as it was recorded: nothing is sent.").classes("hint")
        served = button("Serve as a backend", serve, test_id="serve-recording")
        served.props["title"] = "An address that answers your front end with what was recorded"
        button("Back to the backend", leave, test_id="leave-recording")
