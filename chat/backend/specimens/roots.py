"""What a widget may be as a whole: Card, ListView, Basic."""

from __future__ import annotations

from typing import Any

from chat.backend.specimens.trees import Tree, act, card, col, part, row, text

__all__ = ["basic", "card_with_all", "list_view"]


def card_with_all() -> Tree:
    """With a border of its own, a status, a field, and the two buttons."""
    return card(
        part("Title", value="Lisbon in June"),
        text("Three nights near the river, with breakfast."),
        col(
            part("Label", fieldName="wish", value="Anything else?", size="sm"),
            part("Input", name="wish", placeholder="A quiet room"),
            gap=1,
        ),
        asForm=True,
        border={"size": 2, "color": "default", "style": "dashed"},
        background={"light": "#fbf7ee", "dark": "#2c2a25"},
        status={"text": "From the archive", "icon": "images"},
        confirm={"label": "Book it", "action": act("confirm")},
        cancel={"label": "Another", "action": act("cancel")},
    )


def list_view() -> Tree:
    """Two of three rows, until the rest is asked for."""
    rows = (
        ("Migration guide", "Priya, due Friday", "Done", "success"),
        ("Pricing page", "Tom, due Monday", "Open", "info"),
        ("Last night's backup, which has to be brought back before noon", "Ines, due today", "Late", "danger"),
    )
    return part(
        "ListView",
        *(_row(*one) for one in rows),
        limit=2,
        status={"text": "1 of 3 done", "icon": "check-circle"},
    )


def _row(name: str, who: str, state: str, color: str) -> Tree:
    return part(
        "ListViewItem",
        part("Icon", name="document", color="secondary"),
        col(text(name, weight="medium"), part("Caption", value=who), gap=0, flex=1),
        part("Badge", label=state, color=color, pill=True),
        key=name,
        gap=3,
        align="center",
        onClickAction=act("list", loadingBehavior="self"),
    )


def basic() -> Tree:
    """No surface of its own: cards stand side by side in it."""
    fares: tuple[tuple[str, str, Any], ...] = (("Economy", "from 189 EUR", "info"), ("Business", "from 642 EUR", None))
    cards = (
        card(
            part("Title", value=title, size="sm"),
            row(part("Caption", value=says), *((part("Badge", label="cheapest", color=color),) if color else ())),
        )
        for title, says, color in fares
    )
    return part("Basic", *cards, direction="row", gap=3)
