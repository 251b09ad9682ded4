"""Large dialogs: a title, a way out, and room for what is to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from assets import ASSETS

from ..bridge import LiveElement
from ..controls import icon_button

__all__ = ["Sheet", "ShownHTML"]


class ShownHTML(LiveElement, component=ASSETS / "shown_html.js"):
    """HTML that was made here and is safe to insert, with copy buttons that work."""

    def __init__(self, html: str, *, on_action: Callable[[Mapping[str, Any]], None] | None = None) -> None:
        """`on_action` hears every `data-action` that is clicked, but those that copy."""
        super().__init__()
        self.props["html"] = html
        if on_action is not None:
            self.on("act", lambda event: _tell(on_action, event))

    def show(self, html: str) -> None:
        """Show this in its place."""
        if html != self.props["html"]:
            self.props["html"] = html
            self.update()


def _tell(listener: Callable[[Mapping[str, Any]], None], event: GenericEventArguments) -> None:
    if isinstance(event.args, Mapping):
        listener(event.args)


class Sheet:
    """An open dialog; `with sheet.body:` fills it. It is gone when it has been closed."""

    def __init__(self, title: str, test_id: str, *, kind: str = "", on_close: Callable[[], None] | None = None) -> None:
        self.dialog = ui.dialog()
        self.dialog.props["aria-label"] = title
        with self.dialog, ui.element("div").classes(f"sheet {kind}") as card:
            card.props["data-testid"] = test_id
            with ui.element("header").classes("sheet-head"):
                ui.label(title).classes("dialog-title")
                icon_button("x", "Close", self.dialog.close, test_id=f"close-{test_id}")
            self.body = ui.element("div").classes("sheet-body")
            self.body.props["tabindex"] = 0  # what is long is scrolled by keyboard
        self.dialog.on("hide", lambda: self._closed(on_close))
        self.dialog.open()

    def close(self) -> None:
        """Close it."""
        self.dialog.close()

    def _closed(self, on_close: Callable[[], None] | None) -> None:
        if on_close is not None:
            on_close()
        self.dialog.delete()
