"""The page `/gallery/components`: the list of components, the preview, and what is written for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from nicegui import ui
from nicegui.element import Element

from chat.rendering.icons import icon

from ..controls import button
from ..page import FAVICON, theme_button
from ..page_files import add_page_files
from ..workbench import Workbench
from .playground import Playground
from .specimens import ShownSpecimen

__all__ = ["COMPONENTS_PATH", "ComponentsPage", "mount_components"]

COMPONENTS_PATH = "/gallery/components"
FIRST = "Card"
WIDTHS = (("narrow", "Narrow", "360 px"), ("chat", "Chat", "600 px"), ("wide", "Wide", "As wide as there is room"))
THEMES = (("", "Page", "The theme of this page"), ("light", "Light", "Light"), ("dark", "Dark", "Dark"))


@dataclass(frozen=True)
class ComponentsPage:
    """What the page lists, and the address of the backend that has it."""

    specimens: Sequence[ShownSpecimen]
    url: str


def mount_components(workbench: Workbench, listed: ComponentsPage) -> None:
    """Register the page on NiceGUI's app."""

    @ui.page(COMPONENTS_PATH, title="Components · ChatKit Workbench", favicon=FAVICON, response_timeout=10)
    async def components(show: str = "", session: str = "", exchange: str = "", event: int = -1) -> None:
        add_page_files("playground.css")
        playground = Playground(workbench, listed.url)
        chosen = show if any(one.name == show for one in listed.specimens) else FIRST
        text = _event_of(workbench, session, exchange, event)
        _build(playground, listed.specimens)
        if text:
            playground.write(text)
        else:
            await playground.show(chosen)


def _event_of(workbench: Workbench, session: str, exchange: str, event: int) -> str:
    """The JSON of an event of a window that is open; "" when there is none."""
    source = workbench.source(session) if session else None
    if source is None:
        return ""
    return next((one.raw for one in source.events(exchange) if one.index == event), "")


def _build(playground: Playground, specimens: Sequence[ShownSpecimen]) -> None:
    theme = ui.dark_mode(playground.workbench.theme)
    with ui.element("div").classes("playground"):
        with ui.element("header").classes("pg-head"):
            with ui.link(target="/").classes("brand") as back:
                back.props["title"] = "Back to the workbench"
                ui.html(icon("activity", 15), sanitize=False).classes("mark")
                ui.label("Components")
            ui.label("Every component, from real events. Change what is written, or paste your own.").classes("pg-says")
            theme_button(playground.workbench, theme)
        with ui.element("div").classes("pg-panes"):
            with ui.element("nav").classes("pg-list").props('aria-label="Components" data-testid="components"'):
                for group, members in groupby(specimens, key=lambda one: one.group):
                    ui.html(group, tag="h2", sanitize=False)
                    for one in members:
                        _entry(playground, one)
            with ui.element("main").classes("pg-middle"):
                _middle(playground)
            with ui.element("section").classes("pg-right").props('aria-label="What is written"'):
                playground.build_editor()


def _entry(playground: Playground, specimen: ShownSpecimen) -> None:
    async def show() -> None:
        ui.navigate.history.replace(f"{COMPONENTS_PATH}?{urlencode({'show': specimen.name})}")
        await playground.show(specimen.name)

    row = ui.element("button").classes("pg-entry").on("click", show, args=[])
    row.props.update({"type": "button", "title": specimen.says, "data-testid": "component", "data-name": specimen.name})
    playground.rows[specimen.name] = row
    with row:
        ui.label(specimen.name)


def _middle(playground: Playground) -> None:
    with ui.element("div").classes("pg-bar"):
        playground.title = ui.html("", tag="h1", sanitize=False).classes("pg-title")
        _switch("Width of the preview", WIDTHS, "chat", playground.set_width)
        _switch("Theme of the preview", THEMES, "", playground.set_theme)
        button("Stream it", playground.stream, test_id="stream-it")
    playground.build_preview()


def _switch(label: str, choices: Sequence[tuple[str, str, str]], first: str, choose: Callable[[str], None]) -> None:
    """A row of buttons of which one is pressed."""
    buttons: dict[str, Element] = {}

    def chosen(value: str) -> None:
        for name, one in buttons.items():
            one.props["aria-pressed"] = str(name == value).lower()
            one.update()
        choose(value)

    with ui.element("div").classes("pg-seg").props(f'role="group" aria-label="{label}"'):
        for value, words, hint in choices:
            one = ui.element("button").on("click", lambda value=value: chosen(value), args=[])
            pressed = str(value == first).lower()
            test_id = f"{label.split()[0].lower()}-{value or 'page'}"
            one.props.update({"type": "button", "aria-pressed": pressed, "title": hint, "data-testid": test_id})
            buttons[value] = one
            with one:
                ui.label(words)
