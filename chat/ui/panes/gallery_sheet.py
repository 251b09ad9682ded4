"""What can go wrong: the gallery of broken backends, to be opened and seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from markupsafe import Markup
from nicegui import ui

from chat.checks import CATALOGUE
from chat.conversation.blank import prose
from chat.rendering.html import action, join, tag
from chat.rendering.icons import icon

from ..offers import BrokenBackend
from .sheet import Sheet, ShownHTML

__all__ = ["open_gallery"]


def open_gallery(entries: Sequence[BrokenBackend], choose: Callable[[BrokenBackend], None]) -> None:
    """Show the entries by section; `choose` gets the one that is clicked."""
    sheet = Sheet("What can go wrong", "gallery")
    known = {entry.rule_id: entry for entry in entries}

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
        # as one piece of HTML: a thousand elements would take the page half a second
        ShownHTML(_rows(entries), on_action=lambda said: chosen(known[said["rule"]])).classes("gallery-all")


def _rows(entries: Sequence[BrokenBackend]) -> str:
    sections = groupby(entries, key=lambda entry: entry.rule_id.partition("/")[0])
    return str(
        join(
            tag("h3", section, class_="gallery-section") + tag("div", *map(_row, members), class_="gallery-list")
            for section, members in sections
        )
    )


def _row(entry: BrokenBackend) -> Markup:
    rule = CATALOGUE[entry.rule_id]
    return tag(
        "button",
        tag("i", class_="fi-dot", title=str(rule.level)),
        tag(
            "span",
            tag("span", prose(rule.title), class_="name"),
            tag("span", entry.rule_id, class_="sub"),
            class_="grow",
        ),
        None if rule.shown_by_a_turn else tag("span", "found by a check", class_="tag"),
        tag("span", icon("arrow-right", 14), class_="go"),
        type="button",
        class_=f"gallery-row is-{rule.level}",
        data_testid="gallery-entry",
        data_rule_id=entry.rule_id,
        data_action=action("open", rule=entry.rule_id),
    )
