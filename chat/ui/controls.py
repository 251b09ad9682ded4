"""The few plain controls the panes are made of: native elements with our own style sheet, no Quasar."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from assets import ASSETS
from chat.rendering.icons import icon

from .bridge import DrawnElement

__all__ = ["TextInput", "button", "icon_button", "row_button"]


def button(
    label: str, action: Callable[..., Any] | None = None, *, kind: str = "btn", test_id: str = "", submit: bool = False
) -> Element:
    """A button with a text; `kind` is its CSS classes. Without an action, it submits its form when `submit`."""
    element = ui.element("button").classes(kind)
    element.props["type"] = "submit" if submit else "button"
    if test_id:
        element.props["data-testid"] = test_id
    if action is not None:
        element.on("click", action, args=[])
    with element:
        ui.label(label)
    return element


def icon_button(
    name: str, label: str, action: Callable[..., Any] | None = None, *, test_id: str = "", size: int = 16
) -> Element:
    """A button that shows a Lucide icon; `label` is its tooltip and its name for screen readers."""
    element = ui.element("button").classes("icon-btn")
    element.props["type"] = "button"
    element.props["title"] = label
    element.props["aria-label"] = label
    if test_id:
        element.props["data-testid"] = test_id
    if action is not None:
        element.on("click", action, args=[])
    with element:
        ui.html(icon(name, size), sanitize=False)
    return element


def row_button(name: str, label: str, action: Callable[..., Any], *, hint: str = "", test_id: str = "") -> Element:
    """A button as wide as its pane: a Lucide icon and a text, `hint` as its tooltip."""
    element = ui.element("button").classes("menu-row").on("click", action, args=[])
    element.props["type"] = "button"
    element.props["title"] = hint
    if test_id:
        element.props["data-testid"] = test_id
    with element:
        ui.html(icon(name, 15), sanitize=False)
        ui.label(label)
    return element


class TextInput(DrawnElement, component=ASSETS / "text_input.js"):
    """A native text field whose `text` is known here after each keystroke."""

    def __init__(
        self,
        label: str,
        text: str = "",
        *,
        mono: bool = False,
        disabled: bool = False,
        placeholder: str = "",
        secret: bool = False,
        ending: bool = False,
        test_id: str = "",
        on_input: Callable[[str], None] | None = None,
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        """`on_input` hears every keystroke, `on_change` what stands there on Enter or on leaving the field; `ending`
        shows the end of a text that is too long."""
        super().__init__()
        self.text = text
        self._on_input = on_input
        self.classes("field mono" if mono else "field")
        self.props["value"] = text
        self.props["aria-label"] = label
        self.props["autocomplete"] = "off"
        self.props["spellcheck"] = "false"
        if placeholder:
            self.props["placeholder"] = placeholder
        if ending:
            self.props["ending"] = True
            self.props["title"] = text
        if secret:
            self.props["type"] = "password"
        if disabled:
            self.props["disabled"] = True
        if test_id:
            self.props["data-testid"] = test_id
        self.on("input", self._typed, js_handler="(e) => emit(e.target.value)")
        if on_change is not None:
            self.on("change", lambda event: on_change(str(event.args)), js_handler="(e) => emit(e.target.value)")

    def show(self, text: str) -> None:
        """Put `text` into the field."""
        self.text = text
        self.props["value"] = text
        if "ending" in self.props:
            self.props["title"] = text
        self.update()

    def _typed(self, event: GenericEventArguments) -> None:
        self.text = str(event.args)
        if self._on_input:
            self._on_input(self.text)
