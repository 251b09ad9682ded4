"""“Options”: the official widget's, as JSON, checked while they are typed, and exported as code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from markupsafe import escape
from nicegui import ui

from chat.host.options import DECLARED_VERSION, PRESETS, Preset, element_snippet, react_snippet, read_options
from chat.rendering.code import code_block

from ..controls import button
from ..text_area import TextArea
from .sheet import Sheet, ShownHTML

__all__ = ["OF_THE_STAGE", "OptionsSheet", "open_export"]

_SHOWN_PROBLEMS = 12
OF_THE_STAGE = (
    "The frame refuses all of them for one unknown key or wrong type. Address and functions are supplied by the stage."
)


class OptionsSheet:
    """The editor. `apply` gets what was typed and what that says, when it is JSON: a new widget comes up with it."""

    def __init__(self, text: str, apply: Callable[[str, dict[str, Any]], None], *, hint: str = OF_THE_STAGE) -> None:
        """`hint` says what they are good for."""
        self._apply = apply
        self._sheet = Sheet("Options of the widget", "widget-options")
        with self._sheet.body:
            ui.label(f"As @openai/chatkit {DECLARED_VERSION} declares them. {hint}").classes("hint")
            with ui.element("div").classes("cp-presets").props('role="group" aria-label="Presets"'):
                for preset in PRESETS:
                    chip = button(preset.name, lambda preset=preset: self._choose(preset), test_id="options-preset")
                    chip.props.update({"title": preset.hint, "data-name": preset.name})
            self._field = TextArea(
                "Options as JSON",
                text or "{}",
                rows=14,
                mono=True,
                test_id="options-text",
                on_input=lambda _: self._check(),
            )
            self._problems = ui.element("div").classes("cp-problems").props('role="status" data-testid="options-state"')
            with ui.element("div").classes("actions"):
                ui.element("div").classes("spacer")
                button("Cancel", self._sheet.close)
                self._go = button("Apply", self._done, kind="btn primary", test_id="options-apply")
        self._check()

    def _choose(self, preset: Preset) -> None:
        self._field.show(json.dumps(preset.options, indent=2, ensure_ascii=False))
        self._check()

    def _check(self) -> None:
        read = read_options(self._field.text)
        self._problems.clear()
        with self._problems:
            for problem in read.problems[:_SHOWN_PROBLEMS]:
                row = ui.element("p").classes("cp-problem").props('data-testid="options-problem"')
                row.props["data-path"] = problem.path
                with row:
                    _part("code", problem.path)
                    _part("span", f"expected {problem.expected}, got {problem.got}. {problem.advice}")
            if (more := len(read.problems) - _SHOWN_PROBLEMS) > 0:
                ui.label(f"and {more:,} more").classes("hint")
            if not read.problems:
                ui.label("As declared: very likely the frame takes them.").classes("hint cp-fine")
        anyway = bool(read.problems)
        if read.options is None:
            self._go.props["disabled"] = True
        else:
            self._go.props.pop("disabled", None)
        self._go.props["title"] = "The frame will probably refuse them: to see what it says" if anyway else ""
        self._go.clear()
        with self._go:
            ui.label("Apply anyway" if anyway and read.options is not None else "Apply")
        self._go.update()

    def _done(self) -> None:
        read = read_options(self._field.text)
        if read.options is not None:
            self._apply(self._field.text, read.options)
            self._sheet.close()


def _part(tag: str, text: str) -> None:
    ui.html(str(escape(text)), sanitize=False, tag=tag)


def open_export(options: dict[str, Any], url: str, problems: int = 0) -> None:
    """The options as code for a page of one's own, whose backend is at `url`; they have so many `problems`."""
    with Sheet("For a page of your own", "widget-export").body:
        if problems:
            ui.label(
                f"These options are not as declared in {problems} place{'s' if problems > 1 else ''}: the frame will "
                "probably refuse them. Correct them under Options first."
            ).classes("problem")
        ui.label(
            "Functions are stubs: fill in those that you need. On a public host, put the domain key there that OpenAI "
            "gave you for it; on a loopback address any will do."
        ).classes("hint")
        for name, language, code in (
            ("<openai-chatkit>", "html", element_snippet(options, url)),
            ("React", "jsx", react_snippet(options, url)),
        ):
            box = ui.element("div").props(f'data-testid="export-{language}"')
            with box:
                ui.label(name).classes("label")
                ShownHTML(code_block(code, language, highlight=True))
