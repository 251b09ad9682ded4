"""What can go wrong: the gallery of broken backends, to be opened and seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from nicegui import ui

from chat.checks import CATALOGUE
from chat.conversation.blank import prose
from chat.rendering.icons import icon

from ..offers import BrokenBackend
from .sheet import Sheet

__all__ = ["open_gallery"]


def open_gallery(entries: Sequence[BrokenBackend], choose: Callable[[BrokenBackend], None]) -> None:
    """Show the entries by section; `choose` gets the one that is clicked."""
    sheet = Sheet("What can go wrong", "gallery")

    def chosen(entry: BrokenBackend) -> None:
        sheet.close()
        choose(entry)

    with sheet.body:
        ui.label(
            "Each of these is a small backend with one fault. Open it, and see what a user would see, what the finding "
            "says, and what to type instead."
        ).classes("hint")
        with ui.link(target="/gallery/components", new_tab=True).classes("btn gallery-components") as link:
            link.props["data-testid"] = "open-components"
            ui.html(icon("blocks", 15), sanitize=False)
            ui.label("Every component, and a playground for widgets")
        for section, members in groupby(entries, key=lambda entry: entry.rule_id.partition("/")[0]):
            ui.html(section, tag="h3", sanitize=False).classes("gallery-section")
            with ui.element("div").classes("gallery-list"):
                for entry in members:
                    _row(entry, chosen)


def _row(entry: BrokenBackend, chosen: Callable[[BrokenBackend], None]) -> None:
    rule = CATALOGUE[entry.rule_id]
    row = ui.element("button").classes(f"gallery-row is-{rule.level}")
    row.props.update({"type": "button", "data-testid": "gallery-entry", "data-rule-id": entry.rule_id})
    row.on("click", lambda: chosen(entry), args=[])
    with row:
        ui.element("i").classes("fi-dot").props["title"] = str(rule.level)
        with ui.element("span").classes("grow"):
            ui.html(prose(rule.title), sanitize=False).classes("name")
            ui.label(entry.rule_id).classes("sub")
        if not rule.shown_by_a_turn:
            ui.label("found by a check").classes("tag")
        ui.html(icon("arrow-right", 14), sanitize=False).classes("go")
