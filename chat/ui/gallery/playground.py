"""One open playground: the text, what is shown of it, what is wrong in it, and what its clicks would send."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import ValueChangeEventArguments

from assets import ASSETS
from chat.conversation.preview import PreviewThread
from chat.errors import WorkbenchError
from chat.inspection.playground import (
    Asked,
    Language,
    NotRead,
    Pasted,
    events_of,
    judge,
    printed_json,
    printed_python,
    read_pasted,
    replaced,
)

from ..bridge import DrawnElement
from ..controls import button, icon_button
from ..panes.sheet import ShownHTML
from ..workbench import Workbench, origin_of
from .specimens import events_of_specimen
from .view import PreviewView
from .words import asked_html, not_read_html, remarks_html

__all__ = ["Playground"]

_MOST_ASKED = 5
_NAME = "A widget, an item or an event, as JSON or Python"
_WIDTHS = ("narrow", "chat", "wide")


class DressedEditor(DrawnElement, component=ASSETS / "dressed_editor.js"):
    """Names the editor, and tells which theme the page has: the event "theme" says whether it is dark."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.props["label"] = label


class Playground:
    """Belongs to one page."""

    def __init__(self, workbench: Workbench, url: str) -> None:
        """`url` is that of the backend of components."""
        self.workbench = workbench
        self.thread = PreviewThread(workbench.image_origins)
        self.rows: dict[str, Element] = {}
        self.title: ui.html
        self._url = url
        self._pasted: Pasted | None = None
        self._asked: list[Asked] = []
        self._written = ""  # what was put into the editor from here
        self._chosen = ""
        ui.context.client.on_delete(self.thread.close)

    # --- building -----------------------------------------------------------------------------------------------------

    def build_preview(self) -> None:
        """The preview, and below it what clicks would send."""
        with (
            ui.element("div").classes("pg-stage").props('tabindex="0" role="region" aria-label="Preview"'),
            ui.element("div").classes("pg-frame is-chat").props('data-testid="preview"') as self._frame,
        ):
            PreviewView(self.thread, self.workbench.token, told=self._told, allow_image=self._allow_image)
        with ui.element("section").classes("pg-asked").props('aria-label="What clicks would send"'):
            self._asked_shown = ShownHTML(asked_html([]))

    def build_editor(self) -> None:
        """The text, and below it what is wrong in it."""
        with ui.element("div").classes("pg-bar"):
            ui.html("Written", tag="h2", sanitize=False).classes("pg-title")
            button("As JSON", lambda: self._rewrite(printed_json, "JSON"), test_id="as-json")
            button("As Python", lambda: self._rewrite(printed_python, "Python"), test_id="as-python")
            icon_button("copy", "Copy what is written", self._copy, test_id="copy-written")
        self._editor = ui.codemirror(
            on_change=self._typed, language="JSON", theme="vscodeLight", indent="  ", line_wrapping=True
        )
        self._editor.classes("pg-editor").props('data-testid="editor"')
        self._dressed = DressedEditor(_NAME).on("theme", lambda event: self._dress(bool(event.args)))
        with ui.element("section").classes("pg-problems").props('aria-label="What is wrong" aria-live="polite"'):
            self._problems = ShownHTML("")

    # --- what is chosen -----------------------------------------------------------------------------------------------

    async def show(self, name: str) -> None:
        """A specimen, as its backend sends it."""
        self._choose(name)
        self.thread.empty()
        try:
            async for event in events_of_specimen(self._url, name):
                if name != self._chosen:
                    return  # another was chosen meanwhile
                if event.type == "thread.item.done" and isinstance(event.json, dict):
                    self._put_item(event.json["item"])
                self.thread.put([event])
        except WorkbenchError as error:
            self.thread.fail(error)

    def _put_item(self, item: dict[str, Any]) -> None:
        """Before it is seen to be complete: whoever sees that may write at once."""
        self._pasted = read_pasted(json.dumps(item))
        self._put(json.dumps(item.get("widget", item), ensure_ascii=False, indent=2))
        self._judge()

    def write(self, text: str) -> None:
        """A text of the reader's."""
        self._choose("")
        self._take(text)
        self._put(printed_json(self._pasted) if self._pasted is not None else text)

    def _choose(self, name: str) -> None:
        for other, row in self.rows.items():
            if ("aria-current" in row.props) != (other == name):
                row.props.pop("aria-current", None)
                if other == name:
                    row.props["aria-current"] = "true"
                row.update()
        self._chosen = name
        self.title.set_content(name or "Your own")

    def set_width(self, width: str) -> None:
        """One of "narrow", "chat" and "wide"."""
        others = " ".join(f"is-{other}" for other in _WIDTHS if other != width)
        self._frame.classes(add=f"is-{width}", remove=others)

    def set_theme(self, theme: str) -> None:
        """One of "light", "dark" and "", which is that of the page."""
        self._frame.props.pop("data-theme", None)
        if theme:
            self._frame.props["data-theme"] = theme
        self._frame.update()

    def stream(self) -> None:
        """Show it as a stream would bring it."""
        if self._pasted is not None:
            self.thread.play(events_of(self._pasted.item))

    # --- what is written ----------------------------------------------------------------------------------------------

    def _typed(self, event: ValueChangeEventArguments[str]) -> None:
        text = event.value or ""
        if text == self._written:
            return  # it was put there
        self._written = text
        if self._chosen:
            self.title.set_content(f"{self._chosen}, changed")
        self._take(text)

    def _put(self, text: str) -> None:
        self._written = text
        self._editor.set_value(text)

    def _take(self, text: str) -> None:
        try:
            self._pasted = read_pasted(text)
        except NotRead as problem:
            self._pasted = None
            self._say(not_read_html(str(problem)))
            return
        self._set_language(self._pasted.language)
        self.thread.stop()
        known = self.thread.shows(str(self._pasted.item.get("id")))
        if not known:
            self.thread.empty()
        self.thread.put(replaced(self._pasted.item, known=known))
        self._judge()

    def _set_language(self, language: Language) -> None:
        if self._editor.props.get("language") != language:
            self._editor.set_language(language)

    def _judge(self) -> None:
        if self._pasted is not None:
            kind = "widget" if self._pasted.widget is not None else "item"
            self._say(remarks_html(judge(self._pasted), kind))

    def _say(self, html: str) -> None:
        self._problems.props["html"] = html
        self._problems.update()

    def _rewrite(self, printed: Callable[[Pasted], str], language: Language) -> None:
        if self._pasted is not None:
            self._set_language(language)
            self._put(printed(self._pasted))

    async def _copy(self) -> None:
        problem = await self._dressed.run_method("copy", self._written)
        ui.notify(f"Could not copy: {problem}" if problem else "Copied", position="bottom", timeout=1500)

    def _dress(self, dark: bool) -> None:
        """Give the editor, which has no theme of its own accord, the one that the page has."""
        self._editor.set_theme("vscodeDark" if dark else "vscodeLight")

    # --- what is clicked ----------------------------------------------------------------------------------------------

    def _told(self, asked: Asked) -> None:
        self._asked = [asked, *self._asked][:_MOST_ASKED]
        self._asked_shown.props["html"] = asked_html(self._asked)
        self._asked_shown.update()

    def _allow_image(self, url: str) -> None:
        if origin := origin_of(url):
            self.workbench.allow_images(origin)
