"""A native text field of several lines."""

from __future__ import annotations

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from assets import ASSETS

from .bridge import DrawnElement

__all__ = ["TextArea"]


class TextArea(DrawnElement, component=ASSETS / "text_area.js"):
    """Its `text` is known here after each keystroke. With `on_sent`, Enter gives it away and empties the field."""

    def __init__(
        self,
        label: str,
        text: str = "",
        *,
        rows: int = 1,
        mono: bool = False,
        placeholder: str = "",
        test_id: str = "",
        on_input: Callable[[str], None] | None = None,
        on_sent: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.text = text
        self._on_input = on_input
        self.classes("field mono" if mono else "field")
        self.props.update({"value": text, "aria-label": label, "rows": rows, "autocomplete": "off"})
        self.props["spellcheck"] = "false" if mono else "true"
        if placeholder:
            self.props["placeholder"] = placeholder
        if test_id:
            self.props["data-testid"] = test_id
        self.on("input", self._typed, js_handler="(e) => emit(e.target.value)")
        if on_sent is not None:
            self.props["sends"] = True
            self.on("sent", lambda event: on_sent(str(event.args)))

    def show(self, text: str) -> None:
        """Put `text` into the field."""
        self.text = text
        self.props["value"] = text
        self.update()

    def send(self) -> None:
        """As if Enter had been pressed."""
        self.run_method("send")

    def _typed(self, event: GenericEventArguments) -> None:
        self.text = str(event.args)
        if self._on_input:
            self._on_input(self.text)
