"""What the widget asks of its page, for a person to answer: a page of one's own would do it by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element

from ..controls import button
from ..text_area import TextArea

__all__ = ["Questions"]

_LONGEST = 2_000


class Questions:
    """
    The calls of `onClientTool` that wait. `answer` is given the number of one with the value, or with `error`.

    What nobody answers is answered with `{}` by the stage.
    """

    def __init__(self, answer: Callable[..., None]) -> None:
        self._answer = answer
        self._box = ui.element("div").classes("cp-questions")
        self._open: dict[int, Element] = {}

    def ask(self, number: int, name: str, value: Any) -> None:
        """The widget waits for this."""
        tool = value.get("name") if isinstance(value, dict) else None
        params = value.get("params") if isinstance(value, dict) else value
        with self._box:
            card = ui.element("div").classes("cp-question").props('role="alertdialog" data-testid="client-tool"')
            card.props["aria-label"] = f"The widget calls {name}"
        self._open[number] = card
        with card:
            with ui.element("p"):
                ui.label(f"The widget asks your page to run {tool or name}").classes("cp-asks")
                ui.label(json.dumps(params, ensure_ascii=False)[:_LONGEST]).classes("mono")
            field = TextArea("The answer, as JSON", "{}", rows=2, mono=True, test_id="client-tool-answer")
            problem = ui.label().classes("problem")
            with ui.element("div").classes("actions"):
                ui.label("Without an answer, {} is given after two minutes.").classes("hint")
                ui.element("div").classes("spacer")
                button("Fail", lambda: self._fail(number), test_id="client-tool-fail")
                button(
                    "Answer", lambda: self._give(number, field, problem), kind="btn primary", test_id="client-tool-go"
                )

    def clear(self) -> None:
        """A new widget comes up: what the last one has asked is over."""
        self._open.clear()
        self._box.clear()

    def _give(self, number: int, field: TextArea, problem: ui.label) -> None:
        try:
            value = json.loads(field.text or "{}")
        except ValueError as wrong:
            problem.set_text(f"This is no JSON: {wrong}.")
            return
        if not isinstance(value, dict):
            problem.set_text("The answer of a client tool is a JSON object.")
            return
        self._answer(number, value)
        self._close(number)

    def _fail(self, number: int) -> None:
        self._answer(number, error="The handler failed, as the workbench was told to.")
        self._close(number)

    def _close(self, number: int) -> None:
        if (card := self._open.pop(number, None)) is not None:
            card.delete()
