"""The few plain controls the panes are made of: native elements with our own style sheet, no Quasar."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from .icons import icon

__all__ = ["TextInput", "button", "icon_button"]


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


class TextInput(Element):
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
        on_input: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__("input")
        self.text = text
        self._on_input = on_input
        self.classes("field mono" if mono else "field")
        self.props["value"] = text
        self.props["aria-label"] = label
        self.props["autocomplete"] = "off"
        self.props["spellcheck"] = "false"
        self.props["placeholder"] = placeholder
        if secret:
            self.props["type"] = "password"
        if disabled:
            self.props["disabled"] = True
        self.on("input", self._typed, js_handler="(e) => emit(e.target.value)")

    def _typed(self, event: GenericEventArguments) -> None:
        self.text = str(event.args)
        # told to the element, but not sent back: the browser has it already
        self._props["value"] = self.text
        if self._on_input:
            self._on_input(self.text)
